"""Clients, projects and people that the ledger has by name or e-mail address already."""

from typing import Any

import pytest
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.list_records import ListRecord, ListType
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import (
    Client,
    CreateLaborCode,
    CreateProject,
    CreateUser,
    RuleKind,
)
from ledgerlink.services.posting.preview import preview

from tests.fakes.service import USER, InMemoryService, entry
from tests.support.listed import RECORDS, lists_came_in
from tests.support.money_service import money_service

L = ListType
PEOPLE = (
    ListRecord(type=L.EMPLOYEE, id="E2", name="Bo Cruz", fields={"email": "bo@example.com"}),
    ListRecord(type=L.EMPLOYEE, id="E3", name="Old Hand", active=False),
    ListRecord(type=L.VENDOR, id="V2", name="Sundry", fields={"email": "pay@sundry.example"}),
)
PROJECTS = {
    "customers": ListRecord(type=L.CUSTOMER, id="P-1", name="Acme website", parent_id="C1"),
    "projects": ListRecord(
        type=L.PROJECT, id="P-1", name="Acme website", fields={"customer_id": "C1"}
    ),
}
CASE = [
    {"kind": "client", "key": "dupA", "name": "Acme"},
    {"kind": "client", "key": "dupZ", "name": "Old client"},
    {"kind": "staff", "key": "dupS", "name": "Bo Cruz", "email": "bo@example.com"},
    {"kind": "staff", "key": "dupV", "name": "Airline Inc", "person": "vendor"},
    {"kind": "project", "key": "dupP", "name": "Acme website", "client_key": "dupA"},
]


def service(ledger: str) -> tuple[InMemoryService, Connection]:
    """A ledger in which projects are customers and names are shared (as QuickBooks), or in which
    projects are a list of their own and any name may be used twice (as Sage Intacct)."""
    app, connection = money_service()
    if ledger == "projects":
        app.connector.shared_names = ()
    lists_came_in(app, connection, [*RECORDS, *PEOPLE, PROJECTS[ledger]])
    return app, connection


def shown(app: InMemoryService, connection: Connection, *records: Any) -> dict[str, str | None]:
    """The reasons in the preview, which are those of the post."""
    found = preview(app.deps, connection.key, USER, list(records))
    reasons = {one.key: one.reason.code if one.reason else None for one in found}
    run = app.post(connection, "key", list(records))
    app.work()
    whys = {item.operation.key: item.outcome.reason for item in app.items(run)}
    assert {key: why.code if why else None for key, why in whys.items()} == reasons
    return reasons


@pytest.mark.parametrize("ledger", PROJECTS)
def test_what_exists_is_not_created_a_second_time(ledger: str) -> None:
    """Cases general 03, sage-intacct 10: five of five, with the id, and the next click."""
    app, connection = service(ledger)
    assert set(shown(app, connection, *CASE).values()) == {"name_taken"}
    assert app.company().received == []
    found = preview(app.deps, connection.key, USER, CASE)
    words = {one.key: one.reason.message for one in found if one.reason}
    assert "customer Acme (C1)" in words["project:dupA"]
    assert "Old client (C9), which is inactive" in words["project:dupZ"]
    assert "employee Bo Cruz (E2)" in words["user:dupS"]
    assert "vendor Airline Inc (V1)" in words["user:dupV"]
    assert "Acme website (P-1)" in words["project:dupP"]
    assert all("under Mapping" in one.reason.remedy for one in found if one.reason)


@pytest.mark.parametrize("ledger", PROJECTS)
@pytest.mark.parametrize("name", ["ACME", "  Acme ", "acme"])
def test_names_are_compared_without_case_and_blanks(ledger: str, name: str) -> None:
    app, connection = service(ledger)
    record = {"kind": "client", "key": "c", "name": name}
    assert shown(app, connection, record) == {"project:c": "name_taken"}


@pytest.mark.parametrize("ledger", PROJECTS)
def test_blanks_within_a_name_are_collapsed(ledger: str) -> None:
    app, connection = service(ledger)
    record = {"kind": "staff", "key": "s", "name": "bo   CRUZ"}
    assert shown(app, connection, record) == {"user:s": "name_taken"}


@pytest.mark.parametrize("ledger", PROJECTS)
@pytest.mark.parametrize(
    ("person", "email", "code"),
    [
        ("employee", "BO@example.com ", "email_taken"),
        ("vendor", "pay@sundry.example", "email_taken"),
        ("vendor", "bo@example.com", None),
        ("employee", "other@example.com", None),
        ("employee", None, None),
    ],
)
def test_people_are_also_known_by_their_address(
    ledger: str, person: str, email: str | None, code: str | None
) -> None:
    """Case general 03: persons by e-mail."""
    app, connection = service(ledger)
    record = {"kind": "staff", "key": "s", "name": "New Name", "person": person, "email": email}
    assert shown(app, connection, record) == {"user:s": code}


