"""A firm never reaches what belongs to another, by whatever way it asks."""

import json
from typing import Any

import pytest
from ledgerlink.domain.errors import LedgerUnavailable
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.runs import Run, RunState

from functions.api.routes.docs import DOCUMENT
from tests.fakes.service import entry
from tests.unit.api.client import (
    NEW_IMPORT,
    Api,
    filled,
    import_for,
    kind_in,
    known_customer,
    query_of,
)

ROUTES = [
    (method.upper(), path)
    for path, methods in json.loads(DOCUMENT.read_text())["paths"].items()
    for method in methods
    if "{connection_id}" in path
]
BODIES: dict[str, Any] = {
    "posts": {"time_entries": [entry("t1")]},
    "imports/{import_id}/start": {"plan": 1},
    "imports/{import_id}": {"from": "2026-02-02"},
    "imports": NEW_IMPORT,
    "{connection_id}/rules/": {"rules": {"u1": {"action": "skip"}}},
    "rules": {"rules": {"users": {"u1": {"action": "skip"}}}},
    "syncs": {"kind": "full"},
    "settings": {"schedule": {"mode": "off"}},
}


def ready(api: Api, path: str) -> tuple[Connection, Run, Run]:
    """Also with an import in the state that the path wants."""
    connection, run = parked(api)
    imported = import_for(api.app, connection, path)
    api.app.lane.messages.clear()
    return connection, run, imported


def parked(api: Api) -> tuple[Connection, Run]:
    """Firm A's connection with a parked run that has items."""
    connection = api.app.connected("a")
    api.app.company().trouble = [None, LedgerUnavailable("down", "The ledger is down.")]
    run = api.app.post(connection, "key", [entry("t-of-a")])
    api.app.work()
    assert api.app.run(run).state is RunState.PARKED
    known_customer(api.app, connection, "record-of-a")
    return connection, run


def ask(
    api: Api, method: str, path: str, firm: str, connection: str, run: str, imported: str
) -> Any:
    kind = kind_in(path)
    places = {"connection_id": connection, "run_id": run, "import_id": imported}
    address = filled(path, **places, kind=kind, record_id="58")
    body = next((b for word, b in BODIES.items() if word in path and method != "GET"), None)
    query = query_of(path)
    headers = {"idempotency-key": "key"}
    return api.call(method, address, body, firm=firm, query=query, headers=headers)


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("firm", ["b", "a#connection", "A", "a%23", "a "])
def test_another_firms_ids_are_not_found_on_any_route(
    api: Api, method: str, path: str, firm: str
) -> None:
    connection, run, imported = ready(api, path)
    before = (repr(api.app.connections.rows), repr(api.app.runs.rows))
    answer = ask(api, method, path, firm, connection.id, run.id, imported.id)
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    for word in ("t-of-a", "record-of-a", "realm-1", "Company", "ada"):
        assert word not in answer.text
    assert (repr(api.app.connections.rows), repr(api.app.runs.rows)) == before
    assert api.app.lane.messages == []


@pytest.mark.parametrize(
    ("method", "path"), [r for r in ROUTES if "{run_id}" in r[1] or "{import_id}" in r[1]]
)
def test_another_firms_run_is_not_found_below_ones_own_connection(
    api: Api, method: str, path: str
) -> None:
    _, run, imported = ready(api, path)
    mine = api.app.connected("b", "realm-2")
    assert ask(api, method, path, "b", mine.id, run.id, imported.id).status == 404


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_the_owner_reaches_every_route(api: Api, method: str, path: str) -> None:
    connection, run, imported = ready(api, path)
    answer = ask(api, method, path, "a", connection.id, run.id, imported.id)
    assert answer.status in (200, 201, 202, 409)
    assert answer.status != 409 or answer.json["code"] in ("idempotency_key_reused", "has_history")


def test_another_firms_upload_is_not_found(api: Api) -> None:
    theirs = api.app.connected("a")
    mine = api.app.connected("b", "realm-2")
    upload_id, address = api.app.staging.upload_address(theirs.key)
    api.app.staging.files[address.removeprefix("memory:")] = b'{"key": "t-of-a"}'
    path = f"/v1/connections/{mine.id}/posts"
    headers = {"idempotency-key": "k"}
    for given in (upload_id, f"../{theirs.id}/{upload_id}"):
        answer = api.post(path, {"upload_id": given}, firm="b", headers=headers)
        assert answer.status == 404


def test_another_firms_run_is_no_cursor_into_its_runs(api: Api) -> None:
    _, run = parked(api)
    mine = api.app.connected("b", "realm-2")
    path = f"/v1/connections/{mine.id}/runs"
    answer = api.get(path, firm="b", query={"after": run.id})
    assert (answer.status, answer.json["code"]) == (422, "bad_cursor")


def test_an_idempotency_key_of_another_firm_means_nothing(api: Api) -> None:
    _, run = parked(api)
    mine = api.app.connected("b", "realm-2")
    answer = api.send(mine.id, [entry("t-of-a")], "key", firm="b")
    assert answer.status == 202
    assert answer.json["id"] != run.id


def test_each_firm_lists_its_own_connections(api: Api) -> None:
    made = {firm: api.app.connected(firm, f"realm-{firm}").id for firm in ("a", "b", "a#b")}
    for firm, number in made.items():
        found = api.get("/v1/connections", firm=firm).json["connections"]
        assert [c["id"] for c in found] == [number]


def test_another_firms_consent_connects_the_firm_that_asked(api: Api) -> None:
    made = api.post("/v1/connections", {"ledger": "fake"}, firm="b").json
    state = made["authorize_url"].partition("state=")[2].partition("&")[0]
    fields = {"state": state, "code": "code", "realmId": "realm-9", "decision": "connect"}
    assert api.form("/v1/oauth/fake/callback", fields).status == 200
    assert api.get(f"/v1/connections/{made['id']}", firm="b").json["company_id"] == "realm-9"
    assert api.get("/v1/connections", firm="a").json["connections"] == []
