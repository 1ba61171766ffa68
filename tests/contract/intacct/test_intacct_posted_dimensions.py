"""Department, location and class: who says them, what accounts ask for, what refusals teach."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.plan import ItemState, Outcome
from ledgerlink.domain.model.rules import LinkExpenseCode, LinkTo, RuleKind
from ledgerlink.domain.model.source_records import Record, RecordKind

from tests.contract.intacct.books import Books
from tests.contract.intacct.papers import PAPERS, RECEIVABLES, Paper, choose, papers
from tests.contract.intacct.poster import Poster, code, words
from tests.contract.papers import charged, gone, invoice, sold, spent, worked
from tests.support.sampling import sampled

BLOCKED, FAILED, POSTED = ItemState.BLOCKED, ItemState.FAILED, ItemState.POSTED
UNCHANGED = ItemState.UNCHANGED
REPORT, CHARGE, INVOICE, TIME = "expense-report:R1", "expense:x1", "invoice:i1", "time:t1"
EVERY = sampled("paper", papers(), one_in=3, ids=PAPERS)


def ask(poster: Poster, number: str, *flags: str, said: str = "true") -> None:
    """A bookkeeper has an account ask for dimensions."""
    wanted = dict.fromkeys(flags, said)
    poster.books.change("GLACCOUNT", poster.books.number("GLACCOUNT", number), **wanted)


def writes(poster: Poster) -> int:
    """Requests that wrote, or tried to, so far."""
    return sum(entry.uniqueid for entry in poster.books.journal())


def told(outcome: Outcome) -> tuple[ItemState, str, str | None]:
    """How it ended, with the field of the product."""
    return outcome.state, code(outcome), outcome.reason.field if outcome.reason else None


def placed_in(record: Any, **said: str) -> Record:
    """The record with what it says besides."""
    found: Record = replace(record, **said)
    return found


def without_people(poster: Poster) -> None:
    """The list of employees did not come in."""
    poster.forget_list(ListType.EMPLOYEE)


def posted(poster: Poster, record: Record) -> Outcome:
    """What becomes of one record; what is blocked of a document is told of its record."""
    (outcome,) = poster.post(record).values()
    return outcome


# Defaults.


def assign(poster: Poster, entity: str, key: str, **values: str) -> None:
    """A bookkeeper says where a project or person belongs; the lists come in."""
    poster.books.change(entity, poster.books.number(entity, key), **values)
    poster.sync()


ORDER: list[tuple[str, Mapping[str, Any], str]] = [
    ("record", {"department_key": "engineering"}, "department/20"),
    ("task", {"project_key": "sketch"}, "department/21"),
    ("project", {"project_key": "birds"}, "department/21"),
    ("person", {"project_key": "cars"}, "department/10"),
]
"""Whoever says the department first, a record that has it from there, and which it is."""


@pytest.mark.parametrize(
    ("said", "wanted"), [(s, w) for _, s, w in ORDER], ids=[o[0] for o in ORDER]
)
def test_the_first_given_department_is_used(
    poster: Poster, said: Mapping[str, Any], wanted: str
) -> None:
    (task,) = (r for r in poster.books.rows("TASK") if r["NAME"] == "Design")
    poster.rule(RuleKind.PROJECTS, "sketch", LinkTo(ledger_id=f"task/{task['RECORDNO']}"))
    assign(poster, "PROJECT", "P-1", DEPARTMENTID="21")
    outcomes = poster.post(worked(**said), charged(staff_key="emily", **said))
    for key in (TIME, CHARGE):
        assert (outcomes[key].state, outcomes[key].reason) == (POSTED, None)
        assert poster.said(key, "department_key") == {wanted}


def test_a_task_gives_its_class_and_its_project_the_rest(poster: Poster) -> None:
    (task,) = (r for r in poster.books.rows("TASK") if r["NAME"] == "Design")
    poster.rule(RuleKind.PROJECTS, "sketch", LinkTo(ledger_id=f"task/{task['RECORDNO']}"))
    poster.books.change("TASK", task["RECORDNO"], CLASSID="CL2")
    assign(poster, "PROJECT", "P-1", CLASSID="CL1", LOCATIONID="NY")
    poster.post(worked(project_key="sketch"))
    assert poster.said(TIME, "class_key") == {"class/CL2"}
    assert poster.said(TIME, "location_key") == {"location/NY"}


@EVERY
def test_a_projects_dimensions_fill_the_missing_ones(poster: Poster, paper: Paper) -> None:
    assign(poster, "PROJECT", "P-1", DEPARTMENTID="21", LOCATIONID="NY", CLASSID="CL2")
    record = placed_in(paper.record(), project_key="birds", class_key="commercial")
    outcome = choose(poster, paper).post(record)[paper.key]
    assert (outcome.state, outcome.reason) == (POSTED, None)
    assert poster.said(paper.key, "department_key") == {"department/21"}
    assert poster.said(paper.key, "location_key") == {"location/NY"}
    assert poster.said(paper.key, "class_key") == {"class/CL1"}
    assert poster.post(record)[paper.key].state is UNCHANGED


def test_the_companys_default_comes_last_and_is_reported(poster: Poster) -> None:
    chosen = Choices(department_id="department/20", location_id="location/NY")
    poster.books = replace(poster.books, choices=chosen)
    poster.sync()
    given: list[Record] = [worked(project_key="cars"), spent(project_key="cars")]
    plan = {op.key: [(w.code, w.field) for w in op.warnings] for op in poster.planned(*given)}
    assert plan[TIME] == []
    assert plan[REPORT] == [
        ("default_dimension", "department_key"),
        ("default_dimension", "location_key"),
    ]
    poster.post(*given)
    assert poster.said(TIME, "department_key") == {"department/10"}
    assert poster.said(REPORT, "department_key") == {"department/20"}


@pytest.mark.parametrize("name", ["department", "location", "class"])
def test_fields_filled_by_the_ledger_are_no_edit(poster: Poster, name: str) -> None:
    poster.reads_all_first = True
    poster.post(worked())
    entry, field = poster.entry(TIME), f"{name.upper()}ID"
    filled = {"department": "10", "location": "US", "class": "CL1"}[name]
    lines = [
        {k: v for k, v in row.items() if k not in ("parent", "STATE", "LINENO")}
        for row in poster.books.rows("TIMESHEETENTRY")
        if row["parent"] == entry["parent"]
    ]
    lines = [
        {**row, field: filled} if row["RECORDNO"] == entry["RECORDNO"] else row for row in lines
    ]
    body = {"object": "TIMESHEET", "recordno": entry["parent"], "changes": {}, "lines": lines}
    poster.books.about("/edit", body)
    assert poster.post(worked())[TIME].state is UNCHANGED
    assert poster.post(worked(minutes=60))[TIME].state is POSTED


def test_an_id_that_is_of_something_else_is_reported(poster: Poster) -> None:
    poster.rule(RuleKind.LOCATIONS, "wrong", LinkTo(ledger_id="department/10"))
    outcome = poster.post(worked(location_key="wrong"))[TIME]
    assert told(outcome)[:2] == (BLOCKED, "wrong_kind")


# What accounts ask for.

ASKING: list[tuple[str, str, str, Record, Mapping[str, Any]]] = [
    ("department", "REQUIREDEPT", "department_key", spent(), {"department_key": "consulting"}),
    ("location", "REQUIRELOC", "location_key", spent(), {"location_key": "us"}),
    ("class", "REQUIRECLASS", "class_key", spent(), {"class_key": "commercial"}),
    ("project", "REQUIREPROJECT", "project_key", spent(), {"project_key": "birds"}),
    ("customer", "REQUIRECUSTOMER", "client_key", spent(), {"client_key": "acme"}),
]


@pytest.mark.parametrize(
    ("name", "flag", "field", "record", "more"), ASKING, ids=[a[0] for a in ASKING]
)
def test_an_accounts_requirement_blocks_only_its_records_before_the_call(
    poster: Poster, name: str, flag: str, field: str, record: Any, more: Mapping[str, Any]
) -> None:
    ask(poster, "6100", flag)
    poster.sync()
    before = writes(poster)
    assert told(posted(poster, record)) == (BLOCKED, "missing_dimension", field)
    assert writes(poster) == before
    outcomes = poster.post(record, charged("n1", expense_code_key="travel"))
    outcome = outcomes["expense:x1"]
    assert (outcome.state, outcomes["expense:n1"].state) == (BLOCKED, POSTED)
    assert f"account 6100 requires a {name}" in words(outcome)
    assert "x1 has none" in words(outcome)
    assert outcome.reason is not None
    assert f" {name} for the record" in outcome.reason.remedy
    assert poster.post(placed_in(record, **more))[REPORT].state is POSTED


@EVERY
def test_every_kind_of_document_is_checked_by_the_account_of_its_lines(
    poster: Poster, paper: Paper
) -> None:
    """An order names items alone: their account is the ledger's own."""
    for number in ("4000", "6100"):
        ask(poster, number, "REQUIREDEPT")
    choose(poster, paper).sync()
    without_people(poster)
    outcome = posted(poster, paper.record())
    state = FAILED if paper is PAPERS["order"] else BLOCKED
    assert told(outcome) == (state, "missing_dimension", "department_key")
    record = placed_in(paper.record(), department_key="consulting")
    assert poster.post(record)[paper.key].state is POSTED
    assert poster.said(paper.key, "department_key") == {"department/10"}


