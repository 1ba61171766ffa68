"""Resolved records for the composer, with as few values as possible."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.references import ExistingRecord
from ledgerlink.domain.model.resolved_expenses import (
    ExpenseLine,
    Payee,
    ResolvedExpenses,
    Settlement,
)
from ledgerlink.domain.model.resolved_invoices import ResolvedInvoice, ResolvedInvoiceLine
from ledgerlink.domain.model.resolved_time import ResolvedTime
from ledgerlink.domain.model.source_records import TimeEntry

DAY = date(2026, 3, 4)
USD = Features(home_currency="USD")
EMPLOYEE = Payee(target=ExistingRecord("employee/E1"), list="employee")
VENDOR = Payee(target=ExistingRecord("vendor/V1"), list="vendor")


def time(key: str = "t1", **more: Any) -> ResolvedTime:
    entry = TimeEntry(key=key, staff_key="s", work_date=DAY, minutes=more.get("minutes", 90))
    one = ResolvedTime(
        key=f"time:{key}",
        entries=(entry,),
        staff=ExistingRecord("employee/E1"),
        person="employee",
        day=DAY,
        minutes=90,
        billable=False,
    )
    return replace(one, **more)


def line(**more: Any) -> ExpenseLine:
    return replace(ExpenseLine(key="e1", net=Decimal("10.50"), account_id="glaccount/6000"), **more)


def expenses(settlement: Settlement = Settlement.PAYABLE, **more: Any) -> ResolvedExpenses:
    payee = EMPLOYEE if settlement is Settlement.CHECK else VENDOR
    whole = ResolvedExpenses(
        key="expense:e1",
        reference="expense:e1",
        lines=(line(),),
        settlement=settlement,
        day=DAY,
        features=USD,
        payee=payee,
        account_id="creditcard/VISA" if settlement is Settlement.CARD else None,
    )
    return replace(whole, **more)


def sold(**more: Any) -> ResolvedInvoiceLine:
    one = ResolvedInvoiceLine(amount=Decimal(100), item=ExistingRecord("item/LAB-1"))
    return replace(one, **more)


def invoice(**more: Any) -> ResolvedInvoice:
    whole = ResolvedInvoice(
        key="invoice:i1",
        reference="invoice:i1",
        customer=ExistingRecord("customer/C1"),
        lines=(sold(),),
        day=DAY,
        features=USD,
    )
    return replace(whole, **more)
