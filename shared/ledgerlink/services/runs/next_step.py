"""Driving runs: which step comes next, what does it, and in which order runs are started.

A post or a sync is driven by messages in the queue alone. An import is driven by a state machine
that waits between its steps. Its next step follows from the run's state alone, so a state machine
that was lost can be replaced by a new one.
"""

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from ledgerlink.domain.errors import Conflict
from ledgerlink.domain.model.runs import DRAFTS, FINISHED, RESTING, UNDOABLE, Run, RunState
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.messages import remaining_messages
from ledgerlink.services.ports import ExecutionState

STAGE, WAIT, PLAN, APPLY, END = "stage", "wait", "plan", "apply", "end"
"""The steps of a state machine."""
EXECUTION_LOST_AFTER = timedelta(minutes=5)
"""How long an execution may be between two steps before it is replaced."""


def next_step(run: Run) -> str:
    """The step that the state machine of an import has to do."""
    if run.state in FINISHED:
        return END
    if run.state is RunState.PLANNING:
        return PLAN
    if run.imported is not None and run.state is RunState.DRAFT and run.reason is None:
        return STAGE if run.imported.staged_at is None else WAIT
    if run.state in DRAFTS | RESTING:
        return WAIT
    return APPLY


def start_next_step(deps: Dependencies, run: Run) -> None:
    """Have the next step of the run done, by the queue or by its state machine."""
    if run.imported is None:
        deps.lane.send(remaining_messages(run))
    else:
        drive(deps, run)


def drive(deps: Dependencies, run: Run) -> None:
    """Send the state machine of an import to the run's next step; start one if there is none."""
    waiting = deps.executions.state(run)
    step = next_step(run)
    if waiting.token:
        same = (waiting.step, waiting.generation) == (step, run.generation)
        if same and not _leg_is_over(run, waiting):
            return
        if deps.executions.continue_at(run, waiting, step):
            if step == END:
                deps.executions.delete_wait(run, "")
            return
    elif waiting.since is not None and deps.clock.now() - waiting.since < EXECUTION_LOST_AFTER:
        return  # between two steps: it reads the run before it waits again
    if step != END:
        deps.executions.start(run, step)


def _leg_is_over(run: Run, waiting: ExecutionState) -> bool:
    """Whether all chunks are applied that the execution waits for."""
    if waiting.step != APPLY:
        return False
    return all(chunk.number > waiting.until for chunk in run.open_chunks())


def count_settled(deps: Dependencies, run: Run) -> None:
    """Count the items that the plan has decided, such as blocked ones. Those that are sent are
    counted with their outcomes."""
    settled: Counter[str] = Counter()
    for chunk in run.chunks:
        settled.update(chunk.settled)
    for state, number in settled.items():
        deps.metrics.count(f"Items{state.capitalize()}", number)


def finish(deps: Dependencies, run: Run) -> None:
    """Finish a run that has no open chunk."""
    if run.state is not RunState.APPLYING or run.open_chunks():
        return
    done = replace(run, state=run.outcome_state(), finished_at=deps.clock.now())
    with suppress(Conflict):  # a user interrupted it meanwhile
        deps.runs.save(done, of_generation=run.generation)


def _mark_undone(deps: Dependencies, run: Run) -> None:
    """Mark the import that this undo took back completely."""
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
    """Pass on what has become of the run: to its state machine, and to the import that waits for
    it."""
    run = deps.runs.get(run.connection_key, run.id)
    _mark_undone(deps, run)
    if run.imported is not None:
        drive(deps, run)
    if run.state in FINISHED | RESTING:
        start_waiting_import(deps, run)


def run_ahead(deps: Dependencies, run: Run) -> Run | None:
    """The run that this one waits for: the one being applied, or an import started before it."""
    # In this order, so that a run that begins between the two reads is seen at least once.
    queued = deps.runs.in_state(run.connection_key, RunState.QUEUED)
    applying = deps.runs.in_state(run.connection_key, RunState.APPLYING)
    for other in applying:
        if other.sync is None and other.id != run.id:
            return other
    imports = [other for other in queued if other.imported is not None]
    earlier = [other for other in imports if other.rank < run.rank]
    return min(earlier, key=lambda other: other.rank, default=None)


def start_waiting_import(deps: Dependencies, run: Run) -> None:
    """Start the import that was queued first behind this run."""
    queued = deps.runs.in_state(run.connection_key, RunState.QUEUED)
    waiting = [other for other in queued if other.imported is not None and other.id != run.id]
    if waiting:
        drive(deps, min(waiting, key=lambda other: other.rank))
