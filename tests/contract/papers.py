"""What a product says: expenses, invoices, time and receipts of a small firm."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from ledgerlink.domain.model.source_records import (
    Deleted,
    ExpenseEntry,
    Invoice,
    InvoiceLine,
    Receipt,
    Record,
    RecordKind,
    TimeEntry,
)

DAY = date(2026, 3, 2)
FILE = b"%PDF-1.4 lunch"


def spent(key: str = "x1", amount: str = "31.50", **given: Any) -> ExpenseEntry:
    """Lunch that vendor Vic paid for, on report R1."""
    plain = ExpenseEntry(
        key=key,
        staff_key="vic",
        spent_on=DAY,
        amount=Decimal(amount),
        expense_code_key="meals",
        report_key="R1",
        notes=f"Lunch {key}",
    )
    return replace(plain, **given)


def charged(key: str = "x1", amount: str = "31.50", **given: Any) -> ExpenseEntry:
    """The same on the firm's card."""
    card = {"paid_with": "company_card", "card_key": "visa", "report_key": None}
    return spent(key, amount, **(card | given))


def sold(amount: str | None = "100", **given: Any) -> InvoiceLine:
    """A line of design."""
    money = None if amount is None else Decimal(amount)
    return InvoiceLine(**({"amount": money, "labor_code_key": "design"} | given))


def invoice(*lines: InvoiceLine, key: str = "i1", **given: Any) -> Invoice:
    """An invoice to Amy's Bird Sanctuary."""
    plain = Invoice(key=key, issued_on=DAY, lines=lines or (sold(),), project_key="birds")
    return replace(plain, **given)


def worked(key: str = "t1", **given: Any) -> TimeEntry:
    """Two billable hours of Emily's at Amy's."""
    plain = TimeEntry(
        key=key,
        staff_key="emily",
        work_date=DAY,
        minutes=120,
        project_key="birds",
        labor_code_key="design",
        billable=True,
        bill_rate=Decimal(50),
        notes=f"Work {key}",
    )
    return replace(plain, **given)


def receipt(key: str = "r1", upload_id: str = "u1", **given: Any) -> Receipt:
    """A file that was uploaded."""
    said = {"file_name": f"{key}.pdf", "content_type": "application/pdf", **given}
    return Receipt(key=key, upload_id=upload_id, **said)


def gone(key: str, kind: RecordKind = RecordKind.EXPENSE) -> Deleted:
    """The product has it no more."""
    return Deleted(kind=kind, key=key, deleted=True)


@dataclass(frozen=True)
class Paper:
    """A kind of document of money. `record` makes the record that becomes one, of this amount;
    `gone` takes it back."""

    kind: str
    key: str
    record: Callable[..., Record]
    gone: Record


def _refunded(amount: str = "31.50", **given: Any) -> Record:
    return charged("x1", amount, refund=True, **given)


def _invoiced(amount: str = "31.50", **given: Any) -> Record:
    return invoice(sold(amount), **given)


PAPERS: Mapping[str, Paper] = {
    "bill": Paper("Bill", "expense-report:R1", lambda *a, **g: spent("x1", *a, **g), gone("x1")),
    "check": Paper(
        "Purchase",
        "expense-report:R1",
        lambda *a, **g: spent("x1", *a, staff_key="emily", **g),
        gone("x1"),
    ),
    "charge": Paper("Purchase", "expense:x1", lambda *a, **g: charged("x1", *a, **g), gone("x1")),
    "refund": Paper("Purchase", "expense:x1", _refunded, gone("x1")),
    "invoice": Paper("Invoice", "invoice:i1", _invoiced, gone("i1", RecordKind.INVOICE)),
}
"""Each kind of document that carries money."""


def papers(*names: str) -> Sequence[Paper]:
    """These kinds, or all."""
    return [PAPERS[name] for name in names or PAPERS]
