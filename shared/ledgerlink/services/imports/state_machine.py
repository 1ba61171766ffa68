"""What the machine of an import does at each of its steps."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from ledgerlink.domain.errors import Conflict, Invalid
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.runs import DRAFTS, Chunk, Run, RunState
from ledgerlink.domain.ports import TimeSource
from ledgerlink.services.dependencies import House
from ledgerlink.services.imports import service
from ledgerlink.services.imports.mapping import NAMES, look_through
from ledgerlink.services.ports import NO_CHUNK, Waiting
from ledgerlink.services.runs import parking
from ledgerlink.services.runs.messages import chunk_message, run_message
from ledgerlink.services.runs.next_step import (
    APPLY,
    END,
    PLAN,
    STAGE,
    ahead,
    drive,
    finish,
    next_step,
    report,
    wake,
)

MOST_LEGS = 1000
"""How many times a machine goes to the lane for one import; its history has a bound."""


def do_step(house: House, run: Run, machine: str, step: str, token: str) -> None:
    """A machine has come to this step and rests, with this token, until it is told to go on. One
    that another has taken the place of is told that it is over."""
    if not is_newest(house, run, machine):
        house.machines.answer(run, Waiting(machine=machine, token=token), END)
        return
    house.machines.rest(run, machine, step, token, _last_of_leg(run))
    rested = run.generation
    run = house.runs.get(run.firm, run.connection_id, run.id)
    if step != next_step(run) or run.generation != rested:
        drive(house, run)
    elif step == STAGE:
        _stage(house, run)
        drive(house, house.runs.get(run.firm, run.connection_id, run.id))
    elif step == PLAN:
        house.lane.send([run_message(run)])
    elif step == APPLY:
        _let_loose(house, run, machine, token)


def is_newest(house: House, run: Run, machine: str) -> bool:
    """Whether no other machine has taken the place of this one."""
    return house.machines.waiting(run).machine in ("", machine)


def _stage(house: House, run: Run) -> None:
    """Look the records of a draft through, so that they can be mapped."""
    assert run.imported is not None
    connection = house.connections.get(run.firm, run.connection_id)
    if run.imported.adapter is not None:
        run = _pull(house, run, house.sources[run.imported.adapter])
    assert run.imported is not None
    try:
        records = look_through(house, connection, run)
    except Invalid as unreadable:
        staged = replace(run, reason=reason("unreadable_upload", detail=unreadable.message))
    else:
        imported = replace(run.imported, staged_at=house.clock.now())
        staged = replace(run, records=records, imported=imported)
    with suppress(Conflict):  # its maker went on meanwhile
        house.runs.save(staged, of_generation=run.generation)


def _pull(house: House, run: Run, source: TimeSource) -> Run:
    assert run.imported is not None
    pulled = source.entries(run.firm, run.imported.scope)
    house.staging.put_notes(run, NAMES, service.named(source.entities(run.firm)))
    return replace(run, staged=house.staging.put_records(run.firm, run.connection_id, pulled))


def _let_loose(house: House, run: Run, machine: str, token: str) -> None:
    """Have a leg of the run applied. One whose turn has not come is woken by who is ahead."""
    if run.state is RunState.QUEUED:
        if ahead(house, run) is not None:
            return
        run = _started(house, run)
        house.machines.rest(run, machine, APPLY, token, _last_of_leg(run))
    if run.open_chunks():
        house.lane.send([chunk_message(run, chunk) for chunk in _leg(run)])
    else:
        finish(house, run)
        report(house, run)


def _started(house: House, run: Run) -> Run:
    now = house.clock.now()
    started = replace(
        run,
        state=RunState.APPLYING,
        started_at=run.started_at or now,
        resumed_at=now,
        left_then=run.left(),
    )
    house.runs.save(started, of_generation=run.generation)
    return started


def _leg(run: Run) -> Sequence[Chunk]:
    """The chunks that are sent into the lane before the machine has its say again."""
    size = -(-len(run.chunks) // MOST_LEGS)
    return run.open_chunks()[:size]


def _last_of_leg(run: Run) -> int:
    leg = _leg(run) if run.state is RunState.APPLYING else ()
    return leg[-1].number if leg else NO_CHUNK


def expire(house: House, run: Run, machine: str) -> None:
    """Nobody came back to a run that rested; what was never started is given up."""
    if not is_newest(house, run, machine):
        return
    house.machines.forget(run, house.machines.waiting(run).token)
    if run.state in DRAFTS:
        service.end(house, run, RunState.EXPIRED)


def break_off(house: House, run: Run, machine: str) -> None:
    """The machine failed: set the run aside for a person."""
    if not is_newest(house, run, machine):
        return
    house.machines.forget(run, house.machines.waiting(run).token)
    house.count("ImportsBroken", 1)
    if next_step(run) == STAGE:
        house.runs.save(replace(run, reason=reason("worker_failed")), of_generation=run.generation)
    if run.state in (RunState.PLANNING, RunState.QUEUED, RunState.APPLYING):
        parking.park(house, run, reason("worker_failed"))
        wake(house, run)
