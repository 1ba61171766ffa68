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
from ledgerlink.domain.model.time_settings import SameNames, TimeSettings

from tests.contract.papers import gone, invoice, sold, spent, worked
from tests.contract.qbo.books import Row
from tests.contract.qbo.list_samples import CLIENT, EMPLOYEE, PROJECT, VENDOR
from tests.contract.qbo.poster import Poster, code, words
from tests.support.sampling import sampled

PERSONS = [EMPLOYEE, VENDOR]
POSTED: list[tuple[ListPost, str, str]] = [
    (CLIENT, "Customer", "project:oak"),
    (EMPLOYEE, "Employee", "user:grace"),
    (VENDOR, "Vendor", "user:gus"),
]
"""What is posted, what it becomes, and under which key."""
NAMES = ["client", "employee", "vendor"]


def named(poster: Poster, kind: str, name: str) -> list[Row]:
    return [row for row in poster.books.rows(kind) if row["DisplayName"] == name]


@sampled(("record", "kind", "key"), POSTED, one_in=3, ids=NAMES)
def test_a_new_client_or_member_of_staff_is_a_record_of_its_list(
    poster: Poster, record: ListPost, kind: str, key: str
) -> None:
    outcome = poster.post(record)[key]
    (row,) = named(poster, kind, record.name)
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert (outcome.ledger_id, outcome.version) == (row["Id"], "0")
    assert row["Active"] is True
    assert not row.get("Job")


@pytest.mark.parametrize("record", PERSONS, ids=["employee", "vendor"])
def test_a_person_has_their_names_and_address(poster: Poster, record: StaffRecord) -> None:
    (key,) = poster.post(record)
    row = poster.row(key)
    assert (row["GivenName"], row["FamilyName"]) == ("Grace", "Pariente")
    assert row["PrimaryEmailAddr"] == {"Address": "grace@oak.example"}


def test_a_new_project_is_a_customer_below_its_client_with_whom_it_can_come(
    poster: Poster,
) -> None:
    outcomes = poster.post(CLIENT, PROJECT)
    assert {outcome.state for outcome in outcomes.values()} == {ItemState.POSTED}
    row = poster.row("project:roof")
    assert row["ParentRef"]["value"] == poster.links["project:oak"].ledger_id
    assert (row["Job"], row["FullyQualifiedName"]) == (True, "Oak & Sons:New Roof")


def test_a_project_of_a_client_who_was_posted_before_goes_below_them(poster: Poster) -> None:
    poster.post(CLIENT)
    poster.post(PROJECT)
    parent = poster.row("project:roof")["ParentRef"]["value"]
    assert parent == poster.links["project:oak"].ledger_id


def test_a_project_of_a_client_who_is_linked_goes_below_that_customer(poster: Poster) -> None:
    poster.post(replace(PROJECT, client_key="birds"))
    assert poster.row("project:roof")["ParentRef"]["value"] == "1"


def test_a_project_with_the_name_of_its_client_brings_the_client_along(poster: Poster) -> None:
    poster.post(replace(PROJECT, client_name="Oak & Sons"))
    (client,) = named(poster, "Customer", "Oak & Sons")
    assert poster.row("project:roof")["ParentRef"]["value"] == client["Id"]


def test_a_project_without_a_client_is_a_customer_of_its_own(poster: Poster) -> None:
    poster.post(replace(PROJECT, client_key=None))
    assert not poster.row("project:roof").get("Job")


def test_a_new_project_takes_time_expenses_and_invoices_in_the_same_post(
    poster: Poster,
) -> None:
    outcomes = poster.post(
        CLIENT,
        PROJECT,
        *PERSONS,
        worked(staff_key="grace", project_key="roof"),
        spent(staff_key="gus", project_key="roof", billable=True),
        invoice(sold(time_keys=("t1",)), project_key="roof"),
    )
    assert {outcome.state for outcome in outcomes.values()} == {ItemState.POSTED}
    roof = poster.links["project:roof"].ledger_id
    assert poster.row("invoice:i1")["CustomerRef"]["value"] == roof
    assert poster.row("time:t1")["BillableStatus"] == "HasBeenBilled"
    assert poster.row("time:t1")["EmployeeRef"]["value"] == poster.links["user:grace"].ledger_id
    bill = poster.row("expense-report:R1")
    assert bill["VendorRef"]["value"] == poster.links["user:gus"].ledger_id
    assert bill["Line"][0]["AccountBasedExpenseLineDetail"]["CustomerRef"]["value"] == roof


