"""Class, department and location: who says one first wins, from the record to what it is for."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.dimensions import (
    NAMES,
    Defaults,
    Dimensions,
    first_given,
    merged,
    required,
)
from ledgerlink.domain.model.list_records import ListRecord, ListType
from ledgerlink.domain.model.money_settings import InvoiceLines, InvoiceSettings
from ledgerlink.domain.model.plan import Action, ItemState, Operation
from ledgerlink.domain.model.rules import LinkTo, RuleKind, Skip
from ledgerlink.domain.model.source_records import Invoice, Record
from ledgerlink.domain.model.time_settings import Description, TimeSettings

from tests.unit.domain.money_ledger import MoneyLedger, charged, invoice, line, one, spent
from tests.unit.domain.simulated_ledger import entry, rule_book

KINDS = {
    "class_id": RuleKind.CLASSES,
    "department_id": RuleKind.DEPARTMENTS,
    "location_id": RuleKind.LOCATIONS,
}
GIVERS = ("record", "task", "project", "person")
"""Who may say one, the first who counts first."""

said = st.fixed_dictionaries({giver: st.sets(st.sampled_from(NAMES)) for giver in GIVERS})
kinds = st.sampled_from(["time", "own", "card"])


def ledger() -> MoneyLedger:
    """One where work is for a task of a project."""
    money_ledger = MoneyLedger()
    money_ledger.rules |= rule_book(
        {
            RuleKind.PROJECTS: {"build": LinkTo(ledger_id="task/1")},
            **{kind: {"said": LinkTo(ledger_id=f"record {kind}")} for kind in KINDS.values()},
        }
    )
    return money_ledger


def defaults(told: Mapping[str, set[str]]) -> Defaults:
    """What the ledger's records say; each says its own name."""
    ids = {"task": "task/1", "project": "project/1", "person": "P1"}
    own = {
        ids[giver]: Dimensions(**{name: f"{giver} {KINDS[name]}" for name in told[giver]})
        for giver in ids
    }
    return Defaults(own, {"task/1": "project/1"})


def record(kind: str, names: set[str]) -> Record:
    keys = {f"{name.removesuffix('_id')}_key": "said" for name in names}
    if kind == "time":
        return entry("t", project_key="build", **keys)
    make = spent if kind == "own" else charged
    return make("e", project_key="build", **keys)


def body_of(operation: Operation) -> Mapping[str, Any]:
    body: Mapping[str, Any] = operation.body or {}
    return body["lines"][0] if "lines" in body else body


@given(kinds, said)
def test_the_first_given_dimension_is_used(kind: str, told: Mapping[str, set[str]]) -> None:
    op = one(ledger().post(record(kind, told["record"]), defaults=defaults(told)))
    assert op.state is ItemState.PENDING, op.reason
    for name in NAMES:
        givers = [giver for giver in GIVERS if name in told[giver]]
        wanted = f"{givers[0]} {KINDS[name]}" if givers else None
        assert body_of(op).get(name) == wanted


@given(st.lists(st.builds(Dimensions, **{n: st.none() | st.text(min_size=1) for n in NAMES})))
def test_each_dimension_comes_from_the_first_that_has_it(some: list[Dimensions]) -> None:
    found = first_given(some)
    for name in NAMES:
        values = [value for one in some if (value := getattr(one, name)) is not None]
        assert getattr(found, name) == (values[0] if values else None)


def test_an_invoice_has_its_projects_dimensions_and_a_line_its_own() -> None:
    money_ledger, told = (
        ledger(),
        {"task": {"class_id"}, "project": set(NAMES), "person": set(NAMES)},
    )
    lines = (line(department_key="said", class_key="said"), line())
    money_ledger.post(invoice("i", *lines, project_key="build"), defaults=defaults(told))
    (seen,) = money_ledger.composer.seen_invoices.values()
    assert (seen.class_id, seen.department_id) == ("task classes", "project departments")
    assert seen.location_id == "project locations"
    own = [(each.class_id, each.department_id) for each in seen.lines]
    assert own == [("record classes", "record departments"), (None, None)]


def test_a_person_who_has_no_rule_gives_no_default_and_stops_no_charge() -> None:
    told = {giver: set(NAMES) for giver in GIVERS}
    card = charged("e", project_key=None, staff_key="nobody")
    assert one(ledger().post(card, defaults=defaults(told))).state is ItemState.PENDING


def test_a_skipping_rule_leaves_the_dimension_to_the_customer() -> None:
    money_ledger, told = ledger(), {"task": set(), "project": {"class_id"}, "person": set()}
    money_ledger.rules |= rule_book({RuleKind.CLASSES: {"none": Skip()}})
    entry_ = entry("t", project_key="build", class_key="none")
    op = one(money_ledger.post(entry_, defaults=defaults({**told, "record": set()})))
    assert body_of(op)["class_id"] == "project classes"