def test_the_same_project_may_be_below_another_client_where_the_ledger_takes_it() -> None:
    """Projects named «Website» are in every firm's list."""
    app, connection = service("projects")
    app.rules(connection, RuleKind.PROJECTS, {"z": CreateProject(name="Zeta")})
    records = [
        {"kind": "client", "key": "z", "name": "Zeta"},
        {"kind": "project", "key": "pz", "name": "Acme website", "client_key": "z"},
    ]
    assert shown(app, connection, *records) == {"project:z": None, "project:pz": None}


@pytest.mark.parametrize(("ledger", "second"), [("customers", "name_taken"), ("projects", None)])
def test_two_new_projects_of_one_name(ledger: str, second: str | None) -> None:
    """Case general 03: also two new records of the same name in one post."""
    app, connection = service(ledger)
    records = [
        {"kind": "client", "key": "ca", "name": "Alpha Ltd"},
        {"kind": "client", "key": "cb", "name": "Beta Ltd"},
        {"kind": "project", "key": "pa", "name": "Website", "client_key": "ca"},
        {"kind": "project", "key": "pb", "name": "Website", "client_key": "cb"},
    ]
    reasons = shown(app, connection, *records)
    assert reasons.pop("project:pb") == second
    assert set(reasons.values()) == {None}


@pytest.mark.parametrize("ledger", PROJECTS)
@pytest.mark.parametrize(
    ("kind", "second", "code"),
    [
        ("client", {"name": "NEW  name"}, "name_taken"),
        ("staff", {"name": "NEW  name"}, "name_taken"),
        ("staff", {"name": "Other", "email": "New@Example.com"}, "email_taken"),
    ],
)
def test_two_new_records_of_one_name_in_one_post(
    ledger: str, kind: str, second: Any, code: str
) -> None:
    app, connection = service(ledger)
    first = {"kind": kind, "key": "a", "name": "New name"}
    first |= {"email": "new@example.com"} if kind == "staff" else {}
    key = "user" if kind == "staff" else "project"
    reasons = shown(app, connection, first, {"kind": kind, "key": "b"} | second)
    assert reasons == {f"{key}:a": None, f"{key}:b": code}


@pytest.mark.parametrize("ledger", PROJECTS)
@pytest.mark.parametrize(
    ("kind", "mapping", "record"),
    [
        (RuleKind.USERS, CreateUser(name="bo cruz"), {"staff_key": "new"}),
        (RuleKind.USERS, CreateUser(name="B", email="bo@example.com"), {"staff_key": "new"}),
        (RuleKind.PROJECTS, CreateProject(name="ACME"), {"project_key": "new"}),
        (
            RuleKind.PROJECTS,
            CreateProject(name="Acme website", parent_id="C1"),
            {"project_key": "new"},
        ),
        (
            RuleKind.PROJECTS,
            CreateProject(name="Acme website", client=Client(key="c", name="Acme")),
            {"project_key": "new"},
        ),
    ],
)
def test_rules_that_create_repeat_nothing_either(
    ledger: str, kind: RuleKind, mapping: Any, record: Any
) -> None:
    """Case general 03: the same by rules, as imports set them."""
    app, connection = service(ledger)
    app.rules(connection, kind, {"new": mapping})
    run = app.post(connection, "key", [entry("t1", **record)])
    app.work()
    assert ItemState.POSTED not in app.states(run).values()
    assert app.company().received == []
    codes = {i.outcome.reason.code for i in app.items(run) if i.outcome.reason}
    assert codes & {"name_taken", "email_taken"}


@pytest.mark.parametrize("ledger", PROJECTS)
@pytest.mark.parametrize(
    ("name", "parent", "words"),
    [
        ("Design", None, "item Design (I1)"),
        (" DESIGN ", None, "item Design (I1)"),
        ("Old design", None, "Old design (I9), which is inactive"),
        ("Design", "HOURS", None),
        ("Designs", None, None),
    ],
)
@pytest.mark.parametrize("kind", [RuleKind.LABOR_CODES, RuleKind.LEAVE_TYPES])
def test_no_item_is_created_beside_one_of_its_name(
    ledger: str, kind: RuleKind, name: str, parent: str | None, words: str | None
) -> None:
    """Case general 03: Sage Intacct takes a second service of one name, QuickBooks refuses it."""
    app, connection = service(ledger)
    mapping = CreateLaborCode(name=name, income_account_id="IN", parent_id=parent)
    app.rules(connection, kind, {"new": mapping})
    field = "labor_code_key" if kind is RuleKind.LABOR_CODES else "leave_type_key"
    record = {**entry("t1"), "labor_code_key": None, field: "new"}
    found = shown(app, connection, record)
    item = next(key for key in found if key.endswith(":new"))
    assert (found[item], found["time:t1"]) == (
        ("name_taken", "dependency_failed") if words else (None, None)
    )
    (why,) = [one.reason for one in preview(app.deps, connection.key, USER, [record])][:1]
    assert words is None or (why is not None and words in why.message)


