"""A plan that is made in parts goes on where its worker was stopped or died."""

from dataclasses import replace
from typing import Any

import pytest
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.plan import ItemState, Operation
from ledgerlink.domain.model.rules import CreateProject, LinkTo, Mapping, RuleKind
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.domain.planning.inputs import PlanInput
from ledgerlink.domain.planning.planner import Planner
from ledgerlink.services.imports import plan_sheet, service
from ledgerlink.wire.stored import dump

from tests.fakes.failure_plan import FailurePlan
from tests.fakes.service import InMemoryService, entry, in_memory_service
from tests.support.importing import ADA, drafted, imported, planned, started
from tests.support.sampling import sampled

PROJECTS: dict[str, Mapping] = {
    "p1": LinkTo(ledger_id="C1"),
    "p2": CreateProject(name="Second"),
    "p3": CreateProject(name="Third"),
}
BEFORE = [entry(f"t{n}", work_date=f"2026-02-{1 + n:02d}") for n in range(6)]
NOW = [
    *(entry(f"t{n}", work_date=f"2026-02-{2 + n:02d}", project_key="p2") for n in range(4)),
    *(entry(f"n{n}", work_date=f"2026-02-{1 + n:02d}", project_key="p3") for n in range(6)),
    entry("double", work_date="2026-02-01"),
    entry("double", work_date="2026-02-09"),
    {**entry("damaged", work_date="2026-02-20"), "minutes": -1},
]
"""Some entries moved to the next day, some new, one twice, one damaged; two are gone."""
STEPS = 150


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_sheet, "PART_SIZE", 1)


class StopsAfter:
    """Stops each worker after so many questions whether to stop; it asks twice to be sure."""

    def __init__(self, most: int) -> None:
        self.most, self.asked, self.workers = most, 0, 1

    def __call__(self) -> bool:
        self.asked += 1
        if self.asked == self.most + 2:
            self.asked = 0
            self.workers += 1
        return self.asked > self.most or not self.asked


def ready(
    mode: Any, failure_plan: FailurePlan | None = None
) -> tuple[InMemoryService, Connection, Run]:
    """A draft of `NOW` after an import of `BEFORE`."""
    app = in_memory_service(failure_plan)
    connection = app.connected()
    app.rules(connection, RuleKind.PROJECTS, PROJECTS)
    imported(app, connection, *BEFORE, key="1", posting=mode)
    return app, connection, drafted(app, connection, *NOW, key="2", posting=mode)


def plan_of(app: InMemoryService, run: Run) -> list[bytes]:
    assert app.run(run).state is RunState.READY
    return [dump(replace(item.operation, was=None)) for item in app.items(run)]


MODES = pytest.mark.parametrize("mode", [None, {"description": "neither"}], ids=["each", "merged"])


@MODES
@pytest.mark.parametrize("most", [4, 5])
def test_workers_that_are_stopped_make_the_plan_together(mode: Any, most: int) -> None:
    app, _, run = ready(mode)
    expected = plan_of(app, planned(app, run))
    other, _, run = ready(mode)
    stops = StopsAfter(most)
    service.order_plan(other.deps, ADA, run.connection_id, run.id)
    other.work(stops)
    assert plan_of(other, run) == expected
    assert stops.workers > 2
    assert other.run(run).parts == 0


@MODES
@sampled("step", range(STEPS), one_in=12)
def test_wherever_a_worker_dies_the_plan_is_the_same(mode: Any, step: int) -> None:
    app, _, run = ready(mode)
    expected = plan_of(app, planned(app, run))
    failing = FailurePlan()
    other, _, run = ready(mode, failing)
    service.order_plan(other.deps, ADA, run.connection_id, run.id)
    failing.at = len(failing.steps) + step
    other.work()
    assert plan_of(other, run) == expected


@MODES
def test_parts_of_other_rules_are_not_part_of_the_plan(mode: Any) -> None:
    app, connection, run = ready(mode)
    service.order_plan(app.deps, ADA, run.connection_id, run.id)
    stops = StopsAfter(5)

    def stop() -> bool:
        stopped = stops()
        if stops.workers == 3:
            app.rules(connection, RuleKind.PROJECTS, {"p2": LinkTo(ledger_id="C2")})
        return stopped

    app.work(stop)
    operations = [item.operation for item in app.items(run)]
    assert "project:p2" not in {op.key for op in operations}
    second = [op for op in operations if op.source and op.source.project_key == "p2"]
    assert {op.targets[1] for op in second if op.state is ItemState.PENDING} == {"C2"}


@MODES
def test_parts_of_other_settings_are_not_part_of_the_plan(mode: Any) -> None:
    """The composer of each part is made from the settings for the ledger."""
    app, connection, run = ready(mode)
    service.order_plan(app.deps, ADA, run.connection_id, run.id)
    stops = StopsAfter(5)
    bases: dict[str, None] = {}

    def stop() -> bool:
        stopped = stops()
        bases.update((line["basis"], None) for line in app.staging.notes(app.run(run), "parts-1"))
        if stops.workers == 3:
            stops.workers += 1
            app.deps.settings.put(connection.key, app.deps.settings.get(connection.key))
        return stopped

    app.work(stop)
    assert app.run(run).state is RunState.READY
    assert len(bases) == 2


def test_records_without_a_day_are_planned_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """All dates of a file may have a wrong form; a million rejected records take some GB."""
    monkeypatch.setattr(plan_sheet, "PART_SIZE", 3)
    sizes: list[int] = []
    part = Planner.part

    def spied(self: Planner, given: PlanInput) -> list[Operation]:
        sizes.append(len(given.rejected))
        return part(self, given)

    monkeypatch.setattr(Planner, "part", spied)
    app = in_memory_service()
    connection = app.connected()
    bad = [{**entry(f"t{n}"), "work_date": f"{n + 1:02d}/02/2026"} for n in range(10)]
    run = drafted(app, connection, *bad, key="1")
    service.order_plan(app.deps, ADA, run.connection_id, run.id)
    stops = StopsAfter(4)
    app.work(stops)
    assert stops.workers > 1
    assert max(sizes) == 3
    items = app.items(run)
    assert [item.operation.key for item in items] == [f"time:t{n}" for n in range(10)]
    assert {item.operation.state for item in items} == {ItemState.BLOCKED}


@MODES
def test_workers_that_are_stopped_plan_an_undo_together(mode: Any) -> None:
    plans = []
    for most in (1000, 5):
        app, _, run = ready(mode)
        run = started(app, planned(app, run))
        undoing = service.undo(app.deps, ADA, run.connection_id, run.id, "u")
        stops = StopsAfter(most)
        app.work(stops)
        plans.append(plan_of(app, undoing))
        assert (stops.workers > 2) is (most == 5)
    assert plans[0] == plans[1]
    assert len(plans[0]) > 8
