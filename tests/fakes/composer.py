"""A composer for the ledger in memory; it refuses what a ledger would."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.new_records import NewCustomer, NewItem, NewListRecord, NewPerson
from ledgerlink.domain.model.reasons import Blocked, Reason, reason
from ledgerlink.domain.model.references import reference
from ledgerlink.domain.model.resolved_expenses import ExpenseLine, ResolvedExpenses
from ledgerlink.domain.model.resolved_invoices import (
    ResolvedEmail,
    ResolvedInvoice,
    ResolvedInvoiceLine,
)
from ledgerlink.domain.model.resolved_receipts import ResolvedReceipt
from ledgerlink.domain.model.resolved_time import ResolvedTime
from ledgerlink.domain.money import Total

LONGEST = 4000
FORBIDDEN = "forbidden"


@dataclass(frozen=True)
class FakeComposer:
    """Implements `domain.ports.Composer`. A list record named `forbidden` is refused."""

    links_time: bool = True
    one_currency_each: bool = True
    applies_rates: bool = False
    emails_invoices: bool = True

    def list_record(self, record: NewListRecord) -> Document:
        if record.name == FORBIDDEN:
            raise Blocked(reason("feature_off", detail="names like this"))
        body: dict[str, Any] = {"name": record.name}
        match record:
            case NewPerson():
                return Document(record.key, "Person", body | {"person": record.person})
            case NewCustomer():
                above = {"parent": reference(record.parent)} if record.parent else {}
                return Document(record.key, "Customer", body | above)
            case NewItem():
                rate = {"rate": str(record.rate)} if record.rate is not None else {}
                return Document(record.key, "Item", body | rate)

    def time(self, time: ResolvedTime) -> Document:
        notes, warnings = _text(time)
        body: dict[str, Any] = {
            "staff": reference(time.staff),
            "day": time.day.isoformat(),
            "minutes": time.minutes,
            "billable": time.billable,
            "notes": notes,
        }
        for name, target in (("customer", time.customer), ("item", time.item)):
            if target is not None:
                body[name] = reference(target)
        body |= _stated(time, "class_id", "department_id", "location_id")
        if time.rate is not None:
            body["rate"] = str(time.rate)
        members = tuple(entry.key for entry in time.entries)
        return Document(
            time.key,
            "Time",
            body,
            members=members,
            day=time.day,
            minutes=time.minutes,
            warnings=warnings,
        )

    def expenses(self, expenses: ResolvedExpenses) -> Document:
        lines = [_expense(line) for line in expenses.lines]
        body: dict[str, Any] = {
            "settlement": expenses.settlement.value,
            "day": expenses.day.isoformat(),
            "lines": lines,
            "credit": expenses.credit,
            "note": [text for _, text in expenses.note],
        }
        if expenses.payee is not None:
            body["payee"] = reference(expenses.payee.target)
        body |= _stated(expenses, "account_id", "number", "currency", "rate")
        tax = sum((line.tax or Decimal(0) for line in expenses.lines), Decimal(0))
        amount = sum((line.net for line in expenses.lines), tax)
        total = Total(amount=amount, currency=expenses.currency, tax=tax, rate=expenses.rate)
        kind = "Credit" if expenses.credit else "Spending"
        return Document(expenses.key, kind, body, day=expenses.day, total=total)

    def invoice(self, invoice: ResolvedInvoice) -> Document:
        if invoice.number == FORBIDDEN:
            raise Blocked(reason("number_taken", detail=FORBIDDEN))
        body: dict[str, Any] = {
            "customer": reference(invoice.customer),
            "day": invoice.day.isoformat(),
            "lines": [_sold(line) for line in invoice.lines],
            "note": [text for _, text in invoice.note],
        }
        body |= _stated(invoice, "number", "terms_id", "class_id", "currency", "rate", "due")
        body |= _stated(invoice, "department_id", "location_id")
        return Document(invoice.key, "Invoice", body, day=invoice.day)

    def email(self, email: ResolvedEmail) -> Document:
        return Document(email.key, "Email", {"invoice": reference(email.invoice)})

    def receipt(self, receipt: ResolvedReceipt) -> Document:
        if receipt.file_name.endswith(".exe"):
            why = reason("receipt_refused", name=receipt.file_name, detail="programs")
            raise Blocked(why)
        body = {
            "document": reference(receipt.document),
            "of": receipt.document_kind,
            "file": receipt.file_name,
            "note": receipt.note,
        }
        return Document(receipt.key, "File", body)


def _expense(line: ExpenseLine) -> dict[str, Any]:
    told = {"net": str(line.net), "billable": line.billable, "text": [t for _, t in line.parts]}
    told |= _stated(line, "tax", "account_id", "item_id", "class_id", "tax_code_id")
    told |= _stated(line, "department_id", "location_id")
    return told | ({"customer": reference(line.customer)} if line.customer else {})


def _sold(line: ResolvedInvoiceLine) -> dict[str, Any]:
    told: dict[str, Any] = {"amount": str(line.amount), "text": line.description}
    told |= _stated(line, "tax", "quantity", "unit_price", "class_id", "tax_code_id")
    told |= {"item": reference(line.item)} if line.item else {}
    return told | ({"time": reference(line.time)} if line.time else {})


def _stated(given: object, *names: str) -> dict[str, str]:
    found = ((name, getattr(given, name)) for name in names)
    return {name: str(value) for name, value in found if value is not None}


def _text(time: ResolvedTime) -> tuple[str, tuple[Reason, ...]]:
    notes = " - ".join(part for _, part in time.parts if part)
    if time.billable and time.customer is None:
        raise Blocked(reason("missing_customer", field="project_key"))
    if len(notes) > LONGEST and time.shorten:
        why = reason("text_cut", field="notes", length=len(notes), limit=LONGEST)
        return notes[:LONGEST], (why,)
    if len(notes) > LONGEST:
        raise Blocked(reason("text_too_long", field="notes", length=len(notes), limit=LONGEST))
    strange = next((n for n, c in enumerate(notes) if ord(c) < 32 and c not in "\t\n"), None)
    if strange is not None:
        raise Blocked(reason("control_characters", field="notes", position=strange))
    return notes, ()
