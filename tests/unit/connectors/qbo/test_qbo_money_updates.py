"""Rejected updates and deletes of money documents, attachments and list records: adopted, repeated
or reported, by the current state of the record."""

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.connectors.qbo.documents import content
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.plan import Action, ItemState, Outcome, Write
from ledgerlink.domain.model.references import ExistingRecord

from tests.support.qbo.scripted_company import Responder, ScriptedCompany, fault
from tests.support.qbo.writes import change
from tests.unit.connectors.qbo.document_samples import (
    CHECK,
    composed,
    expenses,
    invoice,
    line,
    receipt,
    sold,
)
from tests.unit.connectors.qbo.fake_query_server import company
from tests.unit.connectors.qbo.stored_documents import (
    BILL,
    SALE,
    MoneyRecord,
    Row,
    edited,
    outcome,
    reason_of,
    removal,
    stored,
    update,
)

STALE = fault("5010", "Stale Object Error")
MISSING = fault("610", "Object Not Found")
RULE = fault("6000", "Business Validation Error: no")
PAYMENT = {"LinkedTxn": [{"TxnId": "12", "TxnType": "BillPaymentCheck"}], "Balance": 0}
RECEIVED = {"LinkedTxn": [{"TxnId": "12", "TxnType": "Payment"}], "Balance": 0}
VOID = {"TotalAmt": 0, "Balance": 0, "PrivateNote": "Voided"}
CHECKED = expenses(line(customer=ExistingRecord("21"), billable=True), **CHECK)
ACCOUNT = "AccountBasedExpenseLineDetail"
BILLED = edited(stored(CHECKED), "Line", 0, ACCOUNT, "BillableStatus", value="HasBeenBilled")
FILE = receipt()
MORE = line(net=Decimal("40"))
"""What a line becomes by an update."""

PAIRS: list[tuple[MoneyRecord, MoneyRecord, str]] = [
    (BILL, expenses(MORE, number="R1"), "Bill"),
    (CHECKED, expenses(MORE, **CHECK), "Purchase"),
    (SALE, invoice(sold(amount=Decimal("30.50"), quantity=Decimal(2)), number="1041"), "Invoice"),
    (FILE, receipt(note="lunch"), "Attachable"),
]
"""What stands in the ledger, what it is to become, and its kind."""


def sent(there: ScriptedCompany) -> list[dict[str, Any]]:
    calls = there.calls("bill", "purchase", "invoice", "attachable", "customer", "vendor")
    return [json.loads(request.content) for request in calls]


def there_is(
    kind: str, row: Mapping[str, Any] | None, *script: Responder | None
) -> ScriptedCompany:
    return company(*script, **{kind: [dict(row)] if row else []})


def code(found: Outcome) -> str:
    return reason_of(found).code


@pytest.mark.parametrize(("before", "after", "kind"), PAIRS)
def test_a_record_whose_version_alone_moved_is_updated_at_that_version(
    before: MoneyRecord, after: MoneyRecord, kind: str
) -> None:
    there = there_is(kind, stored(before, version="5"), STALE)
    found = outcome(there, update(after, stored(before)))
    assert (found.state, found.version) == (ItemState.POSTED, "6")
    assert [body["SyncToken"] for body in sent(there)] == ["2", "5"]
    ids = [r.url.params["requestid"] for r in there.calls(kind.lower())]
    assert len(set(ids)) == 2


@pytest.mark.parametrize(("before", "after", "kind"), PAIRS)
def test_a_record_whose_version_alone_moved_is_deleted_at_that_version(
    before: MoneyRecord, after: MoneyRecord, kind: str
) -> None:
    there = there_is(kind, stored(before, version="5"), STALE)
    found = outcome(there, removal(before, stored(before)))
    assert (found.state, found.reason) == (ItemState.POSTED, None)
    assert sent(there) == [{"Id": "145", "SyncToken": v} for v in ("2", "5")]


@pytest.mark.parametrize(("before", "after", "kind"), PAIRS)
def test_a_record_that_a_user_edited_is_left_alone(
    before: MoneyRecord, after: MoneyRecord, kind: str
) -> None:
    touched = {"FileName": "touched"} if kind == "Attachable" else {"PrivateNote": "touched"}
    for write in (update(after, stored(before)), removal(before, stored(before))):
        there = there_is(kind, stored(before, version="5", **touched), STALE)
        found = outcome(there, write)
        assert (found.state, code(found)) == (ItemState.FAILED, "changed_in_ledger")
        assert len(sent(there)) == 1


@pytest.mark.parametrize(("before", "after", "kind"), PAIRS)
def test_a_record_that_equals_the_update_is_adopted(
    before: MoneyRecord, after: MoneyRecord, kind: str
) -> None:
    there = there_is(kind, stored(after, version="5"), STALE)
    found = outcome(there, update(after, stored(before)))
    assert (found.state, found.ledger_id, found.version) == (ItemState.POSTED, "145", "5")
    assert code(found) == "already_written"
    assert found.content == content.content_fingerprint(kind, stored(after), composed(after).body)


