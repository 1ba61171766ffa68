"""Merging a list that a sync has pulled: every difference from the stored records goes into the
feed.

Each record changes at most once per sync, so that counts are exact. The last state of a record that
was pulled twice counts. A customer is merged after its sub-customers, because they decide whether
it can be used as a project.
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
from ledgerlink.services.sync.events import publish_changes
from ledgerlink.services.sync.list_records import linked_ids

SLICE = 1000
"""Records that are merged at once."""
DEEPEST = 100
"""Levels of a list, beyond which its parents must form a circle."""


def merge_list(
    deps: Dependencies, connection: Connection, run: Run, kind: ListType, take: Callable[[], None]
) -> Run:
    """Merge the rest of a pulled list; `take` is called before each slice and may raise."""
    merger = ListMerger(deps, connection, run, kind)
    merger.gather_parents()
    staged = merger.read_staged()
    for number, records in enumerate(merger.slices(staged)):
        if number >= merger.work.applied:
            take()
            merger.merge(staged, records)
            merger.save(replace(merger.work, applied=number + 1))
    if merger.work.whole:
        merger.mark_missing_as_gone(staged, take)
    merger.finish(staged)
    return merger.run


@dataclass(slots=True)
class Staged:
    """The staged records of a list, without their content."""

    last: dict[str, int] = field(default_factory=dict)
    """The last page that each record is on."""
    parent: dict[str, str] = field(default_factory=dict)
    """The parent of each record that has one."""
    parents: set[str] = field(default_factory=set)
    """The records with an active child."""
    stubs: set[str] = field(default_factory=set)
    """The records that the ledger reports as gone."""
    unusable: set[str] = field(default_factory=set)
    """The records that are inactive or gone."""

    def add(self, page: int, record: ListRecord) -> None:
        """Add a record; it replaces an earlier one with the same id."""
        self.last[record.id] = page
        _keep(self.stubs, record.id, among=bool(record.gone))
        _keep(self.unusable, record.id, among=not record.usable)
        self.parent.pop(record.id, None)
        if record.parent_id is not None:
            self.parent[record.id] = record.parent_id

    def close(self) -> "Staged":
        """Find the parents, after all pages were added."""
        self.parents = {above for each, above in self.parent.items() if each not in self.unusable}
        return self

    @property
    def live(self) -> int:
        """How many records the ledger has."""
        return len(self.last) - len(self.stubs)

    def depth(self, record_id: str) -> int:
        """How many staged records are above this one."""
        depth, above = 0, self.parent.get(record_id)
        while above in self.last and depth < DEEPEST:
            depth, above = depth + 1, self.parent.get(above)
        return depth


@dataclass(slots=True)
class ListMerger:
    """Merges one list of a sync into the stored records."""

    deps: Dependencies
    connection: Connection
    run: Run
    """The run as stored last, with the progress of each list."""
    kind: ListType
    blocked: frozenset[str] = frozenset()
    """The blocked records of the connection, as `type:id`."""

    def __post_init__(self) -> None:
        self.blocked = self.deps.settings.get(self.run.connection_key).blocked

    @property
    def work(self) -> ListWork:
        """The progress of the list."""
        return next(work for work in self._sync().lists if work.type is self.kind)

    def _sync(self) -> Sync:
        assert self.run.sync is not None
        return self.run.sync

    def save(self, work: ListWork) -> None:
        """Store the progress of the list."""
        lists = tuple(work if w.type is self.kind else w for w in self._sync().lists)
        self.run = replace(self.run, sync=replace(self._sync(), lists=lists))
        self.deps.runs.save(self.run, of_generation=self.run.generation)

    def _pages(self) -> Iterator[tuple[int, Sequence[ListRecord]]]:
        for number in range(self.work.pages):
            yield number, self.deps.staging.page(self.run, self.kind, number)

    def read_staged(self) -> Staged:
        """Read all staged pages of the list."""
        staged = Staged()
        for number, page in self._pages():
            for record in page:
                staged.add(number, record)
        return staged.close()

    def gather_parents(self) -> None:
        """Stage the stored parents, present or former, of pulled customers, because their roles
        may change. It is done once, before anything is merged."""
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
        """The staged records in slices, which are the same after a death: page by page if the whole
        list was pulled, else the deepest customers first."""
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
        """Record those of these records that are new or have changed."""
        known = self._known(record.id for record in records)
        merged = [self._merged(staged, record, known.get(record.id)) for record in records]
        self._record(known, [record for record in merged if record is not None])

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
        publish_changes(self.deps, self.connection, recorded)

    def _merged(
        self, staged: Staged, record: ListRecord, before: ListRecord | None
    ) -> ListRecord | None:
        """The record as it will be stored; None for one that brings nothing new."""
        if record.gone:
            return _tombstone(before, record) if before and not before.gone else None
        if before and not before.gone and outdated(before, record):
            return None
        blocked = f"{self.kind}:{record.id}" in self.blocked
        record = replace(record, blocked=blocked)
        if not self.deps.connector(self.connection.ledger).lists[self.kind].places:
            return record
        # Once a transaction has used the record it stays used, even if its balance is paid.
        record = replace(record, used=record.used or bool(before and before.used))
        return placed(record, has_children=self._has_children(staged, record.id))

    def _has_children(self, staged: Staged, record_id: str) -> bool:
        if self.work.whole:
            return record_id in staged.parents
        run = self.run
        return self.deps.lists.has_children(run.connection_key, self.kind, record_id)

    def _with_keys(self, records: Sequence[ListRecord]) -> Sequence[ListRecord]:
        """Time history with source keys. Time that the product posted keeps the product's key."""
        if self.kind is not ListType.TIME:
            return records
        run, lists = self.run, self.deps.connector(self.connection.ledger).lists
        ids, kinds = [record.id for record in records], lists[self.kind].entities
        links = self.deps.links.of_records(run.connection_key, kinds, ids)
        return [
            replace(record, fields={**record.fields, **_origin(self.connection, record, links)})
            for record in records
        ]

    def mark_missing_as_gone(self, staged: Staged, take: Callable[[], None]) -> None:
        """Mark the stored records as gone that the whole list no longer contains."""
        missing = iter([each for each in self._known_ids() if each not in staged.last])
        while ids := list(islice(missing, SLICE)):
            take()
            known = self._known(ids)
            gone = ListRecord(type=self.kind, id="", name="", gone="deleted")
            self._record(known, [_tombstone(record, gone) for record in known.values()])

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
        """Store the counts of the list and move its cursor."""
        run, work = self.run, self.work
        tally = self.deps.lists.tally(run.connection_key, run.id).get(self.kind, {})
        counts = {kind.value: tally.get(kind, 0) for kind in ChangeKind}
        changed = sum(n for kind, n in counts.items() if kind != ChangeKind.DELETED)
        counts["unchanged"] = staged.live - changed
        self._move_cursor(work)
        self.save(replace(work, done=True, counts=counts))

    def _move_cursor(self, work: ListWork) -> None:
        """Move the cursor. A list that is read by days has none."""
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


def _keep(ids: set[str], record_id: str, *, among: bool) -> None:
    """Put the id into the set, or take it out of it."""
    if among:
        ids.add(record_id)
    else:
        ids.discard(record_id)


def _last(staged: Staged, number: int, page: Sequence[ListRecord]) -> list[ListRecord]:
    """The records of a page that are on no later page, each once."""
    by_id = {record.id: record for record in page if staged.last[record.id] == number}
    return list(by_id.values())


def _tombstone(before: ListRecord | None, stub: ListRecord) -> ListRecord:
    """The record as stored last, marked as gone."""
    assert before is not None
    return replace(
        before,
        active=False,
        gone=stub.gone,
        merged_into=stub.merged_into or before.merged_into,
        changed_at=max(filter(None, (before.changed_at, stub.changed_at)), default=None),
    )


def _origin(
    connection: Connection, record: ListRecord, links: Mapping[str, Link]
) -> dict[str, str]:
    """Whether an entry of the time history was posted by the product, and its source key."""
    if record.id in links:
        return {"origin": "product", "key": links[record.id].key.partition(":")[2]}
    return {"origin": "ledger", "key": f"{LEDGER_KEY}{connection.id}:{record.id}"}
