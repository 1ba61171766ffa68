"""Driving runs: who does the next step of a run, and in which order runs are let loose.

A post or a sync is driven by the messages of the lane alone. An import is driven by a machine that
rests between its steps; where it stands is said by the run's state and by nothing else, so a
machine that was lost is replaced by a new one.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from ledgerlink.domain.errors import Conflict
from ledgerlink.domain.model.runs import DRAFTS, FINISHED, RESTING, UNDOABLE, Run, RunState
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.messages import remaining_messages
from ledgerlink.services.ports import MachineState

STAGE, WAIT, PLAN, APPLY, END = "stage", "wait", "plan", "apply", "end"
"""The steps of a machine."""
SILENCE = timedelta(minutes=5)
"""How long a machine may be between two steps before it is thought dead."""


def next_step(run: Run) -> str:
    """What the machine of an import has to do."""
    if run.state in FINISHED:
        return END
    if run.state is RunState.PLANNING:
        return PLAN
    if run.imported is not None and run.state is RunState.DRAFT and run.reason is None:
        return STAGE if run.imported.staged_at is None else WAIT
    if run.state in DRAFTS | RESTING:
        return WAIT
    return APPLY


def go(deps: Dependencies, run: Run) -> None:
    """Have the next step of the run done."""
    if run.imported is None:
        deps.lane.send(remaining_messages(run))
    else:
        drive(deps, run)


def drive(deps: Dependencies, run: Run) -> None:
    """Tell the machine of an import where its run stands; start one where none is alive."""
    waiting = deps.machines.waiting(run)
    step = next_step(run)
    if waiting.token:
        same = (waiting.step, waiting.generation) == (step, run.generation)
        if same and not _leg_is_over(run, waiting):
            return
        if deps.machines.answer(run, waiting, step):
            if step == END:
                deps.machines.forget(run, "")
            return
    elif waiting.since is not None and deps.clock.now() - waiting.since < SILENCE:
        return  # between two steps: it reads the run before it rests again
    if step != END:
        deps.machines.begin(run, step)


def _leg_is_over(run: Run, waiting: MachineState) -> bool:
    if waiting.step != APPLY:
        return False
    return all(chunk.number > waiting.until for chunk in run.open_chunks())


def finish(deps: Dependencies, run: Run) -> None:
    """Finish a run whose chunks are all done."""
    if run.state is not RunState.APPLYING or run.open_chunks():
        return
    done = replace(run, state=run.outcome_state(), finished_at=deps.clock.now())
    with suppress(Conflict):  # somebody interrupted it meanwhile
        deps.runs.save(done, of_generation=run.generation)


def _mark_undone(deps: Dependencies, run: Run) -> None:
    """An undo that left nothing over changes the state of what it undid."""
    if run.imported is None or run.imported.undoes is None or run.state is not RunState.COMPLETED:
        return
    before = deps.runs.get(run.connection_key, run.imported.undoes)
    if before.imported is None or before.state not in UNDOABLE:
        return
    undone = replace(
        before,
        state=RunState.UNDONE,
        reason=None,
        imported=replace(before.imported, undone_by=run.id),
    )
    with suppress(Conflict):
        deps.runs.save(undone, of_generation=before.generation)


def report(deps: Dependencies, run: Run) -> None:
    """Something was done for the run: its machine is told, and so is who waits for it."""
    run = deps.runs.get(run.connection_key, run.id)
    _mark_undone(deps, run)
    if run.imported is not None:
        drive(deps, run)
    if run.state in FINISHED | RESTING:
        wake(deps, run)


def ahead(deps: Dependencies, run: Run) -> Run | None:
    """The run that this one waits for: the one being applied, or who asked before it."""
    # In this order: one that begins between the two is seen at least once.
    queued = deps.runs.in_state(run.connection_key, RunState.QUEUED)
    applying = deps.runs.in_state(run.connection_key, RunState.APPLYING)
    for other in applying:
        if other.sync is None and other.id != run.id:
            return other
    earlier = [o for o in queued if o.imported is not None and o.rank < run.rank]
    return min(earlier, key=lambda other: other.rank, default=None)


def wake(deps: Dependencies, run: Run) -> None:
    """Whoever waited for this run is told that it waits no more."""
    queued = deps.runs.in_state(run.connection_key, RunState.QUEUED)
    waiting = [other for other in queued if other.imported is not None and other.id != run.id]
    if waiting:
        drive(deps, min(waiting, key=lambda other: other.rank))
