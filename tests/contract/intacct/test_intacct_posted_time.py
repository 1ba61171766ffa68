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
from ledgerlink.domain.model.source_records import TimeEntry

from tests.contract.intacct.books import Books, Row
from tests.contract.intacct.poster import Poster, code, words
from tests.contract.intacct.time_entries import NEXT, deleted, kept, states, theirs
from tests.contract.papers import DAY, worked

ADA, BO = ("E1", "03/02/2026"), ("E2", "03/02/2026")


def notes(entries: list[Row]) -> list[str]:
    return [entry["NOTES"] for entry in entries]


def decide(poster: Poster, state: str) -> None:
    """A manager decides, in the screens, over all sheets of this week."""
    for sheet in poster.books.rows("TIMESHEET"):
        if sheet["BEGINDATE"] == "03/02/2026":
            poster.books.change("TIMESHEET", sheet["RECORDNO"], STATE=state)


# New entries.


def test_a_new_entry_makes_a_sheet_of_its_person_and_week(poster: Poster) -> None:
    (outcome,) = poster.post(worked()).values()
    (sheet,) = [s for s in poster.books.rows("TIMESHEET") if s["BEGINDATE"] == ADA[1]]
    assert (sheet["EMPLOYEEID"], sheet["STATE"]) == ("E1", "Draft")
    (entry,) = poster.sheets()[ADA]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert outcome.ledger_id == f"{sheet['RECORDNO']}/time:t1"
    assert outcome.version
    assert (entry["ENTRYDATE"], Decimal(entry["QTY"])) == ("03/02/2026", Decimal(2))
    assert entry["NOTES"] == "Work t1\n[time:t1]"
    assert (entry["PROJECTID"], entry["CUSTOMERID"]) == ("P-1", "C1")
    assert (entry["ITEMID"], entry["BILLABLE"]) == ("LAB-1", "true")
    assert Decimal(entry["EXTBILLRATE"]) == 50


def test_time_of_a_customer_and_of_a_type_of_time_goes_to_their_own_fields(poster: Poster) -> None:
    poster.post(worked(project_key="acme", labor_code_key="overtime", billable=False))
    entry = poster.entry("time:t1")
    assert (entry["CUSTOMERID"], entry["TIMETYPE"]) == ("C1", "Overtime")
    assert "PROJECTID" not in entry
    assert "ITEMID" not in entry
    assert entry["BILLABLE"] == "false"


def test_time_of_a_task_goes_to_the_task_and_its_project(poster: Poster) -> None:
    number = poster.books.rows("TASK")[0]["RECORDNO"]
    poster.rule(RuleKind.PROJECTS, "design", LinkTo(ledger_id=f"task/{number}"))
    outcome = poster.post(worked(project_key="design"))["time:t1"]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    entry = poster.entry("time:t1")
    assert entry["TASKKEY"] == number


def test_two_people_and_two_weeks_are_written_by_one_call(poster: Poster) -> None:
    outcomes = poster.post(
        worked("a"),
        worked("b", work_date=NEXT),
        worked("c", staff_key="bo"),
        worked("d", staff_key="bo", work_date=NEXT),
        worked("e", minutes=45),
    )
    assert states(outcomes) == dict.fromkeys([f"time:{key}" for key in "abcde"], ItemState.POSTED)
    assert {key: len(entries) for key, entries in poster.sheets().items()} == {
        **dict.fromkeys(old(poster), 1),
        ADA: 2,
        BO: 1,
        ("E1", "03/09/2026"): 1,
        ("E2", "03/09/2026"): 1,
    }
    assert poster.calls["write"] == 1


def old(poster: Poster) -> list[tuple[str, str]]:
    """The sheet that the sample company comes with."""
    return [key for key, entries in poster.sheets().items() if notes(entries) == ["Kick-off"]]


