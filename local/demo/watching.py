"""Watching a run: done, left and an estimate, until it has ended."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from local.demo.answers import Run
from local.demo.api import Api
from local.demo.errors import DemoError

ENDED = frozenset({"completed", "completed_with_problems"})
STUCK = frozenset({"parked", "failed"})
POLL_SECONDS = 0.5
QUIET_SECONDS = 20.0
# A worker that was interrupted is repeated by its queue after ten minutes.
STALL_SECONDS = 900.0
WAITING = "waiting for the queue to repeat a worker that was stopped (up to 10 minutes)"


@dataclass(frozen=True, slots=True)
class Watch:
    """Watches runs of one connection on one screen."""

    api: Api
    connection_id: str
    console: Console
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def until_ended(self, run: Run) -> Run:
        """The run as it ended. Raises DemoError when it waits for a person or does not move."""
        with _bar(self.console) as bar:
            task = bar.add_task("planning", total=None)
            while run.state not in ENDED:
                _refuse_stuck(run)
                run = self._next(run, bar, task)
            bar.update(task, description=run.state.replace("_", " "))
        return run

    def _next(self, before: Run, bar: Progress, task: TaskID) -> Run:
        """The run once it has moved on."""
        begun = self.monotonic()
        while self.monotonic() < begun + STALL_SECONDS:
            run = self.api.run(self.connection_id, before.id)
            _show(run, bar, task)
            if (run.state, run.counts) != (before.state, before.counts):
                return run
            if self.monotonic() > begun + QUIET_SECONDS:
                bar.update(task, description=WAITING)
            self.sleep(POLL_SECONDS)
        raise DemoError(f"Run {before.id} has not moved for {STALL_SECONDS / 60:.0f} minutes.")


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(elapsed_when_finished=False),
        console=console,
    )


def _show(run: Run, bar: Progress, task: TaskID) -> None:
    total = sum(run.counts.values())
    if total:
        done = total - run.counts.get("pending", 0)
        bar.update(task, description=run.state.split("_")[0], total=total, completed=done)


def _refuse_stuck(run: Run) -> None:
    if run.state in STUCK:
        why = f" {run.reason.message} {run.reason.remedy}" if run.reason else ""
        raise DemoError(f"The run is {run.state}.{why}")
