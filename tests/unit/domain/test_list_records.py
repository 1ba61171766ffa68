"""Clients, projects and staff that are posted by themselves."""

from dataclasses import replace

import pytest
from ledgerlink.domain.mapping.twins import KnownNames
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.list_records import ListRecord, ListType
from ledgerlink.domain.model.plan import Action, ItemState
from ledgerlink.domain.model.rules import CreateUser, LinkTo, RuleKind, Skip
from ledgerlink.domain.model.source_records import (
    ClientRecord,
    ListPost,
    ProjectRecord,
    Record,
    RecordKind,
    StaffRecord,
)
from ledgerlink.domain.planning.list_records import created_by

from tests.fakes.composer import FORBIDDEN
from tests.unit.domain.money_ledger import MoneyLedger, by_key, gone, invoice, known, one, spent
from tests.unit.domain.simulated_ledger import entry, reasons, rule_book, states, writes

CLIENT = ClientRecord(key="c1", name="Client")
PROJECT = ProjectRecord(key="p1", name="Project", client_key="c1")
STAFF = StaffRecord(key="s1", name="Sam Staff", person="vendor")


def test_a_client_a_project_and_a_person_are_created_parents_first() -> None:
    found = by_key(known(CLIENT, PROJECT, STAFF).posted(PROJECT, STAFF, CLIENT))
    assert {key: op.action for key, op in found.items()} == {
        "project:c1": Action.CREATE,
        "project:p1": Action.CREATE,
        "user:s1": Action.CREATE,
    }
    assert {op.key: op.record for op in found.values()} == {
        "project:c1": RecordKind.CLIENT,
        "project:p1": RecordKind.PROJECT,
        "user:s1": RecordKind.STAFF,
    }
    assert found["project:c1"].level < found["project:p1"].level
    assert found["user:s1"].body == {"name": "Sam Staff", "person": "vendor"}


@pytest.mark.parametrize(
    "record",
    [
        entry("t1", project_key="p1", staff_key="s1"),
        spent("e1", project_key="p1", staff_key="s1"),
        invoice("i1", project_key="p1"),
    ],
)
def test_a_list_record_posted_and_required_is_created_once(record: Record) -> None:
    ledger = known(CLIENT, PROJECT, STAFF)
    ledger.posted(CLIENT, PROJECT, STAFF, record)
    assert len(ledger.bodies("Customer")) == 2
    assert len(ledger.bodies("Person")) == 1
    assert writes(ledger.post(CLIENT, PROJECT, STAFF, record)) == {}


@pytest.mark.parametrize(
    ("key", "kind", "record"),
    [
        ("s1", RecordKind.STAFF, entry("t1", staff_key="s1")),
        ("s1", RecordKind.STAFF, spent("e1", staff_key="s1")),
        ("c1", RecordKind.CLIENT, invoice("i1", project_key="c1")),
        ("c1", RecordKind.CLIENT, replace(PROJECT, key="p2")),
    ],
)
def test_who_leaves_is_made_inactive_after_all_that_is_still_posted(
    key: str, kind: RecordKind, record: Record
) -> None:
    ledger = known(CLIENT, STAFF, replace(PROJECT, key="p2"))
    ledger.posted(CLIENT, STAFF)
    found = ledger.post(gone(key, kind), record)
    (goes,) = (op for op in found if op.action is Action.DELETE)
    assert all(op.level < goes.level for op in found if op is not goes)
    assert found[-1] is goes


def test_a_project_creates_its_unposted_client() -> None:
    record = replace(PROJECT, client_name="Client")
    found = known(record).post(record)
    assert set(writes(found)) == {"client:c1", "project:p1"}


def test_a_record_that_is_there_is_unchanged_and_one_of_another_name_is_changed() -> None:
    for record in (CLIENT, replace(PROJECT, client_key=None), STAFF):
        ledger = known(record)
        ledger.posted(record)
        assert set(states(ledger.post(record)).values()) == {ItemState.UNCHANGED}
        renamed = replace(record, name="Other")
        ledger.rules |= known(renamed).rules
        op = one(ledger.posted(renamed))
        assert (op.action, (op.body or {})["name"]) == (Action.UPDATE, "Other")


