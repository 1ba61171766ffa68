"""What an undo leaves as it is, because others have used or written it since.

Each promise was found without a test: a change of the code broke it, and no test noticed.
"""

from dataclasses import replace
from datetime import date

import pytest
from ledgerlink.domain.model.plan import Action
from ledgerlink.domain.model.rules import Client, CreateProject, RuleKind
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.services.imports import plan_undo, service

from tests.fakes.service import InMemoryService, entry, in_memory_service
from tests.support.importing import ADA, imported, undone


@pytest.fixture
def app() -> InMemoryService:
    return in_memory_service()


def held(app: InMemoryService) -> dict[str, int]:
    return {str(s.body["notes"]): s.body["minutes"] for s in app.company().of_kind("Time")}


def reasons(app: InMemoryService, run: Run) -> dict[str, str]:
    return {i.operation.key: i.outcome.reason.code for i in app.items(run) if i.outcome.reason}


def test_what_a_later_import_corrected_is_not_undone_with_the_earlier_one(
    app: InMemoryService,
) -> None:
    connection = app.connected()
    first = imported(app, connection, entry("t1"), entry("t2"))
    imported(app, connection, entry("t1", minutes=90), entry("t2"), key="b")
    taking = undone(app, first)
    assert taking.state is RunState.COMPLETED_WITH_PROBLEMS
    assert reasons(app, taking) == {"time:t1": "written_since"}
    assert held(app) == {"work t1": 90}


def test_a_deletion_is_not_undone_where_the_entry_came_back_since(app: InMemoryService) -> None:
    connection = app.connected()
    imported(app, connection, entry("t1"), entry("t2"))
    second = imported(app, connection, entry("t1"), key="b")
    imported(app, connection, entry("t1"), entry("t2", minutes=15), key="c")
    taking = undone(app, second)
    assert reasons(app, taking) == {"time:t2": "written_since"}
    assert held(app) == {"work t1": 60, "work t2": 15}


def test_a_client_that_other_time_uses_stays(app: InMemoryService) -> None:
    connection = app.connected()
    app.rules(connection, RuleKind.PROJECTS, {"p9": CreateProject(name="New")})
    first = imported(app, connection, entry("t1", project_key="p9"))
    app.post(connection, "post", [entry("t2", project_key="p9", work_date="2026-04-01")])
    app.work()
    taking = undone(app, first)
    assert taking.state is RunState.COMPLETED_WITH_PROBLEMS
    assert reasons(app, taking) == {"project:p9": "used_since"}
    assert sorted(held(app)) == ["work t2"]
    assert len(app.company().of_kind("Customer")) == 1


def test_a_client_of_time_that_the_undo_has_to_leave_stays(app: InMemoryService) -> None:
    connection = app.connected()
    app.rules(connection, RuleKind.PROJECTS, {"p9": CreateProject(name="New")})
    first = imported(app, connection, entry("t1", project_key="p9"))
    (written,) = app.company().of_kind("Time")
    app.company().billed[written.id] = "1042"
    taking = undone(app, first)
    assert reasons(app, taking) == {"time:t1": "billed", "project:p9": "used_since"}
    assert len(app.company().of_kind("Customer")) == 1


@pytest.mark.parametrize(("most", "stays"), [(1, True), (2, False)])
def test_with_more_links_than_are_read_every_record_counts_as_used(
    app: InMemoryService, monkeypatch: pytest.MonkeyPatch, most: int, stays: bool
) -> None:
    connection = app.connected()
    app.rules(connection, RuleKind.PROJECTS, {"p9": CreateProject(name="New")})
    first = imported(app, connection, entry("t1", project_key="p9"))
    app.post(connection, "post", [entry("t2")])
    app.work()
    monkeypatch.setattr(plan_undo, "MOST_LINKS", most)
    taking = undone(app, first)
    assert (reasons(app, taking).get("project:p9") == "used_since") is stays


def test_an_undone_deletion_is_restored_under_the_run_that_wrote_it_and_may_be_undone_by_it(
    app: InMemoryService,
) -> None:
    connection = app.connected()
    first = imported(app, connection, entry("t1"), entry("t2"))
    second = imported(app, connection, entry("t1"), key="b")
    undone(app, second)
    assert held(app) == {"work t1": 60, "work t2": 60}
    taking = undone(app, first, key="u2")
    assert taking.state is RunState.COMPLETED
    assert held(app) == {}


def test_an_undone_correction_belongs_to_the_run_before_and_may_be_undone_by_it(
    app: InMemoryService,
) -> None:
    connection = app.connected()
    first = imported(app, connection, entry("t1"))
    second = imported(app, connection, entry("t1", minutes=15), key="b")
    undone(app, second)
    assert undone(app, first, key="u2").state is RunState.COMPLETED
    assert held(app) == {}


def test_nothing_is_restored_in_books_that_were_closed_since(app: InMemoryService) -> None:
    connection = app.connected()
    imported(app, connection, entry("t1"), entry("t2"))
    second = imported(app, connection, entry("t1"), key="b")
    company = app.company()
    company.features = replace(company.features, books_closed_through=date(2026, 2, 28))
    taking = undone(app, second)
    assert reasons(app, taking) == {"time:t2": "closed_period"}
    assert held(app) == {"work t1": 60}


def test_list_records_go_after_the_time_that_points_at_them(app: InMemoryService) -> None:
    connection = app.connected()
    app.rules(connection, RuleKind.PROJECTS, {"p9": CreateProject(name="New")})
    first = imported(app, connection, entry("t1", project_key="p9"))
    taking = service.undo(app.deps, ADA, connection.id, first.id, "u")
    app.work()
    operations = [i.operation for i in app.items(app.run(taking))]
    assert [op.key for op in operations] == ["time:t1", "project:p9"]
    assert {op.action for op in operations} == {Action.DELETE}
    assert operations[0].level < operations[1].level


def test_a_new_project_is_made_inactive_before_its_client_and_after_its_time(
    app: InMemoryService,
) -> None:
    connection = app.connected()
    new = CreateProject(name="New", client=Client(key="c9", name="Above"))
    app.rules(connection, RuleKind.PROJECTS, {"p9": new})
    first = imported(app, connection, entry("t1", project_key="p9"))
    taking = undone(app, first)
    order = [item.operation.key for item in app.items(taking)]
    levels = [item.operation.level for item in app.items(taking)]
    assert order == ["time:t1", "project:p9", "client:c9"]
    assert levels == sorted(set(levels))
