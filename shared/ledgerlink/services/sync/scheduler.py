"""Scheduled syncs: the tick, hints from webhooks, and when a connection is due next.

A connection's row says when it is due (`docs/adr/0009`). Every change of a row checks its version,
because the tick, a webhook and the end of a sync may change it at the same time.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ledgerlink.domain.errors import Conflict, NotFound
from ledgerlink.domain.model.connections import Connection, ConnectionState
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.domain.model.schedule import (
    FIRST_INTERVAL,
    LAST_INTERVAL,
    Due,
    next_due,
    next_interval,
    next_try,
)
from ledgerlink.domain.model.settings import Direction, ScheduleMode, Settings
from ledgerlink.domain.ports import Stop
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.runs.parking import resume
from ledgerlink.services.sync.request import start_sync, waiting_sync

GUARD = timedelta(minutes=30)
"""When a connection is due again after a sync was started. The end of the sync replaces it."""
DUE_AT_ONCE = 500
"""Due connections that are read at once."""
MOST_ROUNDS = 200
"""Reads of due connections in one tick."""
WORKERS = 8
"""Connections that are served at the same time."""
TRIES = 10
"""How often a change of a row is tried while others change it."""

logger = logging.getLogger(__name__)
Row = tuple[str, str]
Changed = Callable[[Due], Due]


def tick(deps: Dependencies, stop: Stop) -> int:
    """Queue the syncs that are due and resume runs that wait for their ledger; returns for how many
    connections something was queued.

    An error at one connection is counted and logged, and the others are served. A tick that died
    may be repeated: what was queued is not queued again.
    """
    now, queued = deps.clock.now(), 0
    seen: set[Row] = set()
    with ThreadPoolExecutor(WORKERS) as workers:
        for _ in range(MOST_ROUNDS):
            unseen = [d for d in deps.schedules.due(now, DUE_AT_ONCE) if _row(d) not in seen]
            if not unseen or stop():
                break
            seen.update(map(_row, unseen))
            queued += sum(workers.map(lambda due: _serve_safely(deps, due, now, stop), unseen))
    return queued


def _row(due: Due) -> Row:
    return due.firm, due.connection_id


def _serve_safely(deps: Dependencies, due: Due, now: datetime, stop: Stop) -> bool:
    if stop():
        return False
    try:
        return _serve(deps, due, now)
    except Exception:
        logger.exception("firm %s, connection %s: not served", due.firm, due.connection_id)
        deps.metrics.count("DueFailed", 1)
        _postpone(deps, due, now)
        return False


def _postpone(deps: Dependencies, due: Due, now: datetime) -> None:
    """Make a failing connection due later, so that it does not keep others from being served. A
    newer row has its own time."""
    try:
        deps.schedules.put(replace(due, at=now + FIRST_INTERVAL))
    except Exception:
        logger.exception("firm %s, connection %s: not postponed", due.firm, due.connection_id)


def _serve(deps: Dependencies, due: Due, now: datetime) -> bool:
    """Do what is due and store when the connection is due next; True if something was queued."""
    queued = False
    for _ in range(TRIES):
        turn = _turn(deps, due, now)
        if turn is None:
            served = _never(due)
        else:
            served, did = turn.take()
            queued = queued or did
        if deps.schedules.put(served):
            break
        due = deps.schedules.get(due.connection_key)
        if due.at is None or due.at > now:
            break
    return queued


def _never(due: Due) -> Due:
    return replace(due, at=None, planned=None, retry_at=None)


def _turn(deps: Dependencies, due: Due, now: datetime) -> "Turn | None":
    """None when nothing can be done before a user connects."""
    try:
        connection = deps.connections.get(due.connection_key)
    except NotFound:
        return None
    if connection.state is not ConnectionState.CONNECTED:
        return None
    settings = deps.settings.get(due.connection_key)
    return Turn(deps, connection, settings, due, now)


@dataclass(frozen=True, slots=True)
class Turn:
    """One connection's turn in a tick."""

    deps: Dependencies
    connection: Connection
    settings: Settings
    due: Due
    now: datetime

    def take(self) -> tuple[Due, bool]:
        """The row to store, and whether something was queued."""
        resumed = self._resume()
        due = replace(self.due, retry_at=None, tries=self.due.tries if resumed else 0)
        if not syncs_lists(self.deps, self.connection, self.settings):
            return replace(_never(due), at=self._watch(due)), bool(resumed)
        waiting = waiting_sync(self.deps, self.connection)
        if waiting is not None:
            again = waiting.id in resumed and self._by_schedule()
            return self._tried_again(due) if again else self._behind(waiting, due), bool(resumed)
        hinted = self._hinted()
        if not (hinted or self._by_schedule()):
            at = due.planned or self._watch(due)
            return replace(due, hinted=hinted, at=at), bool(resumed)
        self._start(hinted)
        return self._under_way(due), True

    def _watch(self, due: Due) -> datetime | None:
        """When to check, if nothing else is due, whether a resumed run has finished."""
        return self.now + LAST_INTERVAL if due.tries else None

    def _by_schedule(self) -> bool:
        off = self.settings.schedule.mode is ScheduleMode.OFF
        return not off and (self.due.planned is None or self.due.planned <= self.now)

    def _hinted(self) -> frozenset[ListType]:
        """The hinted lists that the firm still syncs."""
        return self.due.hinted & frozenset(synced_lists(self.deps, self.connection, self.settings))

    def _resume(self) -> frozenset[str]:
        """Resume runs that wait for the ledger. A sync that is parked for another reason is resumed
        when the schedule would start one. Returns the ids of the runs."""
        parked = self.deps.runs.in_state(self.due.connection_key, RunState.PARKED)
        some = [run for run in parked if self._may_resume(run)]
        for run in some:
            with suppress(Conflict):  # another user resumed it
                resume(self.deps, run)
        return frozenset(run.id for run in some)

    def _may_resume(self, run: Run) -> bool:
        unavailable = run.reason is not None and run.reason.code == "ledger_unavailable"
        return unavailable or (run.sync is not None and self._by_schedule())

    def _tried_again(self, due: Due) -> Due:
        """A parked sync was resumed instead of a scheduled one. The interval grows, so that a sync
        that parks again is tried less often."""
        interval = next_interval(due.interval, changed=False)
        planned = next_due(self.settings.schedule, interval, self.now, due.connection_id)
        return replace(due, interval=interval, planned=planned, at=planned)

    def _behind(self, waiting: Run, due: Due) -> Due:
        """Another sync is not finished. If it has not begun, it also reads the hinted lists; if it
        reads all lists, it replaces the scheduled one. A parked one is left to the schedule."""
        if waiting.state is RunState.PARKED:
            return replace(due, at=due.planned)
        assert waiting.sync is not None
        wanted, begun = waiting.sync.wanted, bool(waiting.sync.lists)
        if not begun and due.at is not None and waiting.created_at >= due.at:
            resume(self.deps, waiting)  # a tick that died may have left it without its message
        answered = due.hinted if wanted is None else due.hinted & frozenset(wanted)
        return replace(
            due,
            hinted=due.hinted if begun else due.hinted - answered,
            planned=None if wanted is None else due.planned,
            at=self.now + FIRST_INTERVAL,
        )

    def _start(self, hinted: Iterable[ListType]) -> None:
        at = self.due.at or self.now
        start_sync(
            self.deps,
            self.connection,
            self.connection.created_by,
            "schedule" if self._by_schedule() else "webhook",
            f"due#{at.isoformat()}#{self.due.version}",
            wanted=None if self._by_schedule() else tuple(sorted(hinted)),
        )

    def _under_way(self, due: Due) -> Due:
        guard = self.now + GUARD
        planned = None if self._by_schedule() else due.planned
        return replace(due, hinted=frozenset(), planned=planned, at=min(planned or guard, guard))


