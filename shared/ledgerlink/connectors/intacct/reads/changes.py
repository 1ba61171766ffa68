"""What changed since a moment, in one request for all lists that can tell it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from ledgerlink.connectors.intacct.protocol import error_codes, queries, values
from ledgerlink.connectors.intacct.protocol.faults import main_fault
from ledgerlink.connectors.intacct.protocol.record_ids import ref
from ledgerlink.connectors.intacct.protocol.requests import Function
from ledgerlink.connectors.intacct.protocol.response import Result
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.connectors.intacct.reads.catalog import LIST_SOURCES, ListSource
from ledgerlink.connectors.intacct.reads.reader import ZONE_MARGIN, ListReader, changed
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.connectors.shared.errors import Disposition
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.model.list_records import Gone, ListBatch, ListRecord, ListType
from ledgerlink.domain.ports import Stop

AUDIT = "AUDITHISTORY"
AUDITED = ("ID", "OBJECTTYPE", "OBJECTKEY", "ACCESSTIME", "ACCESSMODE")
DELETED = "D"


class Changes:
    """The changes of one open ledger."""

    def __init__(self, client: Client, readings: ListReader, time: LedgerTime) -> None:
        self._client = client
        self._readings = readings
        self._time = time

    async def since(
        self, wanted: Sequence[ListType], moment: datetime, stop: Stop
    ) -> Mapping[ListType, ListBatch]:
        """What changed in these lists, as the port describes; a list is left out that has more to
        tell than a page holds, or that the ledger refused. Raises as the client's `read`."""
        as_of = self._time.wall()
        lists = [kind for kind in LIST_SOURCES if kind in wanted]
        sources = {source.entity: source for kind in lists for source in LIST_SOURCES[kind]}
        if not sources:
            return {}
        results = await self._ask(list(sources.values()), moment, stop)
        refused = [s for s in sources.values() if s.contact and not results[s.entity].succeeded]
        if refused:
            self._readings.without_contact_stamp.update(source.entity for source in refused)
            results = {**await self._ask(refused, moment, stop), **_without(results, refused)}
        if results[AUDIT].left or _broke_off(results[AUDIT]):
            return {}
        gone = [_gone(row) for row in results[AUDIT].rows]
        return {
            kind: ListBatch(
                records=records, as_of=as_of, gone=_of(LIST_SOURCES[kind], gone, records)
            )
            for kind in lists
            if (records := self._told(LIST_SOURCES[kind], results)) is not None
        }

    async def _ask(
        self, sources: Sequence[ListSource], moment: datetime, stop: Stop
    ) -> Mapping[str, Result]:
        """The results by object, with what the audit history says of them."""
        asked = [await self._question(source, moment, stop) for source in sources]
        deletes = _deletes([source.entity for source in sources], moment)
        results = await self._client.read([*asked, deletes], stop)
        return dict(zip([*(source.entity for source in sources), AUDIT], results, strict=True))

    async def _question(self, source: ListSource, moment: datetime, stop: Stop) -> Function:
        conditions = list(source.only)
        if source.stamped:
            conditions.append(changed(source, moment, self._readings.without_contact_stamp))
        fields = (*source.select, *await self._readings.custom(source, stop))
        return queries.query(source.entity, source.entity, fields, *conditions)

    def _told(
        self, sources: Sequence[ListSource], results: Mapping[str, Result]
    ) -> list[ListRecord] | None:
        """The records of a list; None when not all of it was told."""
        found = [results[source.entity] for source in sources]
        if any(result.left or not result.succeeded for result in found):
            return None
        told = zip(sources, found, strict=True)
        return [each for source, result in told for each in self._readings.told(source, result)]


def _deletes(entities: Sequence[str], moment: datetime) -> Function:
    """What the audit history says of deletes. A company may not let its user see it; then deletes
    show when a list is read whole, as they do when it breaks off."""
    conditions = [
        queries.among("OBJECTTYPE", [entity.lower() for entity in entities]),
        queries.equal("ACCESSMODE", DELETED),
        queries.since("ACCESSTIME", moment - ZONE_MARGIN),
    ]
    content = queries.query(AUDIT, AUDIT, AUDITED, *conditions).content
    assert isinstance(content, Mapping)
    ordered = {**content, "orderby": {"order": {"field": "ID", "ascending": ""}}}
    return Function(AUDIT, "query", ordered)


def _broke_off(result: Result) -> bool:
    """Whether it would tell another time."""
    fault = main_fault(result.faults)
    return not result.succeeded and error_codes.meaning(fault).disposition is Disposition.RETRY


def _gone(row: Row) -> tuple[str, Gone]:
    entity = (text(row, "OBJECTTYPE") or "").lower()
    name = ref(entity, text(row, "OBJECTKEY")) or ""
    return entity, Gone(id=name, at=values.moment(row, "ACCESSTIME"))


def _of(
    sources: Sequence[ListSource], gone: Sequence[tuple[str, Gone]], records: Sequence[ListRecord]
) -> list[Gone]:
    """What is gone of a list, and did not come back under the same id."""
    entities = {source.entity.lower() for source in sources}
    there = {record.id for record in records}
    return [each for entity, each in gone if entity in entities and each.id not in there]


def _without(results: Mapping[str, Result], sources: Sequence[ListSource]) -> Mapping[str, Result]:
    names = {source.entity for source in sources}
    return {name: result for name, result in results.items() if name not in names}
