"""What the lists say of dimensions reaches plans: defaults of work and people, demands of accounts;
and an import asks for the rules of what its time carries."""

from typing import Any

import pytest
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.imports import Scope
from ledgerlink.domain.model.list_records import ListRecord, ListTraits, ListType, change
from ledgerlink.domain.model.rules import CreateProject, LinkExpenseCode, LinkTo, RuleKind
from ledgerlink.services.imports import service
from ledgerlink.services.imports.mapping import mapping_of
from ledgerlink.services.imports.service import ImportRequest, User
from ledgerlink.services.posting.default_dimensions import with_required_dimensions

from tests.fakes.service import FIRM, InMemoryService, entry, in_memory_service
from tests.unit.domain.simulated_ledger import DAY

WORK = (ListType.TASK, ListType.PROJECT, ListType.EMPLOYEE)
ASKING = (ListType.ACCOUNT, ListType.EXPENSE_TYPE)
PLAIN = (ListType.DEPARTMENT, ListType.CUSTOMER)
LISTS = {
    kind: ListTraits(
        entities=(kind.value,), by_changes=True, defaults=kind in WORK, requires=kind in ASKING
    )
    for kind in (*WORK, *ASKING, *PLAIN)
}


@pytest.fixture
def app() -> InMemoryService:
    return in_memory_service(lists=LISTS)


def listed(
    app: InMemoryService, connection: Connection, kind: ListType, key: str, **fields: Any
) -> None:
    """A record of a list has come in."""
    record = ListRecord(type=kind, id=key, name=f"Name {key}", fields=fields)
    told = change(None, record, "r1", app.clock.now(), linked=False)
    assert told is not None
    app.deps.lists.record(connection.key, "r1", [told])


def bodies(app: InMemoryService, connection: Connection, *records: Any) -> list[dict[str, Any]]:
    """What is sent for these."""
    run = app.post(connection, f"k{len(app.lane.messages)}", list(records))
    app.work()
    return [dict(item.operation.body or {}) for item in app.items(run)]


def test_time_has_the_defaults_of_its_project_and_then_of_its_person(
    app: InMemoryService,
) -> None:
    connection = app.connected()
    listed(app, connection, ListType.EMPLOYEE, "P1", department_id="D1", location_id="L1")
    listed(app, connection, ListType.PROJECT, "C1", department_id="D2")
    (body,) = bodies(app, connection, entry("t1"))
    assert (body["department_id"], body["location_id"]) == ("D2", "L1")
    assert "class_id" not in body


def test_a_task_comes_before_the_project_above_it(app: InMemoryService) -> None:
    connection = app.connected()
    app.rules(connection, RuleKind.PROJECTS, {"p1": LinkTo(ledger_id="T1")})
    listed(app, connection, ListType.TASK, "T1", project_id="C1", class_id="K1")
    listed(app, connection, ListType.PROJECT, "C1", class_id="K2", department_id="D2")
    (body,) = bodies(app, connection, entry("t1"))
    assert (body["class_id"], body["department_id"]) == ("K1", "D2")


def test_a_project_that_a_rule_created_has_its_defaults_once_it_is_there(
    app: InMemoryService,
) -> None:
    connection = app.connected()
    app.rules(connection, RuleKind.PROJECTS, {"p1": CreateProject(name="Site")})
    bodies(app, connection, entry("t1"))
    link = app.deps.links.get(connection.key, ["project:p1"])["project:p1"]
    listed(app, connection, ListType.PROJECT, link.ledger_id, department_id="D2")
    app.clock.go_on(hours=1)
    run = app.post(connection, "again", [entry("t2")])
    app.work()
    (item,) = app.items(run)
    assert (item.operation.body or {})["department_id"] == "D2"


def test_an_import_has_the_same_defaults_as_a_post(app: InMemoryService) -> None:
    connection = app.connected()
    listed(app, connection, ListType.PROJECT, "C1", department_id="D2")
    run = drafted(app, connection, entry("t1"))
    service.order_plan(app.deps, ADA, connection.id, run)
    app.work()
    (item,) = app.items(app.deps.runs.get(connection.key, run))
    assert (item.operation.body or {})["department_id"] == "D2"


def test_account_lists_have_the_required_dimensions_of_lines(app: InMemoryService) -> None:
    connection = app.connected()
    listed(app, connection, ListType.ACCOUNT, "A1", number="6100", requires=["department"])
    listed(app, connection, ListType.ACCOUNT, "A2", number="6200", requires=[])
    listed(app, connection, ListType.EXPENSE_TYPE, "Meals", account_id="A1")
    told = Features(home_currency="USD", required={"A2": {"class": "9"}})
    wanted = with_required_dimensions(app.deps, connection, told)
    assert wanted.required == {
        "A1": {"department": "6100"},
        "Meals": {"department": "6100"},
        "A2": {"class": "9"},
    }
    assert wanted.home_currency == "USD"


def test_gone_list_records_have_no_values(app: InMemoryService) -> None:
    connection = app.connected()
    for kind, key, fields in (
        (ListType.PROJECT, "C1", {"department_id": "D2"}),
        (ListType.ACCOUNT, "A1", {"number": "6100", "requires": ["department"]}),
    ):
        listed(app, connection, kind, key, **fields)
        record = ListRecord(type=kind, id=key, name="Gone", fields=fields, gone="deleted")
        told = change(None, record, "r2", app.clock.now(), linked=False)
        assert told is not None
        app.deps.lists.record(connection.key, "r2", [told])
    (body,) = bodies(app, connection, entry("t1"))
    assert "department_id" not in body
    assert with_required_dimensions(app.deps, connection, Features()) == Features()


def test_of_a_ledger_whose_lists_say_nothing_none_is_read() -> None:
    plain = {ListType.ACCOUNT: ListTraits(entities=("Account",), by_changes=True)}
    app = in_memory_service(lists=plain)
    connection = app.connected()
    app.rules(connection, RuleKind.EXPENSE_CODES, {"meals": LinkExpenseCode(ledger_id="A1")})
    listed(app, connection, ListType.ACCOUNT, "A1", number="6100", requires=["department"])
    assert with_required_dimensions(app.deps, connection, Features()) == Features()


def test_an_import_asks_for_the_rules_of_its_entries_dimensions(app: InMemoryService) -> None:
    connection = app.connected()
    listed(app, connection, ListType.DEPARTMENT, "D1")
    time = entry("t1", department_key="Name D1", class_key="K")
    run = app.deps.runs.get(connection.key, drafted(app, connection, time))
    (mapped,) = mapping_of(app.deps, connection, run, RuleKind.DEPARTMENTS).mapped
    assert (mapped.entity.key, mapped.entries) == ("Name D1", 1)
    assert [one.ledger_id for one in mapped.suggestions] == ["D1"]
    assert mapping_of(app.deps, connection, run, RuleKind.CLASSES).open == 1
    assert mapping_of(app.deps, connection, run, RuleKind.LOCATIONS).open == 0


ADA = User(FIRM, "ada")


def drafted(app: InMemoryService, connection: Connection, *records: Any) -> str:
    """An import of these, looked through."""
    scope = Scope(first_day=DAY.replace(day=1), last_day=DAY.replace(day=28))
    run = service.create(
        app.deps, ADA, connection.id, "draft", ImportRequest(scope=scope, records=list(records))
    )
    app.work()
    return run.id
