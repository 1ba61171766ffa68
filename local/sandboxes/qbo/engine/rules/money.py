"""Currencies: the one of the partner, the rate of the day, what it is worth at home."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from local.sandboxes.qbo.books.exchange_rates import rate
from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine.change import Change
from local.sandboxes.qbo.engine.tax import cents
from local.sandboxes.qbo.protocol.errors import business, required

WRONG: Final = "The currency of the transaction is invalid for customer / vendor / account."
OFF: Final = "Multi-currency must be turned on before a foreign currency can be used."
# Members of a transaction whose target has a currency of its own.
PARTNERS: Final = (
    ("CustomerRef", "Customer"),
    ("VendorRef", "Vendor"),
    ("APAccountRef", "Account"),
    ("ARAccountRef", "Account"),
)


def currency(change: Change) -> None:
    """With multi-currency on, a transaction names its partner's currency."""
    row, home = change.after, change.company.home
    if not change.company.multi_currency:
        _at_home(change)
        return
    if not row.get("CurrencyRef"):
        raise required("CurrencyRef")
    code = row["CurrencyRef"]["value"]
    for held in _held(change):
        if held != code:
            raise business(WRONG)
    if code == home["value"]:
        row["ExchangeRate"] = 1
    moved = change.was("CurrencyRef") != row["CurrencyRef"]
    if row.get("ExchangeRate") is None or (moved and "ExchangeRate" not in change.sent):
        row["ExchangeRate"] = rate(change.company, code, row["TxnDate"])


def _at_home(change: Change) -> None:
    row, home = change.after, change.company.home
    sent = (row.get("CurrencyRef") or home)["value"]
    if sent != home["value"] and change.settings.foreign_currency_when_off == "refuse":
        raise business(OFF)
    row["CurrencyRef"] = home
    row.pop("ExchangeRate", None)


def _held(change: Change) -> Iterator[str]:
    """The currencies of those the transaction names; an employee's is the home currency."""
    row, company = change.after, change.company
    home = company.home
    for name, entity in PARTNERS:
        if row.get(name):
            partner = company.row(entity, row[name]["value"]) or {}
            yield _currency(partner, home)
    if row.get("EntityRef"):
        payee = company.row(row["EntityRef"].get("type", "Vendor"), row["EntityRef"]["value"])
        yield _currency(payee or {}, home)
    if change.entity.name == "Purchase":
        account = company.row("Account", row["AccountRef"]["value"]) or {}
        held = _currency(account, home)
        if held != home["value"] or change.settings.purchase_account_currency == "equal":
            yield held


def _currency(partner: Row, home: dict[str, str]) -> str:
    return str(partner.get("CurrencyRef", home)["value"])


def home_totals(change: Change) -> None:
    if change.company.multi_currency:
        set_home_totals(change.after)


def set_home_totals(row: Row) -> None:
    """TotalAmt and Balance in the home currency, by the transaction's own rate."""
    for name, home in (("TotalAmt", "HomeTotalAmt"), ("Balance", "HomeBalance")):
        if name in row:
            row[home] = cents(Decimal(row[name]) * Decimal(row.get("ExchangeRate", 1)))