@pytest.mark.parametrize("ledger", PROJECTS)
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"kind": "staff", "name": "Cy New"}, {"kind": "staff", "name": "cy  new"}),
        (
            {"kind": "staff", "name": "Cy New", "email": "cy@example.com"},
            {"kind": "staff", "name": "C. New", "email": "CY@example.com"},
        ),
        ({"kind": "client", "name": "Fresh"}, {"kind": "client", "name": "Fresh"}),
    ],
)
def test_what_we_created_is_not_created_again_before_a_sync(
    ledger: str, first: dict[str, str], second: dict[str, str]
) -> None:
    """Case sage-intacct 10: by another key, in a later post. No list tells of the first yet."""
    app, connection = service(ledger)
    app.post(connection, "one", [{**first, "key": "k1"}])
    app.work()
    received = len(app.company().received)
    run = app.post(connection, "two", [{**second, "key": "k2"}])
    app.work()
    assert len(app.company().received) == received
    (item,) = app.items(run)
    assert item.outcome.reason is not None
    assert item.outcome.reason.code in ("name_taken", "email_taken")
    assert "(k1), which was created before" in item.outcome.reason.message


@pytest.mark.parametrize("ledger", PROJECTS)
def test_two_rules_create_no_item_of_one_name(ledger: str) -> None:
    """In one post, and where the first was created in an earlier one."""
    app, connection = service(ledger)
    new = CreateLaborCode(name="Drafting", income_account_id="IN")
    app.rules(connection, RuleKind.LABOR_CODES, {"d1": new, "d2": new})
    times = [entry("t1", labor_code_key="d1"), entry("t2", labor_code_key="d2")]
    assert shown(app, connection, *times)["labor-code:d2"] == "name_taken"
    run = app.post(connection, "later", [entry("t3", labor_code_key="d2")])
    app.work()
    codes = {i.operation.key: i.outcome.reason.code for i in app.items(run) if i.outcome.reason}
    assert codes == {"labor-code:d2": "name_taken", "time:t3": "dependency_failed"}


@pytest.mark.parametrize("gone", ["deleted", "merged"])
def test_what_we_created_and_somebody_deleted_frees_its_name(gone: str) -> None:
    app, connection = service("projects")
    app.post(connection, "one", [{"kind": "staff", "key": "k1", "name": "Cy New"}])
    app.work()
    link = app.links.rows[connection.key]["user:k1"]
    made = ListRecord(type=L.EMPLOYEE, id=link.ledger_id, name="Cy New", active=False, gone=gone)
    lists_came_in(app, connection, [*RECORDS, *PEOPLE, made])
    again = {"kind": "staff", "key": "k2", "name": "Cy New"}
    assert shown(app, connection, again) == {"user:k2": None}


@pytest.mark.parametrize("ledger", PROJECTS)
def test_what_we_created_ourselves_is_no_twin(ledger: str) -> None:
    app, connection = service(ledger)
    client = {"kind": "client", "key": "c", "name": "New"}
    app.post(connection, "one", [client])
    app.work()
    link = app.links.rows[connection.key]["project:c"]
    made = ListRecord(type=L.CUSTOMER, id=link.ledger_id, name="New")
    lists_came_in(app, connection, [*RECORDS, *PEOPLE, PROJECTS[ledger], made])
    again = app.post(connection, "two", [client, entry("t", project_key=None, client_key="c")])
    app.work()
    assert set(app.states(again).values()) == {ItemState.UNCHANGED, ItemState.POSTED}


@pytest.mark.parametrize("gone", ["deleted", "merged"])
def test_a_name_of_what_is_gone_is_free(gone: str) -> None:
    app, connection = service("customers")
    former = ListRecord(type=L.CUSTOMER, id="C5", name="Former", active=False, gone=gone)
    lists_came_in(app, connection, [*RECORDS, former])
    record = {"kind": "client", "key": "c", "name": "Former"}
    assert shown(app, connection, record) == {"project:c": None}


@pytest.mark.parametrize("ledger", PROJECTS)
@pytest.mark.parametrize(
    ("record", "name", "code"),
    [
        ({"kind": "client", "key": "n"}, "ACME", "name_taken"),
        ({"kind": "client", "key": "n"}, "Newer", None),
        ({"kind": "staff", "key": "n"}, "bo cruz", "name_taken"),
        ({"kind": "staff", "key": "n", "email": "n@example.com"}, "Newer", None),
    ],
)
def test_a_record_is_not_renamed_to_what_another_is_called(
    ledger: str, record: dict[str, str], name: str, code: str | None
) -> None:
    """Cases general 03, product 2: the preview knows of the name, as for a new record."""
    app, connection = service(ledger)
    app.post(connection, "new", [record | {"name": "New"}])
    app.work()
    (stored,) = app.company().stored.values()
    kind = L.CUSTOMER if record["kind"] == "client" else L.EMPLOYEE
    own = ListRecord(type=kind, id=stored.id, name="New", fields={"email": record.get("email")})
    lists_came_in(app, connection, [*RECORDS, *PEOPLE, own])
    (reason,) = shown(app, connection, record | {"name": name}).values()
    assert reason == code
