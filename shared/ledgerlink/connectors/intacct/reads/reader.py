"""Reads lists page by page in the order of RECORDNO, so that no record is skipped."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from ledgerlink.connectors.intacct.protocol import queries
from ledgerlink.connectors.intacct.protocol.error_codes import (
    may_pass,
    meaning,
    require_success,
)
from ledgerlink.connectors.intacct.protocol.faults import main_fault
from ledgerlink.connectors.intacct.protocol.queries import Condition
from ledgerlink.connectors.intacct.protocol.record_ids import Ref, parse_ref
from ledgerlink.connectors.intacct.protocol.requests import Function
from ledgerlink.connectors.intacct.protocol.response import Result
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.connectors.intacct.reads.catalog import (
    LIST_SOURCES,
    WITH_CUSTOM_FIELDS,
    ListSource,
)
from ledgerlink.connectors.intacct.reads.cursor import Cursor
from ledgerlink.connectors.intacct.reads.custom_fields import CustomFields
from ledgerlink.connectors.intacct.reads.refused_fields import RefusedFields
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.connectors.shared import errors
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.connectors.shared.rows import MappedRows, map_rows
from ledgerlink.domain.model.list_records import ListBatch, ListRead, ListRecord
from ledgerlink.domain.ports import Stop

TIME_ZONE_MARGIN = timedelta(hours=14)
"""The time zone of the ledger's timestamps is not documented, so changes are asked for from that
much earlier. A record that has not changed is recognised by its content."""
MAX_NARROWINGS = 25
"""How often a query is repeated without the fields that the ledger refuses: some faults name one
field at a time."""


class ListReader:
    """The lists of one open ledger."""

    def __init__(
        self, client: Client, custom: CustomFields, time: LedgerTime, refused: RefusedFields
    ) -> None:
        self.names: dict[str, str] = {}
        """Names of the records that were read, by their ledger ids."""
        self.without_contact_changes: set[str] = set()
        """Objects whose changes the ledger does not show by their contacts."""
        self._client = client
        self._custom = custom
        self._time = time
        self._refused = refused

    async def read(self, list_read: ListRead, stop: Stop) -> ListBatch:
        """One batch, as the port describes. Raises as the client's `read`, LedgerStopped for a list
        that the ledger refuses, Invalid for a position of something else."""
        as_of = self._time.wall()
        sources = LIST_SOURCES[list_read.type]
        cursor = Cursor.parse(list_read.position, len(sources))
        source = sources[cursor.source]
        result = await self._page(list_read, source, cursor, stop)
        following = _following(cursor, result, len(sources))
        position = following.position() if following else None
        mapped, gap = self.records(source, result), self._refused.gap(source.entity)
        return ListBatch(
            records=mapped.records,
            as_of=as_of,
            position=position,
            gap=gap,
            unreadable=mapped.unreadable,
        )

    def records(self, source: ListSource, result: Result) -> MappedRows:
        """The records of a result. Their names are kept."""
        mapped = map_rows(result.rows, partial(_record, source), partial(_id, source))
        self.names.update({record.id: record.name for record in mapped.records})
        return mapped

    async def fields(self, source: ListSource, stop: Stop) -> list[str]:
        """The fields to ask for, custom ones among them, without those that the ledger refuses."""
        custom: Sequence[str] = ()
        if source.entity in WITH_CUSTOM_FIELDS:
            custom = await self._custom.names(source.entity, stop)
            self._refused.leave_out(source.entity, self._custom.unusable(source.entity))
        return self._refused.allowed(source.entity, [*source.select, *custom])

    async def _page(
        self, list_read: ListRead, source: ListSource, cursor: Cursor, stop: Stop
    ) -> Result:
        conditions = self._conditions(list_read, source, cursor)
        result = await self._query(source, conditions, stop)
        if not result.succeeded and list_read.since is not None and source.contact:
            self.without_contact_changes.add(source.entity)
            conditions = self._conditions(list_read, source, cursor)
            result = await self._query(source, conditions, stop)
        return _of_list(source, result)

    async def _query(
        self, source: ListSource, conditions: Sequence[Condition], stop: Stop
    ) -> Result:
        """The result of a query with all fields that the ledger does not refuse; it may have
        failed."""
        for _ in range(MAX_NARROWINGS):
            fields = await self.fields(source, stop)
            (result,) = await self._client.read([source_query(source, fields, conditions)], stop)
            if result.succeeded or not self._narrow(source, fields, result):
                break
        return result

    def _narrow(self, source: ListSource, fields: Sequence[str], result: Result) -> bool:
        """Remember the fields that a fault names as refused; False when it names none."""
        needed = {"RECORDNO", source.key}
        return self._refused.learn(source.entity, fields, needed, main_fault(result.faults))

    def _conditions(
        self, list_read: ListRead, source: ListSource, cursor: Cursor
    ) -> list[Condition]:
        conditions = [*source.only, queries.greater_than(queries.RECORDNO, cursor.after)]
        if list_read.ids is not None:
            refs = [parse_ref(each) for each in list_read.ids]
            ids = [ref.id for ref in refs if ref.kind in (source.entity.lower(), "")]
            conditions.append(queries.is_in(source.key, ids or [""]))
        if list_read.since is not None and source.stamped:
            conditions.append(changed_since(source, list_read.since, self.without_contact_changes))
        return conditions


def is_left_out(source: ListSource, result: Result) -> bool:
    """Whether the company does not have an object that only some companies have. Where only the
    user may not see it, the list is not empty but unreadable."""
    if result.succeeded or not source.optional:
        return False
    fault = main_fault(result.faults)
    return not may_pass(fault) and meaning(fault).code != "no_permission"


def _of_list(source: ListSource, result: Result) -> Result:
    """The result of a list. A fault that may pass, and did not while it was repeated, is one of
    this list, because the gateway answered: the other lists are read. Raises as
    `require_success`."""
    if is_left_out(source, result):
        return replace(result, rows=(), remaining=0)
    if not result.succeeded and may_pass(fault := main_fault(result.faults)):
        raise errors.unreadable(str(fault))
    return require_success(result)


def changed_since(
    source: ListSource, moment: datetime, without_contact_changes: Collection[str]
) -> Condition:
    """The condition that a record, or the contact that is shown with it, changed at that moment or
    later."""
    own = queries.at_or_after(queries.WHENMODIFIED, moment - TIME_ZONE_MARGIN)
    if not source.contact or source.entity in without_contact_changes:
        return own
    path = f"{source.contact}.{queries.WHENMODIFIED}"
    return queries.either(own, queries.at_or_after(path, moment - TIME_ZONE_MARGIN))


def source_query(
    source: ListSource, fields: Sequence[str], conditions: Sequence[Condition]
) -> Function:
    """The function that reads records of a source."""
    return queries.query(source.entity, source.entity, fields, *conditions)


def _id(source: ListSource, row: Row) -> str:
    """The id of the record of a row. Raises KeyError for a row without a key."""
    key = text(row, source.key)
    if not key:
        raise KeyError(source.key)
    return str(Ref(source.entity.lower(), key))


def _record(source: ListSource, row: Row) -> ListRecord:
    standard = {"RECORDNO", *source.select}
    custom = {name: text(row, name) for name in row if name not in standard}
    values = {name: value for name, value in custom.items() if value is not None}
    return replace(source.reader(row), custom_fields=values)


def _following(cursor: Cursor, result: Result, sources: int) -> Cursor | None:
    """The cursor of the next page; None after the last one."""
    if result.remaining and result.rows:
        return Cursor(cursor.source, text(result.rows[-1], queries.RECORDNO) or cursor.after)
    return Cursor(cursor.source + 1) if cursor.source + 1 < sources else None
