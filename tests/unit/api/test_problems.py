"""What the API answers when it cannot do what it is asked."""

from typing import Any

import pytest
from ledgerlink.domain.errors import LedgerUnavailable
from ledgerlink.domain.model.connections import Connection

from functions.api.error_codes import REFUSALS
from tests.fakes.service import entry
from tests.unit.api.client import Answer, Api


@pytest.fixture
def connection(api: Api) -> Connection:
    return api.app.connected()


def check(answer: Answer, status: int) -> None:
    """A problem document that its reader can act on."""
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    document = answer.json
    assert document["status"] == status
    assert document["type"] == f"/v1/errors#{document['code']}"
    assert document["code"] in REFUSALS or document["code"] in ("down",)
    assert all(document[name] for name in ("title", "detail", "remedy"))


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ([1], ""),
        (None, ""),
        ({}, "/ledger"),
        ({"ledger": "fake", "extra": 1}, "/extra"),
        ({"ledger": 7}, "/ledger"),
        ({"ledger": "xero"}, "/ledger"),
        ('{"ledger": ' + "[" * 100_000 + "]" * 100_000 + "}", ""),
    ],
)
def test_a_wrong_body_names_the_place(api: Api, body: Any, pointer: str) -> None:
    answer = api.post("/v1/connections", body)
    check(answer, 422)
    assert answer.pointers == [pointer]


@pytest.mark.parametrize("key", [{}, {"idempotency-key": ""}, {"idempotency-key": "k" * 201}])
def test_a_post_needs_an_idempotency_key(
    api: Api, connection: Connection, key: dict[str, str]
) -> None:
    path = f"/v1/connections/{connection.id}/posts"
    answer = api.post(path, {"time_entries": []}, headers=key)
    check(answer, 422)
    assert answer.pointers == ["/header/idempotency-key"]
    assert api.get(f"/v1/connections/{connection.id}/runs").json["runs"] == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, ""),
        ({"time_entries": [], "upload_id": "1"}, ""),
        ({"time_entries": {"key": "t1"}}, "/time_entries"),
        ({"upload_id": 7}, "/upload_id"),
        ({"time_entries": [], "entries": []}, "/entries"),
    ],
)
def test_a_post_takes_records_or_an_upload(
    api: Api, connection: Connection, body: Any, pointer: str
) -> None:
    path = f"/v1/connections/{connection.id}/posts"
    answer = api.post(path, body, headers={"idempotency-key": "k"})
    check(answer, 422)
    assert answer.pointers == [pointer]


@pytest.mark.parametrize(
    ("mapping", "pointer"),
    [
        ({"action": "link"}, "/rules/a~1b~0/ledger_id"),
        ({"action": "link", "ledger_id": ""}, "/rules/a~1b~0/ledger_id"),
        ({"action": "link", "ledger_id": 7}, "/rules/a~1b~0/ledger_id"),
        ({"action": "link", "ledger_id": "1", "x": 1}, "/rules/a~1b~0/x"),
        ({"action": "link", "ledger_id": "1", "rate": "-1"}, "/rules/a~1b~0/rate"),
        ({"action": "link", "ledger_id": "1", "rate": "NaN"}, "/rules/a~1b~0/rate"),
        ({"action": "create", "name": "x"}, "/rules/a~1b~0/income_account_id"),
        ({"action": "merge"}, "/rules/a~1b~0"),
        ({}, "/rules/a~1b~0"),
        ("skip", "/rules/a~1b~0"),
        (None, "/rules/a~1b~0"),
    ],
)
def test_a_wrong_rule_names_the_place_and_sets_nothing(
    api: Api, connection: Connection, mapping: Any, pointer: str
) -> None:
    path = f"/v1/connections/{connection.id}/rules/labor-codes"
    answer = api.call("PUT", path, {"rules": {"good": {"action": "skip"}, "a/b~": mapping}})
    check(answer, 422)
    assert answer.pointers == [pointer]
    assert api.get(path).json["rules"] == []


@pytest.mark.parametrize("key", ["", "k" * 201, "\ud800"])
def test_a_rule_needs_a_usable_key(api: Api, connection: Connection, key: str) -> None:
    path = f"/v1/connections/{connection.id}/rules/users"
    check(api.call("PUT", path, {"rules": {key: {"action": "skip"}}}), 422)


def test_a_rule_for_two_users_of_one_person_is_a_conflict(api: Api, connection: Connection) -> None:
    path = f"/v1/connections/{connection.id}/rules/users"
    mapping = {"action": "link", "ledger_id": "9"}
    answer = api.call("PUT", path, {"rules": {"u8": mapping, "u9": mapping}})
    check(answer, 409)
    assert answer.json["code"] == "person_already_linked"


def test_a_kind_of_rule_that_does_not_exist_is_not_found(api: Api, connection: Connection) -> None:
    check(api.get(f"/v1/connections/{connection.id}/rules/colours"), 404)
    path = f"/v1/connections/{connection.id}/rules/colours"
    check(api.call("PUT", path, {"rules": {}}), 404)


@pytest.mark.parametrize(
    ("path", "query", "pointer"),
    [
        ("runs", {"limit": "0"}, "/query/limit"),
        ("runs", {"limit": "1001"}, "/query/limit"),
        ("runs", {"limit": "many"}, "/query/limit"),
        ("runs", {"after": "x" * 101}, "/query/after"),
        ("runs/r/items", {"after": "-1"}, "/query/after"),
        ("runs/r/items", {"state": "lost"}, "/query/state"),
        ("rules/users/history", {}, "/query/key"),
    ],
)
def test_a_wrong_query_names_the_parameter(
    api: Api, connection: Connection, path: str, query: dict[str, str], pointer: str
) -> None:
    answer = api.get(f"/v1/connections/{connection.id}/{path}", query=query)
    check(answer, 422)
    assert answer.pointers == [pointer]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/connections/none",
        "/v1/connections/{id}/runs/none",
        "/v1/connections/{id}/runs/none/items",
        "/v1/nothing",
        "/v2/connections",
    ],
)
def test_a_missing_record_is_not_found(api: Api, connection: Connection, path: str) -> None:
    check(api.get(path.format(id=connection.id)), 404)


def test_an_upload_that_never_came_is_not_found(api: Api, connection: Connection) -> None:
    path = f"/v1/connections/{connection.id}/posts"
    answer = api.post(path, {"upload_id": "0" * 32}, headers={"idempotency-key": "k"})
    check(answer, 404)


def test_a_post_before_consent_is_a_conflict(api: Api) -> None:
    made = api.post("/v1/connections", {"ledger": "fake"}).json
    answer = api.send(made["id"], [entry("t1")])
    check(answer, 409)
    assert "page for consent" in answer.json["remedy"]


def test_a_ledger_that_is_down_is_a_bad_gateway(api: Api, connection: Connection) -> None:
    api.app.connector.granted.failure = LedgerUnavailable("down", "It is down.", "Try later.")
    check(api.post(f"/v1/connections/{connection.id}/disconnect"), 502)


def test_an_unexpected_error_reveals_no_internals(
    api: Api, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_firm: str) -> list[Connection]:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(api.app.connections, "list", broken)
    answer = api.get("/v1/connections")
    check(answer, 500)
    assert "secret detail" not in answer.text
    assert any("ZeroDivisionError" in line for line in api.log)


def test_a_long_list_of_problems_is_cut(api: Api, connection: Connection) -> None:
    path = f"/v1/connections/{connection.id}/rules/users"
    wrong = {f"u{n}": {"action": "link"} for n in range(250)}
    assert len(api.call("PUT", path, {"rules": wrong}).pointers) == 100
