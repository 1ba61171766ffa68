"""A sync: pull the lists into files, page by page, then merge them, slice by slice.

A worker may die after any page. The run stores how many pages were pulled and how many slices were
merged (`progress.py`), and a step that is repeated has no further effect.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ledgerlink.domain.errors import (
    DEFECTS,
    Interrupted,
    KindRefused,
    LedgerError,
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
from ledgerlink.services.runs.read_company import read_company
from ledgerlink.services.sync import scheduler
from ledgerlink.services.sync.events import publish_finished, publish_missed_changes
from ledgerlink.services.sync.list_records import LinkedRecords
from ledgerlink.services.sync.merge import merge_list
from ledgerlink.services.sync.progress import SyncProgress, lists_of, sync_of

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
    settings = deps.settings.get(connection.key)
    progress = SyncProgress(deps, connection, run, settings, LinkedRecords(deps, connection))
    _begin(progress, publish_missed_changes(deps, connection))
    try:
        await _pull(progress, turn)
        for work in lists_of(progress.run):
            if not work.done:
                _merge(progress, work.type, turn)
    except (Interrupted, LedgerError, *DEFECTS):  # another worker goes on with the run
        progress.store()
        raise
    _finish(progress)


def _merge(progress: SyncProgress, kind: ListType, turn: Turn) -> None:
    """Merge one list. If our program makes a mistake with it, the others still come in."""
    try:
        merge_list(progress, kind, turn.take)
    except DEFECTS as defect:
        why = _defect_in_list(progress.deps, kind, defect)
        progress.note(replace(progress.work(kind), done=True, reason=why))


def _finish(progress: SyncProgress) -> None:
    deps, connection, run = progress.deps, progress.connection, progress.run
    counts = run.counts()
    for name, number in counts.items():
        deps.metrics.count(f"Records{name.capitalize()}", number)
    now = deps.clock.now()
    reasons = [work.reason for work in lists_of(run) if work.reason]
    problems = [why for why in reasons if why.code not in GAPS]
    state = RunState.COMPLETED_WITH_PROBLEMS if problems else RunState.COMPLETED
    deps.metrics.count("SyncsFailed", int(bool(problems)))
    sync = replace(sync_of(run), lists=tuple(work.ended() for work in lists_of(run)))
    why = next(iter(problems), None)
    run = replace(run, state=state, reason=why, finished_at=now, sync=sync)
    publish_finished(deps, connection, run)
    progress.save_list_state(finished_at=now)
    progress.store_in_state(run)
    changed = any(number for name, number in counts.items() if name != "unchanged")
    scheduler.reschedule(deps, connection, changed=changed)


def _begin(progress: SyncProgress, fed: int) -> None:
    """Decide once which lists are read and how; `fed` is the number of entries in the feed."""
    run, now = progress.run, progress.deps.clock.now()
    if run.state is RunState.APPLYING:
        return
    sync = sync_of(run)
    lists = tuple(_resumed(work, now) for work in sync.lists) or _list_work(progress)
    fed = sync.feed_before if run.started_at else fed
    run = replace(
        run,
        state=RunState.APPLYING,
        idle=0,
        started_at=run.started_at or now,
        sync=replace(sync, lists=lists, feed_before=fed),
    )
    progress.store_in_state(run)


def _resumed(work: ListWork, now: datetime) -> ListWork:
    """A list of a run that was parked. If its pages are too old, it is read again."""
    if work.done or work.as_of is None or now - work.as_of < PAGES_KEPT:
        return work
    return ListWork(type=work.type, whole=True)


def _list_work(progress: SyncProgress) -> tuple[ListWork, ...]:
    deps, connection = progress.deps, progress.connection
    sync, state = sync_of(progress.run), deps.lists.state(connection.key)
    reviewed = _reviewed(deps, progress.run)
    return tuple(
        reviewed.get(kind) or _work_of(progress, sync, state, kind)
        for kind in deps.connector(connection.ledger).lists
        if kind in reviewed or _is_wanted(progress, sync, kind)
    )


def _is_wanted(progress: SyncProgress, sync: Sync, kind: ListType) -> bool:
    if sync.wanted is not None:
        return kind in sync.wanted
    chosen = progress.settings.lists
    return not progress.traits(kind).on_request and (chosen is None or kind in chosen)


def _work_of(progress: SyncProgress, sync: Sync, state: SyncState, kind: ListType) -> ListWork:
    deps, connection = progress.deps, progress.connection
    traits, cursor = progress.traits(kind), state.cursors.get(kind)
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


async def _pull(progress: SyncProgress, turn: Turn) -> None:
    """Stage all pages that are not staged yet."""
    if all(work.pulled for work in lists_of(progress.run)):
        return
    async with ledger_session(progress.deps, progress.connection) as session:
        puller = ListPuller(progress, session, turn)
        try:
            await puller.pull()
            await puller.renew_company()
        finally:
            puller.count_calls()


@dataclass(frozen=True, slots=True)
class ListPuller:
    """Pulls the pages of a sync into files."""

    progress: SyncProgress
    session: LedgerSession
    turn: Turn

    async def pull(self) -> None:
        """Pull every list to its end. Raises Interrupted."""
        await self._pull_changes()
        for work in lists_of(self.progress.run):
            while not self.progress.work(work.type).pulled:
                self.turn.take()
                await self._pull_page(self.progress.work(work.type))

    async def renew_company(self) -> None:
        """Read what the company offers, and what its user may not see, beside a sync that somebody
        asked for or that compares whole lists. Every night it would cost as many calls as the lists
        do. Lists that were read come in though it fails."""
        sync = sync_of(self.progress.run)
        is_comparison = sync.trigger == "schedule" and any(work.whole for work in sync.lists)
        if sync.trigger != "request" and not is_comparison:
            return
        progress, ledger = self.progress, self.session.ledger
        try:
            await read_company(progress.deps, progress.connection, ledger, self.turn.stop)
        except LedgerError:
            progress.deps.metrics.count("CompaniesUnread", 1)

    def count_calls(self) -> None:
        """Count the calls since the last count for the run and for the month."""
        before = self.session.metered
        calls = self.session.count_calls()
        self.progress.note_calls(calls, self.session.metered - before)

    def _store(self) -> None:
        self.count_calls()
        self.progress.store()

    async def _pull_changes(self) -> None:
        """Read the changes of all lists whose changes the ledger reports, in one request."""
        asked = {w.type: w for w in lists_of(self.progress.run) if self._by_changes(w)}
        if not asked:
            return
        self.turn.take()
        since = min(work.since for work in asked.values() if work.since)
        batches = await self._changes(list(asked), since)
        for kind, work in asked.items():
            if kind not in batches:
                self.progress.note(ListWork(type=kind, whole=True))
                continue
            batch = self._relevant(kind, batches[kind])
            staged = self._stage(work, batch)
            self.progress.note(replace(staged, pulled=True, as_of=batch.as_of))
        if any(self.progress.work(kind).pages for kind in asked):
            self._store()

    async def _changes(
        self, asked: Sequence[ListType], since: datetime
    ) -> Mapping[ListType, ListBatch]:
        """The changes by list. If our program makes a mistake with them, the lists are read
        whole."""
        try:
            return await self.session.ledger.changes(asked, since, self.turn)
        except DEFECTS as defect:
            report_defect(self.progress.deps, "changes of lists", defect)
            return {}

    def _by_changes(self, work: ListWork) -> bool:
        not_begun = not work.whole and not work.pulled and work.pages == 0
        return not_begun and self.progress.traits(work.type).by_changes

    def _relevant(self, kind: ListType, batch: ListBatch) -> ListBatch:
        """The batch; of lists in which only our records are synced, without all others."""
        traits, deps = self.progress.traits(kind), self.progress.deps
        if not traits.linked_only:
            return batch
        ids = [record.id for record in batch.records] + [gone.id for gone in batch.gone]
        key = self.progress.connection.key
        known = deps.links.of_records(key, traits.entities, ids) if ids else {}
        return replace(
            batch,
            records=[record for record in batch.records if record.id in known],
            gone=[gone for gone in batch.gone if gone.id in known],
        )

    async def _pull_page(self, work: ListWork) -> None:
        progress, reading = self.progress, self._reading(work)
        if reading.ids == ():
            progress.note(replace(work, pulled=True))
            return
        if work.pages >= MAX_PAGES:
            message = f"The list {work.type} has not ended after {MAX_PAGES} pages."
            raise LedgerStopped("list_without_end", message, "Tell support the id of this run.")
        try:
            batch = await self.session.ledger.read_list(reading, self.turn.stop)
        except LedgerStopped as stopped:
            of_this_list = isinstance(stopped, KindRefused | ListUnreadable)
            if not of_this_list and not any(each.pulled for each in lists_of(progress.run)):
                raise  # no list could be read yet, so it concerns the company
            progress.note(replace(work, pulled=True, done=True, reason=reason_of(stopped)))
            return
        except DEFECTS as defect:
            why = _defect_in_list(progress.deps, work.type, defect)
            progress.note(replace(work, pulled=True, done=True, reason=why))
            return
        staged = self._stage(work, batch)
        progress.note(
            replace(
                staged,
                position=batch.position,
                pulled=batch.position is None,
                as_of=work.as_of or batch.as_of,
            )
        )
        if staged.pages > work.pages:
            self._store()

    def _reading(self, work: ListWork) -> ListRead:
        sync, traits = sync_of(self.progress.run), self.progress.traits(work.type)
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
        key = self.progress.connection.key
        ids = self.progress.deps.links.ledger_ids(key, traits.entities)
        return tuple(sorted(ids, key=lambda each: (len(each), each)))

    def _stage(self, work: ListWork, batch: ListBatch) -> ListWork:
        """Stage the batch, unless it is the last one and empty; returns the list with what is said
        of it. A record that our program cannot read is staged as it is stored, so that it is not
        taken for deleted; if it has no id, nothing of this reading of the list is."""
        kind, unreadable = work.type, batch.unreadable
        deps, run = self.progress.deps, self.progress.run
        for record_id, defect in unreadable.items():
            report_defect(deps, f"{kind}:{record_id}", defect)
        ids = [each for each in unreadable if each]
        stored = deps.lists.get(run.connection_key, kind, ids) if ids else {}
        kept = [record for record in stored.values() if not record.gone]
        records = [*batch.records, *_stubs(kind, batch.gone), *kept]
        is_empty = not records and batch.position is None
        if not is_empty:
            deps.staging.put_page(run, kind, work.pages, records)
        said = _unreadable(kind, unreadable) if unreadable else batch.gap
        return replace(
            work,
            pages=work.pages if is_empty else work.pages + 1,
            reason=work.reason or said,
            whole=work.whole and "" not in unreadable,
        )


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
