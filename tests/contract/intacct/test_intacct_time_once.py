"""Time is in the ledger once, whatever is lost on the way, against the sandbox."""

from collections.abc import Mapping
from decimal import Decimal

import pytest
from ledgerlink.domain.errors import AuthorizationLost, LedgerStopped, LedgerUnavailable
from ledgerlink.domain.model.plan import ItemState

from tests.contract.intacct.books import Books, Row
from tests.contract.intacct.poster import Poster, code
from tests.contract.intacct.time_entries import NEXT, deleted, hours, states
from tests.contract.papers import worked

LOST = ["cut", "html502", "html503", "524", "html200", "truncate", "status500"]
WEEK = ("E1", "03/02/2026")


POSTED = {"time:a": ItemState.POSTED, "time:b": ItemState.POSTED}
TWO: Mapping[str, Decimal] = {"time:a": Decimal(2), "time:b": Decimal(2)}


# The answer of a write is lost.


@pytest.mark.parametrize("action", LOST)
def test_new_time_whose_answer_is_lost_is_found_and_there_once(poster: Poster, action: str) -> None:
    poster.lose(action)
    assert poster.post(worked("a"), worked("b")) == {}
    found = poster.found()
    assert states(found) == POSTED
    assert {code(outcome) for outcome in found.values()} <= {"already_written", ""}
    assert hours(poster) == TWO


@pytest.mark.parametrize("action", LOST)
def test_the_same_request_again_after_a_lost_answer_doubles_nothing(
    poster: Poster, action: str
) -> None:
    poster.lose(action)
    poster.post(worked("a"), worked("b"))
    assert states(poster.again()) == POSTED
    assert hours(poster) == TWO


def test_a_lost_change_and_a_lost_removal_are_found(poster: Poster) -> None:
    poster.post(worked("a"), worked("b"))
    operations = poster.planned(worked("a", minutes=30), worked("b"), worked("c"))
    poster.lose(match={"function": "update"})
    assert states(poster.send(operations)) == {"time:b": ItemState.UNCHANGED}
    assert states(poster.found()) == {"time:a": ItemState.POSTED, "time:c": ItemState.POSTED}
    assert states(poster.again()) == {"time:a": ItemState.POSTED, "time:c": ItemState.POSTED}
    poster.lose(match={"function": "delete"})
    removed = poster.planned(deleted("a"), deleted("b"), deleted("c"))
    assert poster.send(removed) == {}
    assert set(states(poster.found()).values()) == {ItemState.POSTED}
    assert set(states(poster.again()).values()) == {ItemState.POSTED}
    assert hours(poster) == {}
    assert WEEK not in poster.sheets()


def test_an_undelivered_write_is_not_found_and_sent_again(poster: Poster) -> None:
    poster.lose(when="before")
    assert poster.post(worked("a"), worked("b")) == {}
    assert poster.found() == {}
    assert hours(poster) == {}
    assert states(poster.again()) == POSTED
    assert hours(poster) == TWO


@pytest.mark.parametrize("done", [1, 2])
def test_a_request_that_the_gateway_left_halfway_is_finished(poster: Poster, done: int) -> None:
    records = [
        worked("a"),
        worked("b", staff_key="bo"),
        worked("c", work_date=NEXT),
    ]
    poster.lose(when="midway", functions=done)
    assert poster.post(*records) == {}
    assert len(poster.found()) == done
    assert states(poster.again()) == {f"time:{k}": ItemState.POSTED for k in "abc"}
    assert len(hours(poster)) == 3


def test_requests_after_an_unanswered_one_are_sent_while_the_gateway_answers(
    poster: Poster,
) -> None:
    poster.lose()
    first, second = poster.planned(worked("a")), poster.planned(worked("b"))
    assert poster.send(first) == {}
    assert states(poster.send(second)) == {"time:b": ItemState.POSTED}
    assert hours(poster) == TWO


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_gateway_stops_the_lane_and_its_writes_are_found(poster: Poster, when: str) -> None:
    operations = poster.planned(worked("a"), worked("b"))
    poster.lose("html503", when, times=999, match={"function": "create"})
    poster.lose("html503", times=999, match={"function": "getAPISession"})
    with pytest.raises(LedgerUnavailable):
        poster.send(operations)
    poster.books.well()
    assert states(poster.found()) == (POSTED if when == "after" else {})
    assert states(poster.again()) == POSTED
    assert hours(poster) == TWO


# The same again.


def test_a_repeated_request_is_found_in_the_ledger(poster: Poster) -> None:
    first = poster.post(worked("a"), worked("b"))
    again = poster.again()
    assert states(again) == POSTED
    assert {k: o.ledger_id for k, o in again.items()} == {k: o.ledger_id for k, o in first.items()}
    assert {k: o.version for k, o in again.items()} == {k: o.version for k, o in first.items()}
    assert hours(poster) == TWO


