"""Rows as list records: time entries and invoices; and the invoices that payments pay."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import time
from decimal import Decimal

from ledgerlink.connectors.qbo.protocol import values
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.qbo.reads.map_lists import list_record
from ledgerlink.domain.model.list_records import ListRecord, ListType

NAME_LENGTH = 80
DAY = 24 * 60 * 60
STAFF_FIELD = {"Employee": "EmployeeRef", "Vendor": "VendorRef", "Other": "OtherNameRef"}
BILLABLE = ("Billable", "HasBeenBilled")
VOIDED = "voided"
PAID = "paid"


def time_entry(row: Entity) -> ListRecord:
    """A time entry. `minutes` is a whole number, rates are money per hour."""
    day, kind = values.text(row, "TxnDate"), values.text(row, "NameOf") or ""
    description = values.text(row, "Description")
    fields = {
        "date": day,
        "minutes": duration_minutes(row),
        "staff_id": values.reference_id(row, STAFF_FIELD.get(kind, "EmployeeRef")),
        "staff_type": kind.lower() or None,
        "customer_id": values.reference_id(row, "CustomerRef"),
        "item_id": values.reference_id(row, "ItemRef"),
        "class_id": values.reference_id(row, "ClassRef"),
        "billable": row.get("BillableStatus") in BILLABLE,
        "billed": row.get("BillableStatus") == "HasBeenBilled",
        "rate": values.decimal(row, "HourlyRate"),
        "cost_rate": values.decimal(row, "CostRate"),
        "description": description,
    }
    name = (description or day or "")[:NAME_LENGTH]
    return replace(list_record(ListType.TIME, row, fields), name=name)


def duration_minutes(row: Entity) -> int:
    """The duration of a time entry in minutes, rounded: as stated, or from start to end without the
    break. Offsets of the clock times are ignored."""
    start, end = (_clock(values.text(row, name)) for name in ("StartTime", "EndTime"))
    seconds = _seconds(row, "")
    if start is not None and end is not None:
        seconds = (end - start) % DAY - _seconds(row, "Break")
    return (max(seconds, 0) + 30) // 60


def invoice(row: Entity, payments: Iterable[Entity]) -> ListRecord:
    """An invoice, paid on the day of the newest of these payments. Amounts are in its own
    currency."""
    number = values.text(row, "DocNumber")
    fields = {
        "number": number,
        "date": values.text(row, "TxnDate"),
        "due_date": values.text(row, "DueDate"),
        "total": values.canonical_decimal(_money(row, "TotalAmt")),
        "balance": values.canonical_decimal(_money(row, "Balance")),
        "currency": values.reference_id(row, "CurrencyRef"),
        "customer_id": values.reference_id(row, "CustomerRef"),
        "status": invoice_status(row),
        "paid_on": _newest(payments),
    }
    return replace(list_record(ListType.INVOICE, row, fields), name=number or str(row["Id"]))


def invoice_status(row: Entity) -> str:
    """The status of an invoice: void, paid, partly_paid or open."""
    if is_void(row):
        return "void"
    if _money(row, "Balance") == 0:
        return PAID
    return "open" if _money(row, "Balance") == _money(row, "TotalAmt") else "partly_paid"


def is_void(row: Entity) -> bool:
    """Whether an invoice or payment is void. QuickBooks shows that only by the note, and by amounts
    of zero."""
    note = (values.text(row, "PrivateNote") or "").lower()
    amounts = (_money(row, name) for name in ("TotalAmt", "Balance"))
    return not any(amounts) and note.startswith(VOIDED)


def paid_invoice_ids(payments: Iterable[Entity]) -> set[str]:
    """The ids of the invoices that these payments pay."""
    return {
        str(link.get("TxnId"))
        for payment in payments
        for line in values.blocks(payment, "Line")
        for link in values.blocks(line, "LinkedTxn")
        if link.get("TxnType") == "Invoice"
    }


def _newest(payments: Iterable[Entity]) -> str | None:
    """The last day of the payments that are not void."""
    days = [values.text(payment, "TxnDate") for payment in payments if not is_void(payment)]
    return max(filter(None, days), default=None)


def _money(row: Entity, name: str) -> Decimal:
    return Decimal(values.decimal(row, name) or 0)


def _seconds(row: Entity, prefix: str) -> int:
    hours, minutes, seconds = (
        values.whole(row, f"{prefix}{unit}") or 0 for unit in ("Hours", "Minutes", "Seconds")
    )
    return hours * 3600 + minutes * 60 + seconds


def _clock(stamp: str | None) -> int | None:
    """The second of the day of a clock time."""
    try:
        read = time.fromisoformat((stamp or "").rpartition("T")[2])
    except ValueError:
        return None
    return read.hour * 3600 + read.minute * 60 + read.second
