"""Two timesheets of one person and period, which a company may have: what is in either is known,
changed and taken out there, and nothing is in both."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.plan import ItemState, Outcome, Request
from ledgerlink.domain.ports import never
from ledgerlink.services.applying.writes import as_write

from tests.contract.intacct.poster import Poster, code
from tests.contract.intacct.time_entries import NEXT, deleted, hours, kept, theirs
from tests.contract.papers import worked
from tests.support.qbo.writes import OutcomeCollector


@pytest.fixture
def poster(poster: Poster) -> Poster:
    """Somebody in a company that may have two sheets of one person and period."""
    poster.books.admin("settings", {"timesheet_duplicates": "allow"})
    return poster


def sheet_of(poster: Poster, key: str) -> str:
    """The RECORDNO of the sheet that holds the entry."""
    return str(poster.entry(key)["parent"])


def second(poster: Poster) -> str:
    """A sheet of ours that is the younger one of its week; its RECORDNO."""
    first, number = theirs(poster, "Approved"), theirs(poster)
    poster.post(worked("a"), worked("b"))
    assert sheet_of(poster, "time:a") == number
    poster.books.change("TIMESHEET", first, STATE="Draft")
    return number


def test_new_entries_go_to_the_open_timesheet(poster: Poster) -> None:
    theirs(poster, "Approved")
    number = theirs(poster)
    assert poster.post(worked("a"))["time:a"].state is ItemState.POSTED
    assert sheet_of(poster, "time:a") == number


def test_an_entry_of_the_younger_sheet_is_changed_there(poster: Poster) -> None:
    number = second(poster)
    assert poster.post(worked("a", minutes=30))["time:a"].state is ItemState.POSTED
    assert hours(poster) == {"time:a": Decimal("0.5"), "time:b": Decimal(2)}
    assert sheet_of(poster, "time:a") == number


def test_an_entry_of_the_younger_sheet_is_taken_out_there(poster: Poster) -> None:
    second(poster)
    assert poster.post(deleted("a"))["time:a"].state is ItemState.POSTED
    assert hours(poster) == {"time:b": Decimal(2)}


def test_an_entry_of_the_younger_sheet_moves_to_another_week(poster: Poster) -> None:
    second(poster)
    assert poster.post(worked("a", work_date=NEXT))["time:a"].state is ItemState.POSTED
    assert hours(poster) == {"time:a": Decimal(2), "time:b": Decimal(2)}
    assert poster.entry("time:a")["ENTRYDATE"] == "03/09/2026"


@pytest.mark.parametrize("lost", ["update", "delete"])
def test_of_lost_answers_about_both_sheets_nothing_is_left_over(poster: Poster, lost: str) -> None:
    second(poster)
    operations = poster.planned(worked("a", minutes=30), deleted("b"), worked("c"))
    poster.lose(match={"function": lost})
    poster.send(operations)
    poster.found()
    assert {o.state for o in poster.again().values()} == {ItemState.POSTED}
    assert hours(poster) == {"time:a": Decimal("0.5"), "time:c": Decimal(2)}


def moved(poster: Poster, key: str) -> None:
    """Somebody makes another sheet of the same week of what is in this one, and deletes this."""
    number, entry = sheet_of(poster, key), poster.entry(key)
    lines: list[dict[str, Any]] = [
        {name: value for name, value in kept(row).items() if name != "RECORDNO"}
        for row in poster.books.rows("TIMESHEETENTRY")
        if row["parent"] == entry["parent"]
    ]
    poster.books.create("TIMESHEET", lines, EMPLOYEEID="E1", BEGINDATE="03/02/2026")
    poster.books.delete("TIMESHEET", number)


def test_an_entry_moved_to_another_timesheet_of_its_week_is_found(
    poster: Poster,
) -> None:
    poster.post(worked("a"), worked("b"))
    operations = poster.planned(worked("a", minutes=30), deleted("b"))
    moved(poster, "time:a")
    assert {o.state for o in poster.send(operations).values()} == {ItemState.POSTED}
    assert hours(poster) == {"time:a": Decimal("0.5")}


@pytest.mark.parametrize("last", [False, True], ids=["with others", "as the last one"])
def test_an_entry_of_a_replaced_timesheet_is_ours_in_the_new_one(
    poster: Poster, last: bool
) -> None:
    """Case product 1: its hours are in the ledger under our marker, so it is not gone."""
    records = [worked("a")] if last else [worked("a"), worked("b")]
    poster.post(*records)
    moved(poster, "time:a")
    outcome = poster.post(worked("a", minutes=30))["time:a"]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    moved(poster, "time:a")
    outcome = poster.post(deleted("a"))["time:a"]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert hours(poster) == ({} if last else {"time:b": Decimal(2)})
    assert "time:a" not in poster.links


def test_an_entry_edited_in_the_timesheet_that_replaced_its_own_is_an_edit(
    poster: Poster,
) -> None:
    """Case product 1."""
    poster.post(worked("a"))
    entry = poster.entry("time:a")
    line = {name: value for name, value in kept(entry).items() if name != "RECORDNO"}
    poster.books.create(
        "TIMESHEET", [{**line, "QTY": "7"}], EMPLOYEEID="E1", BEGINDATE="03/02/2026"
    )
    poster.books.delete("TIMESHEET", entry["parent"])
    for record in (worked("a", minutes=30), deleted("a")):
        outcome = poster.post(record)["time:a"]
        assert (outcome.state, code(outcome)) == (ItemState.BLOCKED, "changed_in_ledger")
    assert hours(poster) == {"time:a": Decimal(7)}


def test_an_edit_in_another_sheet_of_its_week_is_not_written_over(poster: Poster) -> None:
    poster.post(worked("a"))
    changes, removal = poster.planned(worked("a", minutes=30)), poster.planned(deleted("a"))
    entry = poster.entry("time:a")
    line = {name: v for name, v in kept(entry).items() if name != "RECORDNO"}
    line["QTY"] = "7"
    poster.books.create("TIMESHEET", [line], EMPLOYEEID="E1", BEGINDATE="03/02/2026")
    poster.books.delete("TIMESHEET", entry["parent"])
    for operations in (changes, removal):
        outcome = poster.send(operations)["time:a"]
        assert (outcome.state, code(outcome)) == (ItemState.FAILED, "changed_in_ledger")
    assert hours(poster) == {"time:a": Decimal(7)}


def test_a_users_copy_in_an_older_timesheet_is_left_alone(poster: Poster) -> None:
    number = second(poster)
    line = {"ENTRYDATE": "03/03/2026", "QTY": "9", "NOTES": "Work a\n[time:a]", "PROJECTID": "P-1"}
    older = min(
        (row["RECORDNO"] for row in poster.books.rows("TIMESHEET") if row["EMPLOYEEID"] == "E1"
         and row["BEGINDATE"] == "03/02/2026"), key=int,
    )  # fmt: skip
    assert older != number
    body = {"object": "TIMESHEET", "recordno": older, "changes": {}, "lines": [line]}
    poster.books.about("/edit", body)
    assert poster.post(worked("a", minutes=30))["time:a"].state is ItemState.POSTED
    held = {
        row["parent"]: Decimal(row["QTY"])
        for row in poster.books.rows("TIMESHEETENTRY")
        if "[time:a]" in str(row["NOTES"])
    }
    assert held == {older: Decimal(9), number: Decimal("0.5")}


@pytest.mark.parametrize("twins", ["allow", "refuse"])
def test_a_timesheet_begun_between_two_requests_keeps_its_entries(
    poster: Poster, twins: str
) -> None:
    poster.books.admin("settings", {"timesheet_duplicates": twins})
    operations = poster.planned(worked("a"), worked("b", staff_key="bo"))
    requests = [Request(f"r{op.seq}", (as_write(op, poster.links),)) for op in operations]
    told = OutcomeCollector()

    async def answered(request: Request, outcomes: Sequence[Outcome]) -> None:
        await told(request, outcomes)
        if request is requests[0]:
            line = {"ENTRYDATE": "03/03/2026", "QTY": "1", "PROJECTID": "P-1", "NOTES": "by hand"}
            poster.books.create("TIMESHEET", [line], EMPLOYEEID="E2", BEGINDATE="03/02/2026")

    poster.books.ask(lambda ledger: ledger.write(requests, answered, never))
    assert {outcome.state for outcome in told.outcomes.values()} == {ItemState.POSTED}
    assert len(told.outcomes) == 2
    assert hours(poster) == {"time:a": Decimal(2), "time:b": Decimal(2)}
    assert "by hand" in {row["NOTES"] for row in poster.books.rows("TIMESHEETENTRY")}
