"""Projects of the same name under several clients, where a ledger takes a name only once.

Case general 06.
"""

from dataclasses import replace
from typing import Any

import pytest
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.list_records import ListRecord, ListType
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.model.rules import CreateProject, LinkTo, RuleKind
from ledgerlink.domain.model.time_settings import SameNames
from ledgerlink.services.posting.preview import preview

from tests.fakes.service import USER, InMemoryService, entry
from tests.support.listed import lists_came_in
from tests.support.money_service import money_service

ALPHA = {"kind": "client", "key": "ca", "name": "Alpha Ltd"}
BETA = {"kind": "client", "key": "cb", "name": "Beta Ltd"}
OF_ALPHA = {"kind": "project", "key": "pd", "name": "Website", "client_key": "ca"}
OF_BETA = {"kind": "project", "key": "pb", "name": "Website", "client_key": "cb"}
CASE = (ALPHA, BETA, OF_ALPHA, OF_BETA)


class Firm:
    """A firm whose ledger takes a name once, as QuickBooks does."""

    def __init__(self, how: SameNames = SameNames.REFUSE) -> None:
        self.app: InMemoryService
        self.connection: Connection
        self.app, self.connection = money_service()
        stored = self.app.deps.settings.get(self.connection.key)
        posting = replace(stored.posting, same_names=how)
        self.app.deps.settings.put(self.connection.key, replace(stored, posting=posting))
        self.count = 0

    def synced(self, *more: ListRecord) -> None:
        """The lists come in, with the paths that QuickBooks gives."""
        stored = self.app.company().of_kind("Customer")
        names = {one.id: one.body["name"] for one in stored}
        records = []
        for one in stored:
            above = one.body.get("parent")
            path = f"{names[above]}:{names[one.id]}" if above else names[one.id]
            records.append(
                ListRecord(
                    type=ListType.CUSTOMER,
                    id=one.id,
                    name=names[one.id],
                    path=path,
                    parent_id=above,
                )
            )
        lists_came_in(self.app, self.connection, [*records, *more])

    def post(self, *records: dict[str, Any]) -> dict[str, Reason | None]:
        """The reasons of the items, which the preview shows, too."""
        shown = preview(self.app.deps, self.connection.key, USER, list(records))
        self.count += 1
        run = self.app.post(self.connection, f"k{self.count}", list(records))
        self.app.work()
        items = self.app.items(run)
        assert [op.key for op in shown] == [item.operation.key for item in items]
        for op, item in zip(shown, items, strict=True):
            assert op.reason == (item.outcome.reason if op.reason else None)
        return {item.operation.key: item.outcome.reason for item in items}

    def names(self) -> list[str]:
        return sorted(one.body["name"] for one in self.app.company().of_kind("Customer"))


def test_a_second_project_of_a_name_is_blocked_with_the_path_of_the_first() -> None:
    firm = Firm()
    why = firm.post(*CASE)["project:pb"]
    assert why is not None
    assert why.code == "name_taken"
    assert "Alpha Ltd:Website" in why.message
    assert "Beta Ltd" in why.message
    assert "Website (Beta Ltd)" in why.remedy
    assert "existing record" not in why.remedy
    assert firm.names() == ["Alpha Ltd", "Beta Ltd", "Website"]


@pytest.mark.parametrize("synced", [False, True])
def test_a_name_that_was_created_earlier_is_known_before_and_after_a_sync(synced: bool) -> None:
    firm = Firm()
    firm.post(ALPHA, OF_ALPHA)
    if synced:
        firm.synced()
    why = firm.post(BETA, OF_BETA)["project:pb"]
    assert why is not None
    assert (why.code, "Alpha Ltd:Website" in why.message) == ("name_taken", True)
    assert firm.names() == ["Alpha Ltd", "Beta Ltd", "Website"]


