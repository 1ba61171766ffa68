"""The charges that billable expense lines make, and what invoicing them closes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from local.sandboxes.qbo.books.rows import Record, Row
from local.sandboxes.qbo.engine.change import Change
from local.sandboxes.qbo.engine.rules.lines import detail_of
from local.sandboxes.qbo.protocol.errors import Fault
from local.sandboxes.qbo.protocol.timestamps import stamp
from local.sandboxes.qbo.schema.expenses import REIMBURSE_CHARGE
from local.sandboxes.qbo.schema.registry import BY_NAME

CHARGE: Final = "ReimburseCharge"
# What of a document's links QuickBooks sets by itself and an update cannot take away.
SYSTEM_LINKS: Final = frozenset({"BillPaymentCheck", "VendorCredit"})


def carry_charges(change: Change) -> None:
    """Lines keep the charge they made, the document its payments; neither is set from outside."""
    held = {line["Id"]: _charges(line) for line in (change.before or {}).get("Line", ())}
    for line in change.after["Line"]:
        others = [x for x in line.get("LinkedTxn", ()) if x.get("TxnType") != CHARGE]
        kept = held.get(line["Id"], []) if _makes_charge(line) else []
        line.pop("LinkedTxn", None)
        if others or kept:
            line["LinkedTxn"] = [*others, *kept]
    _keep_payments(change)
    _mirror(change.after)


def _keep_payments(change: Change) -> None:
    sent = [x for x in change.after.get("LinkedTxn", ()) if x.get("TxnType") == "PurchaseOrder"]
    held = (change.before or {}).get("LinkedTxn", ())
    kept = [link for link in held if link.get("TxnType") in SYSTEM_LINKS]
    change.after["LinkedTxn"] = [*sent, *kept]


def _charges(line: Row) -> list[Row]:
    return [link for link in line.get("LinkedTxn", ()) if link.get("TxnType") == CHARGE]


def _makes_charge(line: Row) -> bool:
    return detail_of(line).get("BillableStatus") in ("Billable", "HasBeenBilled")


def _mirror(row: Row) -> None:
    others = [x for x in row.get("LinkedTxn", ()) if x.get("TxnType") != CHARGE]
    row["LinkedTxn"] = [*others, *(x for line in row["Line"] for x in _charges(line))]


def charge_open(change: Change) -> None:
    """A purchase whose charge is on an invoice stays. Raises 6400."""
    if not change.context.by_hand and any(_invoiced(change)):
        raise Fault("6400", "A charge of this transaction has already been invoiced")


def charge_unchanged(change: Change) -> None:
    """What an invoiced charge lets be changed: nothing, all but its line, or everything."""
    how = change.settings.invoiced_charge_update
    if how == "allow" or change.context.by_hand or change.after == change.before:
        return
    now = {line.get("Id"): line for line in change.after["Line"]}
    for line in _invoiced(change):
        if how == "refuse" or now.get(line["Id"]) != line:
            raise Fault("6400", "A charge of this transaction has already been invoiced")


def _invoiced(change: Change) -> Iterator[Row]:
    """The stored lines whose charge is on an invoice."""
    for line in (change.before or {}).get("Line", ()):
        charges = (change.company.row(CHARGE, link["TxnId"]) for link in _charges(line))
        if any(charge and charge.get("HasBeenInvoiced") for charge in charges):
            yield line


def show_billed(change: Change) -> None:
    """The line of a charge shows whether it was invoiced; its document's version stays."""
    charge, company = change.after, change.company
    status = "HasBeenBilled" if charge.get("HasBeenInvoiced") else "Billable"
    for parent in charge.get("LinkedTxn", ()):
        row = company.row(parent["TxnType"], parent["TxnId"]) or {}
        for line in row.get("Line", ()):
            if any(link["TxnId"] == charge["Id"] for link in _charges(line)):
                detail_of(line)["BillableStatus"] = status


def make_charges(change: Change) -> None:
    """Each billable line has one ReimburseCharge; those of removed lines go."""
    kept: set[str] = set()
    for line in change.after.get("Line", ()):
        if _makes_charge(line):
            kept.add(_charge(change, line))
    if change.after:
        _mirror(change.after)
    for line in (change.before or {}).get("Line", ()):
        for link in _charges(line):
            if link["TxnId"] not in kept and change.company.row(CHARGE, link["TxnId"]):
                now = change.context.seconds()
                change.company.remove(REIMBURSE_CHARGE, link["TxnId"], now, change.settings)


def _charge(change: Change, line: Row) -> str:
    links = _charges(line)
    company, now = change.company, change.context.seconds()
    record = company.table(CHARGE).records.get(links[0]["TxnId"]) if links else None
    if record is None:
        row_id = company.sequences[REIMBURSE_CHARGE.sequence].next()
        times = {"CreateTime": stamp(now), "LastUpdatedTime": stamp(now)}
        base: Row = {"Id": row_id, "SyncToken": "0", "MetaData": times, "domain": "QBO"}
        record = Record({**base, "sparse": False, "HasBeenInvoiced": False}, now, now)
        company.insert(BY_NAME[CHARGE], record, change.settings)
        line["LinkedTxn"] = [*line.get("LinkedTxn", ()), {"TxnId": row_id, "TxnType": CHARGE}]
    record.row.update(_charge_body(change.after, line))
    return str(record.row["Id"])


def _charge_body(row: Row, line: Row) -> Row:
    parent = "Purchase" if "PaymentType" in row else "Bill"
    detail = {
        name: value
        for name, value in detail_of(line).items()
        if name in ("ItemRef", "ClassRef", "Qty", "UnitPrice", "TaxCodeRef", "MarkupInfo")
    }
    return {
        "TxnDate": row["TxnDate"],
        "CustomerRef": dict(detail_of(line)["CustomerRef"]),
        "CurrencyRef": dict(row["CurrencyRef"]),
        "Amount": line["Amount"],
        "LinkedTxn": [{"TxnId": row["Id"], "TxnType": parent}],
        "Line": [
            {
                "Id": "1",
                "LineNum": 1,
                "Amount": line["Amount"],
                "DetailType": "ReimburseLineDetail",
                "ReimburseLineDetail": detail,
            }
        ],
    }
