"""Finding: which writes of unknown outcome the ledger already holds."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Hashable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ledgerlink.connectors.qbo.documents import comparable, content, deletes
from ledgerlink.connectors.qbo.documents.comparable import text
from ledgerlink.connectors.qbo.documents.content import shared
from ledgerlink.connectors.qbo.outcomes.accepted import adopted, differences
from ledgerlink.connectors.qbo.protocol import queries
from ledgerlink.connectors.qbo.transport.client import Client, Entity
from ledgerlink.domain.errors import Refused
from ledgerlink.domain.model.plan import Action, Outcome, Write
from ledgerlink.domain.ports import Stop

SLACK = timedelta(minutes=3)
"""How far the ledger's clock and ours may be apart."""

MAX_PAGES = 50
"""Pages of one search; more take longer than a worker has."""

AT_ONCE = 50
"""Values in one list of a statement."""

NAMED_BY = {"Customer": "DisplayName", "Vendor": "DisplayName", "Employee": "DisplayName"}
"""The field that names a list record; others have `Name`."""


class Finding:
    """One search. No id is adopted twice, nor one of `known`, which belong to others."""

    def __init__(self, client: Client, since: datetime, known: Collection[str], stop: Stop) -> None:
        self._client = client
        self._stop = stop
        self._created = queries.since("MetaData.CreateTime", since - SLACK)
        self._known = frozenset(known)

    async def find(self, writes: Sequence[Write]) -> dict[int, Outcome]:
        """Outcomes, by seq, of those writes that are found. Raises as the client's `rows`."""
        found: dict[int, Outcome] = {}
        for (action, kind), some in _grouped(writes).items():
            async for write, entity in self._pairs(action, kind, some):
                found[write.seq] = adopted(write, entity)
        return found

    def _pairs(
        self, action: Action, kind: str, writes: Sequence[Write]
    ) -> AsyncIterator[tuple[Write, Entity]]:
        if action is Action.CREATE:
            return self._created_ones(kind, writes)
        changed = self._deleted if action is Action.DELETE else self._updated
        return changed(kind, writes)

    def _created_ones(
        self, kind: str, writes: Sequence[Write]
    ) -> AsyncIterator[tuple[Write, Entity]]:
        if kind == content.ACTIVITY:
            return self._activities(writes)
        if kind in content.MONEY:
            return self._marked(kind, writes)
        return self._files(writes) if kind == content.FILE else self._named(kind, writes)

    async def _marked(
        self, kind: str, writes: Sequence[Write]
    ) -> AsyncIterator[tuple[Write, Entity]]:
        """By our name in the note, whatever else differs."""
        waiting = list(writes)
        async for entity in self._new(kind):
            match = next((w for w in waiting if content.is_same(w.body or {}, entity)), None)
            if match is not None:
                waiting.remove(match)
                yield match, entity

    async def _files(self, writes: Sequence[Write]) -> AsyncIterator[tuple[Write, Entity]]:
        """By name and by what they are attached to, as a multiset; also by size, where both sides
        tell it."""
        waiting: dict[tuple[str, str], list[Write]] = defaultdict(list)
        for write in writes:
            waiting[_attached(write.body or {})].append(write)
        names = {name for _, name in waiting}
        async for row in self._new(content.FILE):
            if text(row.get("FileName")) not in names:
                continue
            file = await self._whole(row)
            alike = waiting.get(_attached(file), [])
            match = next((w for w in alike if _may_be(w, file)), None)
            if match is not None:
                alike.remove(match)
                yield match, file

    async def _whole(self, row: Entity) -> Entity:
        """A file with what it is attached to, which queries have been seen to leave out."""
        if "AttachableRef" in row:
            return row
        path = f"/{content.FILE.lower()}/{row['Id']}"
        return await self._client.read(content.FILE, path, self._stop)

    async def _activities(self, writes: Sequence[Write]) -> AsyncIterator[tuple[Write, Entity]]:
        """By content, as a multiset: of equal writes as many are found as there are records.

        Records that agree in every value go first; what is left may be a write that the ledger
        stored with another item, status or rate.
        """
        waiting: dict[Hashable, list[Write]] = defaultdict(list)
        for write in writes:
            waiting[shared(write.body or {})].append(write)
        rows = [r async for r in self._new(content.ACTIVITY) if shared(r) in waiting]
        for exactly in (True, False):
            left: list[Entity] = []
            for row in rows:
                alike = waiting[shared(row)]
                match = next((w for w in alike if not exactly or _agrees(w, row)), None)
                if match is None:
                    left.append(row)
                else:
                    alike.remove(match)
                    yield match, row
            rows = left

    async def _named(
        self, kind: str, writes: Sequence[Write]
    ) -> AsyncIterator[tuple[Write, Entity]]:
        """By name, among what is new since then: an older record of that name is not ours."""
        field = NAMED_BY.get(kind, "Name")
        for some in _portions(writes):
            names = {str((write.body or {})[field]): write for write in some}
            async for entity in self._new(kind, queries.among(field, names)):
                write = names.get(entity[field])
                if write and _agrees(write, entity):
                    yield write, entity

    async def _updated(
        self, kind: str, writes: Sequence[Write]
    ) -> AsyncIterator[tuple[Write, Entity]]:
        """The version has moved on and the content is ours."""
        async for write, entity in self._by_id(kind, writes):
            moved = entity is not None and str(entity.get("SyncToken")) != write.version
            if entity is not None and moved and _agrees(write, entity):
                yield write, entity

    async def _deleted(
        self, kind: str, writes: Sequence[Write]
    ) -> AsyncIterator[tuple[Write, Entity]]:
        """Nothing is left to remove; what is still there has to be removed again."""
        async for write, entity in self._by_id(kind, writes):
            if deletes.has_left(entity):
                yield write, entity or {}

    async def _by_id(
        self, kind: str, writes: Sequence[Write]
    ) -> AsyncIterator[tuple[Write, Entity | None]]:
        for some in _portions(writes):
            ids = [write.ledger_id or "" for write in some]
            there = {e["Id"]: e async for e in self._rows(kind, queries.among("Id", ids))}
            for write in some:
                yield write, there.get(write.ledger_id or "")

    async def _new(self, entity: str, *conditions: str) -> AsyncIterator[Entity]:
        """Rows created since then that are nobody's yet, each once however the pages shift."""
        taken = set(self._known)
        async for row in self._rows(entity, *conditions, self._created):
            if row["Id"] not in taken:
                taken.add(row["Id"])
                yield row

    async def _rows(self, entity: str, *conditions: str) -> AsyncIterator[Entity]:
        """Row after row, page by page."""
        async for rows in self._client.pages(entity, *conditions, most=MAX_PAGES, stop=self._stop):
            for row in rows:
                yield row


def _agrees(write: Write, entity: Entity) -> bool:
    return not differences(write.kind, write.body or {}, entity)


def _attached(file: Mapping[str, Any]) -> tuple[str, str]:
    return comparable.documents(file.get("AttachableRef")), text(file.get("FileName"))


def _may_be(write: Write, row: Entity) -> bool:
    """Whether a file is as long as the one that was sent, as far as both tell it."""
    try:
        sent = len(write.file()) if write.file and row.get("Size") is not None else None
    except Refused:
        return True
    return sent is None or sent == int(row["Size"])


def _grouped(writes: Sequence[Write]) -> Mapping[tuple[Action, str], list[Write]]:
    groups: dict[tuple[Action, str], list[Write]] = defaultdict(list)
    for write in writes:
        groups[write.action, write.kind].append(write)
    return groups


def _portions(writes: Sequence[Write]) -> Iterator[Sequence[Write]]:
    return (writes[start : start + AT_ONCE] for start in range(0, len(writes), AT_ONCE))
