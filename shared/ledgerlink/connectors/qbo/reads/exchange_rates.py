"""Exchange rates, as the ledger knows them for a day.

Source: Intuit's reference, ExchangeRate. A rate has no id; it is known by currency and day.
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

KIND = "ExchangeRate"

Rated = tuple[str, date]
"""A currency and a day."""


async def exchange_rates(
    client: Client, wanted: Collection[Rated], stop: Stop
) -> Mapping[Rated, Decimal]:
    """Home units for one of each currency on its day; what the ledger does not know, or refuses to
    tell, is left out. Raises as the client's `rows`, but for a statement refused."""
    found: dict[Rated, Decimal] = {}
    for currency, day in sorted(set(wanted)):
        rate = await _rate(client, currency, day, stop)
        if rate is not None:
            found[currency, day] = rate
    return found


async def _rate(client: Client, currency: str, day: date, stop: Stop) -> Decimal | None:
    conditions = [queries.equals("SourceCurrencyCode", currency)]
    conditions.append(queries.equals("AsOfDate", day.isoformat()))
    try:
        rows = await client.rows(KIND, queries.select_unordered(KIND, *conditions), stop)
    except LedgerStopped:
        return None
    rates = (comparable.number(row.get("Rate")) for row in rows if _is_of(row, currency, day))
    return next((rate for rate in rates if rate > 0), None)


def _is_of(row: Entity, currency: str, day: date) -> bool:
    """The ledger may answer with the rate of another day."""
    stated = (values.text(row, "AsOfDate") or "")[:10]
    return row.get("SourceCurrencyCode") == currency and stated == day.isoformat()
