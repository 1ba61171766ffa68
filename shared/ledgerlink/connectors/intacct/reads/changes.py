"""Changes of all lists since a moment, read in one request."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from ledgerlink.connectors.intacct.protocol import error_codes, queries, values
from ledgerlink.connectors.intacct.protocol.faults import main_fault
from ledgerlink.connectors.intacct.protocol.record_ids import ref
from ledgerlink.connectors.intacct.protocol.requests import Function
from ledgerlink.connectors.intacct.protocol.response import Result
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.connectors.intacct.reads.catalog import LIST_SOURCES, ListSource
from ledgerlink.connectors.intacct.reads.reader import (
    TIME_ZONE_MARGIN,
    ListReader,
    changed_since,
    is_left_out,
    source_query,
)
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.connectors.shared.errors import Disposition
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.connectors.shared.rows import MappedRows
from ledgerlink.domain.model.list_records import Gone, ListBatch, ListRecord, ListType
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.ports import Stop

AUDIT = "AUDITHISTORY"
AUDIT_FIELDS = ("ID", "OBJECTTYPE", "OBJECTKEY", "ACCESSTIME", "ACCESSMODE")
DELETED = "D"
OF_NUMBER = "--REC"
"""How a key ends that is a RECORDNO (estuary/connectors#5217)."""


class Changes:
    """The changes of one open ledger."""

    def __init__(self, client: Client, lists: ListReader, time: LedgerTime) -> None:
        self._client = client
        self._lists = lists
        self._time = time

    async def since(
        self, wanted: Sequence[ListType], moment: datetime, stop: Stop
    ) -> Mapping[ListType, ListBatch]:
        """What changed in these lists, as the port describes. A list is left out if it has more
        changes than a page holds, if the ledger refuses it, or if it does not show which of its
        records was deleted. Raises as the client's `read`."""
        as_of = self._time.wall()
        lists = [kind for kind in LIST_SOURCES if kind in wanted]
        sources = {source.entity: source for kind in lists for source in LIST_SOURCES[kind]}
        if not sources:
            return {}
        results = await self._read(list(sources.values()), moment, stop)
        if results[AUDIT].remaining or _may_succeed_later(results[AUDIT]):
            return {}
        deletes = [_Deleted.of(row) for row in results[AUDIT].rows]
        gap = None if results[AUDIT].succeeded else reason("deletions_unseen")
        batches: dict[ListType, ListBatch] = {}
        for kind in lists:
            mapped = self._records(LIST_SOURCES[kind], results)
            gone = _gone(LIST_SOURCES[kind], deletes, mapped.records if mapped else ())
            if mapped is not None and gone is not None:
                batches[kind] = ListBatch(
                    records=mapped.records,
                    as_of=as_of,
                    gone=gone,
                    gap=gap,
                    unreadable=mapped.unreadable,
                )
        return batches

    async def _read(
        self, sources: Sequence[ListSource], moment: datetime, stop: Stop
    ) -> Mapping[str, Result]:
        """The results by object, and of the audit history. Where the ledger refuses to look at the
        contacts, these objects are asked for once more without them."""
        results = await self._query(sources, moment, stop)
        refused = [s for s in sources if s.contact and not results[s.entity].succeeded]
        if not refused:
            return results
        self._lists.without_contact_changes.update(source.entity for source in refused)
        again = await self._query(refused, moment, stop)
        return {**results, **{source.entity: again[source.entity] for source in refused}}

    async def _query(
        self, sources: Sequence[ListSource], moment: datetime, stop: Stop
    ) -> Mapping[str, Result]:
        entities = [source.entity for source in sources]
        functions = [await self._source_query(source, moment, stop) for source in sources]
        results = await self._client.read([*functions, _deletes(entities, moment)], stop)
        return dict(zip([*entities, AUDIT], results, strict=True))

    async def _source_query(self, source: ListSource, moment: datetime, stop: Stop) -> Function:
        conditions = list(source.only)
        if source.stamped:
            without_contacts = self._lists.without_contact_changes
            conditions.append(changed_since(source, moment, without_contacts))
        return source_query(source, await self._lists.fields(source, stop), conditions)

    def _records(
        self, sources: Sequence[ListSource], results: Mapping[str, Result]
    ) -> MappedRows | None:
        """The records of a list; None when not all of them were read."""
        read = [(source, results[source.entity]) for source in sources]
        found = [(source, result) for source, result in read if not is_left_out(source, result)]
        if any(result.remaining or not result.succeeded for _, result in found):
            return None
        parts = [self._lists.records(source, result) for source, result in found]
        records = [record for part in parts for record in part.records]
        return MappedRows(records, {i: why for part in parts for i, why in part.unreadable.items()})


def deletes_probe(moment: datetime) -> Function:
    """The function that shows whether the user may see deletes at all."""
    return _deletes(["CUSTOMER"], moment, size=1)


def deletes_are_hidden(result: Result) -> bool:
    """Whether the ledger refuses to show deletes: it says so in words without a code, or names the
    missing permission."""
    return not result.succeeded and not _may_succeed_later(result)


def _deletes(entities: Sequence[str], moment: datetime, size: int = queries.PAGE_SIZE) -> Function:
    """The function that reads deletes from the audit history. Where the user has no permission for
    it, deletes are noticed when a list is read as a whole."""
    conditions = [
        queries.is_in("OBJECTTYPE", [entity.lower() for entity in entities]),
        queries.equals("ACCESSMODE", DELETED),
        queries.at_or_after("ACCESSTIME", moment - TIME_ZONE_MARGIN),
    ]
    content = queries.query(AUDIT, AUDIT, AUDIT_FIELDS, *conditions, size=size).content
    assert isinstance(content, Mapping)
    ordered = {**content, "orderby": {"order": {"field": "ID", "ascending": ""}}}
    return Function(AUDIT, "query", ordered)


def _may_succeed_later(result: Result) -> bool:
    fault = main_fault(result.faults)
    retry = error_codes.meaning(fault).disposition is Disposition.RETRY
    return not result.succeeded and retry


class _Deleted(NamedTuple):
    """One row of the audit history."""

    entity: str
    """The object, in lower case."""
    key: str
    """The id of the record, or its RECORDNO."""
    is_number: bool
    """Whether it is a RECORDNO."""
    at: datetime | None

    @classmethod
    def of(cls, row: Row) -> "_Deleted":
        entity, key = (text(row, "OBJECTTYPE") or "").lower(), text(row, "OBJECTKEY") or ""
        number = key.removesuffix(OF_NUMBER)
        return cls(entity, number, number != key, values.moment(row, "ACCESSTIME"))


def _gone(
    sources: Sequence[ListSource], deletes: Sequence[_Deleted], records: Sequence[ListRecord]
) -> list[Gone] | None:
    """The deleted records of a list, without those that were created again under the same id. None
    where a delete names a RECORDNO and the list knows its records by another id: then the list has
    to be read as a whole."""
    source_of = {source.entity.lower(): source for source in sources}
    existing = {record.id for record in records}
    found = []
    for entity, key, is_number, at in deletes:
        if (source := source_of.get(entity)) is None:
            continue
        if is_number and source.key != queries.RECORDNO:
            return None
        gone = Gone(id=ref(entity, key) or "", at=at)
        found += [gone] if gone.id not in existing else []
    return found
