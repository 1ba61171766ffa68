"""In which timesheet the entry of a write is found, and into which it goes."""

from datetime import date
from typing import Any

import pytest
from ledgerlink.connectors.intacct.outcomes.timesheets import (
    EmployeePeriod,
    Timesheet,
    Timesheets,
    destination_of,
    entry_id,
    entry_marker,
    marker_in_entry,
    period_of,
    periods_of,
    written_number,
)
from ledgerlink.domain.model.plan import Action, Write

MARCH_2, MARCH_9 = date(2026, 3, 2), date(2026, 3, 9)
THIS_WEEK, NEXT_WEEK = EmployeePeriod("E1", MARCH_2), EmployeePeriod("E1", MARCH_9)
OF_ANOTHER = EmployeePeriod("E2", MARCH_2)


def sheet(
    number: str, *marks: str, period: EmployeePeriod = THIS_WEEK, state: str = "Draft"
) -> Timesheet:
    entries = [{"NOTES": f"work\n[{mark}]"} for mark in marks]
    head = {"STATE": state, "WHENMODIFIED": f"{number} o'clock"}
    return Timesheet(number, period, head, [*entries, {"NOTES": "by hand"}])


def sheets(*some: Timesheet) -> Timesheets:
    return Timesheets({each.number: each for each in some})


def write(
    action: Action = Action.UPDATE,
    ledger_id: str | None = "5/time:a",
    week: date | None = MARCH_2,
    employee: Any = "employee/E1",
    group: str = "",
) -> Write:
    body = None
    if action is not Action.DELETE and week is not None:
        body = {"EMPLOYEE": employee, "BEGINDATE": week.isoformat()}
    return Write(
        seq=1,
        action=action,
        key="time:a",
        kind="TIMESHEETENTRY",
        body=body,
        ledger_id=ledger_id,
        group=group,
    )


def removal(group: str = "timesheet/E1/2026-03-02", ledger_id: str = "5/time:a") -> Write:
    return write(Action.DELETE, ledger_id, group=group)


def located(one: Write, *some: Timesheet) -> tuple[list[str], str | None, str | None]:
    """The numbers of the timesheets that it is found in, of its home and of its target."""
    held = sheets(*some)
    found = held.locate(one)
    assert held.locate(one) is found
    home, target = (each.number if each else None for each in (found.home, found.target))
    return [each.number for each in found.found_in], home, target


def test_a_corrected_entry_stays_in_its_timesheet() -> None:
    own, other = sheet("5", "time:a", "time:b"), sheet("4", "time:b")
    assert located(write(), own, other) == (["5"], "5", "5")


def test_a_new_entry_goes_into_the_oldest_open_timesheet_of_its_week() -> None:
    some = [sheet("10"), sheet("9"), sheet("8", state="Approved"), sheet("7", period=NEXT_WEEK)]
    assert located(write(Action.CREATE, None), *some) == ([], None, "9")
    assert located(write(Action.CREATE, None), sheet("7", period=OF_ANOTHER)) == ([], None, None)
    assert located(write(Action.CREATE, None), sheet("8", state="A")) == ([], None, "8")


def test_an_entry_that_moves_is_found_where_it_was_written_and_goes_to_the_new_week() -> None:
    old, new = sheet("5", "time:a"), sheet("6", period=NEXT_WEEK)
    assert located(write(week=MARCH_9), old, new) == (["5"], None, "6")
    assert located(write(week=MARCH_9), old) == (["5"], None, None)


def test_an_entry_that_has_moved_already_is_at_home_in_its_new_week() -> None:
    old, new = sheet("5", "time:a"), sheet("6", "time:a", period=NEXT_WEEK)
    assert located(write(week=MARCH_9), old, new) == (["5", "6"], "6", "6")


def test_an_entry_that_a_user_moved_within_its_week_is_found_there() -> None:
    assert located(write(), sheet("6", "time:a"), sheet("5")) == (["6"], "6", "6")


def test_of_two_timesheets_with_the_entry_the_one_it_was_written_to_is_its_home() -> None:
    other, own = sheet("4", "time:a"), sheet("5", "time:a", state="Approved")
    assert located(write(), other, own) == (["4", "5"], "5", "5")
    assert located(write(ledger_id="3/time:a"), own, other) == (["5", "4"], "4", "4")