@pytest.mark.parametrize("synced", [False, True])
def test_the_client_s_name_is_added_where_the_firm_wants_it_and_stays(synced: bool) -> None:
    firm = Firm(SameNames.ADD_CLIENT)
    expected = ["Alpha Ltd", "Beta Ltd", "Website", "Website (Beta Ltd)"]
    shown = preview(firm.app.deps, firm.connection.key, USER, list(CASE))
    assert {op.title for op in shown} == set(expected)
    assert set(firm.post(*CASE).values()) == {None}
    assert firm.names() == expected
    for _ in range(2):
        if synced:
            firm.synced()
        assert set(firm.post(*CASE).values()) == {None}
        assert firm.names() == expected


@pytest.mark.parametrize("synced", [False, True])
def test_the_client_s_name_is_added_in_a_later_post(synced: bool) -> None:
    firm = Firm(SameNames.ADD_CLIENT)
    firm.post(ALPHA, OF_ALPHA)
    if synced:
        firm.synced()
    time = entry("t1", project_key="pb")
    assert set(firm.post(BETA, OF_BETA, time).values()) == {None}
    assert firm.names() == ["Alpha Ltd", "Beta Ltd", "Website", "Website (Beta Ltd)"]
    gamma = {"kind": "client", "key": "cg", "name": "Gamma Ltd"}
    firm.post(gamma, {**OF_BETA, "key": "pg", "client_key": "cg"})
    assert "Website (Gamma Ltd)" in firm.names()


def test_a_project_named_as_its_client_has_the_client_s_name_added() -> None:
    named_alike = {**OF_ALPHA, "name": "Alpha Ltd"}
    why = Firm().post(ALPHA, named_alike)["project:pd"]
    assert why is not None
    assert "Alpha Ltd (ca)" in why.message
    firm = Firm(SameNames.ADD_CLIENT)
    firm.post(ALPHA, named_alike)
    assert firm.names() == ["Alpha Ltd", "Alpha Ltd (Alpha Ltd)"]


def test_a_project_named_as_an_employee_has_the_client_s_name_added() -> None:
    person = ListRecord(type=ListType.EMPLOYEE, id="55", name="Website")
    refusing, adding = Firm(), Firm(SameNames.ADD_CLIENT)
    refusing.synced(person)
    why = refusing.post(ALPHA, OF_ALPHA)["project:pd"]
    assert why is not None
    assert "employee Website (55)" in why.message
    adding.synced(person)
    adding.post(ALPHA, OF_ALPHA)
    assert adding.names() == ["Alpha Ltd", "Website (Alpha Ltd)"]


def test_a_project_that_its_own_client_has_already_is_not_created_a_second_time() -> None:
    firm = Firm(SameNames.ADD_CLIENT)
    held = ListRecord(type=ListType.CUSTOMER, id="9", name="Website", path="A:Website",
                      parent_id="8")  # fmt: skip
    client = ListRecord(type=ListType.CUSTOMER, id="8", name="A", path="A")
    firm.synced(held, client)
    firm.app.rules(firm.connection, RuleKind.PROJECTS, {"ca": LinkTo(ledger_id="8")})
    why = firm.post(OF_ALPHA)["project:pd"]
    assert why is not None
    assert "Choose the existing record" in why.remedy
    assert firm.names() == []


def test_a_renamed_project_keeps_to_the_choice() -> None:
    firm = Firm(SameNames.ADD_CLIENT)
    firm.post(*CASE)
    firm.synced()
    firm.post({**OF_BETA, "name": "Shop"})
    assert firm.names() == ["Alpha Ltd", "Beta Ltd", "Shop", "Website"]
    firm.synced()
    firm.post({**OF_ALPHA, "name": "Shop"})
    assert firm.names() == ["Alpha Ltd", "Beta Ltd", "Shop", "Shop (Alpha Ltd)"]


