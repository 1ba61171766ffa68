"""What an undo reverses, and how much of it is planned together."""

import pytest
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.runs import RunState
from ledgerlink.services.imports import plan_undo, service

from tests.fakes.service import InMemoryService, entry, in_memory_service
from tests.support.importing import ADA, imported, undone

MERGED = {"description": "neither"}


@pytest.fixture
def app() -> InMemoryService:
    return in_memory_service()


def test_only_what_was_posted_is_undone(app: InMemoryService) -> None:
    connection = app.connected()
    imported(app, connection, entry("t1"), entry("t2"), entry("t3"), entry("t4"))
    app.company().refuse = {"work t2", "work t5"}
    run = imported(
        app,
        connection,
        entry("t1", minutes=15),
        entry("t2", minutes=15),
        entry("t3"),
        entry("t5"),
        entry("t6", project_key="nowhere"),
        key="b",
    )
    assert app.states(run) == {
        "time:t1": ItemState.POSTED,
        "time:t2": ItemState.FAILED,
        "time:t3": ItemState.UNCHANGED,
        "time:t4": ItemState.POSTED,
        "time:t5": ItemState.FAILED,
        "time:t6": ItemState.BLOCKED,
    }
    taking = undone(app, run)
    assert app.states(taking) == {"time:t1": ItemState.POSTED, "time:t4": ItemState.POSTED}
    found = {str(one.body["notes"]): one.body["minutes"] for one in app.company().of_kind("Time")}
    assert found == {f"work t{n}": 60 for n in range(1, 5)}


@pytest.mark.parametrize(("most", "state"), [(1, RunState.DRAFT), (2, RunState.READY)])
def test_so_many_activities_that_exchanged_entries_are_undone_together(
    app: InMemoryService, monkeypatch: pytest.MonkeyPatch, most: int, state: RunState
) -> None:
    """They are held in memory; an undo of more is refused."""
    connection = app.connected()
    moved = entry("t2", work_date="2026-02-09")
    imported(app, connection, entry("t1"), entry("t2"), entry("t3"), posting=MERGED)
    run = imported(app, connection, entry("t1"), moved, entry("t3"), key="b", posting=MERGED)
    monkeypatch.setattr(plan_undo, "MOST_TOGETHER", most)
    taking = service.undo(app.deps, ADA, connection.id, run.id, "u")
    app.work()
    taking = app.run(taking)
    assert taking.state is state
    assert (taking.reason is not None) is (state is RunState.DRAFT)
    if taking.reason is not None:
        assert "more than 1 activities" in taking.reason.message