def test_minutes_are_kept_at_four_places_of_hours(poster: Poster) -> None:
    poster.post(worked("a", minutes=20), worked("b", minutes=1), worked("c", minutes=1439))
    hours = [Decimal(entry["QTY"]) for entry in poster.sheets()[ADA]]
    assert hours == [Decimal("0.3333"), Decimal("0.0167"), Decimal("23.9833")]
    poster.reads_all_first = True
    again = poster.post(worked("a", minutes=20), worked("b", minutes=1), worked("c", minutes=1439))
    assert set(states(again).values()) == {ItemState.UNCHANGED}


def test_a_new_timesheet_is_submitted_if_the_settings_want_it(books: Books) -> None:
    poster = Poster(replace(books, choices=Choices(timesheet_state="Submitted")))
    poster.post(worked())
    assert poster.entry("time:t1")["STATE"] == "Submitted"


@pytest.mark.parametrize(
    ("weekday", "theirs", "first"),
    [(6, "01/04/2026", "03/01/2026"), (5, "01/03/2026", "02/28/2026")],
    ids=["sunday", "saturday"],
)
def test_weeks_begin_as_the_companys_sheets_do(
    poster: Poster, weekday: int, theirs: str, first: str
) -> None:
    poster.weeks(weekday, theirs)
    assert poster.post(worked())["time:t1"].state is ItemState.POSTED
    assert ("E1", first) in poster.sheets()


def test_a_sheet_that_begins_on_another_day_than_the_companys_is_refused_with_the_day(
    poster: Poster,
) -> None:
    poster.weeks(6)
    outcome = poster.post(worked())["time:t1"]
    assert outcome.state is ItemState.FAILED
    assert "start of a timesheet period" in words(outcome)
    assert "Sunday" in words(outcome)


def test_text_in_every_script_and_xml_like_text_arrives_unchanged(poster: Poster) -> None:
    text = 'Größe < 5 &amp; "größer" 領収書 😀 ]]> <!-- --> <?x?> &#65;\nline\ttwo'
    outcome = poster.post(worked(notes=text))["time:t1"]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert poster.entry("time:t1")["NOTES"] == f"{text}\n[time:t1]"


def test_a_character_that_xml_cannot_hold_is_reported_before_anything_is_sent(
    poster: Poster,
) -> None:
    outcomes = poster.post(worked("a", notes="bell \x07"), worked("b"))
    assert outcomes["time:a"].state is ItemState.BLOCKED
    assert code(outcomes["time:a"]) == "control_characters"
    assert outcomes["time:b"].state is ItemState.POSTED


# Adding, changing and taking out.


def test_an_entry_of_the_same_week_joins_the_sheet(poster: Poster) -> None:
    poster.post(worked("a"))
    before = poster.entry("time:a")
    outcome = poster.post(worked("b", work_date=DAY + timedelta(days=1)))["time:b"]
    assert outcome.ledger_id == f"{before['parent']}/time:b"
    assert len(poster.sheets()[ADA]) == 2
    assert poster.entry("time:a")["RECORDNO"] == before["RECORDNO"]


def test_a_changed_entry_changes_alone_and_keeps_its_record(poster: Poster) -> None:
    poster.post(worked("a"), worked("b"))
    first, second = poster.entry("time:a"), poster.entry("time:b")
    outcome = poster.post(worked("a", minutes=90, notes="Less"), worked("b"))["time:a"]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    changed = poster.entry("time:a")
    assert (Decimal(changed["QTY"]), changed["NOTES"]) == (Decimal("1.5"), "Less\n[time:a]")
    assert changed["RECORDNO"] == first["RECORDNO"]
    assert poster.entry("time:b") == second


def test_removed_values_are_cleared(poster: Poster) -> None:
    poster.post(worked())
    poster.post(worked(project_key=None, labor_code_key=None, billable=False, bill_rate=None))
    entry = poster.entry("time:t1")
    assert not {"PROJECTID", "ITEMID", "CUSTOMERID", "EXTBILLRATE"} & entry.keys()


def test_an_unchanged_record_is_not_sent_again(poster: Poster) -> None:
    poster.post(worked())
    assert poster.post(worked())["time:t1"].state is ItemState.UNCHANGED
    assert "write" not in poster.calls