def test_the_same_plan_under_other_ids_is_found_in_the_ledger(poster: Poster) -> None:
    operations = poster.planned(worked("a"), worked("b"))
    poster.send(operations)
    again = poster.send_under_other_ids(operations)
    assert {code(outcome) for outcome in again.values()} == {"already_written"}
    assert hours(poster) == TWO
    assert "write" not in poster.calls


def test_a_gateway_that_forgets_ids_gets_nothing_twice(poster: Poster) -> None:
    poster.books.admin("settings", {"duplicate_seconds": 0})
    poster.lose()
    poster.post(worked("a"), worked("b"))
    assert states(poster.again()) == POSTED
    assert hours(poster) == TWO


def test_a_repeat_before_the_sheet_can_be_seen_is_refused_and_then_known(poster: Poster) -> None:
    poster.books.admin("settings", {"timesheet_duplicates": "allow"})
    poster.post(worked("a"))
    first = poster.links.pop("time:a")
    poster.books.fail("read_error", times=2, match={"function": "query", "object": "TIMESHEET"})
    with pytest.raises(LedgerUnavailable):
        poster.again()
    assert poster.again()["time:a"].ledger_id == first.ledger_id
    assert hours(poster) == {"time:a": Decimal(2)}


def test_two_entries_that_say_the_same_are_two(poster: Poster) -> None:
    poster.lose()
    poster.post(worked("a", notes="Same"), worked("b", notes="Same"))
    found = poster.found()
    assert len({outcome.ledger_id for outcome in found.values()}) == 2
    assert hours(poster) == TWO


def test_an_entry_that_was_edited_since_is_found_by_its_mark(poster: Poster) -> None:
    poster.lose()
    poster.post(worked("a"))
    (sheet,) = (s for s in poster.books.rows("TIMESHEET") if s["BEGINDATE"] == WEEK[1])
    (entry,) = poster.sheets()[WEEK]
    line: Row = {k: v for k, v in entry.items() if k not in ("parent", "STATE", "LINENO")}
    body = {"object": "TIMESHEET", "recordno": sheet["RECORDNO"], "changes": {}}
    poster.books.about("/edit", {**body, "lines": [{**line, "QTY": "7"}]})
    found = poster.found()["time:a"]
    assert (found.state, code(found)) == (ItemState.POSTED, "answer_differs")
    again = poster.again()["time:a"]
    assert (again.state, code(again)) == (ItemState.POSTED, "answer_differs")
    assert hours(poster) == {"time:a": Decimal(7)}
    assert poster.links["time:a"].content == found.content != ""


# A move between two sheets.


@pytest.mark.parametrize("lost", ["create", "update"])
def test_a_move_whose_answers_are_lost_is_in_one_sheet_at_last(poster: Poster, lost: str) -> None:
    poster.post(worked("a"), worked("b"))
    operations = poster.planned(worked("a", work_date=NEXT), worked("b"))
    poster.lose(match={"function": lost})
    poster.send(operations)
    poster.found()
    outcome = poster.again()["time:a"]
    assert outcome.state is ItemState.POSTED
    assert hours(poster) == TWO
    assert len(poster.sheets()[WEEK]) == 1


# Retries that are safe, and what stops the lane.


@pytest.mark.parametrize("action", ["429", "unavailable", "invalid_session"])
def test_a_write_that_was_turned_away_is_sent_again_at_once(poster: Poster, action: str) -> None:
    poster.books.fail(action, times=1, match={"function": "create"})
    assert states(poster.post(worked("a"), worked("b"))) == POSTED
    assert hours(poster) == TWO


def test_a_write_that_is_turned_away_for_ever_stops_the_lane(poster: Poster) -> None:
    poster.lose("429", "before", times=99)
    with pytest.raises(LedgerUnavailable):
        poster.post(worked("a"))
    poster.books.well()
    assert poster.again()["time:a"].state is ItemState.POSTED


@pytest.mark.parametrize(
    ("action", "error"),
    [("400", LedgerStopped), ("401", AuthorizationLost)],
)
def test_a_blocked_gateway_stops_the_lane_and_records_nothing(
    poster: Poster, action: str, error: type[Exception]
) -> None:
    poster.books.fail(action, times=99, match={"function": "create"})
    with pytest.raises(error):
        poster.post(worked("a"))
    assert hours(poster) == {}


def test_a_request_that_the_schema_refuses_fails_with_words(poster: Poster) -> None:
    poster.books.fail("schema_error", times=99, match={"function": "create"})
    outcome = poster.post(worked("a"))["time:a"]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "our_request_wrong")


def test_writes_left_by_a_stopped_worker_are_sent_by_the_next(books: Books) -> None:
    poster = Poster(books)
    operations = poster.planned(worked("a"), worked("b", work_date=NEXT))
    assert states(poster.send(operations[:1])) == {"time:a": ItemState.POSTED}
    assert states(poster.send(operations)) == POSTED
    assert hours(poster) == TWO