@pytest.mark.parametrize("kind", ["apaccountlabel", "eeaccountlabel"])
def test_a_label_has_the_requirements_of_its_account(poster: Poster, kind: str) -> None:
    ask(poster, "6000", "REQUIREDEPT")
    poster.rule(RuleKind.EXPENSE_CODES, "trips", LinkExpenseCode(ledger_id=f"{kind}/Travel"))
    poster.sync()
    person = "vic" if kind == "apaccountlabel" else "bo"
    project: dict[str, Any] = {"expense_code_key": "trips", "staff_key": person}
    without_people(poster)
    outcome = posted(poster, spent(**project))
    assert told(outcome) == (BLOCKED, "missing_dimension", "department_key")
    assert "account 6000" in words(outcome)


def test_a_default_dimension_satisfies_a_requirement(poster: Poster) -> None:
    ask(poster, "6100", "REQUIREDEPT")
    poster.sync()
    assert poster.post(charged(staff_key="emily"))[CHARGE].state is POSTED
    poster.books = replace(poster.books, choices=Choices(department_id="department/20"))
    assert poster.post(charged("x2"))["expense:x2"].state is POSTED


def test_within_an_entity_no_record_needs_a_location(group: Books) -> None:
    group.desk.change(entity="US")
    poster = Poster(group)
    ask(poster, "6100", "REQUIRELOC")
    poster.sync()
    assert poster.post(spent(), worked())[REPORT].state is POSTED
    assert poster.said(REPORT, "location_key") == {"location/US"}