def test_an_item_that_a_rule_creates_comes_with_the_invoice_that_needs_it(poster: Poster) -> None:
    made = CreateLaborCode(name="Drafting", income_account_id="1", rate=Decimal("95.5"))
    poster.rule(RuleKind.LABOR_CODES, "drafting", made)
    poster.post(invoice(sold(labor_code_key="drafting")))
    item = poster.row("labor-code:drafting")
    assert (item["Name"], item["Type"], item["UnitPrice"]) == ("Drafting", "Service", 95.5)
    line = poster.row("invoice:i1")["Line"][0]["SalesItemLineDetail"]
    assert line["ItemRef"]["value"] == item["Id"]


# Changes.


@sampled(("record", "kind", "key"), POSTED, one_in=3, ids=NAMES)
def test_a_new_name_keeps_a_bookkeepers_additions(
    poster: Poster, record: ListPost, kind: str, key: str
) -> None:
    poster.post(record)
    poster.edit(key, PrimaryPhone={"FreeFormNumber": "555-0123"})
    outcome = poster.post(replace(record, name="Elm & Sons"))[key]
    row = poster.row(key)
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert row["DisplayName"] == "Elm & Sons"
    assert row["PrimaryPhone"] == {"FreeFormNumber": "555-0123"}
    assert len(named(poster, kind, "Elm & Sons")) == 1


@pytest.mark.parametrize("record", PERSONS, ids=["employee", "vendor"])
def test_an_address_that_a_person_has_no_more_is_cleared(
    poster: Poster, record: StaffRecord
) -> None:
    (key,) = poster.post(record)
    poster.post(replace(record, email=None))
    assert not poster.row(key).get("PrimaryEmailAddr")


def test_a_project_can_move_to_another_client_and_stand_alone(poster: Poster) -> None:
    poster.post(CLIENT, PROJECT)
    poster.post(replace(PROJECT, client_key="birds"))
    assert poster.row("project:roof")["ParentRef"]["value"] == "1"
    poster.post(replace(PROJECT, client_key=None))
    row = poster.row("project:roof")
    assert "ParentRef" not in row
    assert not row.get("Job")


@sampled(("record", "kind", "key"), POSTED, one_in=3, ids=NAMES)
def test_an_equal_record_is_not_sent_again(
    poster: Poster, record: ListPost, kind: str, key: str
) -> None:
    poster.post(record)
    assert poster.post(record)[key].state is ItemState.UNCHANGED
    assert poster.row(key)["SyncToken"] == "0"


@sampled(("record", "kind", "key"), POSTED, one_in=3, ids=NAMES)
def test_a_record_deleted_in_the_product_is_made_inactive(
    poster: Poster, record: ListPost, kind: str, key: str
) -> None:
    poster.post(record)
    ledger_id = poster.links[key].ledger_id
    outcome = poster.post(gone(record.key, RecordKind(record.kind)))[key]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    row = next(row for row in poster.books.rows(kind) if row["Id"] == ledger_id)
    assert row["Active"] is False
    assert key not in poster.links


def test_a_record_that_a_rule_links_is_left_to_the_ledger(poster: Poster) -> None:
    poster.rule(RuleKind.PROJECTS, "oak", LinkTo(ledger_id="3"))
    outcome = poster.post(CLIENT)["project:oak"]
    assert outcome.state is ItemState.UNCHANGED
    assert outcome.reason == reason("linked_by_rule", name="the record 3")
    assert named(poster, "Customer", "Oak & Sons") == []


# Refusals.


@pytest.mark.parametrize("detail", ["id", "null", "text"])
@sampled(("record", "kind", "key"), POSTED, one_in=3, ids=NAMES)
def test_a_name_that_another_list_has_already_is_refused_and_its_holder_named(
    poster: Poster, record: ListPost, kind: str, key: str, detail: str
) -> None:
    poster.books.admin("settings", {"duplicate_name_detail": detail})
    outcome = poster.post(replace(record, name="Books by Bessie"))[key]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "name_taken")
    assert outcome.reason is not None
    assert outcome.reason.field == "name"
    assert "Books by Bessie" in words(outcome)
    assert "by vendor Books by Bessie (30)" in words(outcome)
    assert len(named(poster, "Vendor", "Books by Bessie")) == 1


