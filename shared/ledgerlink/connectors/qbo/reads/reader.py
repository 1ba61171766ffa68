"""Readings: batches of a list, page by page, by ids, or the company with its preferences."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ledgerlink.connectors.qbo.protocol import queries, values
from ledgerlink.connectors.qbo.protocol.error_codes import require_success
from ledgerlink.connectors.qbo.protocol.queries import MAX_IDS
from ledgerlink.connectors.qbo.protocol.response import Response
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.qbo.reads import company as firm
from ledgerlink.connectors.qbo.reads.catalog import ENTITY, READERS, WITHOUT_ACTIVE
from ledgerlink.connectors.qbo.reads.cursor import Cursor
from ledgerlink.connectors.qbo.reads.invoice_payments import InvoicePayments
from ledgerlink.connectors.qbo.transport.client import Client, get, query
from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.model.list_records import ListBatch, ListRead, ListRecord, ListType
from ledgerlink.domain.ports import Stop

CHANGED = "MetaData.LastUpdatedTime"

TimedEntity = tuple[Entity, datetime]
"""A record and the ledger's time of the answer that brought it."""


class ListReader:
    """The readings of one open ledger. Preferences serve the company and, read right after it,
    the custom fields."""

    def __init__(self, client: Client, company_id: str) -> None:
        self._client = client
        self._company_id = company_id
        self._payments = InvoicePayments(client)
        self._preferences: TimedEntity | None = None

    async def read(self, reading: ListRead, stop: Stop) -> ListBatch:
        """One batch, as the port describes. Raises as the client's `rows`, LedgerUnavailable for
        rows that never rest, Invalid for a position of somebody else."""
        kept, self._preferences = self._preferences, None
        if reading.type is ListType.COMPANY:
            return await self.company(stop)
        if reading.type is ListType.CUSTOM_FIELD:
            preferences, at = kept or await self.preferences(stop)
            return ListBatch(records=firm.custom_field_records(preferences), as_of=at)
        if reading.ids is not None:
            return await self._by_ids(reading, reading.ids, stop)
        return await self._page(reading, Cursor.at(reading.position), stop)

    async def company(self, stop: Stop) -> ListBatch:
        """The company's record, in two reads; it is as old as the first."""
        info, at = await self.info(stop)
        self._preferences = await self.preferences(stop)
        return ListBatch(records=[firm.company_record(info, self._preferences[0])], as_of=at)

    async def info(self, stop: Stop) -> TimedEntity:
        """What the company says of itself."""
        reply = await self._client.call(get(f"/companyinfo/{self._company_id}"), stop)
        return require_success(reply, "CompanyInfo"), values.as_of(reply)

    async def preferences(self, stop: Stop) -> TimedEntity:
        """What the company is set to."""
        reply = await self._client.call(get("/preferences"), stop)
        return require_success(reply, "Preferences"), values.as_of(reply)

    async def _page(self, reading: ListRead, place: Cursor, stop: Stop) -> ListBatch:
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
        some = ids[done : done + MAX_IDS]
        conditions = [*_visible(reading.type), queries.is_in("Id", some)]
        statement = queries.page_from(ENTITY[reading.type], *conditions, start=1)
        reply = await self._client.call(query(statement), stop)
        left = done + MAX_IDS < len(ids)
        position = str(done + MAX_IDS) if left else None
        records = await self._records(reading.type, _rows(reply, reading.type), stop)
        return ListBatch(records=records, as_of=values.as_of(reply), position=position)

    async def _records(
        self, kind: ListType, rows: Sequence[Entity], stop: Stop
    ) -> Sequence[ListRecord]:
        """The rows in neutral terms; a few calls more for the payments of invoices."""
        if kind is ListType.INVOICE:
            return await self._payments.invoices(rows, stop)
        return [READERS[kind](row) for row in rows]


def _statement(reading: ListRead, place: Cursor) -> str:
    conditions = _visible(reading.type)
    if reading.since:
        conditions.append(queries.at_or_after(CHANGED, reading.since))
    if reading.type is ListType.TIME or reading.type is ListType.INVOICE:
        conditions += queries.day_range("TxnDate", reading.first_day, reading.last_day)
    order = CHANGED if reading.since else "Id"
    entity = ENTITY[reading.type]
    return queries.page_from(entity, *conditions, start=place.start, order=order)


def _visible(kind: ListType) -> list[str]:
    return [] if kind in WITHOUT_ACTIVE else [queries.WITH_INACTIVE]


def _rows(reply: Response, kind: ListType) -> Sequence[Entity]:
    rows: Sequence[Entity] = require_success(reply, "QueryResponse").get(ENTITY[kind], ())
    return rows


def _mark(row: Mapping[str, Any]) -> str:
    return str(row["Id"])


def _mark_in_time(row: Mapping[str, Any]) -> str:
    """A row that changed meanwhile is at another place in the order of changes."""
    return f"{row['Id']} {values.block(row, 'MetaData').get('LastUpdatedTime')}"


def _done(position: str | None, ids: Sequence[str]) -> int:
    """How many ids were read already. Raises Invalid for a position of something else."""
    for done in range(0, len(ids), MAX_IDS):
        if position == (str(done) if done else None):
            return done
    raise Invalid("unknown_position", "A reading by ids goes on among its ids.")
