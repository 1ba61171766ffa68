"""Change data capture: the changes of several lists in one call.

Source: Intuit's API reference, change data capture. A response has 1000 records at most. Intuit
does not document whether info and preferences of the company are covered; if QuickBooks refuses
them, they are not.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from ledgerlink.connectors.qbo.protocol import values
from ledgerlink.connectors.qbo.protocol.response import Response
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.qbo.reads import company
from ledgerlink.connectors.qbo.reads.catalog import ENTITY, LISTS, ROW_MAPPERS
from ledgerlink.connectors.qbo.reads.map_lists import deletion, is_deleted
from ledgerlink.connectors.qbo.reads.reader import ListReader
from ledgerlink.connectors.qbo.transport.client import MINOR_VERSION, Call, Client
from ledgerlink.connectors.shared import errors
from ledgerlink.connectors.shared.errors import Disposition
from ledgerlink.connectors.shared.rows import MappedRows, map_rows
from ledgerlink.domain.errors import LedgerStopped
from ledgerlink.domain.model.list_records import ListBatch, ListRecord, ListType
from ledgerlink.domain.ports import ConnectorState, Stop

MAX_RECORDS = 1000
"""A response with so many records may lack some."""

SETTINGS_ENTITIES = ("CompanyInfo", "Preferences")
"""Entities whose changes QuickBooks may refuse to return."""

EXTRA_ENTITIES: Mapping[ListType, tuple[str, ...]] = {
    ListType.COMPANY: SETTINGS_ENTITIES,
    ListType.CUSTOM_FIELD: ("Preferences",),
    ListType.INVOICE: ("Invoice", "Payment"),
}
"""The entities to ask for where they are not just the list's own."""

STATE_KEY = "without_changes"


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """The changed records of several entities."""

    rows: Mapping[str, Sequence[Entity]]
    """By entity."""
    as_of: datetime
    reported: Collection[str]
    """Entities of which the response certainly has the changes."""
    truncated: Collection[str]
    """Entities with more changes than the response has."""

    @property
    def is_full(self) -> bool:
        """Whether some changes may be missing."""
        return bool(self.truncated) or sum(map(len, self.rows.values())) >= MAX_RECORDS


