"""Exchange rates that QuickBooks has for a currency and a day.

Source: Intuit's API reference, ExchangeRate. A rate has no id.
"""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

from ledgerlink.connectors.qbo.documents import comparable
from ledgerlink.connectors.qbo.protocol import queries, values
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.qbo.transport.client import Client
from ledgerlink.domain.errors import LedgerStopped
from ledgerlink.domain.ports import Stop

EXCHANGE_RATE = "ExchangeRate"

CurrencyDay = tuple[str, date]
"""A currency and a day."""


async def exchange_rates(
    client: Client, wanted: Collection[CurrencyDay], stop: Stop
) -> Mapping[CurrencyDay, Decimal]:
    """Units of the home currency for one of each currency on its day, without rates that QuickBooks
    does not have or does not return. Raises as the client's `rows`, but not LedgerStopped."""
    rates: dict[CurrencyDay, Decimal] = {}
    for currency, day in sorted(set(wanted)):
        rate = await _read_rate(client, currency, day, stop)
        if rate is not None:
            rates[currency, day] = rate
    return rates


async def _read_rate(client: Client, currency: str, day: date, stop: Stop) -> Decimal | None:
    statement = queries.select_unordered(
        EXCHANGE_RATE,
        queries.equals("SourceCurrencyCode", currency),
        queries.equals("AsOfDate", day.isoformat()),
    )
    try:
        rows = await client.rows(EXCHANGE_RATE, statement, stop)
    except LedgerStopped:
        return None
    rates = (comparable.number(row.get("Rate")) for row in rows if _is_for(row, currency, day))
    return next((rate for rate in rates if rate > 0), None)


def _is_for(row: Entity, currency: str, day: date) -> bool:
    """Whether the rate is for this day; QuickBooks may return that of another one."""
    stated = (values.text(row, "AsOfDate") or "")[:10]
    return row.get("SourceCurrencyCode") == currency and stated == day.isoformat()
