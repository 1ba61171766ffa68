"""Money documents that are read again: their total, and why they can no longer change."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.connectors.qbo.documents import content
from ledgerlink.domain.errors import LedgerUnavailable
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.references import ExistingRecord
from ledgerlink.domain.model.snapshots import Snapshot

from tests.support.qbo.scripted_company import ScriptedCompany, fault, open_ledger
from tests.support.qbo.virtual_time import run
from tests.unit.connectors.qbo.document_samples import (
    CARD,
    CHECK,
    composed,
    expenses,
    invoice,
    line,
    receipt,
)
from tests.unit.connectors.qbo.fake_query_server import FakeQueryServer, company
from tests.unit.connectors.qbo.stored_documents import BILL, SALE, MoneyRecord, Row, edited, stored

ACCOUNT = "AccountBasedExpenseLineDetail"
PAID = reason("paid", detail=" by payment 12")
UNNAMED = reason("paid", detail="")
VOID = {"TotalAmt": 0, "Balance": 0, "PrivateNote": "Voided"}
BILLABLE = expenses(line(customer=ExistingRecord("21"), billable=True), **CHECK)
CHARGE = {"TxnId": "31", "TxnType": "ReimburseCharge"}


def looked(
    there: ScriptedCompany, kind: str, ids: Sequence[str] = ("145",), days: Any = None
) -> Mapping[str, Snapshot]:
    async def main() -> Mapping[str, Snapshot]:
        return await open_ledger(there).snapshots(kind, ids, days)

    return run(main())


def copy_of(sample: MoneyRecord, **changes: Any) -> Snapshot:
    kind = composed(sample).kind
    return looked(company(**{kind: [stored(sample, version="3", **changes)]}), kind)["145"]


def paid_by(kind: str, ledger_id: str = "12") -> Row:
    return {"LinkedTxn": [{"TxnId": ledger_id, "TxnType": kind}]}


@pytest.mark.parametrize("sample", [BILL, expenses(**CARD), SALE])
def test_a_snapshot_has_its_total_and_content(sample: MoneyRecord) -> None:
    row = stored(sample, version="3")
    copy = copy_of(sample)
    assert content.content_fingerprint(composed(sample).kind, row) == copy.forms[0]
    assert copy.body["TxnDate"] == row["TxnDate"]
    assert len(copy.body["Line"]) == len(composed(sample).body["Line"])
    assert replace(copy, body={}) == Snapshot(
        ledger_id="145",
        version="3",
        body={},
        forms=copy.forms,
        total=Decimal(str(row["TotalAmt"])),
        fixed=composed(sample).fixed,
        line_count=len(composed(sample).body["Line"]),
    )


def test_a_file_has_the_documents_that_it_is_attached_to() -> None:
    copy = copy_of(receipt())
    assert (copy.locked, copy.total) == (None, None)
    assert copy.forms == (content.content_fingerprint("Attachable", stored(receipt())),)
    assert copy.forms != copy_of(receipt(document=ExistingRecord("146"))).forms


@pytest.mark.parametrize(
    ("sample", "changes", "why"),
    [
        (BILL, paid_by("BillPaymentCheck"), PAID),
        (BILL, {"Balance": 0}, UNNAMED),
        (BILL, {"Balance": 10.5}, reason("paid", detail=" in part")),
        (
            BILL,
            {"Balance": 10.5, **paid_by("BillPaymentCheck")},
            reason("paid", detail=" in part, by payment 12"),
        ),
        (SALE, paid_by("Payment"), PAID),
        (SALE, {"Balance": 0}, UNNAMED),
        (SALE, VOID, reason("voided")),
        (SALE, {**VOID, "PrivateNote": "Voided\n[invoice:I1]"}, reason("voided")),
        (SALE, paid_by("TimeActivity"), None),
        (SALE, paid_by("Estimate"), None),
        (BILL, paid_by("PurchaseOrder"), None),
        (expenses(**CARD), paid_by("Payment"), None),
        (BILL, {"Balance": None}, None),
    ],
)
def test_a_document_that_is_paid_or_void_is_locked(
    sample: MoneyRecord, changes: Row, why: Any
) -> None:
    assert copy_of(sample, **changes).locked == why


def test_an_invoice_with_amounts_is_not_void_by_its_note() -> None:
    assert copy_of(SALE, PrivateNote="Voided? No!").locked is None


@pytest.mark.parametrize(
    "sample", [BILLABLE, expenses(line(customer=ExistingRecord("21"), billable=True))]
)
def test_a_document_with_a_line_that_is_billed_is_locked(sample: MoneyRecord) -> None:
    row = edited(stored(sample), "Line", 0, ACCOUNT, "BillableStatus", value="HasBeenBilled")
    assert copy_of(sample, Line=row["Line"]).locked == reason("billed", detail="")


@pytest.mark.parametrize("head", [True, False])
def test_a_document_whose_charge_an_invoice_bills_is_locked(head: bool) -> None:
    row = stored(BILLABLE)
    lines = row["Line"] if head else edited(row, "Line", 0, "LinkedTxn", value=[CHARGE])["Line"]
    linked = stored(BILLABLE, LinkedTxn=[CHARGE] if head else [], Line=lines)
    billed = {"Id": "31", "HasBeenInvoiced": True}
    there = company(Purchase=[linked], ReimburseCharge=[billed])
    assert looked(there, "Purchase")["145"].locked == reason("billed", detail="")
    there = company(Purchase=[linked], ReimburseCharge=[{**billed, "HasBeenInvoiced": False}])
    assert looked(there, "Purchase")["145"].locked is None


def test_charges_are_read_in_one_call_and_only_if_there_are_any() -> None:
    rows = [stored(BILLABLE, str(n), LinkedTxn=[{**CHARGE, "TxnId": f"3{n}"}]) for n in (1, 2)]
    there = company(Purchase=[*rows, stored(BILLABLE, "3")])
    looked(there, "Purchase", ["1", "2", "3"])
    assert isinstance(there.rows, FakeQueryServer)
    (statement,) = there.rows.asked("ReimburseCharge")
    assert "WHERE Id IN ('31', '32') " in statement
    there = company(Purchase=[stored(BILLABLE)], Invoice=[stored(SALE, LinkedTxn=[CHARGE])])
    looked(there, "Purchase")
    looked(there, "Invoice")
    assert isinstance(there.rows, FakeQueryServer)
    assert there.rows.asked("ReimburseCharge") == []


def test_a_ledger_that_hides_its_charges_is_judged_by_the_lines() -> None:
    row = stored(BILLABLE, LinkedTxn=[CHARGE])
    there = company(None, fault("4001", "not queryable"), Purchase=[row])
    assert looked(there, "Purchase")["145"].locked is None


def test_charges_that_cannot_be_read_now_are_not_taken_for_unbilled() -> None:
    down = [fault("", status=503)] * 6
    there = company(None, *down, Purchase=[stored(BILLABLE, LinkedTxn=[CHARGE])])
    with pytest.raises(LedgerUnavailable):
        looked(there, "Purchase")


MANY = [str(number) for number in range(1, 1202)]


def test_many_documents_are_read_by_their_days_and_files_by_id() -> None:
    days = (date(2026, 2, 1), date(2026, 2, 28))
    there = company(Bill=[stored(BILL, each) for each in MANY])
    assert set(looked(there, "Bill", MANY, days)) == set(MANY)
    assert isinstance(there.rows, FakeQueryServer)
    assert all("TxnDate" in statement for statement in there.rows.asked("Bill"))
    files = company(Attachable=[stored(receipt(), each) for each in MANY])
    assert set(looked(files, "Attachable", MANY, days)) == set(MANY)
    assert isinstance(files.rows, FakeQueryServer)
    assert all("Id IN (" in statement for statement in files.rows.asked("Attachable"))


def test_an_invoice_in_another_currency_is_compared_in_its_own() -> None:
    sample = invoice(currency="EUR", rate=Decimal("1.1"))
    assert copy_of(sample, HomeBalance=58.72).locked is None