def test_a_deleted_entry_leaves_its_sheet_and_the_others_stay(poster: Poster) -> None:
    poster.post(worked("a"), worked("b"))
    outcome = poster.post(deleted("a"))["time:a"]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert notes(poster.sheets()[ADA]) == ["Work b\n[time:b]"]
    assert set(poster.links) == {"time:b"}


def test_the_last_entry_takes_its_sheet_with_it(poster: Poster) -> None:
    poster.post(worked("a"), worked("b"))
    poster.post(deleted("a"), deleted("b"))
    assert ADA not in poster.sheets()
    assert poster.links == {}


def test_all_three_in_one_call(poster: Poster) -> None:
    poster.post(worked("a"), worked("b"))
    outcomes = poster.post(worked("a", minutes=30), deleted("b"), worked("c"))
    assert set(states(outcomes).values()) == {ItemState.POSTED}
    told = {entry["NOTES"][-8:]: Decimal(entry["QTY"]) for entry in poster.sheets()[ADA]}
    assert told == {"[time:a]": Decimal("0.5"), "[time:c]": 2}


@pytest.mark.parametrize("looked", [False, True], ids=["unlooked", "looked"])
def test_an_entry_that_moves_to_another_week_leaves_the_old_sheet(
    poster: Poster, looked: bool
) -> None:
    poster.reads_all_first = looked
    poster.post(worked("a"), worked("b"))
    outcome = poster.post(worked("a", work_date=NEXT), worked("b"))["time:a"]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert notes(poster.sheets()[ADA]) == ["Work b\n[time:b]"]
    assert notes(poster.sheets()["E1", "03/09/2026"]) == ["Work a\n[time:a]"]
    assert poster.entry("time:a")["ENTRYDATE"] == "03/09/2026"


@pytest.mark.parametrize("looked", [False, True], ids=["unlooked", "looked"])
def test_the_only_entry_that_goes_to_another_person_leaves_no_sheet_behind(
    poster: Poster, looked: bool
) -> None:
    poster.reads_all_first = looked
    poster.post(worked())
    outcome = poster.post(worked(staff_key="bo"))["time:t1"]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert ADA not in poster.sheets()
    assert notes(poster.sheets()[BO]) == ["Work t1\n[time:t1]"]


# Others' entries.


def test_entries_of_others_in_the_sheet_stay_as_they_are(poster: Poster) -> None:
    poster.books.about("/fields", {"object": "TIMESHEETENTRY", "name": "SITE"})
    task = poster.books.rows("TASK")[0]["RECORDNO"]
    more = {"TASKKEY": task, "CLASSID": "CL1", "DEPARTMENTID": "10", "SITE": "Oslo"}
    number = theirs(poster, **more)
    (before,) = poster.sheets()[ADA]
    poster.post(worked("a"))
    poster.post(worked("a", minutes=30), worked("b"))
    poster.post(deleted("a"), deleted("b"))
    (after,) = poster.sheets()[ADA]
    assert after == before
    assert after["SITE"] == "Oslo"
    assert [s["RECORDNO"] for s in poster.books.rows("TIMESHEET")].count(number) == 1


def test_an_entry_of_others_keeps_its_record_where_the_gateway_renews_them(poster: Poster) -> None:
    poster.books.admin("settings", {"timesheet_entry_keys": "renew"})
    theirs(poster)
    poster.post(worked("a"))
    assert poster.post(worked("a", minutes=30))["time:a"].state is ItemState.POSTED
    assert sorted(notes(poster.sheets()[ADA])) == ["By hand", "Work a\n[time:a]"]


def test_a_text_that_resembles_a_marker_is_not_ours(poster: Poster) -> None:
    theirs(poster, NOTES="see [time:t1] for more")
    poster.post(worked())
    assert notes(poster.sheets()[ADA]) == ["see [time:t1] for more", "Work t1\n[time:t1]"]


# Sheets that are closed to changes.