def test_a_record_that_a_rule_links_stays_as_it_is() -> None:
    ledger = MoneyLedger()
    ledger.rules |= rule_book({RuleKind.PROJECTS: {"c1": LinkTo(ledger_id="C9")}})
    op = one(ledger.post(CLIENT))
    assert (op.state, op.reason and op.reason.code) == (ItemState.UNCHANGED, "linked_by_rule")


def test_a_record_that_a_rule_skips_is_skipped() -> None:
    ledger = MoneyLedger()
    ledger.rules |= rule_book({RuleKind.USERS: {"s1": Skip()}})
    assert reasons(ledger.post(STAFF)) == {"user:s1": "skipped_by_rule"}


def test_a_project_of_an_unknown_client_waits_for_it() -> None:
    found = MoneyLedger().post(PROJECT)
    assert reasons(found) == {"project:p1": "no_client"}


def test_a_taken_name_blocks_its_record_and_the_dependent_ones() -> None:
    ledger = known(CLIENT, PROJECT)
    held = ListRecord(type=ListType.CUSTOMER, id="7", name="Client")
    names = KnownNames(lambda kind: [held] if kind is held.type else [], [held.type])
    found = ledger.post(CLIENT, PROJECT, names=names)
    assert reasons(found) == {"project:c1": "name_taken", "project:p1": "dependency_failed"}


def test_an_employee_is_not_created_where_payroll_is_on() -> None:
    staff = replace(STAFF, person="employee")
    ledger = known(staff)
    ledger.features = Features(payroll=True)
    assert reasons(ledger.post(staff)) == {"user:s1": "payroll_on"}


def test_a_name_that_the_ledger_cannot_take_is_one_item() -> None:
    record = replace(CLIENT, name=FORBIDDEN)
    assert reasons(known(record).post(record)) == {"project:c1": "feature_off"}


@pytest.mark.parametrize(
    ("record", "kind", "key"),
    [
        (CLIENT, RecordKind.CLIENT, "project:c1"),
        (STAFF, RecordKind.STAFF, "user:s1"),
    ],
)
def test_a_deleted_record_is_taken_out_once_it_is_there(
    record: ListPost, kind: RecordKind, key: str
) -> None:
    ledger = known(record)
    assert reasons(ledger.post(gone(record.key, kind))) == {key: "undeletable"}
    ledger.posted(record)
    assert writes(ledger.post(gone(record.key, kind))) == {key: Action.DELETE}


@pytest.mark.parametrize(
    "other",
    [
        replace(CLIENT, name="Other"),
        ProjectRecord(key="c1", name="Project"),
        gone("c1", RecordKind.CLIENT),
        gone("c1", RecordKind.PROJECT),
    ],
)
@pytest.mark.parametrize("there", [False, True])
def test_a_key_given_twice_changes_nothing(other: Record, there: bool) -> None:
    ledger = known(CLIENT)
    if there:
        ledger.posted(CLIENT)
    found = ledger.post(CLIENT, other)
    assert writes(found) == {}
    assert set(reasons(found).values()) == {"duplicate_key"}


def test_a_person_and_a_project_may_have_the_same_key() -> None:
    staff = replace(STAFF, key="c1")
    found = known(CLIENT, staff).post(CLIENT, staff)
    assert set(writes(found)) == {"project:c1", "user:c1"}


def test_a_person_has_a_display_name() -> None:
    record = replace(STAFF, given_name="Sam", family_name="Staff", email="sam@example.com")
    assert created_by(record) == CreateUser(
        name="Sam Staff",
        person="vendor",
        given_name="Sam",
        family_name="Staff",
        email="sam@example.com",
    )


def test_a_client_that_came_with_a_project_is_the_one_that_is_posted_later() -> None:
    project = replace(PROJECT, client_name="Client")
    ledger = known(project)
    ledger.posted(entry("t1", project_key="p1"))
    ledger.rules |= known(CLIENT).rules
    ledger.posted(CLIENT, project)
    assert len(ledger.bodies("Customer")) == 2