def syncs_lists(deps: Dependencies, connection: Connection, settings: Settings) -> bool:
    """Whether the connection syncs lists at all."""
    lists = deps.connector(connection.ledger).lists
    return settings.direction is not Direction.OUT and bool(lists)


def synced_lists(
    deps: Dependencies, connection: Connection, settings: Settings
) -> Sequence[ListType]:
    """The lists that are synced without a request, in the order in which they are read; none if
    the connection syncs no lists."""
    if not syncs_lists(deps, connection, settings):
        return ()
    offered = deps.connector(connection.ledger).lists
    return [
        kind
        for kind, traits in offered.items()
        if not traits.on_request and (settings.lists is None or kind in settings.lists)
    ]


def hint(deps: Dependencies, connection: Connection, types: Iterable[ListType]) -> None:
    """Have the next tick sync these lists, because the ledger reports changes in them. Stores
    nothing if that is planned already. Raises Conflict when others keep changing the row."""
    now, kinds = deps.clock.now(), frozenset(types)

    def hinted(due: Due) -> Due:
        # A row with hints that is not due yet waits for a sync that is under way.
        soon = due.at is not None and due.at <= now + FIRST_INTERVAL
        if kinds <= due.hinted and soon:
            return due
        return replace(due, hinted=due.hinted | kinds, at=min(due.at or now, now))

    _change(deps, connection, hinted)


