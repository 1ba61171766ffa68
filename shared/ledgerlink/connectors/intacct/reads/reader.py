"""Readings: batches of a list, in the order of RECORDNO, so that nothing is passed over."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ledgerlink.connectors.intacct.protocol import queries
from ledgerlink.connectors.intacct.protocol.error_codes import require_success
from ledgerlink.connectors.intacct.protocol.faults import main_fault
from ledgerlink.connectors.intacct.protocol.queries import Condition
from ledgerlink.connectors.intacct.protocol.record_ids import parse_ref
from ledgerlink.connectors.intacct.protocol.requests import Function
from ledgerlink.connectors.intacct.protocol.response import Result
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.connectors.intacct.reads.catalog import LIST_SOURCES, WITH_CUSTOM_FIELDS, ListSource
from ledgerlink.connectors.intacct.reads.custom_fields import CustomFields
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.model.list_records import ListBatch, ListRead, ListRecord
from ledgerlink.domain.ports import Stop

ZONE_MARGIN = timedelta(hours=14)
"""Nobody is certain of the zone of the ledger's stamps, so changes are asked for from that much
earlier; what is told twice is no change."""
MAX_NARROWINGS = 3
"""How often a question is asked again without the fields that the ledger will not be asked for."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a reading goes on: in which source of the list, and after which RECORDNO."""

    source: int = 0
    after: str = "0"

    @classmethod
    def at(cls, position: str | None, sources: int) -> "Cursor":
        """The place that a position describes. Raises Invalid for any other text."""
        if position is None:
            return cls()
        try:
            source, after = json.loads(position)
            place = cls(int(source), str(int(after)))
        except (ValueError, TypeError) as error:
            raise Invalid("unknown_position", "The position is not one of this ledger.") from error
        if not 0 <= place.source < sources:
            raise Invalid("unknown_position", "The position is not one of this list.")
        return place

    def position(self) -> str:
        """Itself as text."""
        return json.dumps([self.source, self.after])


class ListReader:
    """The readings of one open ledger. `names` of records that were read are kept by their ids;
    of `plain` objects the ledger has refused to tell by contact what changed."""

    def __init__(self, client: Client, custom: CustomFields, time: LedgerTime) -> None:
        self._client = client
        self._custom = custom
        self._time = time
        self._refused: dict[str, set[str]] = {}
        self.names: dict[str, str] = {}
        self.without_contact_stamp: set[str] = set()

    async def read(self, reading: ListRead, stop: Stop) -> ListBatch:
        """One batch, as the port describes. Raises as the client's `read`, LedgerStopped for a
        list that the ledger will not give out, Invalid for a position of somebody else."""
        as_of = self._time.wall()
        sources = LIST_SOURCES[reading.type]
        place = Cursor.at(reading.position, len(sources))
        source = sources[place.source]
        result = await self._page(reading, source, place, stop)
        following = _following(place, result, len(sources))
        position = following.position() if following else None
        return ListBatch(records=self.told(source, result), as_of=as_of, position=position)

    async def _page(
        self, reading: ListRead, source: ListSource, place: Cursor, stop: Stop
    ) -> Result:
        result = await self.ask(source, self._conditions(reading, source, place), stop)
        if not result.succeeded and reading.since is not None and source.contact:
            self.without_contact_stamp.add(source.entity)
            result = await self.ask(source, self._conditions(reading, source, place), stop)
        return require_success(result)

    async def ask(self, source: ListSource, conditions: Sequence[Condition], stop: Stop) -> Result:
        """The records of a source under these conditions, with its custom fields. What the ledger
        says cannot be asked for is left out from then on. It may have failed."""
        custom = await self.custom(source, stop)
        for _ in range(MAX_NARROWINGS):
            fields = self._fields(source, custom)
            (result,) = await self._client.read([question(source, fields, conditions)], stop)
            if result.succeeded or not self._narrow(source, fields, result):
                break
        return result

    async def custom(self, source: ListSource, stop: Stop) -> Sequence[str]:
        """The custom fields that a source's records have."""
        if source.entity not in WITH_CUSTOM_FIELDS:
            return ()
        return await self._custom.names(source.entity, stop)

    def told(self, source: ListSource, result: Result) -> list[ListRecord]:
        """The records of a result in neutral terms."""
        records = [self._record(source, row) for row in result.rows]
        self.names.update({record.id: record.name for record in records})
        return records

    def _record(self, source: ListSource, row: Row) -> ListRecord:
        own = {"RECORDNO", *source.select}
        custom = {name: text(row, name) for name in row if name not in own}
        values = {name: value for name, value in custom.items() if value is not None}
        return replace(source.reader(row), custom_fields=values)

    def _fields(self, source: ListSource, custom: Sequence[str]) -> list[str]:
        refused = self._refused.get(source.entity, set())
        return [name for name in (*source.select, *custom) if name not in refused]

    def _narrow(self, source: ListSource, fields: Sequence[str], result: Result) -> bool:
        """Leave out the fields that a refusal names; False when it names none."""
        words = set(main_fault(result.faults).words.replace(",", " ").replace("'", " ").split())
        keep = {"RECORDNO", source.key}
        named = {name for name in fields if name.rstrip(".") in words} - keep
        self._refused.setdefault(source.entity, set()).update(named)
        return bool(named)

    def _conditions(self, reading: ListRead, source: ListSource, place: Cursor) -> list[Condition]:
        conditions = [*source.only, queries.above(queries.RECORDNO, place.after)]
        if reading.ids is not None:
            own = [ref for each in reading.ids if (ref := parse_ref(each)).kind in _kinds(source)]
            conditions.append(queries.among(source.key, [ref.id for ref in own] or [""]))
        if reading.since is not None and source.stamped:
            conditions.append(changed(source, reading.since, self.without_contact_stamp))
        return conditions


def changed(
    source: ListSource, moment: datetime, without_contact_stamp: Collection[str]
) -> Condition:
    """Changed at that time or later, by whatever clock, or its contact was; of `plain` objects the
    ledger will not be asked by contact."""
    own = queries.since(queries.WHENMODIFIED, moment - ZONE_MARGIN)
    if not source.contact or source.entity in without_contact_stamp:
        return own
    path = f"{source.contact}.{queries.WHENMODIFIED}"
    return queries.either(own, queries.since(path, moment - ZONE_MARGIN))


def question(
    source: ListSource, fields: Sequence[str], conditions: Sequence[Condition]
) -> Function:
    """The function that asks for records of a source."""
    return queries.query(source.entity, source.entity, fields, *conditions)


def _following(place: Cursor, result: Result, sources: int) -> Cursor | None:
    if result.left and result.rows:
        return Cursor(place.source, text(result.rows[-1], queries.RECORDNO) or place.after)
    return Cursor(place.source + 1) if place.source + 1 < sources else None


def _kinds(source: ListSource) -> tuple[str, ...]:
    return (source.entity.lower(), "")