@pytest.mark.parametrize("state", ["Approved", "Partially Approved"])
def test_an_approved_timesheet_is_rejected_with_a_reason_and_others_are_posted(
    poster: Poster, state: str
) -> None:
    theirs(poster, state)
    outcomes = poster.post(worked("a"), worked("b"), worked("c", staff_key="bo"))
    assert {key: (o.state, code(o)) for key, o in outcomes.items()} == {
        "time:a": (ItemState.FAILED, "timesheet_approved"),
        "time:b": (ItemState.FAILED, "timesheet_approved"),
        "time:c": (ItemState.POSTED, ""),
    }
    assert state.lower() in words(outcomes["time:a"])
    assert notes(poster.sheets()[ADA]) == ["By hand"]


def test_a_submitted_sheet_is_refused_by_the_ledger_with_the_reason(poster: Poster) -> None:
    theirs(poster, "Submitted")
    outcome = poster.post(worked())["time:t1"]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "timesheet_approved")
    assert notes(poster.sheets()[ADA]) == ["By hand"]


def test_a_submitted_sheet_is_written_where_the_ledger_allows_it(poster: Poster) -> None:
    poster.books.admin("settings", {"submitted_timesheets_editable": True})
    theirs(poster, "Submitted")
    assert poster.post(worked())["time:t1"].state is ItemState.POSTED


@pytest.mark.parametrize("state", ["Declined", "Partially Declined", "Saved"])
def test_a_declined_sheet_takes_entries_again(poster: Poster, state: str) -> None:
    theirs(poster, state)
    assert poster.post(worked())["time:t1"].state is ItemState.POSTED


def test_an_entry_of_ours_in_an_approved_sheet_neither_changes_nor_goes(poster: Poster) -> None:
    poster.post(worked())
    late = [poster.planned(each) for each in (worked(minutes=30), deleted())]
    decide(poster, "Approved")
    for operations in late:
        outcome = poster.send(operations)["time:t1"]
        assert (outcome.state, code(outcome)) == (ItemState.FAILED, "timesheet_approved")
    for record in (worked(minutes=30), worked(work_date=NEXT), deleted()):
        outcome = poster.post(record)["time:t1"]
        assert (outcome.state, code(outcome)) == (ItemState.BLOCKED, "timesheet_approved")
    assert Decimal(poster.entry("time:t1")["QTY"]) == 2
    assert ("E1", "03/09/2026") not in poster.sheets()


def test_a_plan_with_snapshots_blocks_approved_entries(poster: Poster) -> None:
    poster.post(worked())
    decide(poster, "Approved")
    poster.reads_all_first = True
    (operation,) = poster.planned(worked(minutes=30))
    assert (operation.state, operation.action) == (ItemState.BLOCKED, Action.NONE)
    assert operation.reason is not None
    assert operation.reason.code == "timesheet_approved"


# Edits of others.


def edit(poster: Poster, key: str, **changes: Any) -> None:
    """Somebody changes an entry of ours in the screens."""
    entry = poster.entry(key)
    lines = [
        {**kept(row), **(changes if row["RECORDNO"] == entry["RECORDNO"] else {})}
        for row in poster.sheets()[ADA]
    ]
    body = {"object": "TIMESHEET", "recordno": entry["parent"], "changes": {}, "lines": lines}
    poster.books.about("/edit", body)


@pytest.mark.parametrize("looked", [False, True], ids=["unlooked", "looked"])
def test_an_entry_changed_by_a_user_is_not_overwritten(poster: Poster, looked: bool) -> None:
    poster.post(worked("a"), worked("b"))
    edit(poster, "time:a", QTY="7")
    poster.reads_all_first = looked
    outcomes = poster.post(worked("a", minutes=30), worked("b", minutes=30))
    assert code(outcomes["time:a"]) == "changed_in_ledger"
    assert outcomes["time:b"].state is ItemState.POSTED
    assert Decimal(poster.entry("time:a")["QTY"]) == 7
    assert Decimal(poster.entry("time:b")["QTY"]) == Decimal("0.5")


