"""Two windows change one draft of an import at the same moment."""

from datetime import date

import pytest
from ledgerlink.domain.errors import Conflict, PreconditionFailed
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.rules import RuleKind
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.services.imports import service
from ledgerlink.services.imports.mapping import mapping_of

from tests.fakes.service import InMemoryService, entry, in_memory_service
from tests.support.importing import ADA, drafted, planned, started


@pytest.fixture
def app() -> InMemoryService:
    return in_memory_service()


@pytest.fixture
def connection(app: InMemoryService) -> Connection:
    return app.connected()


def change(app: InMemoryService, run: Run, of: int | None = None, **patch: object) -> Run:
    return service.change(app.deps, ADA, run.connection_id, run.id, patch, of)


def names(app: InMemoryService, connection: Connection, run: Run) -> list[str]:
    page = mapping_of(app.deps, connection, app.run(run), RuleKind.USERS)
    return [one.entity.name for one in page.mapped]


def test_changes_of_different_fields_are_both_kept(
    app: InMemoryService, connection: Connection
) -> None:
    """Case product 5."""
    run = drafted(app, connection, entry("t1"))
    day = date(2026, 2, 10)
    app.failure_plan.meanwhile["before runs.save"] = lambda: change(
        app, run, scope={"first_day": day}
    )
    change(app, run, scope={"people": ("u1",)}, posting={"round_to": 15})
    imported = app.run(run).imported
    assert imported is not None
    assert (imported.scope.first_day, imported.scope.people) == (day, ("u1",))
    assert imported.posting is not None
    assert imported.posting.round_to == 15


def test_a_change_of_another_generation_changes_nothing(
    app: InMemoryService, connection: Connection
) -> None:
    def call(name: str, of: int | None = None) -> None:
        change(app, run, of, names={"users": {"u1": {"name": name}}})

    run = drafted(app, connection, entry("t1"))
    seen = app.run(run).generation
    app.failure_plan.meanwhile["before runs.save"] = lambda: call("Ada")
    with pytest.raises(PreconditionFailed):
        call("Eve", seen)
    app.work()
    assert names(app, connection, run) == ["Ada"]
    with pytest.raises(PreconditionFailed):
        service.discard(app.deps, ADA, connection.id, run.id, seen)
    call("Bea", app.run(run).generation)
    app.work()
    assert names(app, connection, run) == ["Bea"]


def test_a_draft_that_is_started_meanwhile_is_not_changed(
    app: InMemoryService, connection: Connection
) -> None:
    run = planned(app, drafted(app, connection, entry("t1")))
    app.failure_plan.meanwhile["before runs.save"] = lambda: started(app, run)
    with pytest.raises(Conflict, match="cannot be changed"):
        change(app, run, names={"users": {"u1": {"name": "Eve"}}})
    assert app.run(run).state is RunState.COMPLETED