def bring_forward(deps: Dependencies, connection: Connection, at: datetime) -> None:
    """Make the connection due at this time, so that its parked runs are resumed. After each try in
    vain it is due later, by up to four hours."""
    now = deps.clock.now()

    def forward(due: Due) -> Due:
        if due.retry_at is not None:
            return due
        then = now + next_try(at - now, due.tries)
        return replace(due, retry_at=then, tries=due.tries + 1, at=min(due.at or then, then))

    _change(deps, connection, forward)


def reschedule(deps: Dependencies, connection: Connection, *, changed: bool) -> None:
    """Set when the next sync is due, after one has ended. Hints that arrived meanwhile make it due
    now."""
    now = deps.clock.now()

    def again(due: Due) -> Due:
        settings = deps.settings.get(connection.key)
        between = due.planned is not None  # two syncs of the schedule
        interval = due.interval
        if changed or not between:
            interval = next_interval(interval, changed=changed)
        planned = next_due(settings.schedule, interval, now, connection.id)
        if due.planned is not None and planned is not None:
            planned = min(due.planned, planned)
        return _timed(replace(due, interval=interval, planned=planned, tries=0), now)

    _change(deps, connection, again)


def begin_schedule(deps: Dependencies, connection: Connection) -> None:
    """Start the schedule after a connect, whose own sync replaces the first scheduled one."""
    now = deps.clock.now()

    def begun(due: Due) -> Due:
        guarded = syncs_lists(deps, connection, deps.settings.get(connection.key))
        due = replace(due, interval=FIRST_INTERVAL, planned=None, retry_at=None, tries=0)
        return replace(due, at=now + GUARD) if guarded else _timed(due, now)

    _change(deps, connection, begun)


def replan(deps: Dependencies, connection: Connection) -> None:
    """Plan the next scheduled sync again after a change of settings, from the shortest interval."""
    now = deps.clock.now()

    def replanned(due: Due) -> Due:
        settings = deps.settings.get(connection.key)
        next_one = next_due(settings.schedule, FIRST_INTERVAL, now, connection.id)
        planned = next_one if syncs_lists(deps, connection, settings) else None
        return _timed(replace(due, interval=FIRST_INTERVAL, planned=planned), now)

    _change(deps, connection, replanned)


def end_schedule(deps: Dependencies, connection: Connection) -> None:
    """End the schedule after a disconnect."""
    _change(deps, connection, lambda due: replace(_never(due), hinted=frozenset()))


def _timed(due: Due, now: datetime) -> Due:
    """The row, due at the earliest of its times."""
    moments = [due.planned, due.retry_at, now if due.hinted else None]
    return replace(due, at=min((m for m in moments if m is not None), default=None))


def _change(deps: Dependencies, connection: Connection, change: Changed) -> None:
    """Store the change of the row. Settings are read by `change`, after the row, so that of two
    changes of settings at once the one that is stored later also plans later."""
    for _ in range(TRIES):
        due = deps.schedules.get(connection.key)
        changed = change(due)
        if changed == due or deps.schedules.put(changed):
            return
    raise Conflict(
        "schedule_busy", "The connection's schedule keeps changing.", "Try again in a minute."
    )