def test_a_neighbours_edit_is_no_edit_of_ours(poster: Poster) -> None:
    poster.post(worked("a"), worked("b"))
    edit(poster, "time:a", QTY="7")
    assert poster.post(worked("b", minutes=30))["time:b"].state is ItemState.POSTED


def test_an_entry_removed_by_a_user_is_gone_and_its_delete_counts_as_done(
    poster: Poster,
) -> None:
    poster.post(worked("a"), worked("b"))
    removal = poster.planned(deleted("b"))
    poster.books.delete("TIMESHEET", poster.entry("time:a")["parent"])
    outcome = poster.post(worked("a", minutes=30))["time:a"]
    assert (outcome.state, code(outcome)) == (ItemState.BLOCKED, "gone_in_ledger")
    assert poster.send(removal)["time:b"].state is ItemState.POSTED


# Copies.


def test_a_snapshot_has_the_ledgers_values(poster: Poster) -> None:
    poster.post(worked("a"), worked("b"))
    copy = poster.copy("time:a")
    assert copy is not None
    assert poster.links["time:a"].expected_fingerprint in copy.forms
    assert (copy.minutes, copy.rate, copy.locked) == (120, Decimal(50), None)
    assert copy.fixed == ""  # an update moves an entry to another timesheet
    edit(poster, "time:a", QTY="7")
    copy = poster.copy("time:a")
    assert copy is not None
    assert copy.minutes == 420
    assert poster.links["time:a"].expected_fingerprint not in copy.forms
    poster.books.delete("TIMESHEET", poster.entry("time:a")["parent"])
    assert poster.copy("time:a") is None
    assert poster.copy("time:b") is None


def test_read_snapshots_a_month_take_few_requests(poster: Poster) -> None:
    poster.post(*month())
    before = len(poster.books.journal())
    ids = [link.ledger_id for link in poster.links.values()]
    found = poster.books.ask(lambda ledger: ledger.snapshots("TIMESHEETENTRY", ids, None))
    assert set(found) == set(ids)
    assert len(poster.books.journal()) - before <= 2


# Refusals of single entries.


@pytest.mark.parametrize(
    ("record", "reasons"),
    [
        ({"project_key": "done"}, {"target_missing"}),
        ({"project_key": "nowhere"}, {"target_missing"}),
        ({"labor_code_key": "retired"}, {"target_missing"}),
        ({"project_key": "held"}, {"not_open"}),
    ],
    ids=["inactive", "unknown", "inactive type", "on hold"],
)
def test_an_entry_that_the_ledger_refuses_stops_itself_alone(
    poster: Poster, record: Mapping[str, Any], reasons: set[str]
) -> None:
    poster.rule(RuleKind.PROJECTS, "done", LinkTo(ledger_id="project/P-8"))
    poster.rule(RuleKind.PROJECTS, "nowhere", LinkTo(ledger_id="project/P-77"))
    poster.rule(RuleKind.PROJECTS, "held", LinkTo(ledger_id="project/P-4"))
    poster.rule(RuleKind.LABOR_CODES, "retired", LinkTo(ledger_id="timetype/Retired type"))
    outcomes = poster.post(worked("a"), worked("bad", **record), worked("b"))
    assert outcomes["time:a"].state is outcomes["time:b"].state is ItemState.POSTED
    bad = outcomes["time:bad"]
    assert bad.state is ItemState.FAILED
    assert code(bad) in reasons
    assert bad.reason is not None
    assert bad.reason.remedy
    assert len(poster.sheets()[ADA]) == 2


def test_an_inactive_employee_is_reported(poster: Poster) -> None:
    poster.rule(RuleKind.USERS, "eva", LinkTo(ledger_id="employee/E9"))
    outcomes = poster.post(worked("a", staff_key="eva"), worked("b"))
    assert code(outcomes["time:a"]) == "target_missing"
    assert outcomes["time:b"].state is ItemState.POSTED


def test_a_person_outside_the_projects_resources_is_reported(poster: Poster) -> None:
    poster.books.about("", {"preferences": {"projects_for_resources_only": True}})
    outcomes = poster.post(worked("a"), worked("b", project_key="cars"))
    assert outcomes["time:a"].state is ItemState.POSTED
    assert "not a resource" in words(outcomes["time:b"])


