"""The list reader: one batch of a list, by page or by ids."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from ledgerlink.connectors.qbo.protocol import queries, values
from ledgerlink.connectors.qbo.protocol.queries import MAX_IDS
from ledgerlink.connectors.qbo.protocol.response import Response
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.qbo.reads import company
from ledgerlink.connectors.qbo.reads.catalog import ENTITY, ROW_MAPPERS, WITHOUT_ACTIVE
from ledgerlink.connectors.qbo.reads.cursor import Cursor
from ledgerlink.connectors.qbo.reads.invoice_payments import InvoicePayments
from ledgerlink.connectors.qbo.transport.client import Client, get, query
from ledgerlink.connectors.shared.rows import MappedRows, map_rows
from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.model.list_records import ListBatch, ListRead, ListType
from ledgerlink.domain.ports import Stop

LAST_UPDATED = "MetaData.LastUpdatedTime"

TimedEntity = tuple[Entity, datetime]
"""A record, and QuickBooks' time of the response that returned it."""


class ListReader:
    """Reads the lists of one open ledger. The preferences that are read for the company are used
    once more if the custom fields are read next."""

    def __init__(self, client: Client, company_id: str) -> None:
        self._client = client
        self._company_id = company_id
        self.payments = InvoicePayments(client)
        self._preferences: TimedEntity | None = None

    async def read(self, list_read: ListRead, stop: Stop) -> ListBatch:
        """One batch as the port describes. Raises as the client's `rows`, LedgerUnavailable if the
        rows keep moving, Invalid for a position that is not ours."""
        preferences, self._preferences = self._preferences, None
        if list_read.type is ListType.COMPANY:
            return await self._company(stop)
        if list_read.type is ListType.CUSTOM_FIELD:
            entity, as_of = preferences or await self.preferences(stop)
            return ListBatch(records=company.custom_field_records(entity), as_of=as_of)
        if list_read.ids is not None:
            return await self._by_ids(list_read, list_read.ids, stop)
        return await self._page(list_read, Cursor.parse(list_read.position), stop)

    async def company_info(self, stop: Stop) -> TimedEntity:
        """The company's info."""
        response = await self._client.call(get(f"/companyinfo/{self._company_id}"), stop)
        return response.part("CompanyInfo"), values.as_of(response)

    async def preferences(self, stop: Stop) -> TimedEntity:
        """The company's preferences."""
        response = await self._client.call(get("/preferences"), stop)
        return response.part("Preferences"), values.as_of(response)

    async def _company(self, stop: Stop) -> ListBatch:
        """The company's record, in two calls; the first states its time."""
        info, as_of = await self.company_info(stop)
        self._preferences = await self.preferences(stop)
        record = company.company_record(info, self._preferences[0])
        return ListBatch(records=[record], as_of=as_of)

    async def _page(self, list_read: ListRead, cursor: Cursor, stop: Stop) -> ListBatch:
        """The next page, with more calls if rows have moved."""
        mark = _id_and_update if list_read.since else _id
        while True:
            statement = partial(_statement, list_read, cursor.start)
            response, size = await self._client.page(statement, cursor.size, stop)
            cursor = replace(cursor, size=size)
            rows = _rows(response, list_read.type)
            new_rows = cursor.new_rows(rows, mark)
            if new_rows is not None:
                following = cursor.next(rows, mark)
                position = following.position() if following else None
                mapped = await self._mapped(list_read.type, new_rows, stop)
                return _batch(mapped, response, position)
            cursor = cursor.step_back()

    async def _by_ids(self, list_read: ListRead, ids: Sequence[str], stop: Stop) -> ListBatch:
        """The next batch of ids; the position is how many were read before."""
        done = _ids_done(list_read.position, ids)
        batch = ids[done : done + MAX_IDS]
        conditions = [*_with_inactive(list_read.type), queries.is_in("Id", batch)]
        statement = queries.page_from(ENTITY[list_read.type], *conditions, start=1)
        response = await self._client.call(query(statement), stop)
        position = str(done + MAX_IDS) if done + MAX_IDS < len(ids) else None
        mapped = await self._mapped(list_read.type, _rows(response, list_read.type), stop)
        return _batch(mapped, response, position)

    async def _mapped(self, kind: ListType, rows: Sequence[Entity], stop: Stop) -> MappedRows:
        """The rows as list records; invoices need more calls for their payments."""
        if kind is ListType.INVOICE:
            return MappedRows(list(await self.payments.invoices(rows, stop)), {})
        return map_rows(rows, ROW_MAPPERS[kind], _id)


def _batch(mapped: MappedRows, response: Response, position: str | None) -> ListBatch:
    as_of, unreadable = values.as_of(response), mapped.unreadable
    return ListBatch(records=mapped.records, as_of=as_of, position=position, unreadable=unreadable)


def _statement(list_read: ListRead, start: int, size: int) -> str:
    conditions = _with_inactive(list_read.type)
    if list_read.since:
        conditions.append(queries.at_or_after(LAST_UPDATED, list_read.since))
    if list_read.type in WITHOUT_ACTIVE:
        conditions += queries.day_range("TxnDate", list_read.first_day, list_read.last_day)
    order = LAST_UPDATED if list_read.since else "Id"
    entity = ENTITY[list_read.type]
    return queries.page_from(entity, *conditions, start=start, order=order, size=size)


def _with_inactive(kind: ListType) -> list[str]:
    return [] if kind in WITHOUT_ACTIVE else [queries.WITH_INACTIVE]


def _rows(response: Response, kind: ListType) -> Sequence[Entity]:
    return values.rows(response, ENTITY[kind])


def _id(row: Entity) -> str:
    return str(row["Id"])


def _id_and_update(row: Entity) -> str:
    """Identifies a row in the order of updates, in which a row moves when it is updated."""
    return f"{row['Id']} {values.block(row, 'MetaData').get('LastUpdatedTime')}"


def _ids_done(position: str | None, ids: Sequence[str]) -> int:
    """How many ids were read before. Raises Invalid for a position that is not ours."""
    for done in range(0, len(ids), MAX_IDS):
        if position == (str(done) if done else None):
            return done
    raise Invalid("unknown_position", "The position does not belong to these ids.")
