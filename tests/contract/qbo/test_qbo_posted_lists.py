"""New clients, projects and members of staff, who are in the ledger at once, against the
sandbox."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.rules import CreateLaborCode, LinkTo, RuleKind
from ledgerlink.domain.model.source_records import (
    ClientRecord,
    ListPost,
    ProjectRecord,
    RecordKind,
    StaffRecord,
)

from tests.contract.papers import gone, invoice, sold, spent, worked
from tests.contract.qbo.books import Row
from tests.contract.qbo.clerk import Clerk, code, words

CLIENT = ClientRecord(key="oak", name="Oak & Sons")
PROJECT = ProjectRecord(key="roof", name="New Roof", client_key="oak")
EMPLOYEE = StaffRecord(
    key="grace",
    name="Grace Pariente",
    given_name="Grace",
    family_name="Pariente",
    email="grace@oak.example",
)
VENDOR = replace(EMPLOYEE, key="gus", name="Gus Builds", person="vendor")
PERSONS = [EMPLOYEE, VENDOR]
POSTED: list[tuple[ListPost, str, str]] = [
    (CLIENT, "Customer", "project:oak"),
    (EMPLOYEE, "Employee", "user:grace"),
    (VENDOR, "Vendor", "user:gus"),
]
"""What is posted, what it becomes, and under which key."""
NAMES = ["client", "employee", "vendor"]


def named(clerk: Clerk, kind: str, name: str) -> list[Row]:
    return [row for row in clerk.books.rows(kind) if row["DisplayName"] == name]


@pytest.mark.parametrize(("record", "kind", "key"), POSTED, ids=NAMES)
def test_a_new_client_or_member_of_staff_is_a_record_of_its_list(
    clerk: Clerk, record: ListPost, kind: str, key: str
) -> None:
    outcome = clerk.post(record)[key]
    (row,) = named(clerk, kind, record.name)
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert (outcome.ledger_id, outcome.version) == (row["Id"], "0")
    assert row["Active"] is True
    assert not row.get("Job")


@pytest.mark.parametrize("record", PERSONS, ids=["employee", "vendor"])
def test_a_person_has_their_names_and_address(clerk: Clerk, record: StaffRecord) -> None:
    (key,) = clerk.post(record)
    row = clerk.row(key)
    assert (row["GivenName"], row["FamilyName"]) == ("Grace", "Pariente")
    assert row["PrimaryEmailAddr"] == {"Address": "grace@oak.example"}


def test_a_new_project_is_a_customer_below_its_client_with_whom_it_can_come(
    clerk: Clerk,
) -> None:
    outcomes = clerk.post(CLIENT, PROJECT)
    assert {outcome.state for outcome in outcomes.values()} == {ItemState.POSTED}
    row = clerk.row("project:roof")
    assert row["ParentRef"]["value"] == clerk.links["project:oak"].ledger_id
    assert (row["Job"], row["FullyQualifiedName"]) == (True, "Oak & Sons:New Roof")


def test_a_project_of_a_client_who_was_posted_before_goes_below_them(clerk: Clerk) -> None:
    clerk.post(CLIENT)
    clerk.post(PROJECT)
    parent = clerk.row("project:roof")["ParentRef"]["value"]
    assert parent == clerk.links["project:oak"].ledger_id


def test_a_project_of_a_client_who_is_linked_goes_below_that_customer(clerk: Clerk) -> None:
    clerk.post(replace(PROJECT, client_key="birds"))
    assert clerk.row("project:roof")["ParentRef"]["value"] == "1"


def test_a_project_with_the_name_of_its_client_brings_the_client_along(clerk: Clerk) -> None:
    clerk.post(replace(PROJECT, client_name="Oak & Sons"))
    (client,) = named(clerk, "Customer", "Oak & Sons")
    assert clerk.row("project:roof")["ParentRef"]["value"] == client["Id"]


def test_a_project_without_a_client_is_a_customer_of_its_own(clerk: Clerk) -> None:
    clerk.post(replace(PROJECT, client_key=None))
    assert not clerk.row("project:roof").get("Job")


def test_what_is_new_can_be_worked_spent_and_invoiced_for_in_the_same_post(
    clerk: Clerk,
) -> None:
    outcomes = clerk.post(
        CLIENT,
        PROJECT,
        *PERSONS,
        worked(staff_key="grace", project_key="roof"),
        spent(staff_key="gus", project_key="roof", billable=True),
        invoice(sold(time_keys=("t1",)), project_key="roof"),
    )
    assert {outcome.state for outcome in outcomes.values()} == {ItemState.POSTED}
    roof = clerk.links["project:roof"].ledger_id
    assert clerk.row("invoice:i1")["CustomerRef"]["value"] == roof
    assert clerk.row("time:t1")["BillableStatus"] == "HasBeenBilled"
    assert clerk.row("time:t1")["EmployeeRef"]["value"] == clerk.links["user:grace"].ledger_id
    bill = clerk.row("expense-report:R1")
    assert bill["VendorRef"]["value"] == clerk.links["user:gus"].ledger_id
    assert bill["Line"][0]["AccountBasedExpenseLineDetail"]["CustomerRef"]["value"] == roof


def test_an_item_that_a_rule_creates_comes_with_the_invoice_that_needs_it(clerk: Clerk) -> None:
    made = CreateLaborCode(name="Drafting", income_account_id="1", rate=Decimal("95.5"))
    clerk.rule(RuleKind.LABOR_CODES, "drafting", made)
    clerk.post(invoice(sold(labor_code_key="drafting")))
    item = clerk.row("labor-code:drafting")
    assert (item["Name"], item["Type"], item["UnitPrice"]) == ("Drafting", "Service", 95.5)
    line = clerk.row("invoice:i1")["Line"][0]["SalesItemLineDetail"]
    assert line["ItemRef"]["value"] == item["Id"]


# Changes.


@pytest.mark.parametrize(("record", "kind", "key"), POSTED, ids=NAMES)
def test_a_new_name_changes_the_record_and_what_a_bookkeeper_added_stays(
    clerk: Clerk, record: ListPost, kind: str, key: str
) -> None:
    clerk.post(record)
    clerk.edit(key, PrimaryPhone={"FreeFormNumber": "555-0123"})
    outcome = clerk.post(replace(record, name="Elm & Sons"))[key]
    row = clerk.row(key)
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert row["DisplayName"] == "Elm & Sons"
    assert row["PrimaryPhone"] == {"FreeFormNumber": "555-0123"}
    assert len(named(clerk, kind, "Elm & Sons")) == 1


@pytest.mark.parametrize("record", PERSONS, ids=["employee", "vendor"])
def test_an_address_that_a_person_has_no_more_is_cleared(clerk: Clerk, record: StaffRecord) -> None:
    (key,) = clerk.post(record)
    clerk.post(replace(record, email=None))
    assert not clerk.row(key).get("PrimaryEmailAddr")


def test_a_project_can_move_to_another_client_and_stand_alone(clerk: Clerk) -> None:
    clerk.post(CLIENT, PROJECT)
    clerk.post(replace(PROJECT, client_key="birds"))
    assert clerk.row("project:roof")["ParentRef"]["value"] == "1"
    clerk.post(replace(PROJECT, client_key=None))
    row = clerk.row("project:roof")
    assert "ParentRef" not in row
    assert not row.get("Job")


@pytest.mark.parametrize(("record", "kind", "key"), POSTED, ids=NAMES)
def test_what_is_posted_again_is_not_sent(
    clerk: Clerk, record: ListPost, kind: str, key: str
) -> None:
    clerk.post(record)
    assert clerk.post(record)[key].state is ItemState.UNCHANGED
    assert clerk.row(key)["SyncToken"] == "0"


@pytest.mark.parametrize(("record", "kind", "key"), POSTED, ids=NAMES)
def test_what_the_product_has_no_more_is_made_inactive(
    clerk: Clerk, record: ListPost, kind: str, key: str
) -> None:
    clerk.post(record)
    ledger_id = clerk.links[key].ledger_id
    outcome = clerk.post(gone(record.key, RecordKind(record.kind)))[key]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    row = next(row for row in clerk.books.rows(kind) if row["Id"] == ledger_id)
    assert row["Active"] is False
    assert key not in clerk.links


def test_a_record_that_a_rule_links_is_left_to_the_ledger(clerk: Clerk) -> None:
    clerk.rule(RuleKind.PROJECTS, "oak", LinkTo(ledger_id="3"))
    outcome = clerk.post(CLIENT)["project:oak"]
    assert outcome.state is ItemState.UNCHANGED
    assert outcome.reason == reason("linked_by_rule", ledger_id="3")
    assert named(clerk, "Customer", "Oak & Sons") == []


# Refusals.


@pytest.mark.parametrize("detail", ["id", "null", "text"])
@pytest.mark.parametrize(("record", "kind", "key"), POSTED, ids=NAMES)
def test_a_name_that_another_list_has_already_is_refused_and_its_holder_named(
    clerk: Clerk, record: ListPost, kind: str, key: str, detail: str
) -> None:
    clerk.books.admin("settings", {"duplicate_name_detail": detail})
    outcome = clerk.post(replace(record, name="Books by Bessie"))[key]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "name_taken")
    assert outcome.reason is not None
    assert outcome.reason.field == "name"
    assert "Books by Bessie" in words(outcome)
    assert ("by record 30" if detail == "id" else "by vendor 30") in words(outcome)
    assert len(named(clerk, "Vendor", "Books by Bessie")) == 1


def test_what_needs_a_record_that_was_refused_waits_for_it(clerk: Clerk) -> None:
    outcomes = clerk.post(replace(CLIENT, name="Books by Bessie"), PROJECT)
    why = reason("dependency_failed", key="project:oak")
    assert outcomes["project:roof"].reason == why


@pytest.mark.parametrize(
    ("given", "field"),
    [({"name": "Oak:Sons"}, "name"), ({"email": "grace@oak"}, "email")],
    ids=["colon", "address"],
)
def test_what_the_ledger_does_not_take_is_not_sent(
    clerk: Clerk, given: dict[str, Any], field: str
) -> None:
    outcome = clerk.post(replace(EMPLOYEE, **given))["user:grace"]
    assert outcome.state is ItemState.BLOCKED
    assert outcome.reason is not None
    assert outcome.reason.field == field


def test_a_client_above_a_project_who_is_inactive_is_named(clerk: Clerk) -> None:
    clerk.books.change("Customer", "1", Active=False)
    outcome = clerk.post(replace(PROJECT, client_key="birds"))["project:roof"]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "target_missing")
    assert "customer Amy's Bird Sanctuary (1) is inactive" in words(outcome)


# Repeats.


@pytest.mark.parametrize(("record", "kind", "key"), POSTED, ids=NAMES)
def test_a_record_whose_answer_is_lost_is_there_once(
    clerk: Clerk, record: ListPost, kind: str, key: str
) -> None:
    clerk.books.admin("faults", {"action": "cut", "when": "after", "match": {"entity": kind}})
    outcome = clerk.post(record)[key]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert clerk.again()[key].ledger_id == outcome.ledger_id
    assert len(named(clerk, kind, record.name)) == 1


@pytest.mark.parametrize(("record", "kind", "key"), POSTED, ids=NAMES)
def test_a_record_of_unknown_outcome_is_found_by_its_name(
    clerk: Clerk, record: ListPost, kind: str, key: str
) -> None:
    clerk.unheard()
    assert clerk.post(record) == {}
    found = clerk.found()[key]
    (row,) = named(clerk, kind, record.name)
    assert (found.state, found.ledger_id) == (ItemState.POSTED, row["Id"])
    assert code(found) == "already_written"


def test_a_bad_record_among_good_ones_fails_alone(clerk: Clerk) -> None:
    outcomes = clerk.post(CLIENT, replace(VENDOR, name="Books by Bessie"), EMPLOYEE)
    states = [outcomes[key].state for key in ("project:oak", "user:gus", "user:grace")]
    assert states == [ItemState.POSTED, ItemState.FAILED, ItemState.POSTED]
    assert clerk.calls["batch"] == 1
