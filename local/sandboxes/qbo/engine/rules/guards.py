"""What holds for every transaction: closed books, document numbers, currency."""

from __future__ import annotations

from decimal import Decimal

from ...faults import Fault, business, required
from ..change import Change

CLOSED_WORDS = (
    "The account period has closed and the account books cannot be updated through through the "
    "QBO Services API. Please use the QBO website to make these changes."
)
HOME = {"value": "USD", "name": "United States Dollar"}


def open_period(change: Change) -> None:
    """Neither the old nor the new date may lie in closed books."""
    closed = str(change.company.preference("AccountingInfoPrefs", "BookCloseDate") or "")
    if change.entity.family == "time" and not change.settings.closed_books_cover_time:
        return
    if not closed or change.context.by_hand:
        return
    for row in (change.before, change.after):
        if row and str(row.get("TxnDate", "9999")) <= closed:
            raise Fault(change.settings.closed_books_code, CLOSED_WORDS)


def dated(change: Change) -> None:
    change.after.setdefault("TxnDate", change.context.clock.today().isoformat())


def numbered(change: Change) -> None:
    """Fills in the next number where the company numbers by itself, and refuses a used one."""
    row = change.after
    custom = change.company.preference("SalesFormsPrefs", "CustomTxnNumbers")
    if change.entity.numbered and not custom and row.get("DocNumber") in (None, "AUTO_GENERATE"):
        row["DocNumber"] = str(change.was("DocNumber") or _next_number(change))
    number = row.get("DocNumber")
    holder = change.company.numbers.get((change.entity.name, number)) if number else None
    if holder in (None, row.get("Id")) or number == "To Print":
        return
    allowed = "allowduplicatedocnum" in change.context.include
    if not allowed and change.settings.duplicate_doc_numbers == "fault":
        raise Fault(
            "6140",
            "Duplicate Document Number Error : You must specify a different number. This number "
            f"has already been used. DocNumber={number} is assigned to "
            f"TxnType={change.entity.name} with TxnId={holder}",
        )


def _next_number(change: Change) -> int:
    used = (number for name, number in change.company.numbers if name == change.entity.name)
    return max((int(number) for number in used if number.isdigit()), default=1000) + 1


def currency(change: Change) -> None:
    """With multi-currency on, a transaction names its partner's currency."""
    row = change.after
    if not change.company.preference("CurrencyPrefs", "MultiCurrencyEnabled"):
        row["CurrencyRef"] = HOME
        row.pop("ExchangeRate", None)
        return
    if not row.get("CurrencyRef"):
        raise required("CurrencyRef")
    code = row["CurrencyRef"]["value"]
    partner = _partner(change)
    if partner is not None and partner.get("CurrencyRef", HOME)["value"] != code:
        words = "The currency of the transaction is invalid for customer / vendor / account."
        raise business(words)
    row.setdefault("ExchangeRate", _rate(change, code))


def _partner(change: Change) -> dict[str, dict[str, str]] | None:
    for name, entity in (("CustomerRef", "Customer"), ("VendorRef", "Vendor")):
        reference = change.after.get(name)
        if reference:
            return change.company.row(entity, reference["value"])
    return None


def _rate(change: Change, code: str) -> Decimal | int:
    for row in change.company.rows("ExchangeRate"):
        if row["SourceCurrencyCode"] == code:
            rate: Decimal | int = row["Rate"]
            return rate
    return 1


def home_totals(change: Change) -> None:
    row = change.after
    if change.company.preference("CurrencyPrefs", "MultiCurrencyEnabled"):
        rate = row.get("ExchangeRate", 1)
        for name, home in (("TotalAmt", "HomeTotalAmt"), ("Balance", "HomeBalance")):
            if name in row:
                row[home] = (Decimal(row[name]) * Decimal(rate)).quantize(Decimal("0.01"))
