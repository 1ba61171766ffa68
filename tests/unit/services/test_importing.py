"""Imports from the draft to the ledger, and back."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from ledgerlink.domain.errors import Conflict, Forbidden, Invalid, LedgerUnavailable, NotFound
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.imports import Scope
from ledgerlink.domain.model.list_records import ListRecord, ListTraits, ListType, change
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import CreateProject, LinkTo, RuleKind, Skip
from ledgerlink.domain.model.runs import RunState
from ledgerlink.services.imports import service
from ledgerlink.services.imports.mapping import mapping_of
from ledgerlink.services.imports.service import ImportRequest

from tests.fakes.service import InMemoryService, entry, in_memory_service
from tests.support.importing import (
    ADA,
    ADMIN,
    BOB,
    FEBRUARY,
    drafted,
    imported,
    planned,
    started,
    undone,
)


@pytest.fixture
def app() -> InMemoryService:
    return in_memory_service()


def held(app: InMemoryService) -> dict[str, int]:
    return {str(s.body["notes"]): s.body["minutes"] for s in app.company().of_kind("Time")}


def test_an_import_is_looked_through_planned_and_written(app: InMemoryService) -> None:
    connection = app.connected()
    run = drafted(app, connection, entry("t1"), entry("t2", minutes=30))
    assert (run.state, run.records) == (RunState.DRAFT, 2)
    assert run.imported
    assert run.imported.staged_at
    ready = planned(app, run)
    assert (ready.state, ready.plan) == (RunState.READY, 1)
    assert ready.imported
    assert ready.imported.totals["create"] == {"items": 2, "minutes": 90}
    assert held(app) == {}
    done = started(app, ready)
    assert done.state is RunState.COMPLETED
    assert held(app) == {"work t1": 60, "work t2": 30}
    assert app.executions.begun == 1


def test_the_same_import_again_writes_nothing(app: InMemoryService) -> None:
    connection = app.connected()
    records = [entry(f"t{n}") for n in range(9)]
    imported(app, connection, *records)
    before = len(app.company().received)
    again = imported(app, connection, *records, key="again")
    assert again.state is RunState.COMPLETED
    assert again.counts()[ItemState.UNCHANGED] == 9
    assert len(app.company().received) == before


def test_a_correction_writes_the_difference_alone(app: InMemoryService) -> None:
    connection = app.connected()
    imported(app, connection, *[entry(f"t{n}") for n in range(6)])
    changed = [entry(f"t{n}") for n in range(5)] + [entry("t6")]
    changed[0] = entry("t0", minutes=15)
    again = imported(app, connection, *changed, key="again")
    assert again.imported
    sent = {name: n["items"] for name, n in again.imported.totals.items()}
    assert sent == {"create": 1, "update": 1, "delete": 1, "unchanged": 4, "warnings": 0}
    wanted = {f"work t{n}": 60 for n in (1, 2, 3, 4, 6)} | {"work t0": 15}
    assert held(app) == wanted


def test_a_rule_changed_to_skip_deletes_the_time(app: InMemoryService) -> None:
    connection = app.connected()
    app.rules(connection, RuleKind.PROJECTS, {"p2": LinkTo(ledger_id="C2")})
    records = [entry("t1"), entry("t2", project_key="p2")]
    imported(app, connection, *records)
    app.rules(connection, RuleKind.PROJECTS, {"p2": Skip()})
    imported(app, connection, *records, key="again")
    assert held(app) == {"work t1": 60}


def test_records_outside_the_scope_are_left_out_and_counted(app: InMemoryService) -> None:
    connection = app.connected()
    scope = replace(FEBRUARY, projects=("p1",))
    records = [entry("t1"), entry("t2", work_date="2026-03-01"), entry("t3", project_key=None)]
    ready = planned(app, drafted(app, connection, *records, scope=scope))
    assert ready.imported
    assert ready.imported.left_out == 2
    assert [i.operation.members for i in app.items(ready)] == [("t1",)]


def test_an_import_leaves_time_outside_its_scope_alone(app: InMemoryService) -> None:
    connection = app.connected()
    imported(app, connection, entry("t1"), entry("t2", work_date="2026-02-03"))
    scope = replace(FEBRUARY, last_day=date(2026, 2, 10))
    imported(app, connection, scope=scope, key="again")
    assert held(app) == {"work t1": 60}


def test_a_draft_is_seen_by_its_maker_alone(app: InMemoryService) -> None:
    connection = app.connected()
    run = drafted(app, connection, entry("t1"))
    with pytest.raises(NotFound):
        service.get_import(app.deps, BOB, connection.id, run.id)
    done = started(app, planned(app, run))
    assert service.get_import(app.deps, BOB, connection.id, done.id)[0].id == run.id


def test_only_the_plan_that_was_seen_can_be_started(app: InMemoryService) -> None:
    connection = app.connected()
    run = planned(app, drafted(app, connection, entry("t1")))
    newer = planned(app, run)
    with pytest.raises(Conflict, match="newest plan"):
        service.start(app.deps, ADA, connection.id, run.id, run.plan)
    assert started(app, newer).state is RunState.COMPLETED


def test_going_back_changes_a_drafts_scope_and_records(app: InMemoryService) -> None:
    connection = app.connected()
    run = planned(app, drafted(app, connection, entry("t1"), entry("t2", minutes=10)))
    patch = {"posting": {"round_to": 15, "rounding": "up"}, "records": [entry("t2", minutes=10)]}
    changed = service.change(app.deps, ADA, connection.id, run.id, patch)
    assert changed.state is RunState.DRAFT
    app.work()
    assert started(app, planned(app, changed)).state is RunState.COMPLETED
    assert held(app) == {"work t2": 15}


def test_who_made_it_or_an_administrator_may_interrupt(app: InMemoryService) -> None:
    connection = app.connected()
    run = planned(app, drafted(app, connection, *[entry(f"t{n}") for n in range(9)]))
    service.start(app.deps, ADA, connection.id, run.id, run.plan)
    with pytest.raises(Forbidden):
        service.interrupt(app.deps, BOB, connection.id, run.id)
    stopped = service.interrupt(app.deps, ADMIN, connection.id, run.id)
    assert stopped.state is RunState.INTERRUPTED
    app.work()
    assert held(app) == {}
    service.resume(app.deps, ADA, connection.id, run.id)
    app.work()
    assert app.run(run).state is RunState.COMPLETED
    assert len(held(app)) == 9


@pytest.mark.parametrize("calls", range(1, 12))
def test_interrupted_anywhere_and_taken_up_it_writes_everything_once(
    app: InMemoryService, calls: int
) -> None:
    connection = app.connected()
    run = planned(app, drafted(app, connection, *[entry(f"t{n}") for n in range(11)]))
    service.start(app.deps, ADA, connection.id, run.id, run.plan)
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        app.clock.go_on(seconds=3)
        if asked == calls:
            service.interrupt(app.deps, ADA, connection.id, run.id)
        return False

    app.work(stop)
    there = app.run(run)
    if there.state is RunState.INTERRUPTED:
        assert len(held(app)) <= 2 * calls
        service.resume(app.deps, ADA, connection.id, run.id)
        app.work()
    assert app.run(run).state is RunState.COMPLETED
    times = [s.body["notes"] for s in app.company().of_kind("Time")]
    assert sorted(times) == sorted(f"work t{n}" for n in range(11))


def test_one_import_applies_at_a_time_and_the_next_begins_by_itself(app: InMemoryService) -> None:
    connection = app.connected()
    first = planned(app, drafted(app, connection, *[entry(f"a{n}") for n in range(9)]))
    wanted = ImportRequest(scope=FEBRUARY, records=[entry("b1", work_date="2026-02-02")])
    second = service.create(app.deps, BOB, connection.id, "b", replace(wanted))
    app.work()
    second = planned(app, second, BOB)
    service.start(app.deps, ADA, connection.id, first.id, first.plan)
    service.start(app.deps, BOB, connection.id, second.id, second.plan)
    assert app.run(second).state is RunState.QUEUED
    app.work()
    assert app.run(first).state is RunState.COMPLETED
    assert app.run(second).state is RunState.COMPLETED


def test_a_run_whose_machine_was_lost_is_taken_up_by_a_new_one(app: InMemoryService) -> None:
    connection = app.connected()
    run = planned(app, drafted(app, connection, *[entry(f"t{n}") for n in range(9)]))
    app.executions.lose(run)
    assert started(app, run).state is RunState.COMPLETED
    assert app.executions.begun == 2
    assert len(held(app)) == 9


def test_trouble_of_the_ledger_parks_the_import_and_resume_does_the_rest(
    app: InMemoryService,
) -> None:
    connection = app.connected()
    run = planned(app, drafted(app, connection, *[entry(f"t{n}") for n in range(9)]))
    app.company().trouble = [None, None, LedgerUnavailable("down", "The ledger is down.")]
    parked = started(app, run)
    assert parked.state is RunState.PARKED
    assert parked.reason
    assert parked.reason.code == "ledger_unavailable"
    service.resume(app.deps, ADA, connection.id, run.id)
    app.work()
    assert app.run(run).state is RunState.COMPLETED
    assert len(held(app)) == 9


def test_trouble_while_planning_leaves_a_draft_with_the_reason(app: InMemoryService) -> None:
    connection = app.connected()
    run = drafted(app, connection, entry("t1"))
    app.company().trouble = [LedgerUnavailable("down", "The ledger is down.")]
    back = planned(app, run)
    assert back.state is RunState.DRAFT
    assert back.reason
    assert back.reason.code == "ledger_unavailable"
    assert started(app, planned(app, back)).state is RunState.COMPLETED


def test_an_undo_reverses_creates_updates_and_deletes(app: InMemoryService) -> None:
    connection = app.connected()
    imported(app, connection, entry("t1"), entry("t2"))
    before = held(app)
    second = imported(app, connection, entry("t1", minutes=5), entry("t3"), key="b")
    assert held(app) == {"work t1": 5, "work t3": 60}
    taking = undone(app, second)
    assert taking.state is RunState.COMPLETED
    assert held(app) == before
    assert app.run(second).state is RunState.UNDONE
    again = imported(app, connection, entry("t1"), entry("t2"), key="c")
    assert again.counts()[ItemState.UNCHANGED] == 2


def test_an_undo_removes_the_list_records_that_the_import_made(app: InMemoryService) -> None:
    connection = app.connected()
    app.rules(connection, RuleKind.PROJECTS, {"p9": CreateProject(name="New")})
    run = imported(app, connection, entry("t1", project_key="p9"))
    assert len(app.company().of_kind("Customer")) == 1
    assert undone(app, run).state is RunState.COMPLETED
    assert app.company().of_kind("Customer") == []


def test_an_undo_lists_and_keeps_documents_billed_or_edited_since(app: InMemoryService) -> None:
    connection = app.connected()
    run = imported(app, connection, entry("t1"), entry("t2"), entry("t3"))
    by_key = {i.operation.key: i.outcome.ledger_id for i in app.items(run)}
    company = app.company()
    company.billed[str(by_key["time:t1"])] = "1042"
    edited = company.stored[str(by_key["time:t2"])]
    company.stored[edited.id] = replace(edited, body={**edited.body, "minutes": 1}, version=7)
    taking = undone(app, run)
    assert taking.state is RunState.COMPLETED_WITH_PROBLEMS
    why = {i.operation.key: i.outcome.reason.code for i in app.items(taking) if i.outcome.reason}
    assert why == {"time:t1": "billed", "time:t2": "changed_in_ledger"}
    assert sorted(held(app)) == ["work t1", "work t2"]


def test_an_interrupted_import_that_was_undone_cannot_be_taken_up(app: InMemoryService) -> None:
    connection = app.connected()
    run = planned(app, drafted(app, connection, *[entry(f"t{n}") for n in range(11)]))
    service.start(app.deps, ADA, connection.id, run.id, run.plan)

    def stop() -> bool:
        app.clock.go_on(seconds=3)
        if held(app) and app.run(run).state is RunState.APPLYING:
            service.interrupt(app.deps, ADA, connection.id, run.id)
        return False

    app.work(stop)
    assert 0 < len(held(app)) < 11
    assert undone(app, run).state is RunState.COMPLETED
    assert held(app) == {}
    assert app.run(run).state is RunState.UNDONE
    assert app.run(run).reason is None
    with pytest.raises(Conflict):
        service.resume(app.deps, ADA, connection.id, run.id)


def test_an_undo_cannot_be_undone(app: InMemoryService) -> None:
    connection = app.connected()
    taking = undone(app, imported(app, connection, entry("t1")))
    with pytest.raises(Conflict, match="cannot be undone"):
        service.undo(app.deps, ADA, connection.id, taking.id, "u2")


def test_the_mapping_shows_rules_and_open_entities(app: InMemoryService) -> None:
    connection = app.connected()
    run = drafted(app, connection, entry("t1"), entry("t2", project_key="p7"))
    page = mapping_of(app.deps, connection, run, RuleKind.PROJECTS)
    assert [(m.entity.key, m.entries, m.rule is None) for m in page.mapped] == [
        ("p1", 1, False),
        ("p7", 1, True),
    ]
    assert page.open == 1


def test_a_customer_of_another_currency_is_warned_of() -> None:
    customer = ListType.CUSTOMER
    app = in_memory_service(
        lists={customer: ListTraits(entities=("Customer",), by_changes=True, places=True)}
    )
    app.company().features = Features(home_currency="USD", multi_currency=True)
    connection = app.connected()
    rossi = ListRecord(type=customer, id="C1", name="Rossi", fields={"currency": "EUR"})
    created = change(None, rossi, "r1", app.clock.now(), linked=False)
    assert created is not None
    app.deps.lists.record(connection.key, "r1", [created])
    billed = entry("t1", billable=True, bill_rate="95.00")
    ready = planned(app, drafted(app, connection, billed, entry("t2")))
    found = {i.operation.key: [w.code for w in i.operation.warnings] for i in app.items(ready)}
    assert found == {"time:t1": ["foreign_currency"], "time:t2": []}


class Product:
    """A product that time is pulled from."""

    def entries(self, firm: str, scope: Scope) -> Iterator[Mapping[str, Any]]:
        yield entry("t1", work_date=scope.first_day.isoformat(), notes=f"of {firm}")

    def entities(self, _firm: str) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
        return {"users": {"u1": {"name": "Ada Lovelace"}}}


def test_records_are_pulled_from_a_source_that_is_connected(app: InMemoryService) -> None:
    connection = app.connected()
    app.deps = replace(app.deps, sources={"product": Product()})
    run = service.create(
        app.deps, ADA, connection.id, "k", ImportRequest(scope=FEBRUARY, adapter="product")
    )
    with pytest.raises(Conflict, match="still being read"):
        service.order_plan(app.deps, ADA, connection.id, run.id)
    app.work()
    page = mapping_of(app.deps, connection, app.run(run), RuleKind.USERS)
    assert [m.entity.name for m in page.mapped] == ["Ada Lovelace"]
    assert started(app, planned(app, run)).state is RunState.COMPLETED
    assert held(app) == {"of acme": 60}


def test_a_source_that_is_not_connected_is_refused(app: InMemoryService) -> None:
    connection = app.connected()
    with pytest.raises(Invalid, match="no source nowhere"):
        service.create(
            app.deps, ADA, connection.id, "k", ImportRequest(scope=FEBRUARY, adapter="nowhere")
        )


def test_a_discarded_draft_is_over(app: InMemoryService) -> None:
    connection = app.connected()
    run = drafted(app, connection, entry("t1"))
    service.discard(app.deps, ADA, connection.id, run.id)
    app.work()
    with pytest.raises(Conflict):
        service.order_plan(app.deps, ADA, connection.id, run.id)
    assert app.executions.alive == {}
