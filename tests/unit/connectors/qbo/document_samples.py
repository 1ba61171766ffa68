"""Samples of expenses, invoices and receipts, as the composer receives them."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.connectors.qbo.documents.composer import QuickBooksComposer
from ledgerlink.connectors.qbo.protocol.json_body import encode
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.reasons import Blocked, Reason
from ledgerlink.domain.model.references import ExistingRecord
from ledgerlink.domain.model.resolved_expenses import (
    ExpenseLine,
    Payee,
    ResolvedExpenses,
    Settlement,
)
from ledgerlink.domain.model.resolved_invoices import ResolvedInvoice, ResolvedInvoiceLine
from ledgerlink.domain.model.resolved_receipts import ResolvedReceipt
from ledgerlink.domain.ports import Composer

COMPOSER: Composer = QuickBooksComposer()
DAY = date(2026, 2, 2)
AMERICAN = Features(country="US", home_currency="USD", automated_tax=False)
AUTOMATED = Features(country="US", home_currency="USD", automated_tax=True)
BRITISH = Features(country="GB", home_currency="GBP", multi_currency=True)

VENDOR = Payee(target=ExistingRecord("46"), list="vendor")
EMPLOYEE = Payee(target=ExistingRecord("55"), list="employee")

CHECK: dict[str, Any] = {
    "settlement": Settlement.CHECK,
    "payee": EMPLOYEE,
    "account_id": "35",
}
CARD: dict[str, Any] = {"settlement": Settlement.CARD, "payee": None, "account_id": "42"}


def line(**changes: Any) -> ExpenseLine:
    """Lunch for 31.50."""
    given = {"key": "x1", "net": Decimal("31.50"), "account_id": "13", **changes}
    return ExpenseLine(**given)


def expenses(
    *lines: ExpenseLine, location_id: str | None = None, **changes: Any
) -> ResolvedExpenses:
    """What is owed to a vendor, all at one location."""
    placed = [replace(each, location_id=location_id or each.location_id) for each in lines]
    given: dict[str, Any] = {
        "key": "expense-report:R1",
        "reference": "expense-report:R1",
        "lines": tuple(placed) or (line(location_id=location_id),),
        "settlement": Settlement.PAYABLE,
        "day": DAY,
        "features": AMERICAN,
        "payee": VENDOR,
        **changes,
    }
    return ResolvedExpenses(**given)


def sold(**changes: Any) -> ResolvedInvoiceLine:
    """Three and a half hours."""
    given: dict[str, Any] = {
        "amount": Decimal("53.38"),
        "item": ExistingRecord("8"),
        "quantity": Decimal("3.5"),
        "unit_price": Decimal("15.25"),
        **changes,
    }
    return ResolvedInvoiceLine(**given)


def invoice(*lines: ResolvedInvoiceLine, **changes: Any) -> ResolvedInvoice:
    """An invoice to one customer."""
    given: dict[str, Any] = {
        "key": "invoice:I1",
        "reference": "invoice:I1",
        "customer": ExistingRecord("21"),
        "lines": lines or (sold(),),
        "day": DAY,
        "features": AMERICAN,
        **changes,
    }
    return ResolvedInvoice(**given)


def receipt(**changes: Any) -> ResolvedReceipt:
    """A picture of a bill."""
    given: dict[str, Any] = {
        "key": "receipt:x1/r1",
        "document": ExistingRecord("145"),
        "document_kind": "Purchase",
        "file_name": "lunch.pdf",
        "content_type": "application/pdf",
        **changes,
    }
    return ResolvedReceipt(**given)


def composed(record: ResolvedExpenses | ResolvedInvoice | ResolvedReceipt) -> Document:
    match record:
        case ResolvedExpenses():
            return COMPOSER.expenses(record)
        case ResolvedInvoice():
            return COMPOSER.invoice(record)
        case ResolvedReceipt():
            return COMPOSER.receipt(record)


def body(record: ResolvedExpenses | ResolvedInvoice | ResolvedReceipt) -> dict[str, Any]:
    """The body as it goes over the wire, every number exact."""
    text = encode(composed(record).body)
    read: dict[str, Any] = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    return read


def blocked(record: ResolvedExpenses | ResolvedInvoice | ResolvedReceipt) -> Reason:
    with pytest.raises(Blocked) as raised:
        composed(record)
    return raised.value.reason
