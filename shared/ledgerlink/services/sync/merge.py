"""Absorbing a list that a sync pulled: what differs from what is known goes into the feed.

Each record changes at most once per sync, so that counts are exact: of a record that was pulled
twice the last state counts, and a customer is absorbed after those below it, whose being there
decides its place.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.list_records import (
    LEDGER_KEY,
    Change,
    ChangeKind,
    ListRecord,
    ListType,
    ListWork,
    Sync,
    change,
    outdated,
    placed,
)
from ledgerlink.domain.model.runs import Run
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.sync.events import tell
from ledgerlink.services.sync.list_records import linked_ids

SLICE = 1000
DEEPEST = 100
"""Levels of a list, beyond which its parents must run in a circle."""


def merge(
    deps: Dependencies, connection: Connection, run: Run, kind: ListType, take: Callable[[], None]
) -> Run:
    """Absorb what is left of a pulled list; `take` is asked before each slice, and may raise."""
    absorber = ListMerger(deps, connection, run, kind)
    absorber.gather_parents()
    staged = absorber.read_staged()
    for number, records in enumerate(absorber.slices(staged)):
        if number >= absorber.work.applied:
            take()
            absorber.merge(staged, records)
            absorber.save(replace(absorber.work, applied=number + 1))
    if absorber.work.whole:
        absorber.bury_missing(staged, take)
    absorber.finish(staged)
    return absorber.run


@dataclass(slots=True)
class Staged:
    """What the staged pages hold. `last` says on which page a record stands last, `parent` below
    which record it stands, `parents` which have an active one below them."""

    last: dict[str, int] = field(default_factory=dict)
    parent: dict[str, str] = field(default_factory=dict)
    parents: set[str] = field(default_factory=set)
    stubs: set[str] = field(default_factory=set)
    unusable: set[str] = field(default_factory=set)

    def add(self, page: int, record: ListRecord) -> None:
        """Note a record; a later one of the same id counts instead of it."""
        self.last[record.id] = page
        (self.stubs.add if record.gone else self.stubs.discard)(record.id)
        (self.unusable.discard if record.usable else self.unusable.add)(record.id)
        self.parent.pop(record.id, None)
        if record.parent_id is not None:
            self.parent[record.id] = record.parent_id

    def close(self) -> "Staged":
        """All pages were read."""
        self.parents = {above for each, above in self.parent.items() if each not in self.unusable}
        return self

    @property
    def live(self) -> int:
        """How many records are there."""
        return len(self.last) - len(self.stubs)

    def depth(self, record_id: str) -> int:
        """How many of the staged records lie above this one."""
        depth, above = 0, self.parent.get(record_id)
        while above in self.last and depth < DEEPEST:
            depth, above = depth + 1, self.parent.get(above)
        return depth


@dataclass(slots=True)
class ListMerger:
    """Absorbs one list of a run; `run` says how far it is."""

    deps: Dependencies
    connection: Connection
    run: Run
    kind: ListType
    blocked: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.blocked = self.deps.settings.get(self.run.connection_key).blocked

    @property
    def work(self) -> ListWork:
        """The list, as far as it is."""
        return next(work for work in self._sync().lists if work.type is self.kind)

    def _sync(self) -> Sync:
        assert self.run.sync is not None
        return self.run.sync

    def save(self, work: ListWork) -> None:
        """Store how far the list is."""
        lists = tuple(work if w.type is self.kind else w for w in self._sync().lists)
        self.run = replace(self.run, sync=replace(self._sync(), lists=lists))
        self.deps.runs.save(self.run, of_generation=self.run.generation)

    def _pages(self) -> Iterator[tuple[int, Sequence[ListRecord]]]:
        for number in range(self.work.pages):
            yield number, self.deps.staging.page(self.run, self.kind, number)

    def read_staged(self) -> Staged:
        """What was pulled, without its contents."""
        staged = Staged()
        for number, page in self._pages():
            for record in page:
                staged.add(number, record)
        return staged.close()

    def gather_parents(self) -> None:
        """Stage the customers that were not pulled but stand above pulled ones, now or before:
        their place may be another one. Once, before anything is absorbed."""
        work = self.work
        if self.kind is not ListType.CUSTOMER or work.whole or work.gathered or not work.pages:
            return
        pulled: dict[str, ListRecord] = {r.id: r for _, page in self._pages() for r in page}
        known = self._known(pulled)
        above = {r.parent_id for r in [*pulled.values(), *known.values()]} - {None, *pulled}
        parents = [r for r in self._known(map(str, above)).values() if not r.gone]
        self.deps.staging.put_page(self.run, self.kind, work.pages, parents)
        self.save(replace(work, pages=work.pages + 1, gathered=True))

    def _known(self, ids: Iterable[str]) -> Mapping[str, ListRecord]:
        return self.deps.lists.get(self.run.connection_key, self.kind, ids)

    def slices(self, staged: Staged) -> Iterator[Sequence[ListRecord]]:
        """The staged records in slices, always the same ones: as they were pulled where all of
        the list was, else those at the bottom first."""
        if self.work.whole or self.kind is not ListType.CUSTOMER:
            for number, page in self._pages():
                yield _last(staged, number, page)
            return
        records = [r for number, page in self._pages() for r in _last(staged, number, page)]
        records.sort(key=lambda record: -staged.depth(record.id))
        depths = {record.id: staged.depth(record.id) for record in records}
        start = 0
        while start < len(records):
            level = depths[records[start].id]
            part = [r for r in records[start : start + SLICE] if depths[r.id] == level]
            yield part
            start += len(part)

    def merge(self, staged: Staged, records: Sequence[ListRecord]) -> None:
        """Record what is new or different among these."""
        known = self._known(record.id for record in records)
        settled = [self._settle(staged, record, known.get(record.id)) for record in records]
        self._record(known, [record for record in settled if record is not None])

    def _record(self, known: Mapping[str, ListRecord], records: Sequence[ListRecord]) -> None:
        records = self._with_keys(records)
        linked = linked_ids(self.deps, self.connection, self.kind, [r.id for r in records])
        changes: list[Change] = []
        same: list[ListRecord] = []
        now = self.deps.clock.now()
        for record in records:
            before = known.get(record.id)
            entry = change(before, record, self.run.id, now, linked=record.id in linked)
            if entry is not None:
                changes.append(entry)
            elif record != before:
                same.append(record)
        run = self.run
        recorded = self.deps.lists.record(run.connection_key, run.id, changes, same)
        tell(self.deps, self.connection, recorded)

    def _settle(
        self, staged: Staged, record: ListRecord, before: ListRecord | None
    ) -> ListRecord | None:
        """The record as it will be known; None when it says nothing new."""
        if record.gone:
            return _buried(before, record) if before and not before.gone else None
        if before and not before.gone and outdated(before, record):
            return None
        blocked = f"{self.kind}:{record.id}" in self.blocked
        record = replace(record, blocked=blocked)
        if not self.deps.connector(self.connection.ledger).lists[self.kind].places:
            return record
        # What was once named by a transaction stays so, though its balance is paid.
        record = replace(record, used=record.used or bool(before and before.used))
        return placed(record, has_children=self._has_children(staged, record.id))

    def _has_children(self, staged: Staged, record_id: str) -> bool:
        if self.work.whole:
            return record_id in staged.parents
        run = self.run
        return self.deps.lists.has_children(run.connection_key, self.kind, record_id)

    def _with_keys(self, records: Sequence[ListRecord]) -> Sequence[ListRecord]:
        """Time history with the source keys: the product's own for what it posted."""
        if self.kind is not ListType.TIME:
            return records
        run, lists = self.run, self.deps.connector(self.connection.ledger).lists
        ids, kinds = [record.id for record in records], lists[self.kind].entities
        ours = self.deps.links.of_records(run.connection_key, kinds, ids)
        return [
            replace(record, fields={**record.fields, **_origin(self.connection, record, ours)})
            for record in records
        ]

    def bury_missing(self, staged: Staged, take: Callable[[], None]) -> None:
        """What is known but was not in the ledger's whole list is gone."""
        missing = iter([each for each in self._known_ids() if each not in staged.last])
        while ids := list(islice(missing, SLICE)):
            take()
            known = self._known(ids)
            gone = ListRecord(type=self.kind, id="", name="", gone="deleted")
            self._record(known, [_buried(record, gone) for record in known.values()])

    def _known_ids(self) -> Iterator[str]:
        first, last = self._sync().first_day, self._sync().last_day
        if not self.deps.connector(self.connection.ledger).lists[self.kind].on_request:
            yield from self.deps.lists.ids(self.run.connection_key, self.kind)
            return
        after: str | None = None
        while True:
            page = self.deps.lists.page(self.run.connection_key, self.kind, after, SLICE)
            for record in page.items:
                day = record.fields.get("date", "")
                if not record.gone and str(first) <= day <= str(last):
                    yield record.id
            if page.after is None:
                return
            after = page.after

    def finish(self, staged: Staged) -> None:
        """Count what became of the records, and move the cursor."""
        run, work = self.run, self.work
        tally = self.deps.lists.tally(run.connection_key, run.id).get(self.kind, {})
        counts = {kind.value: tally.get(kind, 0) for kind in ChangeKind}
        changed = sum(n for kind, n in counts.items() if kind != ChangeKind.DELETED)
        counts["unchanged"] = staged.live - changed
        self._move_cursor(work)
        self.save(replace(work, done=True, counts=counts))

    def _move_cursor(self, work: ListWork) -> None:
        """A list that comes by days is never known up to a moment."""
        on_request = self.deps.connector(self.connection.ledger).lists[self.kind].on_request
        if on_request or work.as_of is None:
            return
        state = self.deps.lists.state(self.run.connection_key)
        cursor = max(work.as_of, state.cursors.get(self.kind, work.as_of))
        state = replace(state, cursors={**state.cursors, self.kind: cursor})
        if work.whole:
            compared = {**state.compared, self.kind: self.deps.clock.now()}
            state = replace(state, compared=compared)
        self.deps.lists.save_state(self.run.connection_key, state)


def _last(staged: Staged, number: int, page: Sequence[ListRecord]) -> list[ListRecord]:
    """Those of a page that are not pulled again later; each once."""
    by_id = {record.id: record for record in page if staged.last[record.id] == number}
    return list(by_id.values())


def _buried(before: ListRecord | None, stub: ListRecord) -> ListRecord:
    """What was last known of a record, as a tombstone."""
    assert before is not None
    return replace(
        before,
        active=False,
        gone=stub.gone,
        merged_into=stub.merged_into or before.merged_into,
        changed_at=max(filter(None, (before.changed_at, stub.changed_at)), default=None),
    )


def _origin(connection: Connection, record: ListRecord, ours: Mapping[str, Link]) -> dict[str, str]:
    """Where an entry of the time history comes from, and its source key."""
    if record.id in ours:
        return {"origin": "product", "key": ours[record.id].key.partition(":")[2]}
    return {"origin": "ledger", "key": f"{LEDGER_KEY}{connection.id}:{record.id}"}