def test_one_that_has_no_rule_blocks_the_record() -> None:
    op = one(ledger().post(entry("t", project_key="build", department_key="unknown")))
    assert (op.state, op.reason and op.reason.code) == (ItemState.BLOCKED, "no_rule")


NONE_OF = {
    "class_id": Features(classes=False),
    "department_id": Features(departments=False),
    "location_id": Features(locations=False),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_ledger_that_has_none_of_them_blocks_it(name: str) -> None:
    money_ledger = ledger()
    money_ledger.features = NONE_OF[name]
    for kind in ("time", "own", "card"):
        op = one(money_ledger.post(record(kind, {name})))
        assert (op.state, op.reason and op.reason.code) == (ItemState.BLOCKED, "feature_off")
        assert op.reason is not None
        assert op.reason.field == f"{name.removesuffix('_id')}_key"


def test_a_dimension_that_the_ledger_fills_in_is_sent_only_if_the_record_has_it() -> None:
    money_ledger, told = ledger(), {"task": set(NAMES), "project": set(), "person": set()}
    money_ledger.features = Features(fills=("location",))
    some = {key: set(names) for key, names in {"record": set(), **told}.items()}
    body = body_of(one(money_ledger.post(entry("t", project_key="build"), defaults=defaults(some))))
    assert (body.get("location_id"), body["department_id"]) == (None, "task departments")
    own = entry("t", project_key="build", location_key="said")
    assert (
        body_of(one(money_ledger.post(own, defaults=defaults(some))))["location_id"]
        == "record locations"
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_change_of_one_alone_updates_the_record(name: str) -> None:
    money_ledger = ledger()
    money_ledger.rules |= rule_book(
        {kind: {"other": LinkTo(ledger_id="X")} for kind in KINDS.values()}
    )
    key = f"{name.removesuffix('_id')}_key"
    money_ledger.posted(entry("t", project_key="build", **{key: "said"}))
    assert (
        one(money_ledger.posted(entry("t", project_key="build", **{key: "said"}))).state
        == "unchanged"
    )
    op = one(money_ledger.posted(entry("t", project_key="build", **{key: "other"})))
    assert (op.action, body_of(op)[name]) == (Action.UPDATE, "X")


def test_entries_of_several_departments_are_not_merged() -> None:
    money_ledger = ledger()
    money_ledger.rules |= rule_book({RuleKind.DEPARTMENTS: {"other": LinkTo(ledger_id="X")}})
    entries = [entry("a"), entry("b", department_key="said"), entry("c", department_key="other")]
    short = TimeSettings(description=Description.NEITHER)
    operations = money_ledger.plan([*entries, entry("d")], posting=short, whole=True)
    assert sorted(op.members for op in operations) == [("a", "d"), ("b",), ("c",)]


def test_lines_of_an_invoice_that_differ_in_department_are_summed_up_apart() -> None:
    money_ledger = ledger()
    lines = [line("1", department_key="said"), line("2"), line("4", department_key="said")]
    summed: Invoice = invoice("i", *lines)
    money_ledger.post(
        summed, invoicing=InvoiceSettings(item_id="HOURS", lines=InvoiceLines.SUMMARY)
    )
    (seen,) = money_ledger.composer.seen_invoices.values()
    assert [(str(each.amount), each.department_id) for each in seen.lines] == [
        ("5.00", "record departments"),
        ("2.00", None),
    ]


# What accounts ask for.


def account(number: str, *requires: str) -> ListRecord:
    fields = {"number": number, "requires": list(requires)}
    return ListRecord(type=ListType.ACCOUNT, id=f"a/{number}", name="Travel", fields=fields)


def label(name: str, account_id: str) -> ListRecord:
    fields = {"account_id": account_id}
    return ListRecord(type=ListType.EXPENSE_TYPE, id=f"e/{name}", name=name, fields=fields)


def test_a_label_has_the_requirements_of_its_account() -> None:
    some = [
        label("Trip", "a/1"),
        account("1", "department", "class"),
        account("2"),
        label("x", "?"),
    ]
    wanted = {"department": "1", "class": "1"}
    assert required(some) == {"a/1": wanted, "e/Trip": wanted}


def test_values_wanted_twice_are_read_together() -> None:
    some = {"a": {"department": "1"}, "b": {"class": "2"}}
    assert merged(some, {"a": {"location": "3"}}) == {
        "a": {"department": "1", "location": "3"},
        "b": {"class": "2"},
    }
