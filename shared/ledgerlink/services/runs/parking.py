"""Parking runs that cannot continue, and resuming them. A parked run does not block the queue."""

import logging
from contextlib import suppress
from dataclasses import replace

from ledgerlink.domain.errors import AuthorizationLost, Conflict, LedgerError, LedgerStopped
from ledgerlink.domain.model.connections import Connection, ConnectionState
from ledgerlink.domain.model.reasons import REASONS, Reason, reason
from ledgerlink.domain.model.runs import DRAFTS, FINISHED, RESTING, Run, RunState
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.newest import change_connection
from ledgerlink.services.runs.next_step import start_next_step, start_waiting_import

logger = logging.getLogger(__name__)

UNFINISHED = (RunState.APPLYING, RunState.QUEUED, RunState.PARKED, RunState.CANCELLING)
WAITING = (RunState.QUEUED, RunState.PARKED)
"""The states in which a post or a sync can be given up: no worker is at it."""


COUNTED_ELSEWHERE = ("ledger_unavailable", "needs_reconnect", "worker_failed", "stored_unreadable")
"""Reasons of parked runs that nobody has to look at for the run's sake: it is resumed by itself, or
the lost connection (`ConnectionsLost`) or our own failure (`RunsSetAside`) is counted."""


def park(deps: Dependencies, run: Run, why: Reason) -> Run:
    """Park the run with a reason. An import that was being planned becomes a draft again."""
    planning = run.state is RunState.PLANNING
    state = RunState.DRAFT if planning else RunState.PARKED
    parked = replace(run, state=state, reason=why)
    deps.runs.save(parked, of_generation=run.generation)
    _count_parked(deps, parked, why)
    return parked


def _count_parked(deps: Dependencies, run: Run, why: Reason) -> None:
    """Count and log a run that cannot go on. Those that the operator sees to are counted once
    more."""
    key = run.connection_key
    logger.warning("run %s of %s/%s is %s: %s", run.id, key.firm, key.id, run.state, why.code)
    if run.state is RunState.PARKED:
        deps.metrics.count("RunsParked", 1)
        deps.metrics.count(f"RunsParked{''.join(map(str.capitalize, why.code.split('_')))}", 1)
    if run.sync is None and why.code not in COUNTED_ELSEWHERE:
        deps.metrics.count("RunsStuck", 1)


def reason_of(error: LedgerError) -> Reason:
    """The reason that a run or connection shows for this error."""
    if error.code in REASONS:
        return Reason(error.code, error.message, error.remedy)
    if isinstance(error, AuthorizationLost):
        return reason("needs_reconnect", detail=error.message)
    code = "ledger_stopped" if isinstance(error, LedgerStopped) else "ledger_unavailable"
    return reason(code, detail=error.message)


def lose_authorization(
    deps: Dependencies, connection: Connection, error: AuthorizationLost
) -> None:
    """Mark the connection as needing a reconnect, so that nothing is sent before. A connection that
    was disconnected or reconnected meanwhile stays as it is."""
    why = reason_of(error)

    def lost(stored: Connection) -> Connection:
        same = (stored.connected_at, stored.state) == (connection.connected_at, connection.state)
        if not same:
            return stored
        return replace(stored, state=ConnectionState.NEEDS_RECONNECT, reason=why)

    stored = change_connection(deps, connection.key, lost)
    if stored.reason is why:  # not lost before, and not reconnected meanwhile
        deps.metrics.count("ConnectionsLost", 1)


def resume(deps: Dependencies, run: Run) -> Run:
    """Let a run continue. Raises Conflict when it is finished or a draft, or when another user
    resumed it at the same time.

    A post whose rules were changed since they were read for its plan is planned anew, or, where
    some of it was sent already, compared with them. For a run that is not parked the messages are
    only sent again, because a worker may have died before it sent them. A step that is done twice
    has no further effect.
    """
    if run.state in FINISHED | DRAFTS:
        remedy = "Only a parked or interrupted run can be resumed."
        raise Conflict("not_parked", f"The run is {run.state}.", remedy)
    if run.state in RESTING:
        _require_young(deps, run)
        waits = run.imported is not None or not run.chunks or rules_changed(deps, run)
        state = RunState.QUEUED if waits else RunState.APPLYING
        parked = run.generation
        run = replace(run, state=state, reason=None, generation=parked + 1, idle=0)
        deps.runs.save(run, of_generation=parked)
    start_next_step(deps, run)
    return run


def _require_young(deps: Dependencies, run: Run) -> None:
    """Raises Conflict for a run that has rested so long that its items are deleted soon: each of
    them is needed until all are sent."""
    if run.sync is None and not deps.retention.lets_go_on(run, deps.clock.now()):
        message = "The run has rested for so long that its items are deleted soon."
        remedy = "Cancel it, then post or import again what is still missing."
        raise Conflict("resume_expired", message, remedy)


def rules_changed(deps: Dependencies, run: Run) -> bool:
    """Whether a rule was set after the rules were read for the plan of a post: those of a plan that
    takes minutes are older than the plan."""
    planned_at = run.planned_at or run.started_at
    if run.sync is not None or run.imported is not None or planned_at is None:
        return False
    return deps.rules.changed_since(run.connection_key, planned_at)


def cancel(deps: Dependencies, run: Run) -> Run:
    """Give up a post or a sync that waits: what was not sent is never sent. Where it is not known
    of all requests what became of them, the worker looks that up first.

    Raises Conflict for a run that a worker is at, or that has ended otherwise, and for an import
    that can still be resumed or undone.
    """
    if run.state in (RunState.CANCELLED, RunState.CANCELLING):
        start_next_step(deps, run)
        return run
    now = deps.clock.now()
    # Where even the plan is gone, nobody can look up any more what became of its requests.
    open_requests = run.unanswered() and deps.retention.keeps_items(run, now)
    if run.imported is not None and (open_requests or deps.retention.lets_go_on(run, now)):
        remedy = "Discard its draft, or interrupt it; undo takes back what it has posted."
        raise Conflict("not_cancelled", "An import is not cancelled but undone.", remedy)
    states = WAITING if run.imported is None else RESTING
    if run.state not in states:
        remedy = f"A run can be cancelled while it is {' or '.join(sorted(states))}."
        raise Conflict("not_cancelled", f"The run is {run.state}.", remedy)
    state = RunState.CANCELLING if open_requests else RunState.CANCELLED
    ended_at = None if open_requests else now
    generation = run.generation
    run = replace(run, state=state, generation=generation + 1, finished_at=ended_at)
    deps.runs.save(run, of_generation=generation)
    start_next_step(deps, run)
    start_waiting_import(deps, run)
    return run


def resume_all(deps: Dependencies, connection: Connection) -> None:
    """Resume every unfinished run of the connection: in each state the oldest first."""
    for state in UNFINISHED:
        for run in deps.runs.in_state(connection.key, state):
            with suppress(Conflict):  # another user resumed it
                resume(deps, run)
