"""The currency and exchange rate of a document.

The ledger wants a rate with every currency, or the type of the rate that it should apply itself;
the rate of the company's own currency is 1.

Source: the gateway's schema: (basecurr?, currency, ((exchratedate?, exchratetype) | exchrate))?
"""

from decimal import Decimal
from typing import Any

from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.documents.encoding import decimal_text
from ledgerlink.domain.model.reasons import Blocked, reason
from ledgerlink.domain.model.resolved_expenses import ResolvedExpenses
from ledgerlink.domain.model.resolved_invoices import ResolvedInvoice

MoneyDocument = ResolvedExpenses | ResolvedInvoice
Body = dict[str, Any]
ONE = Decimal(1)


def legacy_currency(document: MoneyDocument, choices: Choices, *, with_base: bool = True) -> Body:
    """Currency and rate for legacy functions, some of which do not take the base currency."""
    if not document.currency:
        return {}
    currency = legacy_currency_only(document) if with_base else {"currency": document.currency}
    return {**currency, **_legacy_rate(document, choices)}


def legacy_currency_only(document: MoneyDocument) -> Body:
    """The currency without a rate, for legacy functions."""
    if not document.currency:
        return {}
    return {**_base_currency(document, "basecurr"), "currency": document.currency}


def generic_currency(document: MoneyDocument, choices: Choices) -> Body:
    """Currency and rate for generic functions, where the base currency needs no rate."""
    if not document.currency:
        return {}
    body = {"CURRENCY": document.currency, **_base_currency(document, "BASECURR")}
    if document.currency == document.features.home_currency:
        return body
    if document.rate is not None:
        return {**body, "EXCHANGE_RATE": decimal_text(document.rate)}
    day, rate_type = document.day.isoformat(), choices.exchange_rate_type
    return {**body, "EXCH_RATE_DATE": day, "EXCH_RATE_TYPE_ID": rate_type}


def known_rate(document: MoneyDocument) -> Decimal:
    """Home units for one unit of the document's currency. Raises Blocked where only the ledger
    knows the rate."""
    if not document.currency or document.currency == document.features.home_currency:
        return ONE
    if document.rate is None:
        words = {"currency": document.currency, "day": document.day}
        raise Blocked(reason("no_exchange_rate", field="exchange_rate", **words))
    return document.rate


def _legacy_rate(document: MoneyDocument, choices: Choices) -> Body:
    if document.currency == document.features.home_currency:
        return {"exchrate": decimal_text(ONE)}
    if document.rate is not None:
        return {"exchrate": decimal_text(document.rate)}
    return {"exchratedate": document.day.isoformat(), "exchratetype": choices.exchange_rate_type}


def _base_currency(document: MoneyDocument, field: str) -> Body:
    home = document.features.home_currency
    return {field: home} if home else {}