def test_within_an_entity_no_default_location_is_elsewhere(group: Books) -> None:
    group.desk.change(entity="UK")
    poster = Poster(group)
    poster.rule(RuleKind.PROJECTS, "home", LinkTo(ledger_id="project/P-9"))
    poster.sync()
    outcome = poster.post(worked(project_key="home", billable=False))[TIME]
    assert outcome.state is POSTED, outcome
    assert poster.said(TIME, "location_key") == {"location/UK"}


def test_at_the_top_of_several_entities_time_needs_a_location_and_its_neighbours_go_on(
    group: Books,
) -> None:
    poster = Poster(group)
    outcomes = poster.post(worked(), worked("t2", location_key="us"))
    assert told(outcomes[TIME]) == (BLOCKED, "missing_dimension", "location_key")
    assert outcomes["time:t2"].state is POSTED


def test_an_entity_is_a_location_of_time_and_is_there_unchanged(group: Books) -> None:
    poster = Poster(group)
    poster.reads_all_first = True
    poster.rule(RuleKind.LOCATIONS, "britain", LinkTo(ledger_id="locationentity/UK"))
    outcome = poster.post(worked(location_key="britain"))[TIME]
    assert (outcome.state, outcome.reason) == (POSTED, None)
    assert poster.said(TIME, "location_key") == {"location/UK"}
    assert poster.post(worked(location_key="britain"))[TIME].state is UNCHANGED


# What refusals teach.


