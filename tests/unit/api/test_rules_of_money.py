"""Rules of expense codes, cards, vendors, dimensions, terms, tax codes and leave: their
forms, taken out and in again together, and the list records that they name."""

from typing import Any

import pytest
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.list_records import ListRecord, ListTraits, ListType
from ledgerlink.domain.model.rules import RuleKind

from tests.fakes.service import in_memory_service
from tests.unit.api.client import Answer, Api

NAMED = ["cards", "vendors", "classes", "departments", "locations", "terms", "tax-codes"]
"""Kinds whose rules say skip or link, and no more."""
SKIP, LINK = {"action": "skip"}, {"action": "link", "ledger_id": "7"}
CREATE_ITEM = {"action": "create", "name": "Leave", "income_account_id": "1"}
GOOD: list[tuple[str, dict[str, Any]]] = [
    *((kind, mapping) for kind in NAMED for mapping in (SKIP, LINK)),
    ("expense-codes", SKIP),
    ("expense-codes", LINK),
    ("expense-codes", LINK | {"target": "account"}),
    ("expense-codes", LINK | {"target": "item"}),
    ("leave-types", LINK),
    ("leave-types", CREATE_ITEM),
    ("leave-types", CREATE_ITEM | {"parent_id": "9", "rate": "10"}),
]
WRONG: list[tuple[str, Any, str]] = [
    *((kind, {"action": "create", "name": "x"}, "") for kind in (*NAMED, "expense-codes")),
    *((kind, {"action": "link"}, "/ledger_id") for kind in (*NAMED, "expense-codes")),
    *((kind, LINK | {"target": "account"}, "/target") for kind in NAMED),
    ("expense-codes", LINK | {"target": "customer"}, "/target"),
    ("expense-codes", LINK | {"rate": "3"}, "/rate"),
    ("expense-codes", {"action": "link", "ledger_id": ""}, "/ledger_id"),
    ("cards", {"action": "link", "ledger_id": 41}, "/ledger_id"),
    ("vendors", SKIP | {"ledger_id": "7"}, "/ledger_id"),
    ("classes", "skip", ""),
    ("terms", None, ""),
    ("tax-codes", {}, ""),
    ("locations", {"action": "merge"}, ""),
    ("leave-types", {"action": "create", "name": "x"}, "/income_account_id"),
]


@pytest.fixture
def connection(api: Api) -> Connection:
    return api.app.connected()


def put(api: Api, connection: Connection, kind: str, rules: Any) -> Answer:
    path = f"/v1/connections/{connection.id}/rules"
    return api.call("PUT", f"{path}/{kind}" if kind else path, {"rules": rules})


def exported(api: Api, connection: Connection) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"/v1/connections/{connection.id}/rules").json["rules"]
    return found


@pytest.mark.parametrize(("kind", "mapping"), GOOD)
def test_a_rule_of_the_right_form_is_kept_with_its_history(
    api: Api, connection: Connection, kind: str, mapping: dict[str, Any]
) -> None:
    answer = put(api, connection, kind, {"k/1": mapping})
    assert answer.status == 200, answer.text
    path = f"/v1/connections/{connection.id}/rules/{kind}"
    (rule,) = api.get(path).json["rules"]
    assert (rule["key"], rule["version"]) == ("k/1", 1)
    assert rule["mapping"].items() >= mapping.items()
    assert put(api, connection, kind, {"k/1": SKIP}).status == 200
    history = api.get(f"{path}/history", query={"key": "k/1"}).json["rules"]
    assert history[-1]["mapping"] == SKIP


@pytest.mark.parametrize(("kind", "mapping", "place"), WRONG)
def test_a_rule_of_a_wrong_form_names_the_place_and_nothing_is_set(
    api: Api, connection: Connection, kind: str, mapping: Any, place: str
) -> None:
    before = exported(api, connection)
    answer = put(api, connection, kind, {"good": SKIP, "a/b": mapping})
    assert (answer.status, answer.pointers) == (422, [f"/rules/a~1b{place}"])
    whole = put(api, connection, "", {"users": {"u9": SKIP}, kind: {"a/b": mapping}})
    assert (whole.status, whole.pointers) == (422, [f"/rules/{kind}/a~1b{place}"])
    assert exported(api, connection) == before


def test_errors_of_several_kinds_are_reported_together(api: Api, connection: Connection) -> None:
    wrong = {"cards": {"c": {"action": "link"}}, "terms": {"t": {}}, "users": {"u9": SKIP}}
    answer = put(api, connection, "", wrong)
    assert answer.pointers == ["/rules/cards/c/ledger_id", "/rules/terms/t"]


