"""The currency of a document and what makes home units of it.

The ledger wants a rate with every currency, or the type of rate that it shall apply of its own; of
the company's own currency one unit is one.

Source: the gateway's schema: (basecurr?, currency, ((exchratedate?, exchratetype) | exchrate))?
"""

from decimal import Decimal
from typing import Any

from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.documents.encoding import amount
from ledgerlink.domain.model.documents import ResolvedExpenses, ResolvedInvoice
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.ports import Blocked

Paper = ResolvedExpenses | ResolvedInvoice
Body = dict[str, Any]
ONE = Decimal(1)


def money(paper: Paper, choices: Choices, *, base: bool = True) -> Body:
    """As legacy functions take it; not all of them the company's own currency besides."""
    if not paper.currency:
        return {}
    named_one = named(paper) if base else {"currency": paper.currency}
    return {**named_one, **_rate(paper, choices)}


def named(paper: Paper) -> Body:
    """The currency without a rate."""
    if not paper.currency:
        return {}
    return {**_base(paper, "basecurr"), "currency": paper.currency}


def _rate(paper: Paper, choices: Choices) -> Body:
    if paper.currency == paper.features.home_currency:
        return {"exchrate": amount(ONE)}
    if paper.rate is not None:
        return {"exchrate": amount(paper.rate)}
    return {"exchratedate": paper.day.isoformat(), "exchratetype": choices.exchange_rate_type}


def generic_money(paper: Paper, choices: Choices) -> Body:
    """As generic functions take it, where the company's own currency needs no rate."""
    if not paper.currency:
        return {}
    body = {"CURRENCY": paper.currency, **_base(paper, "BASECURR")}
    if paper.currency == paper.features.home_currency:
        return body
    if paper.rate is not None:
        return {**body, "EXCHANGE_RATE": amount(paper.rate)}
    day, kind = paper.day.isoformat(), choices.exchange_rate_type
    return {**body, "EXCH_RATE_DATE": day, "EXCH_RATE_TYPE_ID": kind}


def known_rate(paper: Paper) -> Decimal:
    """Home units for one of its currency. Raises Blocked where only the ledger knows."""
    if not paper.currency or paper.currency == paper.features.home_currency:
        return ONE
    if paper.rate is None:
        words = {"currency": paper.currency, "day": paper.day}
        raise Blocked(reason("no_exchange_rate", field="exchange_rate", **words))
    return paper.rate


def _base(paper: Paper, field: str) -> Body:
    home = paper.features.home_currency
    return {field: home} if home else {}