def test_a_copy_in_another_week_or_of_another_person_is_not_the_entry() -> None:
    copies = [sheet("6", "time:a", period=NEXT_WEEK), sheet("7", "time:a", period=OF_ANOTHER)]
    assert located(write(), *copies) == ([], None, None)


def test_an_entry_is_removed_from_the_timesheet_that_it_was_written_to() -> None:
    own, copy = sheet("5", "time:a"), sheet("6", "time:a", period=NEXT_WEEK)
    assert located(removal(), own, copy) == (["5"], "5", "5")
    assert located(removal(group=""), own, copy) == (["5"], "5", "5")
    assert located(removal(), sheet("5")) == ([], None, None)


def test_an_entry_is_removed_from_where_a_user_moved_it_in_its_week() -> None:
    assert located(removal(), sheet("6", "time:a")) == (["6"], "6", "6")
    assert located(removal(group=""), sheet("6", "time:a")) == ([], None, None)


def test_the_timesheet_that_holds_an_entry_is_the_oldest_open_one_of_the_week() -> None:
    held = sheets(
        sheet("4", "time:a", state="Approved"),
        sheet("10", "time:a"),
        sheet("9", "time:a"),
        sheet("3", "time:a", period=NEXT_WEEK),
        sheet("2", "time:b"),
    )
    found = held.holding("time:a", THIS_WEEK)
    assert found is not None
    assert found.number == "9"
    assert held.holding("time:c", THIS_WEEK) is None
    assert held.holding("time:b", NEXT_WEEK) is None
    oldest = held.of(THIS_WEEK)
    assert oldest is not None
    assert oldest.number == "2"


def test_periods_are_those_that_were_read_and_those_that_are_written() -> None:
    held = sheets(sheet("4"), sheet("5", period=OF_ANOTHER))
    assert held.periods([write(week=MARCH_9), removal()]) == {THIS_WEEK, OF_ANOTHER, NEXT_WEEK}
    assert held.periods([]) == {THIS_WEEK, OF_ANOTHER}
    assert set(held.only(["5", "6"]).by_number) == {"5"}


@pytest.mark.parametrize("employee", [{"$pending": "user:u1"}, None])
def test_time_of_an_employee_who_is_only_being_created_has_no_timesheet_yet(employee: Any) -> None:
    assert destination_of(write(employee=employee)) is None
    assert located(write(employee=employee), sheet("4")) == ([], None, None)


def test_a_removal_goes_nowhere_but_belongs_to_a_week() -> None:
    assert destination_of(removal()) is None
    assert period_of(removal()) == THIS_WEEK
    assert period_of(removal(group="")) is None
    moving = write(week=MARCH_9, group="timesheet/E1/2026-03-02")
    assert period_of(moving) == destination_of(moving) == NEXT_WEEK
    assert destination_of(write(employee="E1")) == THIS_WEEK
    assert periods_of([removal(), removal(group=""), moving]) == {THIS_WEEK, NEXT_WEEK}


def test_the_id_of_an_entry_names_its_timesheet_and_its_marker() -> None:
    assert entry_id("5", "time:a") == "5/time:a"
    adopted = write(ledger_id="5/time:old")
    assert (written_number(adopted), entry_marker(adopted)) == ("5", "time:old")
    new = write(Action.CREATE, ledger_id=None)
    assert (written_number(new), entry_marker(new)) == ("", "time:a")


@pytest.mark.parametrize(
    ("state", "locked"),
    [
        ("Draft", None),
        ("Approved", "approved"),
        ("A", "approved"),
        ("Partially Approved", "partially approved"),
        ("x", "partially approved"),
        ("Submitted", None),
    ],
)
def test_an_approved_timesheet_cannot_change(state: str, locked: str | None) -> None:
    one = sheet("5", "time:a", state=state)
    assert (one.locked_state, one.version) == (locked, "5 o'clock")
    assert list(one.our_entries) == ["time:a"]
    assert Timesheet("5", THIS_WEEK, {}, []).locked_state is None


def test_the_marker_of_an_entry_is_in_its_notes_or_else_in_its_description() -> None:
    """A user's own text may end in brackets, too."""
    both = {"NOTES": "[time:a]", "DESCRIPTION": "[time:b]"}
    assert marker_in_entry(both) == "time:a"
    assert marker_in_entry({"NOTES": None, "DESCRIPTION": "[time:b]"}) == "time:b"
    assert not marker_in_entry({"NOTES": "by hand"})
