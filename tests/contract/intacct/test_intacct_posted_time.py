"""Time as entries of timesheets, planned and written, against the sandbox."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.domain.model.plan import Action, ItemState
from ledgerlink.domain.model.rules import LinkTo, RuleKind
from ledgerlink.domain.model.source_records import Record, RecordKind, TimeEntry

from tests.contract.clerk import Outcomes
from tests.contract.intacct.books import Books, Row
from tests.contract.intacct.clerk import Clerk, code, words
from tests.contract.papers import DAY, gone, worked

ADA, BO = ("E1", "03/02/2026"), ("E2", "03/02/2026")
NEXT = DAY + timedelta(days=7)


def deleted(key: str = "t1") -> Record:
    return gone(key, RecordKind.TIME)


def notes(entries: list[Row]) -> list[str]:
    return [entry["NOTES"] for entry in entries]


def states(outcomes: Outcomes) -> Mapping[str, ItemState]:
    return {key: outcome.state for key, outcome in outcomes.items()}


def theirs(clerk: Clerk, state: str = "Draft", **entry: Any) -> str:
    """Somebody has entered time by hand; the RECORDNO of the sheet."""
    line = {"ENTRYDATE": "03/03/2026", "QTY": "1.5", "NOTES": "By hand", "PROJECTID": "P-1"}
    sheet = {"EMPLOYEEID": "E1", "BEGINDATE": "03/02/2026", "STATE": state}
    return str(clerk.books.create("TIMESHEET", [{**line, **entry}], **sheet)["RECORDNO"])


def decide(clerk: Clerk, state: str) -> None:
    """A manager decides, in the screens, over all sheets of this week."""
    for sheet in clerk.books.rows("TIMESHEET"):
        if sheet["BEGINDATE"] == "03/02/2026":
            clerk.books.change("TIMESHEET", sheet["RECORDNO"], STATE=state)


# New entries.


def test_a_new_entry_makes_a_sheet_of_its_person_and_week(clerk: Clerk) -> None:
    (outcome,) = clerk.post(worked()).values()
    (sheet,) = [s for s in clerk.books.rows("TIMESHEET") if s["BEGINDATE"] == ADA[1]]
    assert (sheet["EMPLOYEEID"], sheet["STATE"]) == ("E1", "Draft")
    (entry,) = clerk.sheets()[ADA]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert outcome.ledger_id == f"{sheet['RECORDNO']}/time:t1"
    assert outcome.version
    assert (entry["ENTRYDATE"], Decimal(entry["QTY"])) == ("03/02/2026", Decimal(2))
    assert entry["NOTES"] == "Work t1\n[time:t1]"
    assert (entry["PROJECTID"], entry["CUSTOMERID"]) == ("P-1", "C1")
    assert (entry["ITEMID"], entry["BILLABLE"]) == ("LAB-1", "true")
    assert Decimal(entry["EXTBILLRATE"]) == 50


def test_time_of_a_customer_and_of_a_type_of_time_goes_to_their_own_fields(clerk: Clerk) -> None:
    clerk.post(worked(project_key="acme", labor_code_key="overtime", billable=False))
    entry = clerk.entry("time:t1")
    assert (entry["CUSTOMERID"], entry["TIMETYPE"]) == ("C1", "Overtime")
    assert "PROJECTID" not in entry
    assert "ITEMID" not in entry
    assert entry["BILLABLE"] == "false"


def test_time_of_a_task_goes_to_the_task_and_its_project(clerk: Clerk) -> None:
    number = clerk.books.rows("TASK")[0]["RECORDNO"]
    clerk.rule(RuleKind.PROJECTS, "design", LinkTo(ledger_id=f"task/{number}"))
    outcome = clerk.post(worked(project_key="design"))["time:t1"]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    entry = clerk.entry("time:t1")
    assert entry["TASKKEY"] == number


def test_two_people_and_two_weeks_are_written_by_one_call(clerk: Clerk) -> None:
    outcomes = clerk.post(
        worked("a"),
        worked("b", work_date=NEXT),
        worked("c", staff_key="bo"),
        worked("d", staff_key="bo", work_date=NEXT),
        worked("e", minutes=45),
    )
    assert states(outcomes) == dict.fromkeys([f"time:{key}" for key in "abcde"], ItemState.POSTED)
    assert {key: len(entries) for key, entries in clerk.sheets().items()} == {
        **dict.fromkeys(old(clerk), 1),
        ADA: 2,
        BO: 1,
        ("E1", "03/09/2026"): 1,
        ("E2", "03/09/2026"): 1,
    }
    assert clerk.calls["write"] == 1


def old(clerk: Clerk) -> list[tuple[str, str]]:
    """The sheet that the sample company comes with."""
    return [key for key, entries in clerk.sheets().items() if notes(entries) == ["Kick-off"]]


def test_minutes_are_kept_at_four_places_of_hours(clerk: Clerk) -> None:
    clerk.post(worked("a", minutes=20), worked("b", minutes=1), worked("c", minutes=1439))
    hours = [Decimal(entry["QTY"]) for entry in clerk.sheets()[ADA]]
    assert hours == [Decimal("0.3333"), Decimal("0.0167"), Decimal("23.9833")]
    clerk.looked_at = (RecordKind.TIME,)
    again = clerk.post(worked("a", minutes=20), worked("b", minutes=1), worked("c", minutes=1439))
    assert set(states(again).values()) == {ItemState.UNCHANGED}


def test_a_new_sheet_is_submitted_where_the_firm_says_so(books: Books) -> None:
    clerk = Clerk(replace(books, choices=Choices(timesheet_state="Submitted")))
    clerk.post(worked())
    assert clerk.entry("time:t1")["STATE"] == "Submitted"


@pytest.mark.parametrize(
    ("weekday", "theirs", "first"),
    [(6, "01/04/2026", "03/01/2026"), (5, "01/03/2026", "02/28/2026")],
    ids=["sunday", "saturday"],
)
def test_weeks_begin_as_the_companys_sheets_do(
    clerk: Clerk, weekday: int, theirs: str, first: str
) -> None:
    clerk.weeks(weekday, theirs)
    assert clerk.post(worked())["time:t1"].state is ItemState.POSTED
    assert ("E1", first) in clerk.sheets()


def test_a_sheet_that_begins_on_another_day_than_the_companys_is_refused_with_the_day(
    clerk: Clerk,
) -> None:
    clerk.weeks(6)
    outcome = clerk.post(worked())["time:t1"]
    assert outcome.state is ItemState.FAILED
    assert "start of a timesheet period" in words(outcome)
    assert "Sunday" in words(outcome)


def test_text_in_every_script_and_what_looks_like_xml_arrives_as_it_is(clerk: Clerk) -> None:
    text = 'Größe < 5 &amp; "größer" 領収書 😀 ]]> <!-- --> <?x?> &#65;\nline\ttwo'
    outcome = clerk.post(worked(notes=text))["time:t1"]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert clerk.entry("time:t1")["NOTES"] == f"{text}\n[time:t1]"


def test_a_character_that_xml_cannot_hold_is_told_before_anything_is_sent(clerk: Clerk) -> None:
    outcomes = clerk.post(worked("a", notes="bell \x07"), worked("b"))
    assert outcomes["time:a"].state is ItemState.BLOCKED
    assert code(outcomes["time:a"]) == "control_characters"
    assert outcomes["time:b"].state is ItemState.POSTED


# Adding, changing and taking out.


def test_an_entry_of_the_same_week_joins_the_sheet(clerk: Clerk) -> None:
    clerk.post(worked("a"))
    before = clerk.entry("time:a")
    outcome = clerk.post(worked("b", work_date=DAY + timedelta(days=1)))["time:b"]
    assert outcome.ledger_id == f"{before['parent']}/time:b"
    assert len(clerk.sheets()[ADA]) == 2
    assert clerk.entry("time:a")["RECORDNO"] == before["RECORDNO"]


def test_a_changed_entry_changes_alone_and_keeps_its_record(clerk: Clerk) -> None:
    clerk.post(worked("a"), worked("b"))
    first, second = clerk.entry("time:a"), clerk.entry("time:b")
    outcome = clerk.post(worked("a", minutes=90, notes="Less"), worked("b"))["time:a"]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    changed = clerk.entry("time:a")
    assert (Decimal(changed["QTY"]), changed["NOTES"]) == (Decimal("1.5"), "Less\n[time:a]")
    assert changed["RECORDNO"] == first["RECORDNO"]
    assert clerk.entry("time:b") == second


def test_what_is_said_no_more_is_cleared(clerk: Clerk) -> None:
    clerk.post(worked())
    clerk.post(worked(project_key=None, labor_code_key=None, billable=False, bill_rate=None))
    entry = clerk.entry("time:t1")
    assert not {"PROJECTID", "ITEMID", "CUSTOMERID", "EXTBILLRATE"} & entry.keys()


def test_what_is_posted_again_without_a_change_is_not_sent(clerk: Clerk) -> None:
    clerk.post(worked())
    assert clerk.post(worked())["time:t1"].state is ItemState.UNCHANGED
    assert "write" not in clerk.calls


def test_a_deleted_entry_leaves_its_sheet_and_the_others_stay(clerk: Clerk) -> None:
    clerk.post(worked("a"), worked("b"))
    outcome = clerk.post(deleted("a"))["time:a"]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert notes(clerk.sheets()[ADA]) == ["Work b\n[time:b]"]
    assert set(clerk.links) == {"time:b"}


def test_the_last_entry_takes_its_sheet_with_it(clerk: Clerk) -> None:
    clerk.post(worked("a"), worked("b"))
    clerk.post(deleted("a"), deleted("b"))
    assert ADA not in clerk.sheets()
    assert clerk.links == {}


def test_all_three_in_one_call(clerk: Clerk) -> None:
    clerk.post(worked("a"), worked("b"))
    outcomes = clerk.post(worked("a", minutes=30), deleted("b"), worked("c"))
    assert set(states(outcomes).values()) == {ItemState.POSTED}
    told = {entry["NOTES"][-8:]: Decimal(entry["QTY"]) for entry in clerk.sheets()[ADA]}
    assert told == {"[time:a]": Decimal("0.5"), "[time:c]": 2}


@pytest.mark.parametrize("looked", [(), (RecordKind.TIME,)], ids=["unlooked", "looked"])
def test_an_entry_that_moves_to_another_week_leaves_the_old_sheet(
    clerk: Clerk, looked: tuple[RecordKind, ...]
) -> None:
    clerk.looked_at = looked
    clerk.post(worked("a"), worked("b"))
    outcome = clerk.post(worked("a", work_date=NEXT), worked("b"))["time:a"]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert notes(clerk.sheets()[ADA]) == ["Work b\n[time:b]"]
    assert notes(clerk.sheets()["E1", "03/09/2026"]) == ["Work a\n[time:a]"]
    assert clerk.entry("time:a")["ENTRYDATE"] == "03/09/2026"


@pytest.mark.parametrize("looked", [(), (RecordKind.TIME,)], ids=["unlooked", "looked"])
def test_the_only_entry_that_goes_to_another_person_leaves_no_sheet_behind(
    clerk: Clerk, looked: tuple[RecordKind, ...]
) -> None:
    clerk.looked_at = looked
    clerk.post(worked())
    outcome = clerk.post(worked(staff_key="bo"))["time:t1"]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert ADA not in clerk.sheets()
    assert notes(clerk.sheets()[BO]) == ["Work t1\n[time:t1]"]


# Others' entries.


def test_entries_of_others_in_the_sheet_stay_as_they_are(clerk: Clerk) -> None:
    clerk.books.about("/fields", {"object": "TIMESHEETENTRY", "name": "SITE"})
    task = clerk.books.rows("TASK")[0]["RECORDNO"]
    more = {"TASKKEY": task, "CLASSID": "CL1", "DEPARTMENTID": "10", "SITE": "Oslo"}
    number = theirs(clerk, **more)
    (before,) = clerk.sheets()[ADA]
    clerk.post(worked("a"))
    clerk.post(worked("a", minutes=30), worked("b"))
    clerk.post(deleted("a"), deleted("b"))
    (after,) = clerk.sheets()[ADA]
    assert after == before
    assert after["SITE"] == "Oslo"
    assert [s["RECORDNO"] for s in clerk.books.rows("TIMESHEET")].count(number) == 1


def test_an_entry_of_others_keeps_its_record_where_the_gateway_renews_them(clerk: Clerk) -> None:
    clerk.books.admin("settings", {"timesheet_entry_keys": "renew"})
    theirs(clerk)
    clerk.post(worked("a"))
    assert clerk.post(worked("a", minutes=30))["time:a"].state is ItemState.POSTED
    assert sorted(notes(clerk.sheets()[ADA])) == ["By hand", "Work a\n[time:a]"]


def test_a_text_that_only_looks_like_a_mark_is_somebody_elses(clerk: Clerk) -> None:
    theirs(clerk, NOTES="see [time:t1] for more")
    clerk.post(worked())
    assert notes(clerk.sheets()[ADA]) == ["see [time:t1] for more", "Work t1\n[time:t1]"]


# Sheets that are closed to changes.


@pytest.mark.parametrize("state", ["Approved", "Partially Approved"])
def test_an_approved_sheet_takes_nothing_and_says_so_and_its_neighbours_go_on(
    clerk: Clerk, state: str
) -> None:
    theirs(clerk, state)
    outcomes = clerk.post(worked("a"), worked("b"), worked("c", staff_key="bo"))
    assert {key: (o.state, code(o)) for key, o in outcomes.items()} == {
        "time:a": (ItemState.FAILED, "timesheet_approved"),
        "time:b": (ItemState.FAILED, "timesheet_approved"),
        "time:c": (ItemState.POSTED, ""),
    }
    assert state.lower() in words(outcomes["time:a"])
    assert notes(clerk.sheets()[ADA]) == ["By hand"]


def test_a_submitted_sheet_is_refused_by_the_ledger_with_the_reason(clerk: Clerk) -> None:
    theirs(clerk, "Submitted")
    outcome = clerk.post(worked())["time:t1"]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "timesheet_approved")
    assert notes(clerk.sheets()[ADA]) == ["By hand"]


def test_a_submitted_sheet_is_written_where_the_ledger_allows_it(clerk: Clerk) -> None:
    clerk.books.admin("settings", {"submitted_timesheets_editable": True})
    theirs(clerk, "Submitted")
    assert clerk.post(worked())["time:t1"].state is ItemState.POSTED


@pytest.mark.parametrize("state", ["Declined", "Partially Declined", "Saved"])
def test_a_declined_sheet_takes_entries_again(clerk: Clerk, state: str) -> None:
    theirs(clerk, state)
    assert clerk.post(worked())["time:t1"].state is ItemState.POSTED


def test_an_entry_of_ours_in_an_approved_sheet_neither_changes_nor_goes(clerk: Clerk) -> None:
    clerk.post(worked())
    decide(clerk, "Approved")
    for record in (worked(minutes=30), worked(work_date=NEXT), deleted()):
        outcome = clerk.post(record)["time:t1"]
        assert (outcome.state, code(outcome)) == (ItemState.FAILED, "timesheet_approved")
    assert Decimal(clerk.entry("time:t1")["QTY"]) == 2
    assert ("E1", "03/09/2026") not in clerk.sheets()


def test_a_plan_that_looked_blocks_what_is_approved(clerk: Clerk) -> None:
    clerk.post(worked())
    decide(clerk, "Approved")
    clerk.looked_at = (RecordKind.TIME,)
    (operation,) = clerk.planned(worked(minutes=30))
    assert (operation.state, operation.action) == (ItemState.BLOCKED, Action.NONE)
    assert operation.reason is not None
    assert operation.reason.code == "timesheet_approved"


# Edits of others.


def edit(clerk: Clerk, key: str, **changes: Any) -> None:
    """Somebody changes an entry of ours in the screens."""
    entry = clerk.entry(key)
    lines = [
        {**kept(row), **(changes if row["RECORDNO"] == entry["RECORDNO"] else {})}
        for row in clerk.sheets()[ADA]
    ]
    body = {"object": "TIMESHEET", "recordno": entry["parent"], "changes": {}, "lines": lines}
    clerk.books.about("/edit", body)


def kept(row: Row) -> Row:
    return {k: v for k, v in row.items() if k not in ("parent", "STATE", "LINENO")}


@pytest.mark.parametrize("looked", [(), (RecordKind.TIME,)], ids=["unlooked", "looked"])
def test_an_entry_that_somebody_changed_is_not_written_over(
    clerk: Clerk, looked: tuple[RecordKind, ...]
) -> None:
    clerk.post(worked("a"), worked("b"))
    edit(clerk, "time:a", QTY="7")
    clerk.looked_at = looked
    outcomes = clerk.post(worked("a", minutes=30), worked("b", minutes=30))
    assert code(outcomes["time:a"]) == "changed_in_ledger"
    assert outcomes["time:b"].state is ItemState.POSTED
    assert Decimal(clerk.entry("time:a")["QTY"]) == 7
    assert Decimal(clerk.entry("time:b")["QTY"]) == Decimal("0.5")


def test_a_neighbours_edit_is_no_edit_of_ours(clerk: Clerk) -> None:
    clerk.post(worked("a"), worked("b"))
    edit(clerk, "time:a", QTY="7")
    assert clerk.post(worked("b", minutes=30))["time:b"].state is ItemState.POSTED


def test_an_entry_that_somebody_took_out_is_told_as_gone_and_a_delete_of_it_is_done(
    clerk: Clerk,
) -> None:
    clerk.post(worked("a"), worked("b"))
    clerk.books.delete("TIMESHEET", clerk.entry("time:a")["parent"])
    outcome = clerk.post(worked("a", minutes=30))["time:a"]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "gone_in_ledger")
    assert clerk.post(deleted("b"))["time:b"].state is ItemState.POSTED


# Copies.


def test_a_copy_says_what_the_ledger_holds(clerk: Clerk) -> None:
    clerk.post(worked("a"), worked("b"))
    copy = clerk.copy("time:a")
    assert copy is not None
    assert clerk.links["time:a"].expected_fingerprint in copy.forms
    assert (copy.minutes, copy.rate, copy.locked) == (120, Decimal(50), None)
    assert copy.fixed == "timesheet/E1/2026-03-02"
    edit(clerk, "time:a", QTY="7")
    copy = clerk.copy("time:a")
    assert copy is not None
    assert copy.minutes == 420
    assert clerk.links["time:a"].expected_fingerprint not in copy.forms
    clerk.books.delete("TIMESHEET", clerk.entry("time:a")["parent"])
    assert clerk.copy("time:a") is None
    assert clerk.copy("time:b") is None


def test_copies_of_a_month_take_few_requests(clerk: Clerk) -> None:
    clerk.post(*month())
    before = len(clerk.books.journal())
    ids = [link.ledger_id for link in clerk.links.values()]
    found = clerk.books.ask(lambda ledger: ledger.copies("TIMESHEETENTRY", ids, None))
    assert set(found) == set(ids)
    assert len(clerk.books.journal()) - before <= 2


# Refusals of single entries.


@pytest.mark.parametrize(
    ("record", "reasons"),
    [
        ({"project_key": "done"}, {"target_missing"}),
        ({"project_key": "nowhere"}, {"target_missing"}),
        ({"labor_code_key": "retired"}, {"target_missing"}),
        ({"project_key": "held"}, {"refused"}),
    ],
    ids=["inactive", "unknown", "inactive type", "on hold"],
)
def test_an_entry_that_the_ledger_refuses_stops_itself_alone(
    clerk: Clerk, record: Mapping[str, Any], reasons: set[str]
) -> None:
    clerk.rule(RuleKind.PROJECTS, "done", LinkTo(ledger_id="project/P-8"))
    clerk.rule(RuleKind.PROJECTS, "nowhere", LinkTo(ledger_id="project/P-77"))
    clerk.rule(RuleKind.PROJECTS, "held", LinkTo(ledger_id="project/P-4"))
    clerk.rule(RuleKind.LABOR_CODES, "retired", LinkTo(ledger_id="timetype/Retired type"))
    outcomes = clerk.post(worked("a"), worked("bad", **record), worked("b"))
    assert outcomes["time:a"].state is outcomes["time:b"].state is ItemState.POSTED
    bad = outcomes["time:bad"]
    assert bad.state is ItemState.FAILED
    assert code(bad) in reasons
    assert bad.reason is not None
    assert bad.reason.remedy
    assert len(clerk.sheets()[ADA]) == 2


def test_an_inactive_employee_is_told(clerk: Clerk) -> None:
    clerk.rule(RuleKind.USERS, "eva", LinkTo(ledger_id="employee/E9"))
    outcomes = clerk.post(worked("a", staff_key="eva"), worked("b"))
    assert code(outcomes["time:a"]) == "target_missing"
    assert outcomes["time:b"].state is ItemState.POSTED


def test_someone_who_is_no_resource_of_the_project_is_told(clerk: Clerk) -> None:
    clerk.books.about("", {"preferences": {"projects_for_resources_only": True}})
    outcomes = clerk.post(worked("a"), worked("b", project_key="cars"))
    assert outcomes["time:a"].state is ItemState.POSTED
    assert "not a resource" in words(outcomes["time:b"])


def test_a_closed_period_is_told(clerk: Clerk) -> None:
    clerk.books = replace(clerk.books, choices=Choices(timesheet_state="Submitted"))
    clerk.books.about("/closed", {"PA": "2026-03-31"})
    outcome = clerk.post(worked())["time:t1"]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "closed_period")


def test_entities_want_a_location_of_each_entry(group: Books) -> None:
    outcome = Clerk(group).post(worked())["time:t1"]
    assert (outcome.state, code(outcome)) == (ItemState.BLOCKED, "missing_dimension")
    assert "several entities requires a location" in words(outcome)
    placed = Clerk(replace(group, choices=Choices(location_id="location/US")))
    assert placed.post(worked())["time:t1"].state is ItemState.POSTED
    assert placed.entry("time:t1")["LOCATIONID"] == "US"


def test_in_an_entity_its_own_location_is_filled_in(group: Books) -> None:
    group.desk.change(entity="US")
    clerk = Clerk(group)
    clerk.looked_at = (RecordKind.TIME,)
    outcome = clerk.post(worked())["time:t1"]
    assert outcome.state is ItemState.POSTED, outcome
    assert clerk.post(worked())["time:t1"].state is ItemState.UNCHANGED


# Requests.


def month(people: int = 4, days: int = 20, each: int = 2) -> list[TimeEntry]:
    """The entries of some people's working days from DAY on, several a day."""
    return [
        worked(
            f"m{person}-{day}-{n}",
            staff_key=f"p{person}",
            work_date=date.fromordinal(DAY.toordinal() + day // 5 * 7 + day % 5),
            minutes=30 + n,
        )
        for person in range(1, people + 1)
        for day in range(days)
        for n in range(each)
    ]


@pytest.fixture
def clerk(clerk: Clerk) -> Clerk:
    """Somebody with four people more."""
    for n in range(1, 5):
        clerk.rule(RuleKind.USERS, f"p{n}", LinkTo(ledger_id=f"employee/E{n}"))
    return clerk


def test_a_month_of_time_takes_fewer_requests_than_one_for_a_hundred_entries(
    clerk: Clerk,
) -> None:
    entries = month(each=5)
    changed = [replace(entry, minutes=entry.minutes + 5) for entry in entries]
    clerk.planned()
    for records in (entries, changed, [deleted(entry.key) for entry in entries]):
        before = len(clerk.books.journal())
        outcomes = clerk.post(*records)
        assert set(states(outcomes).values()) == {ItemState.POSTED}
        assert len(outcomes) == 400
        assert len(clerk.books.journal()) - before <= len(outcomes) / 100
    assert list(clerk.sheets()) == old(clerk)


def test_more_than_a_hundred_sheets_take_two_calls(clerk: Clerk) -> None:
    for n in range(26):
        clerk.books.plant("CONTACT", {"CONTACTNAME": f"Person {n}", "PRINTAS": f"Person {n}"})
        person = {"EMPLOYEEID": f"N{n}", "PERSONALINFO.CONTACTNAME": f"Person {n}"}
        clerk.books.plant("EMPLOYEE", {**person, "LOCATIONID": "US"})
        clerk.rule(RuleKind.USERS, f"n{n}", LinkTo(ledger_id=f"employee/N{n}"))
    weeks = [DAY + timedelta(days=7 * week) for week in range(4)]
    entries = [
        worked(f"{n}-{day}", staff_key=f"n{n}", work_date=day) for n in range(26) for day in weeks
    ]
    outcomes = clerk.post(*entries)
    assert set(states(outcomes).values()) == {ItemState.POSTED}
    assert len(clerk.sheets()) - len(old(clerk)) == 104
    assert clerk.calls["write"] == 2
