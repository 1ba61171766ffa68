"""What the ledger holds now of what we wrote."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

from ledgerlink.connectors.qbo.documents import content, owned_fields
from ledgerlink.connectors.qbo.documents.comparable import number
from ledgerlink.connectors.qbo.outcomes import accepted, billed_time, locks
from ledgerlink.connectors.qbo.protocol import queries
from ledgerlink.connectors.qbo.reads.map_transactions import BILLABLE, minutes
from ledgerlink.connectors.qbo.transport.client import Client, Entity
from ledgerlink.domain.model.documents import Snapshot
from ledgerlink.domain.ports import Stop

DATED = content.MONEY | {content.ACTIVITY}
"""Kinds that have a day."""
FEW = 5 * queries.AT_ONCE
"""So few are asked for by id, whatever days they lie on."""


class Snapshots:
    """One look at records, by their ids."""

    def __init__(self, client: Client, stop: Stop) -> None:
        self._client = client
        self._stop = stop

    async def of(
        self, kind: str, ids: Sequence[str], days: tuple[date, date] | None
    ) -> Mapping[str, Snapshot]:
        """The copies, by id; what moved between two pages is asked for by id. Raises as the
        client's `rows`."""
        wanted = set(ids)
        found: dict[str, Entity | Snapshot] = {}
        if days is not None and kind in DATED and len(wanted) > FEW:
            pages = self._client.pages(kind, *queries.days("TxnDate", *days), stop=self._stop)
            async for rows in pages:
                found |= {row["Id"]: _kept(kind, row) for row in rows if row["Id"] in wanted}
        left = sorted(wanted - found.keys())
        for some in queries.portions(left):
            rows = await self._client.rows(
                kind, queries.select(kind, queries.among("Id", some)), self._stop
            )
            found |= {row["Id"]: _kept(kind, row) for row in rows}
        return await self._told(kind, {i: found[i] for i in ids if i in found})

    async def _told(
        self, kind: str, there: Mapping[str, Entity | Snapshot]
    ) -> Mapping[str, Snapshot]:
        told = {i: each for i, each in there.items() if isinstance(each, Snapshot)}
        rows = {i: each for i, each in there.items() if not isinstance(each, Snapshot)}
        if kind == content.ACTIVITY:
            invoices = await billed_time.numbers(self._client, rows.values(), self._stop)
            told |= {i: _activity(row, invoices.get(i)) for i, row in rows.items()}
        else:
            charged = await locks.charged(self._client, kind, rows.values(), self._stop)
            told |= {i: _copy(kind, row, charged) for i, row in rows.items()}
        return {i: told[i] for i in there}


def _kept(kind: str, row: Entity) -> Entity | Snapshot:
    """What is kept of a record until all were read: time that nobody billed is told by itself, and
    takes a third of the room as a copy."""
    alone = kind == content.ACTIVITY and not billed_time.is_billed(row)
    return _activity(row, None) if alone else row


def _activity(activity: Entity, invoice: str | None) -> Snapshot:
    return Snapshot(
        ledger_id=activity["Id"],
        version=activity.get("SyncToken"),
        body=content.forms(content.ACTIVITY, activity)[0],
        forms=content.prints(content.ACTIVITY, activity),
        locked=billed_time.billed(invoice) if billed_time.is_billed(activity) else None,
        minutes=minutes(activity),
        rate=_rate(activity),
    )


def _rate(activity: Entity) -> Decimal | None:
    billable = activity.get("BillableStatus") in BILLABLE
    return number(activity.get("HourlyRate")) if billable else None


def _copy(kind: str, row: Entity, charged: Collection[str]) -> Snapshot:
    """Of what is known by its content nobody can tell the body that it came from."""
    listed = kind in owned_fields.LISTED
    return Snapshot(
        ledger_id=row["Id"],
        version=row.get("SyncToken"),
        body=content.forms(kind, row)[0] if listed else {},
        forms=content.prints(kind, row),
        locked=locks.locked(kind, row, charged),
        total=accepted.total(kind, row),
        fixed=content.fixed(kind, row),
        holds=lambda body: not accepted.differences(kind, body, row),
    )
