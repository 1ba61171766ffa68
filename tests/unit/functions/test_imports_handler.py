"""The entry of the machine's steps."""

import os
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.services.imports import service

from tests.fakes.service import InMemoryService, entry, in_memory_service
from tests.support.importing import ADA, drafted, planned
from tests.unit.functions.standing_in import Context, sample


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> InMemoryService:
    for name in ("SERVICE_NAME", "METRICS_NAMESPACE"):
        monkeypatch.setitem(os.environ, f"POWERTOOLS_{name}", "imports")
    import functions.imports.handler as entrance

    found = in_memory_service()
    monkeypatch.setattr(entrance, "dependencies", lambda: found.deps)
    return found


def ready(app: InMemoryService) -> Run:
    return planned(app, drafted(app, app.connected(), entry("t1")))


def call(run: Run, step: str, **more: Any) -> None:
    from functions.imports.handler import handler

    event = sample("imports") | {"step": step, "firm": run.firm, **more}
    event |= {"connection_id": run.connection_id, "run_id": run.id}
    event |= {"machine": more.get("machine", "execution-1")}
    handler(event, cast(LambdaContext, Context()))


def test_a_step_rests_with_its_token_which_is_in_no_line(
    app: InMemoryService, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ready(app)
    call(run, "wait", token="token-of-the-machine")
    assert app.executions.rows[(run.firm, run.connection_id, run.id)].step == "wait"
    assert "token-of-the-machine" not in capsys.readouterr().out


def test_an_abandoned_draft_expires(app: InMemoryService) -> None:
    run = ready(app)
    call(run, "expire")
    assert app.run(run).state is RunState.EXPIRED
    assert app.executions.state(run).token == ""


def test_a_machine_that_another_took_the_place_of_has_nothing_to_say(
    app: InMemoryService,
) -> None:
    run = ready(app)
    for step in ("expire", "break_off"):
        call(run, step, machine="execution-0")
        assert app.run(run).state is RunState.READY
    app.executions.alive["old"] = ((run.firm, run.connection_id, run.id), "execution-0")
    before = app.executions.state(run)
    call(run, "wait", machine="execution-0", token="old")
    assert app.executions.state(run) == before
    assert "old" not in app.executions.alive


def test_a_run_that_was_let_loose_does_not_expire(app: InMemoryService) -> None:
    run = ready(app)
    service.start(app.deps, ADA, run.connection_id, run.id, run.plan)
    service.interrupt(app.deps, ADA, run.connection_id, run.id)
    call(run, "expire")
    assert app.run(run).state is RunState.INTERRUPTED


def test_a_machine_that_broke_off_parks_its_run_and_a_resume_starts_another(
    app: InMemoryService,
) -> None:
    run = ready(app)
    service.start(app.deps, ADA, run.connection_id, run.id, run.plan)
    app.executions.lose(run)
    app.executions.steps.clear()
    call(run, "break_off")
    parked = app.run(run)
    assert parked.state is RunState.PARKED
    assert parked.reason is not None
    assert parked.reason.code == "worker_failed"
    assert app.counts["ImportsBroken"] == 1
    begun = app.executions.begun
    service.resume(app.deps, ADA, run.connection_id, run.id)
    app.work()
    assert app.run(run).state is RunState.COMPLETED
    assert app.executions.begun == begun + 1


def test_a_machine_that_broke_off_while_planning_leaves_a_draft(app: InMemoryService) -> None:
    run = drafted(app, app.connected(), entry("t1"))
    service.order_plan(app.deps, ADA, run.connection_id, run.id)
    call(run, "break_off")
    assert app.run(run).state is RunState.DRAFT
