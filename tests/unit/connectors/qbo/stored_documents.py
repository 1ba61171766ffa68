"""Money documents as QuickBooks returns them, in the shape of recorded responses."""

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ledgerlink.connectors.qbo.outcomes.accepted import accepted
from ledgerlink.connectors.qbo.protocol.json_body import encode
from ledgerlink.domain.model.plan import Action, Outcome, Request, Write
from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.model.resolved_expenses import ResolvedExpenses
from ledgerlink.domain.model.resolved_invoices import ResolvedInvoice
from ledgerlink.domain.model.resolved_receipts import ResolvedReceipt

from tests.support.qbo.scripted_company import ScriptedCompany, write_all
from tests.support.qbo.virtual_time import run
from tests.unit.connectors.qbo.document_samples import composed, expenses, invoice

Row = dict[str, Any]
MoneyRecord = ResolvedExpenses | ResolvedInvoice | ResolvedReceipt

STAMP = "2026-03-01T22:48:04-08:00"
NAMES = {"46": "Norton Lumber", "55": "Emily Platt", "21": "Rondonuwu Fruit and Vegi"}


def create(sample: MoneyRecord, seq: int = 0) -> Write:
    """The write that creates a document."""
    document = composed(sample)
    return Write(
        seq=seq,
        action=Action.CREATE,
        key=document.key,
        kind=document.kind,
        body=document.body,
        day=document.day,
        total=document.total,
    )


def update(sample: MoneyRecord, before: Row, version: str = "2") -> Write:
    """The update of record 145, whose row was returned before."""
    fresh = create(sample)
    base = accepted(fresh, before).content
    return replace(
        fresh, action=Action.UPDATE, ledger_id="145", version=version, base_fingerprint=base
    )


def removal(sample: MoneyRecord, before: Row, version: str = "2") -> Write:
    """The delete of record 145, whose row was returned before."""
    return replace(update(sample, before, version), action=Action.DELETE, body=None)


def stored(sample: MoneyRecord, ledger_id: str = "145", version: str = "0", **changes: Any) -> Row:
    """A document as QuickBooks returns it; `changes` to None leave a field out."""
    document = composed(sample)
    read: Row = json.loads(encode(document.body))
    lines = [_line(number, line) for number, line in enumerate(read.get("Line", ()), 1)]
    amount = float(sum((Decimal(str(line["Amount"])) for line in lines), Decimal(0)))
    tax = read.get("TxnTaxDetail", {}).get("TotalTax", 0)
    total = {"TotalAmt": amount + tax, "LinkedTxn": [], "CurrencyRef": {"value": "USD"}}
    row = {**total, **_named(read), "Line": lines, **FILLED[document.kind](amount + tax)}
    about = {"CreateTime": STAMP, "LastUpdatedTime": STAMP}
    meta = {"domain": "QBO", "sparse": False, "Id": ledger_id, "SyncToken": version}
    return {n: v for n, v in {**row, **meta, "MetaData": about, **changes}.items() if v is not None}


FILLED: Mapping[str, Any] = {
    "Bill": lambda total: {"Balance": total, "DueDate": "2026-02-02"},
    "Purchase": lambda total: {"PurchaseEx": {"any": []}, "PrintStatus": "NotSet"},
    "Invoice": lambda total: {
        "Balance": total,
        "DueDate": "2026-03-04",
        "CustomField": [{"DefinitionId": "1", "Name": "Crew #", "Type": "StringType"}],
        "PrintStatus": "NeedToPrint",
        "EmailStatus": "NotSet",
        "TxnTaxDetail": {"TotalTax": 0},
    },
    "Attachable": lambda total: {"FileAccessUri": "/v3/company/1/download/7", "Size": 3},
}
"""What QuickBooks adds to each kind."""


def _line(number: int, line: Row) -> Row:
    kind = line["DetailType"]
    detail = {"TaxCodeRef": {"value": "NON"}, **_named(line[kind])}
    if kind != "SalesItemLineDetail":
        detail = {"BillableStatus": "NotBillable", **detail}
    return {"Id": str(number), "LineNum": number, **line, kind: detail}


def _named(value: Any) -> Any:
    """References as QuickBooks returns them, with names."""
    if isinstance(value, dict):
        read = {name: _named(each) for name, each in value.items()}
        return {**read, "name": NAMES[value["value"]]} if value.get("value") in NAMES else read
    return [_named(each) for each in value] if isinstance(value, list) else value


def edited(row: Row, *path: str | int, value: Any) -> Row:
    """The row with another value at this path; None removes it."""
    changed = copy.deepcopy(row)
    *way, last = path
    place: Any = changed
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return changed


def outcome(there: ScriptedCompany, write: Write) -> Outcome:
    """The outcome of one write."""
    return run(write_all(there, [Request("r", (write,))])).outcomes[write.seq]


def reason_of(found: Outcome) -> Reason:
    assert found.reason is not None
    return found.reason


BILL = expenses(number="R1")
SALE = invoice(number="1041")
