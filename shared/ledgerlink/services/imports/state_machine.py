"""The work of each step of an import's state machine."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from ledgerlink.domain.errors import DEFECTS, Conflict, Invalid
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.runs import DRAFTS, Chunk, Run, RunState
from ledgerlink.domain.ports import TimeSource
from ledgerlink.services.defects import report_defect
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.imports import service
from ledgerlink.services.imports.mapping import find_entities
from ledgerlink.services.messages import chunk_message, run_message
from ledgerlink.services.ports import NO_CHUNK, ExecutionState
from ledgerlink.services.runs import parking
from ledgerlink.services.runs.next_step import (
    APPLY,
    END,
    PLAN,
    STAGE,
    count_settled,
    drive,
    finish,
    next_step,
    report,
    run_ahead,
    start_waiting_import,
)

MOST_LEGS = 1000
"""Legs of one import at most, because the history of a state machine is limited."""


def do_step(deps: Dependencies, run: Run, execution: str, step: str, token: str) -> None:
    """Do the step that this execution has reached. It waits, with this token, until it is
    sent to its next step. An execution that was replaced by a newer one is ended instead."""
    if not is_newest(deps, run, execution):
        deps.executions.continue_at(run, ExecutionState(machine=execution, token=token), END)
        return
    deps.executions.store_wait(run, execution, step, token, _last_of_leg(run))
    generation = run.generation
    run = deps.runs.get(run.connection_key, run.id)
    if step != next_step(run) or run.generation != generation:
        drive(deps, run)
    elif step == STAGE:
        _stage(deps, run)
        drive(deps, deps.runs.get(run.connection_key, run.id))
    elif step == PLAN:
        deps.lane.send([run_message(run)])
    elif step == APPLY:
        _apply_leg(deps, run, execution, token)


def is_newest(deps: Dependencies, run: Run, execution: str) -> bool:
    """Whether no newer execution has replaced this one."""
    return deps.executions.state(run).machine in ("", execution)


def _stage(deps: Dependencies, run: Run) -> None:
    """Read the records of a draft, so that its user can map them."""
    assert run.imported is not None
    connection = deps.connections.get(run.connection_key)
    if run.imported.adapter is not None:
        run = _pull(deps, run, deps.sources[run.imported.adapter])
    assert run.imported is not None
    try:
        records = find_entities(deps, connection, run)
    except Invalid as unreadable:
        staged = replace(run, reason=reason("unreadable_upload", detail=unreadable.message))
    except DEFECTS as defect:
        report_defect(deps, f"import {run.id}", defect)
        staged = replace(run, reason=reason("worker_failed"))
    else:
        imported = replace(run.imported, staged_at=deps.clock.now())
        staged = replace(run, records=records, imported=imported)
    with suppress(Conflict):  # its user has changed it meanwhile
        deps.runs.save(staged, of_generation=run.generation)


def _pull(deps: Dependencies, run: Run, source: TimeSource) -> Run:
    assert run.imported is not None
    pulled = source.entries(run.firm, run.imported.scope)
    deps.staging.put_notes(run, run.imported.names, service.named(source.entities(run.firm)))
    return replace(run, staged=deps.staging.put_records(run.connection_key, pulled))


def _apply_leg(deps: Dependencies, run: Run, execution: str, token: str) -> None:
    """Queue the next leg of the run. An import that has to wait is started later by the run ahead
    of it."""
    if run.state is RunState.QUEUED:
        if run_ahead(deps, run) is not None:
            return
        run = _started(deps, run)
        deps.executions.store_wait(run, execution, APPLY, token, _last_of_leg(run))
    if run.open_chunks():
        deps.lane.send([chunk_message(run, chunk) for chunk in _leg(run)])
    else:
        finish(deps, run)
        report(deps, run)


def _started(deps: Dependencies, run: Run) -> Run:
    now = deps.clock.now()
    if run.started_at is None:
        count_settled(deps, run)
    started = replace(
        deps.retention.begun(run, now),
        state=RunState.APPLYING,
        resumed_at=now,
        left_then=run.left(),
    )
    deps.runs.save(started, of_generation=run.generation)
    return started


def _leg(run: Run) -> Sequence[Chunk]:
    """The chunks that are queued before the state machine takes its next step."""
    size = -(-len(run.chunks) // MOST_LEGS)
    return run.open_chunks()[:size]


def _last_of_leg(run: Run) -> int:
    leg = _leg(run) if run.state is RunState.APPLYING else ()
    return leg[-1].number if leg else NO_CHUNK


def expire(deps: Dependencies, run: Run, execution: str) -> None:
    """End a draft that its user has not come back to."""
    if not is_newest(deps, run, execution):
        return
    deps.executions.delete_wait(run, deps.executions.state(run).token)
    if run.state in DRAFTS:
        service.end(deps, run, RunState.EXPIRED)


def break_off(deps: Dependencies, run: Run, execution: str) -> None:
    """Park the run whose state machine has failed, for a person to decide."""
    if not is_newest(deps, run, execution):
        return
    deps.executions.delete_wait(run, deps.executions.state(run).token)
    deps.metrics.count("ImportsBroken", 1)
    if next_step(run) == STAGE:
        deps.runs.save(replace(run, reason=reason("worker_failed")), of_generation=run.generation)
    if run.state in (RunState.PLANNING, RunState.QUEUED, RunState.APPLYING):
        parking.park(deps, run, reason("worker_failed"))
        start_waiting_import(deps, run)
