"""Snapshots: what QuickBooks holds now of records that we wrote."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial

from ledgerlink.connectors.qbo.documents import additions, content, owned_fields
from ledgerlink.connectors.qbo.documents.comparable import number
from ledgerlink.connectors.qbo.documents.email import EMAIL
from ledgerlink.connectors.qbo.documents.time_entry import ADDED_BY_OTHERS, TIME_ENTRY
from ledgerlink.connectors.qbo.outcomes import accepted, billed_time, locks
from ledgerlink.connectors.qbo.protocol import queries
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.qbo.reads.map_transactions import BILLABLE, duration_minutes
from ledgerlink.connectors.qbo.transport.client import Client
from ledgerlink.domain.model.snapshots import Snapshot
from ledgerlink.domain.ports import Stop

DATED_KINDS = content.MONEY_DOCUMENTS | {TIME_ENTRY}
"""Kinds whose records have a day."""

MAX_READ_BY_ID = 5 * queries.MAX_IDS
"""Up to so many records are read by id, even if their days are known."""


class Snapshots:
    """Reads the current state of records."""

    def __init__(self, client: Client, stop: Stop) -> None:
        self._client = client
        self._stop = stop

    async def read(
        self, kind: str, ids: Sequence[str], days: tuple[date, date] | None
    ) -> Mapping[str, Snapshot]:
        """The snapshots by id, without records that do not exist. Many records are read by their
        days, and those that moved from one page to another meanwhile by id. Raises as the client's
        `rows`. QuickBooks keeps no record of an e-mail."""
        if kind == EMAIL:
            return {}
        wanted = set(ids)
        found: dict[str, Entity | Snapshot] = {}
        if days is not None and kind in DATED_KINDS and len(wanted) > MAX_READ_BY_ID:
            pages = self._client.pages(kind, *queries.day_range("TxnDate", *days), stop=self._stop)
            async for rows in pages:
                found |= {row["Id"]: _compact(kind, row) for row in rows if row["Id"] in wanted}
        for batch in queries.batches_of(sorted(wanted - found.keys())):
            statement = queries.select(kind, queries.is_in("Id", batch))
            rows = await self._client.rows(kind, statement, self._stop)
            found |= {row["Id"]: _compact(kind, row) for row in rows}
        return await self._snapshots(kind, {i: found[i] for i in ids if i in found})

    async def _snapshots(
        self, kind: str, found: Mapping[str, Entity | Snapshot]
    ) -> Mapping[str, Snapshot]:
        snapshots = {i: each for i, each in found.items() if isinstance(each, Snapshot)}
        rows = {i: each for i, each in found.items() if not isinstance(each, Snapshot)}
        if kind == TIME_ENTRY:
            invoices = await billed_time.invoice_numbers(self._client, rows.values(), self._stop)
            snapshots |= {i: _time_entry(row, invoices.get(i)) for i, row in rows.items()}
        else:
            billed = await locks.billed_charges(self._client, kind, rows.values(), self._stop)
            snapshots |= {i: _record(kind, row, billed) for i, row in rows.items()}
        return {i: snapshots[i] for i in found}


def _compact(kind: str, row: Entity) -> Entity | Snapshot:
    """What to keep until all records are read. A time entry that is not billed needs nothing more
    from the ledger, and its snapshot takes a third of the memory."""
    is_complete = kind == TIME_ENTRY and not billed_time.is_billed(row)
    return _time_entry(row, None) if is_complete else row


def _time_entry(row: Entity, invoice_number: str | None) -> Snapshot:
    billed = billed_time.is_billed(row)
    body = content.possible_bodies(TIME_ENTRY, row)[0]
    return Snapshot(
        ledger_id=row["Id"],
        version=row.get("SyncToken"),
        body=body,
        forms=content.possible_fingerprints(TIME_ENTRY, row),
        locked=billed_time.billed_reason(invoice_number) if billed else None,
        minutes=duration_minutes(row),
        rate=_rate(row),
        optional=ADDED_BY_OTHERS,
        added=additions.of_time(body, row),
    )


def _rate(row: Entity) -> Decimal | None:
    billable = row.get("BillableStatus") in BILLABLE
    return number(row.get("HourlyRate")) if billable else None


def _record(kind: str, row: Entity, billed: Collection[str]) -> Snapshot:
    """A snapshot of any other kind. The body that was sent is known only for list records; of
    others it is our fields as QuickBooks holds them."""
    is_list_record = kind in owned_fields.LIST_FIELDS
    return Snapshot(
        ledger_id=row["Id"],
        version=row.get("SyncToken"),
        body=content.possible_bodies(kind, row)[0] if is_list_record else content.held(kind, row),
        forms=content.possible_fingerprints(kind, row),
        locked=locks.lock_reason(kind, row, billed),
        total=accepted.ledger_total(kind, row),
        fixed=content.unchangeable_part(kind, row),
        line_count=len(content.stated_lines(row)),
        added=partial(additions.added_to_document, row),
        contains=lambda body: not accepted.differences(kind, body, row, sent_only=True),
        recognizes=partial(content.has_content, kind, row),
    )
