"""When lists come in by themselves: the tick, the ledger's hints, and what is due next.

A connection's row says when it is looked at (`docs/adr/0009`). All changes of a row go through
its version, so that the tick, a webhook and the end of a sync may meet.
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
"""When a connection is looked at again if its sync does not say anything else at its end."""
AT_ONCE = 500
ROUNDS = 200
SIDE_BY_SIDE = 8
TRIES = 10
"""Changes of a row that may be overtaken in a row, before the caller is told."""

logger = logging.getLogger(__name__)
Row = tuple[str, str]
Changed = Callable[[Due], Due]


def tick(deps: Dependencies, stop: Stop) -> int:
    """Queue the syncs that are due, and let runs go on that wait for their ledger; returns for
    how many connections something was queued.

    One connection's trouble is counted and logged, and hinders no other. A tick that died may be
    repeated: what was queued is not queued again.
    """
    now, queued = deps.clock.now(), 0
    seen: set[Row] = set()
    with ThreadPoolExecutor(SIDE_BY_SIDE) as workers:
        for _ in range(ROUNDS):
            fresh = [d for d in deps.schedules.due(now, AT_ONCE) if _row(d) not in seen]
            if not fresh or stop():
                break
            seen.update(map(_row, fresh))
            queued += sum(workers.map(lambda due: _serve_safely(deps, due, now, stop), fresh))
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
    """Leave the front of the index to others. A newer row has its own moment."""
    try:
        deps.schedules.put(replace(due, at=now + FIRST_INTERVAL))
    except Exception:
        logger.exception("firm %s, connection %s: not postponed", due.firm, due.connection_id)


def _serve(deps: Dependencies, due: Due, now: datetime) -> bool:
    """Do what is due and write the next moment; whether something was queued."""
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
    """None when nothing can be done before somebody connects."""
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
        """The row as it is to be written, and whether something was queued."""
        resumed = self._resume()
        due = replace(self.due, retry_at=None, tries=self.due.tries if resumed else 0)
        if not incoming(self.deps, self.connection, self.settings):
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
        """Where nothing else is due: look once more whether what was tried again is done."""
        return self.now + LAST_INTERVAL if due.tries else None

    def _by_schedule(self) -> bool:
        off = self.settings.schedule.mode is ScheduleMode.OFF
        return not off and (self.due.planned is None or self.due.planned <= self.now)

    def _hinted(self) -> frozenset[ListType]:
        """Without the lists that the firm does not want any more."""
        return self.due.hinted & frozenset(chosen(self.deps, self.connection, self.settings))

    def _resume(self) -> frozenset[str]:
        """Try again what waits for the ledger; a sync that is parked for anything else has its
        try when the schedule would start one. Returns the ids of the runs."""
        parked = self.deps.runs.in_state(self.due.connection_key, RunState.PARKED)
        some = [run for run in parked if self._may_go_on(run)]
        for run in some:
            with suppress(Conflict):  # it goes on already
                resume(self.deps, run)
        return frozenset(run.id for run in some)

    def _may_go_on(self, run: Run) -> bool:
        unavailable = run.reason is not None and run.reason.code == "ledger_unavailable"
        return unavailable or (run.sync is not None and self._by_schedule())

    def _tried_again(self, due: Due) -> Due:
        """A parked sync has the schedule's turn; if it parks again, the next one comes later."""
        interval = next_interval(due.interval, changed=False)
        planned = next_due(self.settings.schedule, interval, self.now, due.connection_id)
        return replace(due, interval=interval, planned=planned, at=planned)

    def _behind(self, waiting: Run, due: Due) -> Due:
        """A sync is not finished. One that has not begun answers hints, too; one of all lists
        takes the place of the schedule's own; one that is parked has to wait."""
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


def incoming(deps: Dependencies, connection: Connection, settings: Settings) -> bool:
    """Whether lists come in at all."""
    lists = deps.connector(connection.ledger).lists
    return settings.direction is not Direction.OUT and bool(lists)


