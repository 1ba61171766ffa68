"""A table that was lost or restored to an earlier point is noticed before anything is posted."""

from copy import deepcopy
from typing import Any

import pytest
from ledgerlink.domain.errors import RecordsRestored
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.services.posting.preview import preview
from ledgerlink.services.runs import parking

from tests.fakes.failure_plan import FailurePlan
from tests.fakes.service import USER, InMemoryService, entry, in_memory_service
from tests.support.importing import drafted, planned

ENTRIES = [entry(f"t{n}") for n in range(6)]
ROWS = ("links", "runs", "connections", "connector_states", "settings", "rules", "schedules")
"""The stores whose rows stand in the table."""


def rows(app: InMemoryService) -> dict[str, dict[str, Any]]:
    """What stands in the table, as a backup has it."""
    return {name: deepcopy(_fake(app, name).__dict__) for name in ROWS}


def restore(app: InMemoryService, backup: dict[str, dict[str, Any]]) -> None:
    """The table as it was at an earlier point; bucket and ledger are as they are now."""
    for name, stored in backup.items():
        _fake(app, name).__dict__.update(deepcopy(stored))


def _fake(app: InMemoryService, name: str) -> Any:
    store = getattr(app.deps, name)
    return getattr(store, "_inner", store)


def post(app: InMemoryService, connection: Connection, key: str) -> Run:
    run = app.post(connection, key, ENTRIES)
    app.work()
    return app.run(run)


def is_noticed(run: Run) -> bool:
    return (
        run.state is RunState.PARKED
        and run.reason is not None
        and run.reason.code == "records_restored"
    )


def posted(app: InMemoryService) -> int:
    return len(app.company().of_kind("Time"))


def decide(app: InMemoryService) -> None:
    """The operator deletes the company's marks."""
    app.staging.marks.clear()


def test_a_table_restored_to_before_a_post_posts_nothing_twice() -> None:
    """Case security 10."""
    app = in_memory_service()
    connection = app.connected()
    backup = rows(app)
    assert post(app, connection, "first").state is RunState.COMPLETED
    restore(app, backup)
    assert is_noticed(post(app, connection, "again"))
    assert posted(app) == len(ENTRIES)


def test_resuming_and_reconnecting_do_not_lead_to_double_posting() -> None:
    """Case security 10: the remedy never leads there."""
    app = in_memory_service()
    connection = app.connected()
    backup = rows(app)
    post(app, connection, "first")
    restore(app, backup)
    run = post(app, connection, "again")
    parking.resume(app.deps, run)
    app.work()
    assert is_noticed(app.run(run))
    parking.resume_all(app.deps, connection)
    app.work()
    assert is_noticed(app.run(run))
    assert posted(app) == len(ENTRIES)


def work_with_backups(app: InMemoryService) -> list[dict[str, dict[str, Any]]]:
    """The rows each time that the worker asks whether it has to stop."""
    backups: list[dict[str, dict[str, Any]]] = []

    def stop() -> bool:
        backups.append(rows(app))
        return False

    app.work(stop)
    return backups


def test_a_table_restored_to_any_point_of_a_run_does_not_post_it_twice() -> None:
    """Case security 10: part of the run was posted at that point."""
    app = in_memory_service(chunk_size=3)
    run = app.post(app.connected(), "first", ENTRIES)
    backups = work_with_backups(app)
    bucket = deepcopy(app.staging.marks)
    noticed = []
    for backup in backups:
        restore(app, backup)
        app.staging.marks = deepcopy(bucket)
        app.lane.seen.clear()
        parking.resume(app.deps, app.run(run))
        app.work()
        noticed.append(is_noticed(app.run(run)))
        assert noticed[-1] or app.run(run).state is RunState.COMPLETED
        assert posted(app) == len(ENTRIES)
    assert noticed[0]
    assert not all(noticed)


def test_a_lost_table_is_noticed_when_the_company_is_connected_again() -> None:
    """Case security 10: the connection is a new one."""
    app = in_memory_service()
    empty = rows(app)
    post(app, app.connected(), "first")
    restore(app, empty)
    assert is_noticed(post(app, app.connected(), "again"))
    assert posted(app) == len(ENTRIES)


def test_once_the_records_are_complete_and_it_is_decided_the_run_goes_on() -> None:
    app = in_memory_service()
    connection = app.connected()
    backup = rows(app)
    post(app, connection, "first")
    complete = deepcopy(_fake(app, "links").__dict__)
    restore(app, backup)
    run = post(app, connection, "again")
    restore(app, {"links": complete})
    decide(app)
    parking.resume(app.deps, run)
    app.work()
    assert app.run(run).state is RunState.COMPLETED
    assert posted(app) == len(ENTRIES)
    assert post(app, connection, "third").state is RunState.COMPLETED


def posting_twice(failure_plan: FailurePlan) -> tuple[InMemoryService, Connection, int]:
    """The second of two posts, and the step at which its work began."""
    app = in_memory_service(failure_plan)
    connection = app.connected()
    post(app, connection, "first")
    run = app.post(connection, "second", [entry("t9")])
    begun = len(failure_plan.steps)
    app.work()
    assert app.run(run).state is RunState.COMPLETED
    return app, connection, begun


def steps_at_marks() -> list[int]:
    plan = FailurePlan()
    _, _, begun = posting_twice(plan)
    named = ("connector_states", "staging.mark", "staging.fix_mark")
    return [n for n in range(begun, len(plan.steps)) if any(x in plan.steps[n] for x in named)]


@pytest.mark.parametrize("at", steps_at_marks())
def test_a_worker_that_dies_at_a_mark_is_no_restored_table(at: int) -> None:
    app, connection, _ = posting_twice(FailurePlan(at=at))
    assert post(app, connection, "third").state is RunState.COMPLETED
    assert posted(app) == len(ENTRIES) + 1


def test_an_import_is_not_planned_and_somebody_is_paged() -> None:
    """Case security 10: it stays a draft, whose plan would write everything again."""
    app = in_memory_service()
    connection = app.connected()
    backup = rows(app)
    post(app, connection, "first")
    restore(app, backup)
    run = planned(app, drafted(app, connection, *ENTRIES))
    assert run.state is RunState.DRAFT
    assert run.reason == reason("records_restored")
    assert app.counts["RunsStuck"] == 1


def test_a_preview_says_so_too() -> None:
    """Case security 10: preview and post give the same."""
    app = in_memory_service()
    connection = app.connected()
    backup = rows(app)
    post(app, connection, "first")
    restore(app, backup)
    with pytest.raises(RecordsRestored) as refused:
        preview(app.deps, connection.key, USER, ENTRIES)
    assert refused.value.remedy == reason("records_restored").remedy
