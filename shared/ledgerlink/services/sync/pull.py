"""A sync: pull the lists into files, page by page, then merge them, slice by slice.

A worker may die after any page. The run stores how many pages were pulled and how many slices were
merged, and a step that is repeated has no further effect.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ledgerlink.domain.errors import (
    DEFECTS,
    Interrupted,
    KindRefused,
    LedgerStopped,
    ListUnreadable,
)
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.list_records import (
    Gone,
    ListBatch,
    ListRead,
    ListRecord,
    ListTraits,
    ListType,
    ListWork,
    Sync,
    SyncState,
)
from ledgerlink.domain.model.reasons import Reason, named, reason
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.domain.ports import Stop
from ledgerlink.services.defects import report_defect
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.runs.ledger_session import LedgerSession, ledger_session
from ledgerlink.services.runs.parking import reason_of
from ledgerlink.services.sync import scheduler
from ledgerlink.services.sync.events import publish_finished, publish_missed_changes
from ledgerlink.services.sync.merge import merge_list

PAGES_PER_TURN = 30
"""Pages after which a sync gives way to other messages in the queue."""
OVERLAP = timedelta(minutes=5)
"""How far before its cursor a list is read again, because a ledger may report a change late."""
COMPARED_EVERY = timedelta(days=7)
"""How often a whole list is read, to find records that were deleted without a trace."""
PAGES_KEPT = timedelta(days=20)
"""For how long the staged pages of a parked sync are used. They are deleted some days later."""
MAX_PAGES = 10_000
"""Pages of one list, beyond which the ledger must be repeating itself."""


GAPS = frozenset({"fields_left_out", "deletions_unseen"})
"""Reasons of lists that did come in."""


@dataclass(slots=True)
class Turn:
    """A stop that is also true once the pages of this turn are used up."""

    stop: Stop
    left: int = PAGES_PER_TURN

    def __call__(self) -> bool:
        """Whether to stop."""
        return self.left <= 0 or self.stop()

    def take(self) -> None:
        """Use one page of the turn. Raises Interrupted when there is none left."""
        if self():
            raise Interrupted
        self.left -= 1


async def pull_and_merge(deps: Dependencies, connection: Connection, run: Run, stop: Stop) -> None:
    """Continue a sync from where it is to its end.

    Raises Interrupted when `stop` is true or its turn is over, and what the ledger raises. What was
    pulled and merged before is kept.
    """
    turn = Turn(stop)
    deps.lists.recover(connection.key)
    run = _begin(deps, connection, run, publish_missed_changes(deps, connection))
    run = await _pull(deps, connection, run, turn)
    for work in _lists(run):
        if not work.done:
            run = _merge(deps, connection, run, work.type, turn)
    _finish(deps, connection, run)


def _merge(deps: Dependencies, connection: Connection, run: Run, kind: ListType, turn: Turn) -> Run:
    """Merge one list. If our program makes a mistake with it, the others still come in."""
    try:
        return merge_list(deps, connection, run, kind, turn.take)
    except DEFECTS as defect:
        why = _defect_in_list(deps, kind, defect)
        run = deps.runs.get(run.connection_key, run.id)
        lists = tuple(
            replace(work, done=True, reason=why) if work.type is kind else work
            for work in _lists(run)
        )
        run = replace(run, sync=replace(sync_of(run), lists=lists))
        deps.runs.save(run, of_generation=run.generation)
        return run


def _finish(deps: Dependencies, connection: Connection, run: Run) -> None:
    counts = run.counts()
    for name, number in counts.items():
        deps.metrics.count(f"Records{name.capitalize()}", number)
    now = deps.clock.now()
    problems = [work.reason for work in _lists(run) if work.reason and work.reason.code not in GAPS]
    state = RunState.COMPLETED_WITH_PROBLEMS if problems else RunState.COMPLETED
    deps.metrics.count("SyncsFailed", int(bool(problems)))
    run = replace(run, state=state, reason=next(iter(problems), None), finished_at=now)
    publish_finished(deps, connection, run)
    deps.runs.save(run, of_generation=run.generation)
    changed = any(number for name, number in counts.items() if name != "unchanged")
    scheduler.reschedule(deps, connection, changed=changed)


def sync_of(run: Run) -> Sync:
    """The part of the run that only syncs have."""
    assert run.sync is not None
    return run.sync


def _lists(run: Run) -> tuple[ListWork, ...]:
    return sync_of(run).lists


def _begin(deps: Dependencies, connection: Connection, run: Run, fed: int) -> Run:
    """Decide once which lists are read and how; `fed` is the number of entries in the feed."""
    if run.state is RunState.APPLYING:
        return run
    now, sync = deps.clock.now(), sync_of(run)
    lists = tuple(_resumed(work, now) for work in sync.lists) or _list_work(deps, connection, run)
    fed = sync.feed_before if run.started_at else fed
    run = replace(
        run,
        state=RunState.APPLYING,
        idle=0,
        started_at=run.started_at or now,
        sync=replace(sync, lists=lists, feed_before=fed),
    )
    deps.runs.save(run, of_generation=run.generation)
    return run


def _resumed(work: ListWork, now: datetime) -> ListWork:
    """A list of a run that was parked. If its pages are too old, it is read again."""
    if work.done or work.as_of is None or now - work.as_of < PAGES_KEPT:
        return work
    return ListWork(type=work.type, whole=True)


def _list_work(deps: Dependencies, connection: Connection, run: Run) -> tuple[ListWork, ...]:
    sync, state = sync_of(run), deps.lists.state(run.connection_key)
    reviewed = _reviewed(deps, run)
    return tuple(
        reviewed.get(kind) or _work_of(deps, connection, sync, state, kind)
        for kind in deps.connector(connection.ledger).lists
        if kind in reviewed or _is_wanted(deps, connection, sync, kind)
    )


def _is_wanted(deps: Dependencies, connection: Connection, sync: Sync, kind: ListType) -> bool:
    if sync.wanted is not None:
        return kind in sync.wanted
    chosen = deps.settings.get(connection.key).lists
    on_request = _traits(deps, connection, kind).on_request
    return not on_request and (chosen is None or kind in chosen)


def _traits(deps: Dependencies, connection: Connection, kind: ListType) -> ListTraits:
    return deps.connector(connection.ledger).lists[kind]


def _work_of(
    deps: Dependencies, connection: Connection, sync: Sync, state: SyncState, kind: ListType
) -> ListWork:
    traits, cursor = _traits(deps, connection, kind), state.cursors.get(kind)
    compared, now = state.compared.get(kind), deps.clock.now()
    if sync.whole or traits.on_request or cursor is None or compared is None:
        return ListWork(type=kind, whole=True)
    reach = deps.connector(connection.ledger).changes_reach
    missed = traits.by_changes and now - cursor >= reach
    if missed or now - compared >= COMPARED_EVERY:
        return ListWork(type=kind, whole=True)
    return ListWork(type=kind, whole=False, since=cursor - OVERLAP)


def _reviewed(deps: Dependencies, run: Run) -> Mapping[ListType, ListWork]:
    """The lists of which only stored records are merged again, because they were blocked or
    unblocked."""
    ids: dict[ListType, list[str]] = {}
    for name in sync_of(run).reviewed:
        kind, _, record_id = name.partition(":")
        ids.setdefault(ListType(kind), []).append(record_id)
    for kind, some in ids.items():
        known = deps.lists.get(run.connection_key, kind, some)
        deps.staging.put_page(run, kind, 0, [r for r in known.values() if not r.gone])
    return {kind: ListWork(type=kind, whole=False, pages=1, pulled=True) for kind in ids}


async def _pull(deps: Dependencies, connection: Connection, run: Run, turn: Turn) -> Run:
    """Stage all pages that are not staged yet."""
    if all(work.pulled for work in _lists(run)):
        return run
    async with ledger_session(deps, connection) as session:
        puller = ListPuller(deps, connection, run, session, turn)
        try:
            await puller.pull()
        finally:
            puller.save()
        return puller.run


@dataclass(slots=True)
class ListPuller:
    """Pulls the pages of a sync into files."""

    deps: Dependencies
    connection: Connection
    run: Run
    """The run as stored last, with the progress of each list."""
    session: LedgerSession
    turn: Turn

    async def pull(self) -> None:
        """Pull every list to its end. Raises Interrupted."""
        await self._pull_changes()
        for work in _lists(self.run):
            while not self._now(work.type).pulled:
                self.turn.take()
                await self._pull_page(self._now(work.type))

    def _now(self, kind: ListType) -> ListWork:
        return next(work for work in _lists(self.run) if work.type is kind)

    def save(self, work: ListWork | None = None) -> None:
        """Store the progress of the run and the calls that it took."""
        run, sync = self.run, sync_of(self.run)
        before = self.session.metered
        calls = Counter(sync.calls) + Counter(self.session.count_calls())
        if work is None and self.session.metered == before and calls == Counter(sync.calls):
            return
        lists = tuple(work if work and work.type is w.type else w for w in sync.lists)
        metered = sync.metered + self.session.metered - before
        sync = replace(sync, lists=lists, calls=dict(calls), metered=metered)
        self.run = replace(run, sync=sync)
        self.deps.runs.save(self.run, of_generation=run.generation)

    async def _pull_changes(self) -> None:
        """Read the changes of all lists whose changes the ledger reports, in one request."""
        asked = {w.type: w for w in _lists(self.run) if self._by_changes(w)}
        if not asked:
            return
        self.turn.take()
        since = min(work.since for work in asked.values() if work.since)
        batches = await self._changes(list(asked), since)
        for kind, work in asked.items():
            if kind not in batches:
                self.save(ListWork(type=kind, whole=True))
                continue
            batch = self._relevant(kind, batches[kind])
            staged = self._stage(work, batch)
            self.save(replace(staged, pages=1, pulled=True, as_of=batch.as_of))

    async def _changes(
        self, asked: Sequence[ListType], since: datetime
    ) -> Mapping[ListType, ListBatch]:
        """The changes by list. If our program makes a mistake with them, the lists are read
        whole."""
        try:
            return await self.session.ledger.changes(asked, since, self.turn)
        except DEFECTS as defect:
            report_defect(self.deps, "changes of lists", defect)
            return {}

    def _by_changes(self, work: ListWork) -> bool:
        not_begun = not work.whole and not work.pulled and work.pages == 0
        return not_begun and self._traits(work.type).by_changes

    def _traits(self, kind: ListType) -> ListTraits:
        return _traits(self.deps, self.connection, kind)

    def _relevant(self, kind: ListType, batch: ListBatch) -> ListBatch:
        """The batch; of lists in which only our records are synced, without all others."""
        traits, run = self._traits(kind), self.run
        if not traits.linked_only:
            return batch
        ids = [record.id for record in batch.records] + [gone.id for gone in batch.gone]
        known = self.deps.links.of_records(run.connection_key, traits.entities, ids)
        return replace(
            batch,
            records=[record for record in batch.records if record.id in known],
            gone=[gone for gone in batch.gone if gone.id in known],
        )

    async def _pull_page(self, work: ListWork) -> None:
        reading = self._reading(work)
        if reading.ids == ():
            self.save(replace(work, pulled=True))
            return
        if work.pages >= MAX_PAGES:
            message = f"The list {work.type} has not ended after {MAX_PAGES} pages."
            raise LedgerStopped("list_without_end", message, "Tell support the id of this run.")
        try:
            batch = await self.session.ledger.read_list(reading, self.turn.stop)
        except LedgerStopped as stopped:
            of_this_list = isinstance(stopped, KindRefused | ListUnreadable)
            if not of_this_list and not any(work.pulled for work in _lists(self.run)):
                raise  # no list could be read yet, so it concerns the company
            self.save(replace(work, pulled=True, done=True, reason=reason_of(stopped)))
            return
        except DEFECTS as defect:
            why = _defect_in_list(self.deps, work.type, defect)
            self.save(replace(work, pulled=True, done=True, reason=why))
            return
        work = self._stage(work, batch)
        self.save(
            replace(
                work,
                pages=work.pages + 1,
                position=batch.position,
                pulled=batch.position is None,
                as_of=work.as_of or batch.as_of,
            )
        )

    def _reading(self, work: ListWork) -> ListRead:
        sync, traits = sync_of(self.run), self._traits(work.type)
        days = (sync.first_day, sync.last_day) if traits.on_request else (None, None)
        return ListRead(
            type=work.type,
            since=work.since,
            first_day=days[0],
            last_day=days[1],
            ids=self._linked(traits) if traits.linked_only else None,
            position=work.position,
        )

    def _linked(self, traits: ListTraits) -> tuple[str, ...]:
        ids = self.deps.links.ledger_ids(self.run.connection_key, traits.entities)
        return tuple(sorted(ids, key=lambda each: (len(each), each)))

    def _stage(self, work: ListWork, batch: ListBatch) -> ListWork:
        """Stage the batch; returns the list with what is said of it. A record that our program
        cannot read is staged as it is stored, so that it is not taken for deleted; if it has no id,
        nothing of this reading of the list is."""
        kind, unreadable = work.type, batch.unreadable
        for record_id, defect in unreadable.items():
            report_defect(self.deps, f"{kind}:{record_id}", defect)
        stored = self.deps.lists.get(self.run.connection_key, kind, filter(None, unreadable))
        kept = [record for record in stored.values() if not record.gone]
        records = [*batch.records, *_stubs(kind, batch.gone), *kept]
        self.deps.staging.put_page(self.run, kind, work.pages, records)
        said = _unreadable(kind, unreadable) if unreadable else batch.gap
        whole = work.whole and "" not in unreadable
        return replace(work, reason=work.reason or said, whole=whole)


def _unreadable(kind: ListType, ids: Collection[str]) -> Reason:
    words = named(each or "one without an id" for each in ids)
    name = kind.replace("_", " ")
    return reason("records_unreadable", list=name, count=len(ids), ids=words)


def _defect_in_list(deps: Dependencies, kind: ListType, defect: Exception) -> Reason:
    """Report a mistake of our program with a whole list."""
    report_defect(deps, f"list {kind}", defect)
    name = kind.replace("_", " ")
    return reason("records_unreadable", list=name, count="all", ids="the whole list")


def _stubs(kind: ListType, gone: Iterable[Gone]) -> list[ListRecord]:
    """Records that the ledger reports as gone, as list records without content."""
    return [
        ListRecord(
            type=kind,
            id=each.id,
            name="",
            active=False,
            changed_at=each.at,
            gone="merged" if each.merged_into else "deleted",
            merged_into=each.merged_into,
        )
        for each in gone
    ]
