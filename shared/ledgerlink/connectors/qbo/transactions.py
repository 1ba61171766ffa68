"""Time activities and invoices in neutral terms, and which invoices a payment names."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import time
from decimal import Decimal

from ledgerlink.connectors.qbo import values
from ledgerlink.connectors.qbo.client import Entity
from ledgerlink.connectors.qbo.records import record
from ledgerlink.domain.lists import ListRecord, ListType

NAME_LENGTH = 80
DAY = 24 * 60 * 60
STAFF = {"Employee": "EmployeeRef", "Vendor": "VendorRef", "Other": "OtherNameRef"}
BILLABLE = ("Billable", "HasBeenBilled")
VOIDED = "voided"


def activity(row: Entity) -> ListRecord:
    """A time activity. `minutes` is a whole number, rates are money per hour."""
    day, kind = values.text(row, "TxnDate"), values.text(row, "NameOf") or ""
    description = values.text(row, "Description")
    fields = {
        "date": day,
        "minutes": minutes(row),
        "staff_id": values.ref(row, STAFF.get(kind, "EmployeeRef")),
        "staff_type": kind.lower() or None,
        "customer_id": values.ref(row, "CustomerRef"),
        "item_id": values.ref(row, "ItemRef"),
        "class_id": values.ref(row, "ClassRef"),
        "billable": row.get("BillableStatus") in BILLABLE,
        "billed": row.get("BillableStatus") == "HasBeenBilled",
        "rate": values.amount(row, "HourlyRate"),
        "cost_rate": values.amount(row, "CostRate"),
        "description": description,
    }
    name = (description or day or "")[:NAME_LENGTH]
    return replace(record(ListType.TIME, row, fields), name=name)


def minutes(row: Entity) -> int:
    """How long a time activity took, to the nearest minute: its duration, or by its clock times,
    of which the offset does not count, less its break."""
    start, end = (_clock(values.text(row, name)) for name in ("StartTime", "EndTime"))
    seconds = _seconds(row, "")
    if start is not None and end is not None:
        seconds = (end - start) % DAY - _seconds(row, "Break")
    return (max(seconds, 0) + 30) // 60


def invoice(row: Entity) -> ListRecord:
    """An invoice; amounts are in its own currency. When it was paid no invoice tells."""
    total, balance = (Decimal(values.amount(row, n) or 0) for n in ("TotalAmt", "Balance"))
    number = values.text(row, "DocNumber")
    fields = {
        "number": number,
        "date": values.text(row, "TxnDate"),
        "due_date": values.text(row, "DueDate"),
        "total": values.plain(total),
        "balance": values.plain(balance),
        "currency": values.ref(row, "CurrencyRef"),
        "customer_id": values.ref(row, "CustomerRef"),
        "status": _status(row, total, balance),
        "paid_on": None,
    }
    return replace(record(ListType.INVOICE, row, fields), name=number or str(row["Id"]))


def named_invoices(payments: Iterable[Entity]) -> set[str]:
    """The ids of the invoices that these payments pay."""
    return {
        str(link.get("TxnId"))
        for payment in payments
        for line in values.blocks(payment, "Line")
        for link in values.blocks(line, "LinkedTxn")
        if link.get("TxnType") == "Invoice"
    }


def _status(row: Entity, total: Decimal, balance: Decimal) -> str:
    note = (values.text(row, "PrivateNote") or "").lower()
    if total == 0 and balance == 0 and note.startswith(VOIDED):
        return "void"
    if balance == 0:
        return "paid"
    return "open" if balance == total else "partly_paid"


def _seconds(row: Entity, prefix: str) -> int:
    hours, minutes, seconds = (
        values.whole(row, f"{prefix}{unit}") or 0 for unit in ("Hours", "Minutes", "Seconds")
    )
    return hours * 3600 + minutes * 60 + seconds


def _clock(stamp: str | None) -> int | None:
    """The second of the day."""
    if stamp is None:
        return None
    read = time.fromisoformat(stamp.rpartition("T")[2])
    return read.hour * 3600 + read.minute * 60 + read.second
