"""Two timesheets of one person and period, which a company may have: what is in either is known,
changed and taken out there, and nothing is in both."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.plan import ItemState, Outcome, Request
from ledgerlink.domain.ports import never
from ledgerlink.services.applying.writes import as_write

from tests.contract.intacct.clerk import Clerk, code
from tests.contract.intacct.test_intacct_posted_time import deleted, kept, theirs
from tests.contract.intacct.test_intacct_time_once import NEXT, hours
from tests.contract.papers import worked
from tests.support.qbo.writes import OutcomeCollector


@pytest.fixture
def clerk(clerk: Clerk) -> Clerk:
    """Somebody in a company that may have two sheets of one person and period."""
    clerk.books.admin("settings", {"timesheet_duplicates": "allow"})
    return clerk


def sheet_of(clerk: Clerk, key: str) -> str:
    """The RECORDNO of the sheet that holds the entry."""
    return str(clerk.entry(key)["parent"])


def second(clerk: Clerk) -> str:
    """A sheet of ours that is the younger one of its week; its RECORDNO."""
    first, number = theirs(clerk, "Approved"), theirs(clerk)
    clerk.post(worked("a"), worked("b"))
    assert sheet_of(clerk, "time:a") == number
    clerk.books.change("TIMESHEET", first, STATE="Draft")
    return number


def test_what_comes_new_goes_to_the_sheet_that_is_open(clerk: Clerk) -> None:
    theirs(clerk, "Approved")
    number = theirs(clerk)
    assert clerk.post(worked("a"))["time:a"].state is ItemState.POSTED
    assert sheet_of(clerk, "time:a") == number


def test_an_entry_of_the_younger_sheet_is_changed_there(clerk: Clerk) -> None:
    number = second(clerk)
    assert clerk.post(worked("a", minutes=30))["time:a"].state is ItemState.POSTED
    assert hours(clerk) == {"time:a": Decimal("0.5"), "time:b": Decimal(2)}
    assert sheet_of(clerk, "time:a") == number


def test_an_entry_of_the_younger_sheet_is_taken_out_there(clerk: Clerk) -> None:
    second(clerk)
    assert clerk.post(deleted("a"))["time:a"].state is ItemState.POSTED
    assert hours(clerk) == {"time:b": Decimal(2)}


def test_an_entry_of_the_younger_sheet_moves_to_another_week(clerk: Clerk) -> None:
    second(clerk)
    assert clerk.post(worked("a", work_date=NEXT))["time:a"].state is ItemState.POSTED
    assert hours(clerk) == {"time:a": Decimal(2), "time:b": Decimal(2)}
    assert clerk.entry("time:a")["ENTRYDATE"] == "03/09/2026"


@pytest.mark.parametrize("lost", ["update", "delete"])
def test_of_lost_answers_about_both_sheets_nothing_is_left_over(clerk: Clerk, lost: str) -> None:
    second(clerk)
    operations = clerk.planned(worked("a", minutes=30), deleted("b"), worked("c"))
    clerk.lose(match={"function": lost})
    clerk.send(operations)
    clerk.found()
    assert {o.state for o in clerk.again().values()} == {ItemState.POSTED}
    assert hours(clerk) == {"time:a": Decimal("0.5"), "time:c": Decimal(2)}


def moved(clerk: Clerk, key: str) -> None:
    """Somebody makes another sheet of the same week of what is in this one, and deletes this."""
    number, entry = sheet_of(clerk, key), clerk.entry(key)
    lines: list[dict[str, Any]] = [
        {name: value for name, value in kept(row).items() if name != "RECORDNO"}
        for row in clerk.books.rows("TIMESHEETENTRY")
        if row["parent"] == entry["parent"]
    ]
    clerk.books.create("TIMESHEET", lines, EMPLOYEEID="E1", BEGINDATE="03/02/2026")
    clerk.books.delete("TIMESHEET", number)


def test_an_entry_that_somebody_put_into_another_sheet_of_its_week_is_known_there(
    clerk: Clerk,
) -> None:
    clerk.post(worked("a"), worked("b"))
    moved(clerk, "time:a")
    outcomes = clerk.post(worked("a", minutes=30), deleted("b"))
    assert {o.state for o in outcomes.values()} == {ItemState.POSTED}
    assert hours(clerk) == {"time:a": Decimal("0.5")}


def test_an_edit_in_another_sheet_of_its_week_is_not_written_over(clerk: Clerk) -> None:
    clerk.post(worked("a"))
    entry = clerk.entry("time:a")
    line = {name: v for name, v in kept(entry).items() if name != "RECORDNO"}
    line["QTY"] = "7"
    clerk.books.create("TIMESHEET", [line], EMPLOYEEID="E1", BEGINDATE="03/02/2026")
    clerk.books.delete("TIMESHEET", entry["parent"])
    for record in (worked("a", minutes=30), deleted("a")):
        outcome = clerk.post(record)["time:a"]
        assert (outcome.state, code(outcome)) == (ItemState.FAILED, "changed_in_ledger")
    assert hours(clerk) == {"time:a": Decimal(7)}


def test_a_copy_that_somebody_made_in_an_older_sheet_is_left_alone(clerk: Clerk) -> None:
    number = second(clerk)
    line = {"ENTRYDATE": "03/03/2026", "QTY": "9", "NOTES": "Work a\n[time:a]", "PROJECTID": "P-1"}
    older = min(
        (row["RECORDNO"] for row in clerk.books.rows("TIMESHEET") if row["EMPLOYEEID"] == "E1"
         and row["BEGINDATE"] == "03/02/2026"), key=int,
    )  # fmt: skip
    assert older != number
    body = {"object": "TIMESHEET", "recordno": older, "changes": {}, "lines": [line]}
    clerk.books.about("/edit", body)
    assert clerk.post(worked("a", minutes=30))["time:a"].state is ItemState.POSTED
    held = {
        row["parent"]: Decimal(row["QTY"])
        for row in clerk.books.rows("TIMESHEETENTRY")
        if "[time:a]" in str(row["NOTES"])
    }
    assert held == {older: Decimal(9), number: Decimal("0.5")}


@pytest.mark.parametrize("twins", ["allow", "refuse"])
def test_a_sheet_that_somebody_begins_between_two_requests_keeps_what_is_in_it(
    clerk: Clerk, twins: str
) -> None:
    clerk.books.admin("settings", {"timesheet_duplicates": twins})
    operations = clerk.planned(worked("a"), worked("b", staff_key="bo"))
    requests = [Request(f"r{op.seq}", (as_write(op, clerk.links),)) for op in operations]
    told = OutcomeCollector()

    async def answered(request: Request, outcomes: Sequence[Outcome]) -> None:
        await told(request, outcomes)
        if request is requests[0]:
            line = {"ENTRYDATE": "03/03/2026", "QTY": "1", "PROJECTID": "P-1", "NOTES": "by hand"}
            clerk.books.create("TIMESHEET", [line], EMPLOYEEID="E2", BEGINDATE="03/02/2026")

    clerk.books.ask(lambda ledger: ledger.write(requests, answered, never))
    assert {outcome.state for outcome in told.outcomes.values()} == {ItemState.POSTED}
    assert len(told.outcomes) == 2
    assert hours(clerk) == {"time:a": Decimal(2), "time:b": Decimal(2)}
    assert "by hand" in {row["NOTES"] for row in clerk.books.rows("TIMESHEETENTRY")}