WEBSITES: tuple[ListPost, ...] = (
    ClientRecord(key="ca", name="Alpha Ltd"),
    ClientRecord(key="cb", name="Beta Ltd"),
    ProjectRecord(key="pd", name="Website", client_key="ca"),
    ProjectRecord(key="pb", name="Website", client_key="cb"),
)


def test_the_second_project_of_a_name_is_blocked_before_it_is_sent(poster: Poster) -> None:
    """Case general 06."""
    outcome = poster.post(*WEBSITES)["project:pb"]
    assert (outcome.state, code(outcome)) == (ItemState.BLOCKED, "name_taken")
    assert "Alpha Ltd:Website" in words(outcome)
    assert len(named(poster, "Customer", "Website")) == 1


def test_the_client_s_name_is_added_to_the_second_project_of_a_name(poster: Poster) -> None:
    """Case general 06."""
    poster.posting = TimeSettings(same_names=SameNames.ADD_CLIENT)
    assert {o.state for o in poster.post(*WEBSITES).values()} == {ItemState.POSTED}
    (of_beta,) = named(poster, "Customer", "Website (Beta Ltd)")
    assert of_beta["FullyQualifiedName"] == "Beta Ltd:Website (Beta Ltd)"
    assert {o.state for o in poster.post(*WEBSITES).values()} == {ItemState.UNCHANGED}


def test_records_that_need_a_refused_one_are_blocked(poster: Poster) -> None:
    outcomes = poster.post(replace(CLIENT, name="Books by Bessie"), PROJECT)
    why = reason("dependency_failed", key="project:oak")
    assert outcomes["project:roof"].reason == why


@pytest.mark.parametrize(
    ("given", "field"),
    [({"name": "Oak:Sons"}, "name"), ({"email": "grace@oak"}, "email")],
    ids=["colon", "address"],
)
def test_unsupported_fields_are_not_sent(poster: Poster, given: dict[str, Any], field: str) -> None:
    outcome = poster.post(replace(EMPLOYEE, **given))["user:grace"]
    assert outcome.state is ItemState.BLOCKED
    assert outcome.reason is not None
    assert outcome.reason.field == field


def test_a_client_above_a_project_who_is_inactive_is_named(poster: Poster) -> None:
    poster.books.change("Customer", "1", Active=False)
    outcome = poster.post(replace(PROJECT, client_key="birds"))["project:roof"]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "target_missing")
    assert "customer Amy's Bird Sanctuary (1) is inactive" in words(outcome)


# Repeats.


@sampled(("record", "kind", "key"), POSTED, one_in=3, ids=NAMES)
def test_a_record_whose_answer_is_lost_is_there_once(
    repeating_poster: Poster, record: ListPost, kind: str, key: str
) -> None:
    """Case quickbooks-online 3."""
    poster = repeating_poster
    poster.books.admin("faults", {"action": "cut", "when": "after", "match": {"entity": kind}})
    outcome = poster.post_through(record)[key]
    assert (outcome.state, code(outcome)) == (ItemState.POSTED, "already_written")
    assert poster.taken_over()[key].ledger_id == outcome.ledger_id
    assert len(named(poster, kind, record.name)) == 1


@sampled(("record", "kind", "key"), POSTED, one_in=3, ids=NAMES)
def test_a_record_of_unknown_outcome_is_found_by_its_name(
    poster: Poster, record: ListPost, kind: str, key: str
) -> None:
    poster.unheard()
    assert poster.post(record) == {}
    found = poster.found()[key]
    (row,) = named(poster, kind, record.name)
    assert (found.state, found.ledger_id) == (ItemState.POSTED, row["Id"])
    assert code(found) == "already_written"


def test_a_bad_record_among_good_ones_fails_alone(poster: Poster) -> None:
    outcomes = poster.post(CLIENT, replace(VENDOR, name="Books by Bessie"), EMPLOYEE)
    states = [outcomes[key].state for key in ("project:oak", "user:gus", "user:grace")]
    assert states == [ItemState.POSTED, ItemState.FAILED, ItemState.POSTED]
    assert poster.calls["batch"] == 1