@EVERY
def test_that_lines_of_several_entities_need_a_location_is_learned_by_kind(
    group: Books, paper: Paper
) -> None:
    poster = choose(Poster(group), paper)
    assert told(posted(poster, paper.record())) == (FAILED, "missing_dimension", "location_key")
    before = writes(poster)
    again(poster)
    outcome = posted(poster, paper.record())
    assert told(outcome) == (BLOCKED, "missing_dimension", "location_key")
    assert "several entities" in words(outcome)
    assert writes(poster) == before
    placed = placed_in(paper.record(), location_key="us")
    assert poster.post(placed)[paper.key].state is POSTED


Lesson = tuple[str, str, Record, Mapping[str, Any]]
LESSONS: Mapping[str, Lesson] = {
    "an order, by its item": ("4000", INVOICE, invoice(), {}),
    "receivables, by a stale list": ("4000", INVOICE, invoice(), {"choices": RECEIVABLES}),
    "a bill, by a stale list": ("6100", REPORT, spent(), {}),
    "time, by its type": ("5000", TIME, worked(labor_code_key="overtime"), {}),
}
"""The account that asks, under which key what is posted, and what is chosen."""


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_a_requirement_learned_from_a_refusal_blocks_the_next_record(
    poster: Poster, lesson: Lesson
) -> None:
    number, key, record, more = lesson
    poster.books = replace(poster.books, **more)
    ask(poster, number, "REQUIREDEPT")
    outcome = posted(poster, record)
    assert told(outcome) == (FAILED, "missing_dimension", "department_key")
    assert number in words(outcome)
    assert outcome.reason is not None
    assert "Enter a department" in outcome.reason.remedy
    before = writes(poster)
    again(poster)
    assert told(posted(poster, record)) == (BLOCKED, "missing_dimension", "department_key")
    assert f"account {number} requires a department" in words(posted(poster, record))
    assert writes(poster) == before
    placed = placed_in(record, department_key="consulting")
    assert poster.post(placed)[key].state is POSTED


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_a_requirement_that_an_account_no_longer_has_blocks_no_record(
    poster: Poster, lesson: Lesson
) -> None:
    number, key, record, more = lesson
    poster.books = replace(poster.books, **more)
    ask(poster, number, "REQUIREDEPT")
    poster.post(record)
    ask(poster, number, "REQUIREDEPT", said="")
    again(poster)
    assert poster.post(record)[key].state is POSTED


def test_neighbours_in_the_same_sheet_are_posted_and_only_those_of_that_type_are_held_back(
    poster: Poster,
) -> None:
    ask(poster, "5000", "REQUIREDEPT")
    late = [worked(f"late{n}", labor_code_key="overtime") for n in range(2)]
    fine = [worked(f"fine{n}") for n in range(5)]
    outcomes = poster.post(*fine[:3], *late, *fine[3:])
    assert {k for k, o in outcomes.items() if o.state is FAILED} == {"time:late0", "time:late1"}
    again(poster)
    outcomes = poster.post(*late, worked("more"))
    assert {k for k, o in outcomes.items() if o.state is BLOCKED} == {"time:late0", "time:late1"}
    assert outcomes["time:more"].state is POSTED


def test_where_it_is_not_certain_which_line_is_meant_nothing_is_learned(poster: Poster) -> None:
    poster.rule(RuleKind.LABOR_CODES, "other", LinkTo(ledger_id="item/EXP-1"))
    ask(poster, "4000", "REQUIREDEPT")
    poster.post(invoice(sold("1"), sold("2", labor_code_key="other")))
    assert "accounts" not in poster.state


def test_where_time_is_not_checked_it_is_posted(poster: Poster) -> None:
    poster.books.admin("settings", {"timesheet_accounts": "ignore"})
    ask(poster, "5000", "REQUIREDEPT")
    poster.sync()
    without_people(poster)
    assert poster.post(worked(labor_code_key="overtime"))[TIME].state is POSTED


def test_learned_requirements_cost_one_function_of_the_same_request(poster: Poster) -> None:
    ask(poster, "4000", "REQUIREDEPT")
    poster.post(invoice())
    before = len(poster.books.journal())
    again(poster)
    poster.planned(gone("i9", RecordKind.INVOICE))
    assert len(poster.books.journal()) == before + 1


def again(poster: Poster) -> None:
    """Another worker reads the company anew, with what the last one left behind."""
    poster.state = json.loads(json.dumps(poster.state))
