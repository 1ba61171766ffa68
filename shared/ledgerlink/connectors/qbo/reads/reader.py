"""Readings: batches of a list, page by page, by ids, or the company with its preferences."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ledgerlink.connectors.qbo.protocol import queries, values
from ledgerlink.connectors.qbo.protocol.queries import AT_ONCE
from ledgerlink.connectors.qbo.protocol.response import Reply
from ledgerlink.connectors.qbo.reads import company as firm
from ledgerlink.connectors.qbo.reads.catalog import ENTITY, READERS, WITHOUT_ACTIVE
from ledgerlink.connectors.qbo.reads.cursor import Place
from ledgerlink.connectors.qbo.reads.invoice_payments import Payments
from ledgerlink.connectors.qbo.transport.client import Client, Entity, accepted, look, query
from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.model.list_records import ListBatch, ListRead, ListRecord, ListType
from ledgerlink.domain.ports import Stop

CHANGED = "MetaData.LastUpdatedTime"

Stamped = tuple[Entity, datetime]
"""A record and the ledger's time of the answer that brought it."""


class Readings:
    """The readings of one open ledger. Preferences serve the company and, read right after it,
    the custom fields."""

    def __init__(self, client: Client, company_id: str) -> None:
        self._client = client
        self._company_id = company_id
        self._payments = Payments(client)
        self._preferences: Stamped | None = None

    async def read(self, reading: ListRead, stop: Stop) -> ListBatch:
        """One batch, as the port describes. Raises as the client's `rows`, LedgerUnavailable for
        rows that never rest, Invalid for a position of somebody else."""
        kept, self._preferences = self._preferences, None
        if reading.type is ListType.COMPANY:
            return await self.company(stop)
        if reading.type is ListType.CUSTOM_FIELD:
            preferences, at = kept or await self.preferences(stop)
            return ListBatch(records=firm.custom_fields(preferences), as_of=at)
        if reading.ids is not None:
            return await self._by_ids(reading, reading.ids, stop)
        return await self._page(reading, Place.at(reading.position), stop)

    async def company(self, stop: Stop) -> ListBatch:
        """The company's record, in two reads; it is as old as the first."""
        info, at = await self.info(stop)
        self._preferences = await self.preferences(stop)
        return ListBatch(records=[firm.company(info, self._preferences[0])], as_of=at)

    async def info(self, stop: Stop) -> Stamped:
        """What the company says of itself."""
        reply = await self._client.call(look(f"/companyinfo/{self._company_id}"), stop)
        return accepted(reply, "CompanyInfo"), values.as_of(reply)

    async def preferences(self, stop: Stop) -> Stamped:
        """What the company is set to."""
        reply = await self._client.call(look("/preferences"), stop)
        return accepted(reply, "Preferences"), values.as_of(reply)

    async def _page(self, reading: ListRead, place: Place, stop: Stop) -> ListBatch:
        """The next page; a few calls more where rows moved."""
        mark = _mark_in_time if reading.since else _mark
        while True:
            reply = await self._client.call(query(_statement(reading, place)), stop)
            rows = _rows(reply, reading.type)
            fresh = place.fresh(rows, mark)
            if fresh is not None:
                following = place.next(rows, mark)
                position = following.position() if following else None
                records = await self._records(reading.type, fresh, stop)
                return ListBatch(records=records, as_of=values.as_of(reply), position=position)
            place = place.before()

    async def _by_ids(self, reading: ListRead, ids: Sequence[str], stop: Stop) -> ListBatch:
        """The next slice of ids; the position is how many ids are done."""
        done = _done(reading.position, ids)
        some = ids[done : done + AT_ONCE]
        conditions = [*_visible(reading.type), queries.among("Id", some)]
        statement = queries.window(ENTITY[reading.type], *conditions, start=1)
        reply = await self._client.call(query(statement), stop)
        left = done + AT_ONCE < len(ids)
        position = str(done + AT_ONCE) if left else None
        records = await self._records(reading.type, _rows(reply, reading.type), stop)
        return ListBatch(records=records, as_of=values.as_of(reply), position=position)

    async def _records(
        self, kind: ListType, rows: Sequence[Entity], stop: Stop
    ) -> Sequence[ListRecord]:
        """The rows in neutral terms; a few calls more for the payments of invoices."""
        if kind is ListType.INVOICE:
            return await self._payments.invoices(rows, stop)
        return [READERS[kind](row) for row in rows]


def _statement(reading: ListRead, place: Place) -> str:
    conditions = _visible(reading.type)
    if reading.since:
        conditions.append(queries.since(CHANGED, reading.since))
    if reading.type is ListType.TIME or reading.type is ListType.INVOICE:
        conditions += queries.days("TxnDate", reading.first_day, reading.last_day)
    order = CHANGED if reading.since else "Id"
    entity = ENTITY[reading.type]
    return queries.window(entity, *conditions, start=place.start, order=order)


def _visible(kind: ListType) -> list[str]:
    return [] if kind in WITHOUT_ACTIVE else [queries.WITH_INACTIVE]


def _rows(reply: Reply, kind: ListType) -> Sequence[Entity]:
    rows: Sequence[Entity] = accepted(reply, "QueryResponse").get(ENTITY[kind], ())
    return rows


def _mark(row: Mapping[str, Any]) -> str:
    return str(row["Id"])


def _mark_in_time(row: Mapping[str, Any]) -> str:
    """A row that changed meanwhile is at another place in the order of changes."""
    return f"{row['Id']} {values.block(row, 'MetaData').get('LastUpdatedTime')}"


def _done(position: str | None, ids: Sequence[str]) -> int:
    """How many ids were read already. Raises Invalid for a position of something else."""
    for done in range(0, len(ids), AT_ONCE):
        if position == (str(done) if done else None):
            return done
    raise Invalid("unknown_position", "A reading by ids goes on among its ids.")
