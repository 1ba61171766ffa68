"""What two of them, or a death between two steps, must not do to an import."""

from collections.abc import Callable
from typing import Any

import pytest
from ledgerlink.domain.errors import Conflict, LedgerUnavailable
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.rules import LinkTo, RuleKind
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.services.imports import reconciliation, service
from ledgerlink.services.imports.mapping import find_entities
from ledgerlink.services.imports.service import ImportRequest
from ledgerlink.services.runs import parking
from ledgerlink.services.runs.next_step import report

from tests.fakes.company import Fault
from tests.fakes.service import InMemoryService, entry, in_memory_service
from tests.support.importing import (
    ADA,
    BOB,
    FEBRUARY,
    drafted,
    imported,
    planned,
    started,
    undone,
)

MERGED = {"description": "neither"}
DOWN = LedgerUnavailable("down", "The ledger is down.")


@pytest.fixture
def app() -> InMemoryService:
    return in_memory_service()


@pytest.fixture
def connection(app: InMemoryService) -> Connection:
    return app.connected()


def minutes(app: InMemoryService) -> list[int]:
    return sorted(s.body["minutes"] for s in app.company().of_kind("Time"))


def why(app: InMemoryService, run: Run) -> dict[str, str]:
    return {i.operation.key: i.outcome.reason.code for i in app.items(run) if i.outcome.reason}


def test_time_that_was_posted_since_is_not_in_a_merged_activity_too(
    app: InMemoryService, connection: Connection
) -> None:
    run = planned(app, drafted(app, connection, entry("t1"), entry("t2"), posting=MERGED))
    app.post(connection, "post", [entry("t1")])
    app.work()
    assert set(why(app, started(app, run)).values()) == {"overtaken"}
    assert minutes(app) == [60]


def test_of_two_drafts_that_merge_and_do_not_the_second_finds_the_first(
    app: InMemoryService, connection: Connection
) -> None:
    records = [entry("t1"), entry("t2")]
    merging = planned(app, drafted(app, connection, *records, posting=MERGED, key="A"))
    single = planned(app, drafted(app, connection, *records, key="B"))
    started(app, merging)
    started(app, single)
    assert minutes(app) == [120]


def test_a_plan_against_a_record_that_was_replaced_does_nothing_to_the_new_one(
    app: InMemoryService, connection: Connection
) -> None:
    imported(app, connection, entry("t1"))
    older = planned(app, drafted(app, connection, entry("t1", minutes=90), key="B"))
    app.rules(connection, RuleKind.PROJECTS, {"p1": LinkTo(ledger_id="C2")})
    imported(app, connection, entry("t1"), key="C")
    assert why(app, started(app, older)) == {"time:t1": "overtaken"}
    imported(app, connection, entry("t1"), key="D")
    assert minutes(app) == [60]


def test_a_record_that_is_not_valid_this_time_keeps_its_time(
    app: InMemoryService, connection: Connection
) -> None:
    imported(app, connection, entry("t1"), entry("t2"))
    imported(app, connection, entry("t1"), entry("t2", minutes=-5), key="B")
    assert minutes(app) == [60, 60]


@pytest.mark.parametrize("posting", [MERGED, None])
def test_an_activity_stays_whole_while_one_of_its_entries_cannot_be_posted(
    app: InMemoryService, connection: Connection, posting: Any
) -> None:
    records = [entry("t1"), entry("t2"), entry("t3")]
    imported(app, connection, *records, posting=MERGED)
    records[2] = entry("t3", project_key="nobody knows")
    again = imported(app, connection, *records, key="B", posting=posting)
    assert why(app, again)["time:t1"] == "member_blocked"
    assert minutes(app) == [180]


def test_the_undo_of_a_changed_rule_puts_the_old_activity_back(
    app: InMemoryService, connection: Connection
) -> None:
    imported(app, connection, entry("t1"))
    app.rules(connection, RuleKind.PROJECTS, {"p1": LinkTo(ledger_id="C2")})
    undone(app, imported(app, connection, entry("t1"), key="B"))
    assert [s.body["customer"] for s in app.company().of_kind("Time")] == ["C1"]


def test_activities_replaced_by_a_billed_merged_one_are_not_restored(
    app: InMemoryService, connection: Connection
) -> None:
    imported(app, connection, entry("t1"), entry("t2"))
    merged = imported(app, connection, entry("t1"), entry("t2"), key="B", posting=MERGED)
    (activity,) = app.company().of_kind("Time")
    app.company().billed[activity.id] = "7"
    taking = undone(app, merged)
    assert taking.state is RunState.COMPLETED_WITH_PROBLEMS
    assert minutes(app) == [120]
    assert app.run(merged).state is RunState.COMPLETED
    app.company().billed.clear()
    undone(app, merged, key="u2")
    assert minutes(app) == [60, 60]
    assert app.run(merged).state is RunState.UNDONE


def test_the_later_of_two_undos_keeps_the_import_between_them(
    app: InMemoryService, connection: Connection
) -> None:
    run = imported(app, connection, entry("t1"))
    first = service.undo(app.deps, ADA, connection.id, run.id, "u1")
    second = service.undo(app.deps, BOB, connection.id, run.id, "u2")
    app.work()
    started(app, app.run(first))
    imported(app, connection, entry("t1"), key="again")
    with pytest.raises(Conflict, match="has changed since"):
        started(app, app.run(second), BOB)
    imported(app, connection, entry("t1"), key="once more")
    assert minutes(app) == [60]


