"""The entry of the machine's steps."""

import os
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.services.imports import service

from tests.fakes.service import InMemoryService, entry, in_memory_service
from tests.unit.functions.standing_in import Context, sample
from tests.unit.services.test_importing import ADA, drafted, planned


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> InMemoryService:
    for name in ("SERVICE_NAME", "METRICS_NAMESPACE"):
        monkeypatch.setitem(os.environ, f"POWERTOOLS_{name}", "imports")
    import functions.imports.handler as entrance

    found = in_memory_service()
    monkeypatch.setattr(entrance, "dependencies", lambda: found.deps)
    return found


def ready(place: InMemoryService) -> Run:
    return planned(place, drafted(place, place.connected(), entry("t1")))


def call(run: Run, step: str, **more: Any) -> None:
    from functions.imports.handler import handler

    event = sample("imports") | {"step": step, "firm": run.firm, **more}
    event |= {"connection_id": run.connection_id, "run_id": run.id}
    event |= {"machine": more.get("machine", "execution-1")}
    handler(event, cast(LambdaContext, Context()))


def test_a_step_rests_with_its_token_which_is_in_no_line(
    place: InMemoryService, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ready(place)
    call(run, "wait", token="token-of-the-machine")
    assert place.executions.rows[(run.firm, run.connection_id, run.id)].step == "wait"
    assert "token-of-the-machine" not in capsys.readouterr().out


def test_a_draft_that_nobody_comes_back_to_expires(place: InMemoryService) -> None:
    run = ready(place)
    call(run, "expire")
    assert place.run(run).state is RunState.EXPIRED
    assert place.executions.state(run).token == ""


def test_a_machine_that_another_took_the_place_of_has_nothing_to_say(
    place: InMemoryService,
) -> None:
    run = ready(place)
    for step in ("expire", "break_off"):
        call(run, step, machine="execution-0")
        assert place.run(run).state is RunState.READY
    place.executions.alive["old"] = ((run.firm, run.connection_id, run.id), "execution-0")
    before = place.executions.state(run)
    call(run, "wait", machine="execution-0", token="old")
    assert place.executions.state(run) == before
    assert "old" not in place.executions.alive


def test_a_run_that_was_let_loose_does_not_expire(place: InMemoryService) -> None:
    run = ready(place)
    service.start(place.deps, ADA, run.connection_id, run.id, run.plan)
    service.interrupt(place.deps, ADA, run.connection_id, run.id)
    call(run, "expire")
    assert place.run(run).state is RunState.INTERRUPTED


def test_a_machine_that_broke_off_parks_its_run_and_a_resume_starts_another(
    place: InMemoryService,
) -> None:
    run = ready(place)
    service.start(place.deps, ADA, run.connection_id, run.id, run.plan)
    place.executions.lose(run)
    place.executions.steps.clear()
    call(run, "break_off")
    parked = place.run(run)
    assert parked.state is RunState.PARKED
    assert parked.reason is not None
    assert parked.reason.code == "worker_failed"
    assert place.counts["ImportsBroken"] == 1
    begun = place.executions.begun
    service.resume(place.deps, ADA, run.connection_id, run.id)
    place.work()
    assert place.run(run).state is RunState.COMPLETED
    assert place.executions.begun == begun + 1


def test_a_machine_that_broke_off_while_planning_leaves_a_draft(place: InMemoryService) -> None:
    run = drafted(place, place.connected(), entry("t1"))
    service.order_plan(place.deps, ADA, run.connection_id, run.id)
    call(run, "break_off")
    assert place.run(run).state is RunState.DRAFT