def test_a_closed_period_is_reported(poster: Poster) -> None:
    poster.books = replace(poster.books, choices=Choices(timesheet_state="Submitted"))
    poster.books.about("/closed", {"PA": "2026-03-31"})
    outcome = poster.post(worked())["time:t1"]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "closed_period")


def test_entities_want_a_location_of_each_entry(group: Books) -> None:
    outcome = Poster(group).post(worked())["time:t1"]
    assert (outcome.state, code(outcome)) == (ItemState.BLOCKED, "missing_dimension")
    assert "several entities requires a location" in words(outcome)
    placed = Poster(replace(group, choices=Choices(location_id="location/US")))
    assert placed.post(worked())["time:t1"].state is ItemState.POSTED
    assert placed.entry("time:t1")["LOCATIONID"] == "US"


def test_in_an_entity_its_own_location_is_filled_in(group: Books) -> None:
    group.desk.change(entity="US")
    poster = Poster(group)
    poster.reads_all_first = True
    outcome = poster.post(worked())["time:t1"]
    assert outcome.state is ItemState.POSTED, outcome
    assert poster.post(worked())["time:t1"].state is ItemState.UNCHANGED


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
def poster(poster: Poster) -> Poster:
    """Somebody with four people more."""
    for n in range(1, 5):
        poster.rule(RuleKind.USERS, f"p{n}", LinkTo(ledger_id=f"employee/E{n}"))
    return poster


def test_a_month_of_time_takes_fewer_requests_than_one_for_a_hundred_entries(
    poster: Poster,
) -> None:
    entries = month(each=5)
    changed = [replace(entry, minutes=entry.minutes + 5) for entry in entries]
    for records in (entries, changed, [deleted(entry.key) for entry in entries]):
        operations = poster.planned(*records)
        before = len(poster.books.journal())
        outcomes = poster.send(operations)
        assert set(states(outcomes).values()) == {ItemState.POSTED}
        assert len(outcomes) == 400
        assert len(poster.books.journal()) - before <= len(outcomes) / 100
    assert list(poster.sheets()) == old(poster)


def test_more_than_a_hundred_sheets_take_two_calls(poster: Poster) -> None:
    for n in range(26):
        poster.books.plant("CONTACT", {"CONTACTNAME": f"Person {n}", "PRINTAS": f"Person {n}"})
        person = {"EMPLOYEEID": f"N{n}", "PERSONALINFO.CONTACTNAME": f"Person {n}"}
        poster.books.plant("EMPLOYEE", {**person, "LOCATIONID": "US"})
        poster.rule(RuleKind.USERS, f"n{n}", LinkTo(ledger_id=f"employee/N{n}"))
    weeks = [DAY + timedelta(days=7 * week) for week in range(4)]
    entries = [
        worked(f"{n}-{day}", staff_key=f"n{n}", work_date=day) for n in range(26) for day in weeks
    ]
    outcomes = poster.post(*entries)
    assert set(states(outcomes).values()) == {ItemState.POSTED}
    assert len(poster.sheets()) - len(old(poster)) == 104
    assert poster.calls["write"] == 2


def test_a_cost_rate_is_sent_with_the_entry(poster: Poster) -> None:
    """Case general 11. Billable or not; one that is taken away is taken away, and one that somebody
    entered where we sent none stays."""
    poster.post(worked(cost_rate=Decimal("41.25")))
    assert poster.entry("time:t1")["EXTCOSTRATE"] == "41.25"
    same = worked(cost_rate=Decimal("41.250"))
    assert poster.post(same)["time:t1"].state is ItemState.UNCHANGED
    plain: dict[str, Any] = {"billable": False, "bill_rate": None}
    poster.post(worked(**plain, cost_rate=Decimal(42)))
    assert poster.entry("time:t1")["EXTCOSTRATE"] == "42.00"
    poster.post(worked(**plain))
    assert poster.entry("time:t1").get("EXTCOSTRATE") is None