def chosen(deps: Dependencies, connection: Connection, settings: Settings) -> Sequence[ListType]:
    """The lists that come in by themselves, in the order in which they are read."""
    offered = deps.connector(connection.ledger).lists
    return [
        kind
        for kind, traits in offered.items()
        if not traits.on_request and (settings.lists is None or kind in settings.lists)
    ]


def hint(deps: Dependencies, connection: Connection, types: Iterable[ListType]) -> None:
    """The ledger says that these lists changed: have them read with the next tick. Writes nothing
    when that is so already. Raises Conflict when others keep changing the row."""
    now, kinds = deps.clock.now(), frozenset(types)

    def hinted(due: Due) -> Due:
        # A row with hints that is not due yet stands behind a sync that is under way.
        soon = due.at is not None and due.at <= now + FIRST_INTERVAL
        if kinds <= due.hinted and soon:
            return due
        return replace(due, hinted=due.hinted | kinds, at=min(due.at or now, now))

    _change(deps, connection, hinted)


def bring_forward(deps: Dependencies, connection: Connection, at: datetime) -> None:
    """Look at the connection at this moment, to try its parked runs again; later, up to four
    hours, when that was of no use before."""
    now = deps.clock.now()

    def forward(due: Due) -> Due:
        if due.retry_at is not None:
            return due
        then = now + next_try(at - now, due.tries)
        return replace(due, retry_at=then, tries=due.tries + 1, at=min(due.at or then, then))

    _change(deps, connection, forward)


def reschedule(deps: Dependencies, connection: Connection, *, changed: bool) -> None:
    """A sync is done: when the next one is due. Hints that came meanwhile make it due now."""
    settings, now = deps.settings.get(connection.key), deps.clock.now()

    def again(due: Due) -> Due:
        between = due.planned is not None  # two syncs of the schedule
        interval = due.interval
        if changed or not between:
            interval = next_interval(interval, changed=changed)
        fresh = next_due(settings.schedule, interval, now, connection.id)
        planned = fresh if due.planned is None or fresh is None else min(due.planned, fresh)
        return _timed(replace(due, interval=interval, planned=planned, tries=0), now)

    _change(deps, connection, again)


def begin_schedule(deps: Dependencies, connection: Connection) -> None:
    """After a connect, whose sync takes the place of the schedule's own."""
    settings, now = deps.settings.get(connection.key), deps.clock.now()
    guarded = incoming(deps, connection, settings)

    def begun(due: Due) -> Due:
        due = replace(due, interval=FIRST_INTERVAL, planned=None, retry_at=None, tries=0)
        return replace(due, at=now + GUARD) if guarded else _timed(due, now)

    _change(deps, connection, begun)


def replan(deps: Dependencies, connection: Connection) -> None:
    """After a change of settings: the schedule's next moment anew, from the first interval."""
    settings, now = deps.settings.get(connection.key), deps.clock.now()
    fresh = next_due(settings.schedule, FIRST_INTERVAL, now, connection.id)
    planned = fresh if incoming(deps, connection, settings) else None

    def anew(due: Due) -> Due:
        return _timed(replace(due, interval=FIRST_INTERVAL, planned=planned), now)

    _change(deps, connection, anew)


def end_schedule(deps: Dependencies, connection: Connection) -> None:
    """After a disconnect."""
    _change(deps, connection, lambda due: replace(_never(due), hinted=frozenset()))


def _timed(due: Due, now: datetime) -> Due:
    """With the earliest of its moments."""
    moments = [due.planned, due.retry_at, now if due.hinted else None]
    return replace(due, at=min((m for m in moments if m is not None), default=None))


def _change(deps: Dependencies, connection: Connection, change: Changed) -> None:
    for _ in range(TRIES):
        due = deps.schedules.get(connection.key)
        changed = change(due)
        if changed == due or deps.schedules.put(changed):
            return
    raise Conflict(
        "schedule_busy", "The connection's schedule keeps changing.", "Ask again in a minute."
    )
