"""Parking runs that cannot continue, and resuming them. A parked run does not block the queue."""

from contextlib import suppress
from dataclasses import replace

from ledgerlink.domain.errors import AuthorizationLost, Conflict, LedgerError, LedgerStopped
from ledgerlink.domain.model.connections import Connection, ConnectionState
from ledgerlink.domain.model.reasons import REASONS, Reason, reason
from ledgerlink.domain.model.runs import DRAFTS, FINISHED, RESTING, Run, RunState
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.newest import change_connection
from ledgerlink.services.runs.next_step import start_next_step

UNFINISHED = (RunState.APPLYING, RunState.QUEUED, RunState.PARKED)


def park(deps: Dependencies, run: Run, why: Reason) -> Run:
    """Park the run with a reason. An import that was being planned becomes a draft again."""
    planning = run.state is RunState.PLANNING
    state = RunState.DRAFT if planning else RunState.PARKED
    parked = replace(run, state=state, reason=why)
    deps.runs.save(parked, of_generation=run.generation)
    if not planning:
        deps.metrics.count("RunsParked", 1)
    return parked


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

    change_connection(deps, connection.key, lost)


def resume(deps: Dependencies, run: Run) -> Run:
    """Let a run continue. Raises Conflict when it is finished or a draft, or when another user
    resumed it at the same time.

    For a run that is not parked the messages are only sent again, because a worker may have died
    before it sent them. A step that is done twice has no further effect.
    """
    if run.state in FINISHED | DRAFTS:
        remedy = "Only a parked or interrupted run can be resumed."
        raise Conflict("not_parked", f"The run is {run.state}.", remedy)
    if run.state in RESTING:
        waits = run.imported is not None or not run.chunks
        state = RunState.QUEUED if waits else RunState.APPLYING
        parked = run.generation
        run = replace(run, state=state, reason=None, generation=parked + 1, idle=0)
        deps.runs.save(run, of_generation=parked)
    start_next_step(deps, run)
    return run


def resume_all(deps: Dependencies, connection: Connection) -> None:
    """Resume every unfinished run of the connection: in each state the oldest first."""
    for state in UNFINISHED:
        for run in deps.runs.in_state(connection.key, state):
            with suppress(Conflict):  # another user resumed it
                resume(deps, run)