class Changes:
    """Reads the changes of one open ledger. The next worker learns from the state that QuickBooks
    refuses those of the settings."""

    def __init__(self, client: Client, lists: ListReader, state: ConnectorState) -> None:
        self._client = client
        self._lists = lists
        self._payments = lists.payments
        self._refuses_settings = bool(state.get(STATE_KEY))

    def state(self) -> dict[str, bool]:
        """What the next worker has to know, as JSON values."""
        return {STATE_KEY: True} if self._refuses_settings else {}

    async def since(
        self, lists: Sequence[ListType], moment: datetime, stop: Stop
    ) -> Mapping[ListType, ListBatch]:
        """The changes of these lists as the port describes. Raises as the client's `call`."""
        batches: dict[ListType, ListBatch] = {}
        waiting = [[kind for kind in LISTS if kind in lists and LISTS[kind].by_changes]]
        while waiting:
            group = self._without_refused(waiting.pop())
            changes = await self._read(group, moment, stop) if group else None
            if changes is None:
                continue
            if changes.is_full:
                waiting += _smaller_groups(group, changes)
            else:
                batches.update(await self._batches(group, changes, stop))
        return batches

    def _without_refused(self, lists: Sequence[ListType]) -> Sequence[ListType]:
        if not self._refuses_settings:
            return lists
        return [kind for kind in lists if not set(SETTINGS_ENTITIES) & set(entities_of(kind))]

    async def _read(
        self, lists: Sequence[ListType], moment: datetime, stop: Stop
    ) -> ChangeSet | None:
        """The changes; None if QuickBooks refuses. If the settings may be the cause, the call is
        repeated without them; they were the cause if that succeeds."""
        entities = list(dict.fromkeys(entity for kind in lists for entity in entities_of(kind)))
        changes = await self._call(entities, moment, stop)
        others = [entity for entity in entities if entity not in SETTINGS_ENTITIES]
        if changes is not None or len(others) == len(entities):
            return changes
        if not others:
            return None
        changes = await self._call(others, moment, stop)
        self._refuses_settings = changes is not None
        return changes

    async def _call(
        self, entities: Sequence[str], moment: datetime, stop: Stop
    ) -> ChangeSet | None:
        parameters = {
            "entities": ",".join(entities),
            "changedSince": moment.isoformat(timespec="seconds"),
        }
        path = f"/cdc?{urlencode(parameters, safe=',:')}&{MINOR_VERSION}"
        try:
            response = await self._client.call(Call("cdc", "GET", path), stop)
        except LedgerStopped:
            return (
                None  # a plan without one of the lists; if the company is closed, reading says so
            )
        accepted = response.disposition is Disposition.ACCEPTED
        return _parse(response, entities) if accepted else None

    async def _batches(
        self, lists: Sequence[ListType], changes: ChangeSet, stop: Stop
    ) -> Mapping[ListType, ListBatch]:
        """The changes of each list whose entities are all reported."""
        batches: dict[ListType, ListBatch] = {}
        for kind in lists:
            if not set(entities_of(kind)) <= set(changes.reported):
                continue
            rows = changes.rows.get(ENTITY[kind], ())
            unreadable: Mapping[str, Exception] = {}
            if kind in (ListType.COMPANY, ListType.CUSTOM_FIELD):
                records: Sequence[ListRecord] | None = await self._settings(kind, changes, stop)
            elif kind is ListType.INVOICE:
                payments = changes.rows.get("Payment", ())
                records = await self._payments.affected(rows, payments, stop)
            else:
                records, unreadable = _mapped(kind, rows)
            if records is not None:
                gone = [deletion(row) for row in rows if is_deleted(row)]
                batches[kind] = ListBatch(
                    records=records, as_of=changes.as_of, gone=gone, unreadable=unreadable
                )
        return batches

    async def _settings(
        self, kind: ListType, changes: ChangeSet, stop: Stop
    ) -> Sequence[ListRecord]:
        """The company's record if its info or preferences changed, of which the other is read; or
        the custom fields if the preferences changed."""
        info, preferences = (
            next(iter(changes.rows.get(name, ())), None) for name in SETTINGS_ENTITIES
        )
        if kind is ListType.CUSTOM_FIELD:
            return company.custom_field_records(preferences) if preferences else []
        if info is None and preferences is None:
            return []
        info = info or (await self._lists.company_info(stop))[0]
        preferences = preferences or (await self._lists.preferences(stop))[0]
        return [company.company_record(info, preferences)]


def entities_of(kind: ListType) -> tuple[str, ...]:
    """The entities whose changes make the changes of a list."""
    return EXTRA_ENTITIES.get(kind, (ENTITY[kind],))


def _parse(response: Response, entities: Collection[str]) -> ChangeSet:
    """The changes by entity; the order and number of the elements are not documented."""
    rows: dict[str, list[Entity]] = defaultdict(list)
    truncated, elements = set(), _elements(response)
    for element in elements:
        for name in entities:
            found = values.blocks(element, name)
            rows[name] += found
            total = values.whole(element, "totalCount") or 0
            if len(found) >= MAX_RECORDS or total > len(found) > 0:
                truncated.add(name)
    # A missing element means that nothing changed, or that QuickBooks does not report changes of
    # that entity. Only the settings may be the second.
    complete = len(elements) >= len(entities)
    reported = {e for e in entities if complete or rows[e] or e not in SETTINGS_ENTITIES}
    return ChangeSet(rows, values.as_of(response), reported, truncated)


def _elements(response: Response) -> list[Mapping[str, object]]:
    """One element for each entity. Raises LedgerUnavailable if the response has another shape."""
    parts = values.blocks(response.payload, "CDCResponse")
    if not parts:
        detail = "QuickBooks' answer is incomplete (CDCResponse is missing)"
        raise errors.unavailable(detail, trace_id=response.trace_id)
    return [each for part in parts for each in values.blocks(part, "QueryResponse")]


def _smaller_groups(lists: Sequence[ListType], changes: ChangeSet) -> Iterable[list[ListType]]:
    """The groups to ask for in place of a full response: the lists that are not truncated together,
    or one by one if none is. A list that fills a response alone is not asked for again."""
    left = [kind for kind in lists if not set(entities_of(kind)) & set(changes.truncated)]
    if len(left) < len(lists):
        return [left] if left else []
    return [[kind] for kind in lists] if len(lists) > 1 else []


def _mapped(kind: ListType, rows: Iterable[Entity]) -> MappedRows:
    there = (row for row in rows if not is_deleted(row))
    return map_rows(there, ROW_MAPPERS[kind], lambda row: str(row["Id"]))
