"""The currency of a document, the currency of the books it is in, and the rate between them."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from local.sandboxes.intacct.books.rows import Values
from local.sandboxes.intacct.engine.change import Change
from local.sandboxes.intacct.engine.clean import money
from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.engine.rules.lines import amount
from local.sandboxes.intacct.protocol.errors import broken, missing

RATE_TYPES: Final = frozenset({"Intacct Daily Rate"})
ONE: Final = Decimal(1)


def base_of(context: Context) -> str:
    """The currency of the books: of the entity that is signed in to, else the company's."""
    entity = context.company.find("LOCATIONENTITY", context.entity) if context.entity else None
    return (entity.values.get("CURRENCY") if entity else None) or context.company.currency


def exchanged(change: Change) -> None:
    """Currency, base currency and rate of a document; another currency than the books' needs a
    company of several, and a rate that is given or known."""
    after, base = change.after, base_of(change.context)
    currency = change.value("CURRENCY") or base
    if change.value("BASECURR") not in ("", base) and not change.context.by_hand:
        raise broken(f"Invalid Base Currency '{change.value('BASECURR')}' specified.")
    after["CURRENCY"] = currency
    after.setdefault("BASECURR", base)
    if currency != base:
        _refuse_single(change, currency)
        after["EXCHANGE_RATE"] = str(_rate(change, currency))
    elif amount(after, "EXCHANGE_RATE") not in (0, ONE):
        raise broken(f"The exchange rate of {currency} to itself is 1.")


def rate_of(values: Values) -> Decimal:
    """Units of the base currency for one of the document's."""
    return amount(values, "EXCHANGE_RATE") or ONE


def in_base(values: Values, figure: Decimal) -> str:
    """An amount of a document in the currency of the books."""
    return money(figure * rate_of(values))


def spent(change: Change, values: Values) -> None:
    """The amounts of an expense: the base one is always said, the other one where it is of another
    currency."""
    currency = values.get("CURRENCY") or change.value("CURRENCY") or base_of(change.context)
    if currency == base_of(change.context):
        values.setdefault("TRX_AMOUNT", values.get("AMOUNT", ""))
        return
    _refuse_single(change, currency)
    if not values.get("TRX_AMOUNT"):
        raise missing("trx_amount")


def _refuse_single(change: Change, currency: str) -> None:
    if not change.company.multi_currency and not change.context.by_hand:
        raise broken(f"Invalid Currency '{currency}' specified.", "Enable multi-currency.")


def _rate(change: Change, currency: str) -> Decimal:
    given = amount(change.after, "EXCHANGE_RATE")
    kind = change.value("EXCH_RATE_TYPE_ID")
    if given:
        return given
    if kind and kind not in RATE_TYPES:
        raise broken(f"Invalid Exchange Rate Type '{kind}' specified.")
    known = change.company.preferred("exchange_rates")
    if currency not in known:
        day = change.value("EXCH_RATE_DATE") or change.value("WHENCREATED")
        raise broken(f"There is no exchange rate for {currency} on {day}.")
    return Decimal(str(known[currency]))
