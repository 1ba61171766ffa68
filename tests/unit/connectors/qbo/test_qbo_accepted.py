"""Accepted writes: the stored record compared with what was sent."""

from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.connectors.qbo.documents import content
from ledgerlink.connectors.qbo.outcomes.accepted import accepted, adopted
from ledgerlink.domain.model.plan import Action, ItemState
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.references import ExistingRecord

from tests.support.qbo.writes import activity, change, create
from tests.unit.connectors.qbo.document_samples import (
    AUTOMATED,
    BRITISH,
    expenses,
    invoice,
    line,
    sold,
)
from tests.unit.connectors.qbo.stored_documents import create as sample_write
from tests.unit.connectors.qbo.stored_documents import removal
from tests.unit.connectors.qbo.stored_documents import stored as stored_row


def stored(**changes: Any) -> dict[str, Any]:
    """The ledger's own words for `activity(1)`, as in its reference."""
    return {
        **activity(1),
        "EmployeeRef": {"value": "55", "name": "Emily Platt"},
        "TimeChargeId": 54,
        "HourlyRate": Decimal("15.250"),
        "CostRate": 0,
        "Seconds": 0,
        "domain": "QBO",
        "sparse": False,
        "Id": "5",
        "SyncToken": "0",
        **changes,
    }


def test_a_response_with_the_same_values_needs_no_reason() -> None:
    outcome = accepted(create(1), stored(Description=" Garden \n Lighting 1"), "1-tid")
    assert (outcome.state, outcome.reason, outcome.trace_id) == (ItemState.POSTED, None, "1-tid")
    assert (outcome.ledger_id, outcome.version) == ("5", "0")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"Hours": 4}, "hours 3 became 4"),
        ({"Minutes": None}, "minutes 30 became 0"),
        ({"TxnDate": "2026-02-01"}, "date 2026-02-02 became 2026-02-01"),
        ({"NameOf": "Other", "EmployeeRef": None}, "kind of person Employee became Other"),
        ({"EmployeeRef": {"value": "54"}}, "employee 55 became 54"),
        ({"CustomerRef": {"value": "3"}}, "customer 21 became 3"),
        ({"ItemRef": {"value": "2"}}, "item 8 became 2"),
        ({"BillableStatus": "NotBillable"}, "billable status Billable became NotBillable"),
        ({"HourlyRate": Decimal("15.3")}, "hourly rate 15.25 became 15.3"),
        ({"Description": "Garden"}, "notes Garden Lighting 1 became Garden"),
    ],
)
def test_each_field_that_was_stored_otherwise_is_named(changes: dict[str, Any], words: str) -> None:
    outcome = accepted(create(1), stored(**changes))
    assert outcome.state is ItemState.POSTED
    assert outcome.reason is not None
    assert outcome.reason.code == "answer_differs"
    assert words in outcome.reason.message


def test_unsent_fields_may_be_filled_by_the_ledger() -> None:
    assert accepted(create(1, activity(1, ItemRef=None)), stored()).reason is None


def test_a_deleted_document_has_its_last_id_and_no_version() -> None:
    outcome = accepted(change(1, Action.DELETE), {"domain": "QBO", "status": "Deleted", "Id": "7"})
    assert (outcome.ledger_id, outcome.version, outcome.reason) == ("7", None, None)


SPENT = expenses(line(tax=Decimal("2.60")), features=BRITISH, number="R1")


def test_a_money_document_has_its_total_and_content() -> None:
    row = stored_row(SPENT)
    outcome = accepted(sample_write(SPENT), row)
    assert (outcome.reason, outcome.total) == (None, Decimal("34.1"))
    body = sample_write(SPENT).body
    assert outcome.content == content.content_fingerprint("Bill", row, body)
    assert accepted(create(1), stored()).content == ""
    assert accepted(create(1), stored()).total is None


def test_a_total_that_differs_is_reported_with_its_part_of_tax() -> None:
    row = stored_row(SPENT, TotalAmt=Decimal("34.35"), TxnTaxDetail={"TotalTax": Decimal("2.85")})
    outcome = accepted(sample_write(SPENT), row)
    assert outcome.state is ItemState.POSTED
    assert outcome.total == Decimal("34.35")
    assert outcome.reason == reason(
        "total_differs", ledger="34.35", ours="34.10", difference="0.25", tax="0.25"
    )


def test_a_total_is_compared_at_the_cent() -> None:
    assert (
        accepted(sample_write(SPENT), stored_row(SPENT, TotalAmt=Decimal("34.104"))).reason is None
    )


def test_a_total_is_compared_at_the_unit_of_its_currency() -> None:
    sample = expenses(line(net=Decimal("1200")), currency="JPY", rate=Decimal("0.0067"))
    assert (
        accepted(sample_write(sample), stored_row(sample, TotalAmt=Decimal("1200.4"))).reason
        is None
    )


def test_without_our_tax_all_of_the_ledgers_tax_is_the_difference() -> None:
    sample = expenses(features=AUTOMATED)
    row = stored_row(sample, TotalAmt=Decimal("34.02"), TxnTaxDetail={"TotalTax": Decimal("2.52")})
    found = accepted(sample_write(sample), row).reason
    assert found == reason(
        "total_differs", ledger="34.02", ours="31.50", difference="2.52", tax="2.52"
    )


def test_a_total_that_differs_is_reported_before_a_field() -> None:
    row = stored_row(SPENT, TotalAmt=1, DocNumber="R9")
    found = accepted(sample_write(SPENT), row).reason
    assert found is not None
    assert found.code == "total_differs"


def test_a_field_of_a_document_stored_with_another_value_is_reported() -> None:
    found = accepted(sample_write(SPENT), stored_row(SPENT, DocNumber="R9")).reason
    assert found == reason("answer_differs", detail="number R1 became R9")


def test_an_invoice_stored_without_its_time_links_has_a_warning() -> None:
    sample = invoice(sold(time=ExistingRecord("5")), sold(time=ExistingRecord("6")))
    lines = [{**each, "LinkedTxn": []} for each in stored_row(sample)["Line"]]
    unlinked = adopted(sample_write(sample), stored_row(sample, Line=lines)).reason
    assert unlinked == reason("link_refused", keys="time activity 5, time activity 6")
    assert adopted(sample_write(sample), stored_row(sample)).reason == reason("already_written")


def test_a_cleared_email_of_a_person_is_reported() -> None:
    body = {"DisplayName": "Emily", "PrimaryEmailAddr": {"Address": "Emily@example.com"}}
    write = create(1, body, "Employee")
    same = {"Id": "55", "DisplayName": "Emily"}
    address = {"PrimaryEmailAddr": {"Address": "emily@example.com"}}
    assert accepted(write, {**same, **address}).reason is None
    assert accepted(write, same).reason == reason(
        "answer_differs", detail="email emily@example.com became (nothing)"
    )


def test_a_document_of_money_that_is_deleted_holds_nothing() -> None:
    gone = {"domain": "QBO", "status": "Deleted", "Id": "145"}
    outcome = accepted(removal(SPENT, stored_row(SPENT)), gone)
    assert (outcome.content, outcome.total, outcome.reason) == ("", None, None)
