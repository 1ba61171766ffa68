"""What the ledger holds now of time that we wrote."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from ledgerlink.connectors.qbo import billing, queries
from ledgerlink.connectors.qbo.answers import number
from ledgerlink.connectors.qbo.client import Client, Entity
from ledgerlink.connectors.qbo.documents import sent_forms
from ledgerlink.connectors.qbo.transactions import BILLABLE, minutes
from ledgerlink.domain.documents import Copy, fingerprint
from ledgerlink.domain.ports import Stop

KIND = "TimeActivity"
AT_ONCE = 200
"""Ids in one statement."""
FEW = 5 * AT_ONCE
"""So few are asked for by id, whatever days they lie on."""
MAX_PAGES = 1000


class Copies:
    """One look at records, by their ids."""

    def __init__(self, client: Client, stop: Stop) -> None:
        self._client = client
        self._stop = stop

    async def of(
        self, kind: str, ids: Sequence[str], days: tuple[date, date] | None
    ) -> Mapping[str, Copy]:
        """The copies, by id; what moved between two pages is asked for by id. Raises as the
        client's `rows`."""
        wanted = set(ids)
        found: dict[str, Entity] = {}
        if days is not None and len(wanted) > FEW:
            conditions = queries.days("TxnDate", *days)
            found = {row["Id"]: row async for row in self._pages(kind, conditions)}
        left = sorted(wanted - found.keys())
        for some in _portions(left):
            rows = await self._client.rows(
                kind, queries.select(kind, queries.among("Id", some)), self._stop
            )
            found |= {row["Id"]: row for row in rows}
        there = {i: found[i] for i in ids if i in found}
        if kind != KIND:
            return {i: _bare(row) for i, row in there.items()}
        invoices = await billing.numbers(self._client, there.values(), self._stop)
        return {i: _copy(row, invoices.get(i)) for i, row in there.items()}

    async def _pages(self, kind: str, conditions: Collection[str]) -> AsyncIterator[Entity]:
        for page in range(MAX_PAGES):
            statement = queries.select(kind, *conditions, page=page)
            rows = await self._client.rows(kind, statement, self._stop)
            for row in rows:
                yield row
            if len(rows) < queries.PAGE:
                return


def _copy(activity: Entity, invoice: str | None) -> Copy:
    forms = list(sent_forms(activity))
    return Copy(
        ledger_id=activity["Id"],
        version=activity.get("SyncToken"),
        body=forms[-1] if activity.get("ItemRef") else forms[0],
        forms=tuple(fingerprint(form) for form in forms),
        billed=billing.is_billed(activity),
        billed_by=invoice,
        minutes=minutes(activity),
        rate=_rate(activity),
    )


def _rate(activity: Entity) -> Decimal | None:
    billable = activity.get("BillableStatus") in BILLABLE
    return number(activity.get("HourlyRate")) if billable else None


def _bare(row: Entity) -> Copy:
    return Copy(ledger_id=row["Id"], version=row.get("SyncToken"), body={}, forms=())


def _portions(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))