@pytest.mark.parametrize(("before", "after", "kind"), PAIRS)
@pytest.mark.parametrize("trouble", [STALE, MISSING])
def test_a_record_that_is_not_there_any_more_is_gone(
    trouble: Responder, before: MoneyRecord, after: MoneyRecord, kind: str
) -> None:
    updated = outcome(there_is(kind, None, trouble), update(after, stored(before)))
    assert (updated.state, code(updated)) == (ItemState.FAILED, "gone_in_ledger")
    deleted = outcome(there_is(kind, None, trouble), removal(before, stored(before)))
    assert (deleted.state, deleted.reason) == (ItemState.POSTED, None)


LOCKED: list[tuple[MoneyRecord, Row, str, str]] = [
    (BILL, PAYMENT, "Bill", "paid"),
    (SALE, RECEIVED, "Invoice", "paid"),
    (SALE, VOID, "Invoice", "voided"),
    (CHECKED, {"Line": BILLED["Line"]}, "Purchase", "billed"),
]


@pytest.mark.parametrize("trouble", [STALE, RULE, fault("6540"), fault("6480"), fault("6400")])
@pytest.mark.parametrize(("sample", "changes", "kind", "reason"), LOCKED)
def test_a_paid_void_or_billed_document_stays_with_a_reason(
    sample: MoneyRecord, changes: Row, kind: str, reason: str, trouble: Responder
) -> None:
    for write in (
        replace(update(sample, stored(sample)), body={"PrivateNote": "other"}),
        removal(sample, stored(sample)),
    ):
        there = there_is(kind, stored(sample, version="5", **changes), trouble)
        found = outcome(there, write)
        assert (found.state, code(found)) == (ItemState.FAILED, reason)
        assert len(sent(there)) == 1
    if reason == "paid":
        assert "by payment 12" in reason_of(found).message


@pytest.mark.parametrize(
    ("number", "reason"), [("6540", "reconciled"), ("6480", "reconciled"), ("6400", "billed")]
)
def test_error_codes_of_a_lock_are_believed(number: str, reason: str) -> None:
    for write in (update(PAIRS[0][1], stored(BILL)), removal(BILL, stored(BILL))):
        found = outcome(there_is("Bill", stored(BILL), fault(number)), write)
        assert (found.state, code(found)) == (ItemState.FAILED, reason)


def test_a_business_rule_against_an_open_document_has_its_text() -> None:
    there = there_is("Bill", stored(BILL), RULE)
    found = outcome(there, update(PAIRS[0][1], stored(BILL)))
    assert code(found) == "refused"
    assert "Business Validation Error: no" in reason_of(found).message


def test_a_payment_that_came_and_went_lets_the_bill_be_changed() -> None:
    moved = stored(BILL, version="9")
    there = there_is("Bill", moved, STALE)
    assert outcome(there, update(PAIRS[0][1], stored(BILL))).state is ItemState.POSTED


def test_a_delete_without_a_known_content_is_not_repeated() -> None:
    write = replace(removal(BILL, stored(BILL)), base_fingerprint=None)
    assert code(outcome(there_is("Bill", stored(BILL), STALE), write)) == "changed_in_ledger"


AMY = {"DisplayName": "Amy"}


def renamed(kind: str = "Customer") -> Write:
    plain = replace(change(0, Action.UPDATE), kind=kind, day=None)
    return replace(plain, body={"DisplayName": "Amelia"}, base_fingerprint=fingerprint(AMY))


def listed(**changes: Any) -> Row:
    return {"Id": "7", "SyncToken": "5", "Active": True, **AMY, **changes}


@pytest.mark.parametrize("kind", ["Customer", "Vendor"])
def test_a_list_record_with_edits_in_other_fields_is_updated_at_its_version(
    kind: str,
) -> None:
    row = listed(PrimaryPhone={"FreeFormNumber": "1"}, Notes="a friend")
    there = there_is(kind, row, STALE)
    assert outcome(there, renamed(kind)).state is ItemState.POSTED
    first, second = sent(there)
    assert (first["SyncToken"], second["SyncToken"]) == ("2", "5")
    assert second["sparse"] is True
    assert "Notes" not in second


def test_a_list_record_that_a_user_renamed_is_left_alone() -> None:
    there = there_is("Customer", listed(DisplayName="Amy & Co"), STALE)
    assert code(outcome(there, renamed())) == "changed_in_ledger"


def test_a_list_record_that_is_named_so_already_is_taken_over() -> None:
    there = there_is("Customer", listed(DisplayName="Amelia"), STALE)
    assert code(outcome(there, renamed())) == "already_written"


def test_a_list_record_that_is_not_there_any_more_is_gone() -> None:
    assert code(outcome(there_is("Customer", None, MISSING), renamed())) == "gone_in_ledger"


def test_a_record_with_our_name_and_an_address_of_others_is_taken_over() -> None:
    """Case quickbooks-online 1: the address may be theirs, and stays."""
    row = listed(DisplayName="Amelia", PrimaryEmailAddr={"Address": "amy@example.com"})
    there = there_is("Vendor", row, STALE)
    assert code(outcome(there, renamed("Vendor"))) == "already_written"
