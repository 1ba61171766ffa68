"""A sync: pull the lists into files, page by page, then merge them, slice by slice.

A worker may die after any page. The run stores how many pages were pulled and how many slices were
merged (`progress.py`), and a step that is repeated has no further effect.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from ledgerlink.domain.errors import (
    DEFECTS,
    Interrupted,
    LedgerError,
)
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.list_records import (
    ListType,
    ListWork,
    Sync,
    SyncState,
)
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.domain.ports import Stop
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.runs.ledger_session import ledger_session
from ledgerlink.services.sync import scheduler
from ledgerlink.services.sync.events import publish_finished, publish_missed_changes
from ledgerlink.services.sync.list_puller import ListPuller, Turn, defect_in_list
from ledgerlink.services.sync.list_records import LinkedRecords
from ledgerlink.services.sync.merge import merge_list
from ledgerlink.services.sync.progress import SyncProgress, lists_of, sync_of

OVERLAP = timedelta(minutes=5)
"""How far before its cursor a list is read again, because a ledger may report a change late."""
COMPARED_EVERY = timedelta(days=7)
"""How often a whole list is read, to find records that were deleted without a trace."""
PAGES_KEPT = timedelta(days=20)
"""For how long the staged pages of a parked sync are used. They are deleted some days later."""
GAPS = frozenset({"fields_left_out", "deletions_unseen"})
"""Reasons of lists that did come in."""


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
        why = defect_in_list(progress.deps, kind, defect)
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