def test_names_of_a_ledger_that_takes_them_below_each_client_are_left_alone() -> None:
    firm = Firm(SameNames.ADD_CLIENT)
    firm.app.connector.shared_names = ()
    assert set(firm.post(*CASE).values()) == {None}
    assert firm.names() == ["Alpha Ltd", "Beta Ltd", "Website", "Website"]
    states = firm.app.states(firm.app.post(firm.connection, "again", list(CASE)))
    assert set(states.values()) <= {ItemState.UNCHANGED, ItemState.PENDING}


HELD = ListRecord(type=ListType.CUSTOMER, id="7", name="Website", path="Top:Website", parent_id="6")
GAMMA = ListRecord(type=ListType.CUSTOMER, id="8", name="Gamma Ltd", path="Gamma Ltd")


@pytest.mark.parametrize(
    ("rules", "project", "name"),
    [
        ({"cg": LinkTo(ledger_id="8")}, {"client_key": "cg"}, "Website (Gamma Ltd)"),
        ({"pg": CreateProject(name="Website", parent_id="8")}, {}, "Website (Gamma Ltd)"),
        ({}, {"client_key": "cn", "client_name": "New Ltd"}, "Website (New Ltd)"),
        (
            {"cn": CreateProject(name="By rule")},
            {"client_key": "cn", "client_name": "Sent"},
            "Website (By rule)",
        ),
    ],
    ids=["linked", "parent", "sent", "by its own rule"],
)
def test_the_name_that_is_added_is_the_client_s_in_the_ledger_or_the_one_it_gets(
    rules: dict[str, Any], project: dict[str, Any], name: str
) -> None:
    firm = Firm(SameNames.ADD_CLIENT)
    firm.synced(HELD, GAMMA)
    firm.app.rules(firm.connection, RuleKind.PROJECTS, rules)
    if "pg" in rules:
        firm.post(entry("t1", project_key="pg"))
    else:
        firm.post({"kind": "project", "key": "pg", "name": "Website"} | project)
    assert name in firm.names()


@pytest.mark.parametrize(
    ("mapping", "name"),
    [
        (LinkTo(ledger_id="99"), "Website (Sent)"),
        (CreateProject(name="Website", parent_id="99"), "Website (99)"),
    ],
    ids=["client", "parent"],
)
def test_a_client_that_no_list_has_is_named_as_it_was_sent_or_by_its_id(
    mapping: Any, name: str
) -> None:
    firm = Firm(SameNames.ADD_CLIENT)
    firm.post(ALPHA, OF_ALPHA)
    linked = isinstance(mapping, LinkTo)
    firm.app.rules(firm.connection, RuleKind.PROJECTS, {"cg" if linked else "pg": mapping})
    if linked:
        project = {"kind": "project", "key": "pg", "name": "Website", "client_key": "cg"}
        firm.post(project | {"client_name": "Sent"})
    else:
        firm.post(entry("t1", project_key="pg"))
    assert name in firm.names()


def test_two_new_projects_of_one_client_and_name_are_not_told_apart() -> None:
    firm = Firm(SameNames.ADD_CLIENT)
    found = firm.post(ALPHA, OF_ALPHA, OF_ALPHA | {"key": "pe"})
    assert [key for key, why in found.items() if why is not None] == ["project:pe"]
    assert firm.names() == ["Alpha Ltd", "Website"]
    again = firm.post(ALPHA, OF_ALPHA, OF_ALPHA | {"key": "pe"})["project:pe"]
    assert again is not None
    assert (again.code, "created before" in again.message) == ("name_taken", True)
    assert firm.names() == ["Alpha Ltd", "Website"]


def test_a_project_and_a_person_of_one_name_are_told_apart_by_the_client() -> None:
    firm = Firm(SameNames.ADD_CLIENT)
    person = {"kind": "staff", "key": "s1", "name": "Website", "person": "vendor"}
    firm.post(person, ALPHA, OF_ALPHA)
    assert [one.body["name"] for one in firm.app.company().of_kind("Person")] == ["Website"]
    assert firm.names() == ["Alpha Ltd", "Website (Alpha Ltd)"]
