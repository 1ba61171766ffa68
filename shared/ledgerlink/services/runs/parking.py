"""Parking a run that cannot go on, and letting it go on later. The lane stays free meanwhile."""

from contextlib import suppress
from dataclasses import replace

from ledgerlink.domain.errors import AuthorizationLost, Conflict, LedgerError, LedgerStopped
from ledgerlink.domain.model.connections import Connection, ConnectionState
from ledgerlink.domain.model.reasons import REASONS, Reason, reason
from ledgerlink.domain.model.runs import DRAFTS, FINISHED, RESTING, Run, RunState
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.runs.next_step import go

UNFINISHED = (RunState.APPLYING, RunState.QUEUED, RunState.PARKED)


def park(deps: Dependencies, run: Run, why: Reason) -> Run:
    """Set the run aside with its reason. An import that was being planned is a draft again."""
    drafted = run.state is RunState.PLANNING
    state = RunState.DRAFT if drafted else RunState.PARKED
    parked = replace(run, state=state, reason=why)
    deps.runs.save(parked, of_generation=run.generation)
    if not drafted:
        deps.count("RunsParked", 1)
    return parked


def reason_of(error: LedgerError) -> Reason:
    """The reason that a run or connection carries for this error."""
    if error.code in REASONS:
        return Reason(error.code, error.message, error.remedy)
    if isinstance(error, AuthorizationLost):
        return reason("needs_reconnect", detail=error.message)
    code = "ledger_stopped" if isinstance(error, LedgerStopped) else "ledger_unavailable"
    return reason(code, detail=error.message)


def lose_authorization(
    deps: Dependencies, connection: Connection, error: AuthorizationLost
) -> None:
    """Mark the connection so that nothing is sent before somebody reconnects, unless somebody
    disconnected or reconnected it meanwhile."""
    now = deps.connections.get(connection.key)
    if now.connected_at == connection.connected_at and now.state is connection.state:
        lost = replace(now, state=ConnectionState.NEEDS_RECONNECT, reason=reason_of(error))
        deps.connections.save(lost)


def resume(deps: Dependencies, run: Run) -> Run:
    """Let a run do what is left of it. Raises Conflict when it is finished, or was resumed by
    somebody else at the same time.

    One that is not parked only has its messages sent again: whoever resumed it before may have
    died before sending them, and doing them twice does nothing.
    """
    if run.state in FINISHED | DRAFTS:
        remedy = "Only a run that was parked or interrupted can be resumed."
        raise Conflict("not_parked", f"The run is {run.state}.", remedy)
    if run.state in RESTING:
        waits = run.imported is not None or not run.chunks
        state = RunState.QUEUED if waits else RunState.APPLYING
        rested = run.generation
        run = replace(run, state=state, reason=None, generation=rested + 1, idle=0)
        deps.runs.save(run, of_generation=rested)
    go(deps, run)
    return run


def resume_all(deps: Dependencies, connection: Connection) -> None:
    """Let every unfinished run of the connection go on, each state's oldest first."""
    for state in UNFINISHED:
        for run in deps.runs.in_state(connection.key, state):
            with suppress(Conflict):  # it goes on already
                resume(deps, run)