def test_unanswered_writes_of_a_parked_import_are_looked_up_before_new_ones(
    app: InMemoryService, connection: Connection
) -> None:
    first, second = (
        planned(app, drafted(app, connection, entry("t1"), key=key)) for key in ("A", "B")
    )
    for run in (first, second):
        service.start(app.deps, ADA, connection.id, run.id, run.plan)
    app.company().faults = [Fault.STORED_UNANSWERED]
    app.company().trouble = [None, DOWN]
    app.work()
    assert app.run(first).state is RunState.PARKED
    parking.resume(app.deps, app.run(first))
    app.work()
    assert minutes(app) == [60]


def parked(app: InMemoryService, connection: Connection) -> Run:
    run = planned(app, drafted(app, connection, *[entry(f"t{n}") for n in range(9)]))
    app.company().trouble = [None, None, DOWN]
    return started(app, run)


def test_a_parked_import_goes_on_no_more_once_its_undo_has_begun(
    app: InMemoryService, connection: Connection
) -> None:
    run = parked(app, connection)
    undone(app, run)
    parking.resume_all(app.deps, connection)
    app.work()
    assert minutes(app) == []
    assert app.run(run).state is RunState.UNDONE


def test_an_undo_of_an_import_that_went_on_since_is_planned_again(
    app: InMemoryService, connection: Connection
) -> None:
    run = parked(app, connection)
    taking = service.undo(app.deps, ADA, connection.id, run.id, "u")
    app.work()
    parking.resume_all(app.deps, connection)
    app.work()
    with pytest.raises(Conflict, match="has changed since"):
        started(app, app.run(taking))
    started(app, planned(app, app.run(taking)))
    assert minutes(app) == []


def test_an_undone_change_is_known_as_it_was(app: InMemoryService, connection: Connection) -> None:
    imported(app, connection, entry("t1", work_date="2026-02-10"))
    moved = entry("t1", minutes=15, work_date="2026-02-20")
    undone(app, imported(app, connection, moved, key="B"))
    link = app.links.get(connection.key, ["time:t1"])["time:t1"]
    assert link.source
    assert (link.minutes, link.day, link.source.work_date) == (60, link.source.work_date, link.day)
    found = reconciliation.reconcile(
        app.deps, connection.key, FEBRUARY.first_day, FEBRUARY.last_day
    )
    assert found.differences == []


Step = Callable[[InMemoryService, Run], Run]


@pytest.mark.parametrize(
    "step",
    [
        lambda app, run: service.order_plan(app.deps, ADA, run.connection_id, run.id),
        lambda app, run: service.start(app.deps, ADA, run.connection_id, run.id, run.plan),
    ],
    ids=["plan", "start"],
)
def test_a_repeated_request_restarts_a_run_that_was_never_driven(
    app: InMemoryService, connection: Connection, step: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = planned(app, drafted(app, connection, entry("t1")))

    def died(*_given: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(service, "drive", died)
        with pytest.raises(RuntimeError):
            step(app, run)
    step(app, run)
    app.work()
    assert app.run(run).state in (RunState.READY, RunState.COMPLETED)


def test_a_draft_that_is_changed_while_it_is_looked_through_is_looked_through_again(
    app: InMemoryService, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = ImportRequest(scope=FEBRUARY, records=[entry("t1")])
    run = service.create(app.deps, ADA, connection.id, "k", wanted)
    looks = 0

    def looking(*given: Any) -> int:
        nonlocal looks
        looks += 1
        if looks == 1:
            service.change(app.deps, ADA, connection.id, run.id, {})
        return find_entities(*given)

    monkeypatch.setattr("ledgerlink.services.imports.state_machine.find_entities", looking)
    app.work()
    found = app.run(run).imported
    assert found
    assert found.staged_at
    assert looks == 2


def test_a_resume_before_the_worker_has_reported_is_not_lost(
    app: InMemoryService, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = planned(app, drafted(app, connection, *[entry(f"t{n}") for n in range(9)]))
    service.start(app.deps, ADA, connection.id, run.id, run.plan)
    app.company().trouble = [None, DOWN]

    def resumed_first(deps: Any, reported: Run) -> None:
        if app.run(run).state is RunState.PARKED:
            service.resume(app.deps, ADA, connection.id, run.id)
        report(deps, reported)

    monkeypatch.setattr("ledgerlink.services.lane.report", resumed_first)
    app.work()
    assert app.run(run).state is RunState.COMPLETED


def test_a_key_of_one_user_is_not_anothers(app: InMemoryService, connection: Connection) -> None:
    wanted = ImportRequest(scope=FEBRUARY, records=[entry("t1")])
    service.create(app.deps, ADA, connection.id, "feb", wanted)
    with pytest.raises(Conflict):
        service.create(app.deps, BOB, connection.id, "feb", wanted)


def test_an_undo_cannot_be_changed_into_something_else(
    app: InMemoryService, connection: Connection
) -> None:
    run = imported(app, connection, entry("t1"))
    taking = service.undo(app.deps, ADA, connection.id, run.id, "u")
    app.work()
    with pytest.raises(Conflict, match=r"ready|planned|undo"):
        service.change(app.deps, ADA, connection.id, taking.id, {})