def test_a_kind_of_rule_that_there_is_not_is_named(api: Api, connection: Connection) -> None:
    answer = put(api, connection, "", {"colours": {"c": SKIP}})
    assert answer.status == 422
    assert answer.pointers[0].startswith("/rules/colours")


def test_all_rules_go_out_and_come_in_again_as_they_were(api: Api, connection: Connection) -> None:
    for number, (kind, mapping) in enumerate(GOOD):
        put(api, connection, kind, {f"k{number}": mapping})
    put(api, connection, "projects", {"p9": {"action": "create", "name": "P", "parent_id": "7"}})
    put(api, connection, "labor-codes", {"dev": CREATE_ITEM | {"billable": True}})
    rules = exported(api, connection)
    assert rules.keys() == set(RuleKind)
    assert all(rules.values())
    other = api.app.connected("acme", "realm-2")
    answer = put(api, other, "", rules)
    assert answer.json["rules"] == {kind: len(some) for kind, some in rules.items()}
    assert exported(api, other) == rules
    again = put(api, connection, "", rules)
    assert again.status == 200
    versions = api.get(f"/v1/connections/{connection.id}/rules/cards").json["rules"]
    assert {rule["version"] for rule in versions} == {1}


CUSTOMERS = ["customer", "project", "task"]
SERVICES = ["item", "time_type"]
NAMING: list[tuple[str, dict[str, Any], list[str]]] = [
    ("users", LINK, ["employee"]),
    ("users", LINK | {"person": "vendor"}, ["vendor"]),
    ("projects", LINK, CUSTOMERS),
    ("projects", {"action": "create", "name": "P", "parent_id": "7"}, CUSTOMERS),
    ("labor-codes", LINK, SERVICES),
    ("labor-codes", CREATE_ITEM | {"income_account_id": "7"}, ["account"]),
    ("labor-codes", CREATE_ITEM | {"parent_id": "7"}, ["item"]),
    ("leave-types", LINK, SERVICES),
    (
        "leave-types",
        CREATE_ITEM | {"income_account_id": "7", "parent_id": "7"},
        ["account", "item"],
    ),
    ("expense-codes", LINK, ["account", "account_label", "expense_type"]),
    ("expense-codes", LINK | {"target": "item"}, ["item"]),
    ("cards", LINK, ["account"]),
    ("vendors", LINK, ["vendor"]),
    ("classes", LINK, ["class"]),
    ("departments", LINK, ["department"]),
    ("locations", LINK, ["location", "entity"]),
    ("terms", LINK, ["term"]),
    ("tax-codes", LINK, ["tax_code"]),
    *((kind, SKIP, []) for kind in RuleKind),
]


@pytest.mark.parametrize(("kind", "mapping", "lists"), NAMING)
def test_a_list_record_that_a_rule_names_is_linked_and_no_other(
    api: Api, kind: str, mapping: dict[str, Any], lists: list[str]
) -> None:
    kinds = [k for k in ListType if k not in (ListType.TIME, ListType.COMPANY)]
    api.app = in_memory_service(
        lists={k: ListTraits(entities=(k.value,), by_changes=True) for k in kinds}
    )
    for each in kinds:
        for number in ("7", "8"):
            record = ListRecord(type=each, id=number, name=f"{each} {number}")
            api.app.company().lists.create(record)
    connection = api.app.connected()
    assert put(api, connection, kind, {"k9": mapping}).status == 200
    found = {}
    for each in kinds:
        path = f"/v1/connections/{connection.id}/records/{each}"
        answer = api.get(path, query={"linked": "true"}).json
        for record in answer["records"]:
            found[f"{each}:{record['id']}"] = record["linked_to"]
    assert found == {f"{name}:7": [{"kind": kind, "key": "k9"}] for name in lists}


def test_a_change_of_a_record_that_a_rule_names_is_reported_as_linked(api: Api) -> None:
    account = ListRecord(type=ListType.ACCOUNT, id="7", name="Travel")
    api.app = in_memory_service(
        lists={ListType.ACCOUNT: ListTraits(entities=("Account",), by_changes=True)}
    )
    lists = api.app.company().lists
    lists.create(account)
    connection = api.app.connected()
    assert put(api, connection, "expense-codes", {"travel": LINK}).status == 200
    lists.change(ListType.ACCOUNT, "7", name="Travelling")
    path = f"/v1/connections/{connection.id}"
    api.post(f"{path}/syncs", {}, headers={"idempotency-key": "k"})
    api.app.work()
    last = api.get(f"{path}/changes").json["changes"][-1]
    assert (last["after"]["name"], last["linked"]) == ("Travelling", True)
