"""Merging a list that a sync has pulled: every difference from the stored records goes into the
feed.

Each record changes at most once per sync, so that counts are exact. The last state of a record that
was pulled twice counts. A customer is merged after its sub-customers, because they decide whether
it can be used as a project.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from ledgerlink.domain.model.connections import Connection, ConnectionKey
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.list_records import (
    LEDGER_KEY,
    Change,
    ChangeKind,
    ListRecord,
    ListTraits,
    ListType,
    ListWork,
    change,
    outdated,
    placed,
)
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.sync.events import publish_changes
from ledgerlink.services.sync.progress import SyncProgress, sync_of

SLICE = 1000
"""Records that are merged at once."""
DEEPEST = 100
"""Levels of a list, beyond which its parents must form a circle."""


def merge_list(progress: SyncProgress, kind: ListType, take: Callable[[], None]) -> None:
    """Merge the rest of a pulled list; `take` is called before each slice and may raise."""
    merger = ListMerger(progress, kind)
    merger.gather_parents()
    staged = merger.read_staged()
    for number, records in enumerate(merger.slices(staged)):
        if number >= merger.work.applied:
            take()
            merger.merge(staged, records)
            merger.note_slice(number + 1)
    if merger.work.whole:
        merger.mark_missing_as_gone(staged, take)
    merger.finish(staged)


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

    progress: SyncProgress
    kind: ListType
    changed: bool = False
    """Whether records were recorded since the progress was stored last."""

    @property
    def work(self) -> ListWork:
        """The progress of the list."""
        return self.progress.work(self.kind)

    @property
    def _deps(self) -> Dependencies:
        return self.progress.deps

    @property
    def _key(self) -> ConnectionKey:
        return self.progress.connection.key

    @property
    def _traits(self) -> ListTraits:
        return self.progress.traits(self.kind)

    def note_slice(self, applied: int) -> None:
        """Take how many slices are merged; it is stored if the last one had changes."""
        self.progress.note(replace(self.work, applied=applied))
        if self.changed:
            self.progress.store()
            self.changed = False

    def _pages(self) -> Iterator[tuple[int, Sequence[ListRecord]]]:
        for number in range(self.work.pages):
            yield number, self._deps.staging.page(self.progress.run, self.kind, number)

    def read_staged(self) -> Staged:
        """Read all staged pages of the list."""
        staged = Staged()
        for number, page in self._pages():
            for record in page:
                staged.add(number, record)
        return staged.close()

    def gather_parents(self) -> None:
        """Stage the stored parents, present or former, of pulled customers, because their roles
        may change. It is stored at once, because they are not found any more once something is
        merged."""
        work = self.work
        if self.kind is not ListType.CUSTOMER or work.whole or work.gathered or not work.pages:
            return
        pulled: dict[str, ListRecord] = {r.id: r for _, page in self._pages() for r in page}
        known = self._known(pulled)
        above = {r.parent_id for r in [*pulled.values(), *known.values()]} - {None, *pulled}
        parents = [r for r in self._known(map(str, above)).values() if not r.gone]
        self._deps.staging.put_page(self.progress.run, self.kind, work.pages, parents)
        self.progress.note(replace(work, pages=work.pages + 1, gathered=True))
        self.progress.store()

    def _known(self, ids: Iterable[str]) -> Mapping[str, ListRecord]:
        return self._deps.lists.get(self._key, self.kind, ids)

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
        """Record what is new of these records, and store those of which only the version is."""
        entries: list[Change] = []
        same: list[ListRecord] = []
        now, run = self._deps.clock.now(), self.progress.run
        for record in self._with_keys(records):
            before = known.get(record.id)
            if entry := change(before, record, run.id, now, linked=False):
                entries.append(entry)
            elif record != before:
                same.append(record)
        if entries or same:
            self.changed = True
            changes = self._marked(entries)
            recorded = self._deps.lists.record(
                self._key, run.id, changes, same, places=self._traits.places
            )
            publish_changes(self._deps, self.progress.connection, recorded)

    def _marked(self, entries: Sequence[Change]) -> Sequence[Change]:
        """These entries, with those of records that the product uses marked as linked."""
        linked = self.progress.linked.among(self.kind, [entry.record.id for entry in entries])
        return [replace(each, linked=each.record.id in linked) for each in entries]

    def _merged(
        self, staged: Staged, record: ListRecord, before: ListRecord | None
    ) -> ListRecord | None:
        """The record as it will be stored; None for one that brings nothing new."""
        if record.gone:
            return _tombstone(before, record) if before and not before.gone else None
        if before and not before.gone and outdated(before, record):
            return None
        blocked = f"{self.kind}:{record.id}" in self.progress.settings.blocked
        record = replace(record, blocked=blocked)
        if not self._traits.places:
            return record
        # Once a transaction has used the record it stays used, even if its balance is paid.
        record = replace(record, used=record.used or bool(before and before.used))
        return placed(record, has_children=self._has_children(staged, record.id))

    def _has_children(self, staged: Staged, record_id: str) -> bool:
        if self.work.whole:
            return record_id in staged.parents
        return self._deps.lists.has_children(self._key, self.kind, record_id)

    def _with_keys(self, records: Sequence[ListRecord]) -> Sequence[ListRecord]:
        """Time history with source keys. Time that the product posted keeps the product's key."""
        if self.kind is not ListType.TIME:
            return records
        connection = self.progress.connection
        ids = [record.id for record in records]
        links = self._deps.links.of_records(self._key, self._traits.entities, ids)
        return [
            replace(record, fields={**record.fields, **_origin(connection, record, links)})
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
        if not self._traits.on_request:
            yield from self._deps.lists.ids(self._key, self.kind)
            return
        first, last = self._days()
        after: str | None = None
        while True:
            page = self._deps.lists.page(self._key, self.kind, after, SLICE)
            for record in page.items:
                day = record.fields.get("date", "")
                if not record.gone and first <= day <= last:
                    yield record.id
            if page.after is None:
                return
            after = page.after

    def _days(self) -> tuple[str, str]:
        sync = sync_of(self.progress.run)
        return str(sync.first_day), str(sync.last_day)

    def finish(self, staged: Staged) -> None:
        """Count what became of the list's records, so that its cursor may move; stored at once if
        some have changed."""
        tally = self._tally()
        changed = sum(n for kind, n in tally.items() if kind != ChangeKind.DELETED)
        counts = {**tally, "unchanged": staged.live - changed}
        self.progress.note_merged(replace(self.work, done=True, counts=counts))
        if any(tally.values()):
            self.progress.store()

    def _tally(self) -> Mapping[str, int]:
        """The changes of this list by kind. A list that nothing was read of has none."""
        if not self.work.pages and not self.work.whole:
            return {}
        return self._deps.lists.tally(self._key, self.progress.run.id).get(self.kind, {})


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
