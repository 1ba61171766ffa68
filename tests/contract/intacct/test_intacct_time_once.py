"""Time is in the ledger once, whatever is lost on the way, against the sandbox."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from ledgerlink.domain.errors import AuthorizationLost, LedgerStopped, LedgerUnavailable
from ledgerlink.domain.model.plan import ItemState, Operation
from ledgerlink.domain.model.source_records import Record, RecordKind

from tests.contract.clerk import Outcomes
from tests.contract.intacct.books import Books, Row
from tests.contract.intacct.clerk import Clerk, code
from tests.contract.papers import DAY, gone, worked

LOST = ["cut", "html502", "html503", "524", "html200", "truncate", "status500"]
WEEK = ("E1", "03/02/2026")
NEXT = DAY + timedelta(days=7)


def deleted(key: str) -> Record:
    return gone(key, RecordKind.TIME)


def hours(clerk: Clerk) -> Mapping[str, Decimal]:
    """The hours of all entries of ours, by their marks; one that is there twice fails."""
    told = [
        (str(entry["NOTES"]).splitlines()[-1][1:-1], Decimal(entry["QTY"]))
        for entry in clerk.books.rows("TIMESHEETENTRY")
        if "[" in str(entry.get("NOTES"))
    ]
    assert len({mark for mark, _ in told}) == len(told)
    return dict(told)


def states(outcomes: Outcomes) -> Mapping[str, ItemState]:
    return {key: outcome.state for key, outcome in outcomes.items()}


POSTED = {"time:a": ItemState.POSTED, "time:b": ItemState.POSTED}
TWO: Mapping[str, Decimal] = {"time:a": Decimal(2), "time:b": Decimal(2)}


# The answer of a write is lost.


@pytest.mark.parametrize("action", LOST)
def test_new_time_whose_answer_is_lost_is_found_and_there_once(clerk: Clerk, action: str) -> None:
    clerk.lose(action)
    assert clerk.post(worked("a"), worked("b")) == {}
    found = clerk.found()
    assert states(found) == POSTED
    assert {code(outcome) for outcome in found.values()} <= {"already_written", ""}
    assert hours(clerk) == TWO


@pytest.mark.parametrize("action", LOST)
def test_the_same_request_again_after_a_lost_answer_doubles_nothing(
    clerk: Clerk, action: str
) -> None:
    clerk.lose(action)
    clerk.post(worked("a"), worked("b"))
    assert states(clerk.again()) == POSTED
    assert hours(clerk) == TWO


def test_a_lost_change_and_a_lost_removal_are_found(clerk: Clerk) -> None:
    clerk.post(worked("a"), worked("b"))
    operations = clerk.planned(worked("a", minutes=30), worked("b"), worked("c"))
    clerk.lose(match={"function": "update"})
    assert states(clerk.send(operations)) == {"time:b": ItemState.UNCHANGED}
    assert states(clerk.found()) == {"time:a": ItemState.POSTED, "time:c": ItemState.POSTED}
    assert states(clerk.again()) == {"time:a": ItemState.POSTED, "time:c": ItemState.POSTED}
    clerk.lose(match={"function": "delete"})
    removed = clerk.planned(deleted("a"), deleted("b"), deleted("c"))
    assert clerk.send(removed) == {}
    assert set(states(clerk.found()).values()) == {ItemState.POSTED}
    assert set(states(clerk.again()).values()) == {ItemState.POSTED}
    assert hours(clerk) == {}
    assert WEEK not in clerk.sheets()


def test_what_never_came_through_is_not_found_and_comes_through_again(clerk: Clerk) -> None:
    clerk.lose(when="before")
    assert clerk.post(worked("a"), worked("b")) == {}
    assert clerk.found() == {}
    assert hours(clerk) == {}
    assert states(clerk.again()) == POSTED
    assert hours(clerk) == TWO


@pytest.mark.parametrize("done", [1, 2])
def test_a_request_that_the_gateway_left_halfway_is_finished(clerk: Clerk, done: int) -> None:
    records = [
        worked("a"),
        worked("b", staff_key="bo"),
        worked("c", work_date=NEXT),
    ]
    clerk.lose(when="midway", functions=done)
    assert clerk.post(*records) == {}
    assert len(clerk.found()) == done
    assert states(clerk.again()) == {f"time:{k}": ItemState.POSTED for k in "abc"}
    assert len(hours(clerk)) == 3


def test_what_follows_an_unanswered_request_is_sent_as_long_as_the_gateway_answers(
    clerk: Clerk,
) -> None:
    clerk.lose()
    operations = [*clerk.planned(worked("a")), *renumbered(clerk.planned(worked("b")), 1)]
    writes = [[operation] for operation in operations]
    assert clerk.send(writes[0]) == {}
    assert states(clerk.send(writes[1])) == {"time:b": ItemState.POSTED}
    assert hours(clerk) == TWO


def renumbered(operations: Sequence[Operation], seq: int) -> list[Operation]:
    return [replace(operation, seq=seq) for operation in operations]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_gateway_that_is_gone_stops_the_lane_and_what_it_did_is_found(
    clerk: Clerk, when: str
) -> None:
    operations = clerk.planned(worked("a"), worked("b"))
    clerk.lose("html503", when, times=999, match={"function": "create"})
    clerk.lose("html503", times=999, match={"function": "getAPISession"})
    with pytest.raises(LedgerUnavailable):
        clerk.send(operations)
    clerk.books.well()
    assert states(clerk.found()) == (POSTED if when == "after" else {})
    assert states(clerk.again()) == POSTED
    assert hours(clerk) == TWO


# The same again.


def test_the_same_request_again_is_known_by_what_is_there(clerk: Clerk) -> None:
    first = clerk.post(worked("a"), worked("b"))
    again = clerk.again()
    assert states(again) == POSTED
    assert {k: o.ledger_id for k, o in again.items()} == {k: o.ledger_id for k, o in first.items()}
    assert {k: o.version for k, o in again.items()} == {k: o.version for k, o in first.items()}
    assert hours(clerk) == TWO


def test_the_same_plan_under_other_ids_is_known_by_what_is_there(clerk: Clerk) -> None:
    operations = clerk.planned(worked("a"), worked("b"))
    clerk.send(operations)
    again = clerk.send(operations)
    assert {code(outcome) for outcome in again.values()} == {"already_written"}
    assert hours(clerk) == TWO
    assert "write" not in clerk.calls


def test_a_gateway_that_forgets_ids_gets_nothing_twice(clerk: Clerk) -> None:
    clerk.books.admin("settings", {"duplicate_seconds": 0})
    clerk.lose()
    clerk.post(worked("a"), worked("b"))
    assert states(clerk.again()) == POSTED
    assert hours(clerk) == TWO


def test_a_repeat_before_the_sheet_can_be_seen_is_refused_and_then_known(clerk: Clerk) -> None:
    clerk.books.admin("settings", {"timesheet_duplicates": "allow"})
    clerk.post(worked("a"))
    first = clerk.links.pop("time:a")
    clerk.books.fail("read_error", times=2, match={"function": "query", "object": "TIMESHEET"})
    with pytest.raises(LedgerUnavailable):
        clerk.again()
    assert clerk.again()["time:a"].ledger_id == first.ledger_id
    assert hours(clerk) == {"time:a": Decimal(2)}


def test_two_entries_that_say_the_same_are_two(clerk: Clerk) -> None:
    clerk.lose()
    clerk.post(worked("a", notes="Same"), worked("b", notes="Same"))
    found = clerk.found()
    assert len({outcome.ledger_id for outcome in found.values()}) == 2
    assert hours(clerk) == TWO


def test_an_entry_that_was_edited_since_is_found_by_its_mark(clerk: Clerk) -> None:
    clerk.lose()
    clerk.post(worked("a"))
    (sheet,) = (s for s in clerk.books.rows("TIMESHEET") if s["BEGINDATE"] == WEEK[1])
    (entry,) = clerk.sheets()[WEEK]
    line: Row = {k: v for k, v in entry.items() if k not in ("parent", "STATE", "LINENO")}
    body = {"object": "TIMESHEET", "recordno": sheet["RECORDNO"], "changes": {}}
    clerk.books.about("/edit", {**body, "lines": [{**line, "QTY": "7"}]})
    found = clerk.found()["time:a"]
    assert (found.state, code(found)) == (ItemState.POSTED, "answer_differs")
    again = clerk.again()["time:a"]
    assert (again.state, code(again)) == (ItemState.POSTED, "answer_differs")
    assert hours(clerk) == {"time:a": Decimal(7)}
    assert clerk.links["time:a"].content == found.content != ""


# A move between two sheets.


@pytest.mark.parametrize("lost", ["create", "update"])
def test_a_move_whose_answers_are_lost_is_in_one_sheet_at_last(clerk: Clerk, lost: str) -> None:
    clerk.post(worked("a"), worked("b"))
    operations = clerk.planned(worked("a", work_date=NEXT), worked("b"))
    clerk.lose(match={"function": lost})
    clerk.send(operations)
    clerk.found()
    outcome = clerk.again()["time:a"]
    assert outcome.state is ItemState.POSTED
    assert hours(clerk) == TWO
    assert len(clerk.sheets()[WEEK]) == 1


# Retries that are safe, and what stops the lane.


@pytest.mark.parametrize("action", ["429", "unavailable", "invalid_session"])
def test_a_write_that_was_turned_away_is_sent_again_at_once(clerk: Clerk, action: str) -> None:
    clerk.books.fail(action, times=1, match={"function": "create"})
    assert states(clerk.post(worked("a"), worked("b"))) == POSTED
    assert hours(clerk) == TWO


def test_a_write_that_is_turned_away_for_ever_stops_the_lane(clerk: Clerk) -> None:
    clerk.lose("429", "before", times=99)
    with pytest.raises(LedgerUnavailable):
        clerk.post(worked("a"))
    clerk.books.well()
    assert clerk.again()["time:a"].state is ItemState.POSTED


@pytest.mark.parametrize(
    ("action", "error"),
    [("400", LedgerStopped), ("401", AuthorizationLost), ("permission", LedgerStopped)],
)
def test_what_nobody_can_write_through_stops_the_lane_and_records_nothing(
    clerk: Clerk, action: str, error: type[Exception]
) -> None:
    clerk.books.fail(action, times=99, match={"function": "create"})
    with pytest.raises(error):
        clerk.post(worked("a"))
    assert hours(clerk) == {}


def test_a_request_that_the_schema_refuses_fails_with_words(clerk: Clerk) -> None:
    clerk.books.fail("schema_error", times=99, match={"function": "create"})
    outcome = clerk.post(worked("a"))["time:a"]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "our_request_wrong")


def test_what_a_stopped_worker_left_is_sent_by_the_next(books: Books) -> None:
    clerk = Clerk(books)
    operations = clerk.planned(worked("a"), worked("b", work_date=NEXT))
    assert states(clerk.send(operations[:1])) == {"time:a": ItemState.POSTED}
    assert states(clerk.send(operations)) == POSTED
    assert hours(clerk) == TWO
