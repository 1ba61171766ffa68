"""Every route's good answer."""

import pytest
from ledgerlink.domain.errors import LedgerUnavailable
from ledgerlink.domain.model.connections import Connection

from tests.fakes.service import COMPANY, FIRM, entry
from tests.unit.api.client import Api


@pytest.fixture
def connection(api: Api) -> Connection:
    return api.app.connected()


def test_a_connection_is_made_and_completed_by_the_callback(api: Api) -> None:
    made = api.post("/v1/connections", {"ledger": "fake"})
    assert made.status == 201
    assert made.json["state"] == "authorizing"
    assert made.json["health"]["token"] == "none"
    state = made.json["authorize_url"].partition("state=")[2].partition("&")[0]
    query = {"state": state, "code": "code", "realmId": COMPANY}
    assert api.get("/v1/oauth/fake/callback", query=query, claims={}).status == 200
    page = api.form("/v1/oauth/fake/callback", query | {"decision": "connect"})
    assert page.status == 200
    assert page.headers["Content-Type"].startswith("text/html")
    api.app.work()
    found = api.get(f"/v1/connections/{made.json['id']}").json
    assert (found["state"], found["company_id"]) == ("connected", COMPANY)
    assert found["company_name"] == f"Company {COMPANY}"
    assert found["health"]["token"] == "valid"
    assert found["authorize_url"] is None


def test_the_redirect_goes_to_the_apis_own_address(api: Api) -> None:
    url = api.post("/v1/connections", {"ledger": "fake"}).json["authorize_url"]
    assert "redirect_uri=https%3A%2F%2Fapi.example%2Fv1%2Foauth%2Ffake%2Fcallback" in url


@pytest.mark.parametrize(
    "query",
    [
        {"state": "{state}", "error": "access_denied"},
        {"state": "{state}"},
        {"state": "guess", "code": "code", "realmId": COMPANY},
        {"state": "{state}", "code": "code"},
        {"state": "{state}", "code": "code", "realmId": "./realm"},
    ],
)
def test_a_failed_consent_ends_on_an_error_page(api: Api, query: dict[str, str]) -> None:
    made = api.post("/v1/connections", {"ledger": "fake"}).json
    state = made["authorize_url"].partition("state=")[2].partition("&")[0]
    given = {name: value.format(state=state) for name, value in query.items()}
    page = api.get("/v1/oauth/fake/callback", query=given, claims={})
    assert page.status == 400
    assert "Start connecting again." in page.text
    assert api.get(f"/v1/connections/{made['id']}").json["state"] == "authorizing"


def test_a_company_name_cannot_bring_markup_onto_the_page(api: Api) -> None:
    query = {"state": "x", "error": "<script>alert(1)</script>"}
    page = api.get("/v1/oauth/%3Cscript%3E/callback", query=query, claims={})
    assert "<script>" not in page.text


def test_connections_are_listed(api: Api, connection: Connection) -> None:
    found = api.get("/v1/connections")
    assert found.status == 200
    assert [c["id"] for c in found.json["connections"]] == [connection.id]


def test_a_connection_is_reconnected_and_disconnected(api: Api, connection: Connection) -> None:
    again = api.post(f"/v1/connections/{connection.id}/reconnect")
    assert again.status == 200
    assert "state=" in again.json["authorize_url"]
    left = api.post(f"/v1/connections/{connection.id}/disconnect")
    assert (left.status, left.json["state"]) == (200, "disconnected")


def test_rules_are_read_by_page_and_a_put_returns_its_rules(
    api: Api, connection: Connection
) -> None:
    path = f"/v1/connections/{connection.id}/rules/labor-codes"
    for letters in ("adc", "be"):
        body = {"rules": {letter: {"action": "skip"} for letter in letters}}
        answer = api.call("PUT", path, body)
        assert [rule["key"] for rule in answer.json["rules"]] == list(letters)
    first = api.get(path, query={"limit": "3"}).json
    assert ([rule["key"] for rule in first["rules"]], first["next"]) == (["a", "b", "c"], "c")
    second = api.get(path, query={"limit": "3", "after": "c"}).json
    assert ([rule["key"] for rule in second["rules"]], second["next"]) == (["d", "e"], None)


def test_rules_are_set_read_and_their_history_kept(api: Api, connection: Connection) -> None:
    path = f"/v1/connections/{connection.id}/rules/labor-codes"
    for rate in ("10.50", "11.00"):
        body = {"rules": {"code/1": {"action": "link", "ledger_id": "7", "rate": rate}}}
        assert api.call("PUT", path, body).status == 200
    (rule,) = api.get(path).json["rules"]
    assert rule["mapping"]["rate"] == "11.00"
    assert (rule["key"], rule["version"], rule["set_by"]) == ("code/1", 2, "ada")
    history = api.get(f"{path}/history", query={"key": "code/1"}).json["rules"]
    assert [r["mapping"]["rate"] for r in history] == ["10.50", "11.00"]


@pytest.mark.parametrize(
    ("kind", "mapping"),
    [
        ("users", {"action": "skip"}),
        ("users", {"action": "create", "name": "Ada", "person": "vendor"}),
        ("projects", {"action": "create", "name": "P", "client": {"key": "k", "name": "K"}}),
        ("projects", {"action": "create", "name": "P", "parent_id": "7"}),
        ("labor-codes", {"action": "create", "name": "D", "income_account_id": "1"}),
    ],
)
def test_every_form_of_rule_can_be_set(
    api: Api, connection: Connection, kind: str, mapping: dict[str, object]
) -> None:
    path = f"/v1/connections/{connection.id}/rules/{kind}"
    answer = api.call("PUT", path, {"rules": {"k9": mapping}})
    assert answer.status == 200
    shown = {rule["key"]: rule["mapping"] for rule in answer.json["rules"]}
    assert shown["k9"].items() >= mapping.items()


def test_a_post_answers_at_once_with_its_run_and_where_to_find_it(
    api: Api, connection: Connection
) -> None:
    made = api.send(connection.id, [entry("t1"), entry("t2", staff_key="u2")])
    assert made.status == 202
    assert made.headers["Location"] == made.json["href"]
    assert made.json["state"] == "queued"
    api.app.work()
    found = api.get(made.json["href"]).json
    assert found["state"] == "completed"
    assert (found["counts"]["posted"], found["counts"]["skipped"]) == (1, 1)
    assert (found["records"], found["created_by"]) == (2, "ada")


def test_a_repeated_idempotency_key_returns_the_same_run(api: Api, connection: Connection) -> None:
    first = api.send(connection.id, [entry("t1")])
    again = api.send(connection.id, [entry("t1")])
    assert (again.status, again.json["id"]) == (202, first.json["id"])
    other = api.send(connection.id, [entry("t2")])
    assert (other.status, other.json["code"]) == (409, "idempotency_key_reused")


def test_an_upload_is_posted_by_its_id(api: Api, connection: Connection) -> None:
    upload = api.post(f"/v1/connections/{connection.id}/uploads")
    assert upload.status == 201
    place = upload.json["url"].removeprefix("memory:")
    api.app.staging.files[place] = b'{"key": "t1"}\n'
    path = f"/v1/connections/{connection.id}/posts"
    body = {"upload_id": upload.json["upload_id"]}
    assert api.post(path, body, headers={"Idempotency-Key": "k"}).status == 202


def test_items_are_paged_with_state_reason_and_ledger_id(api: Api, connection: Connection) -> None:
    records = [entry("t0"), entry("t1", staff_key="x"), *(entry(f"t{n}") for n in range(2, 6))]
    href = api.send(connection.id, records).json["href"]
    api.app.work()
    first = api.get(f"{href}/items", query={"limit": "4"}).json
    rest = api.get(f"{href}/items", query={"limit": "4", "after": first["next"]}).json
    items = first["items"] + rest["items"]
    assert [item["number"] for item in items] == list(range(6))
    assert rest["next"] is None
    assert all(item["ledger_id"] for item in items if item["state"] == "posted")
    (blocked,) = api.get(f"{href}/items", query={"state": "blocked"}).json["items"]
    assert blocked["members"] == ["t1"]
    assert blocked["reason"]["code"] == "no_rule"
    assert blocked["reason"]["remedy"]


def test_runs_are_paged_newest_first(api: Api, connection: Connection) -> None:
    made = [api.send(connection.id, [entry(f"t{n}")], f"k{n}").json["id"] for n in range(3)]
    path = f"/v1/connections/{connection.id}/runs"
    first = api.get(path, query={"limit": "2"}).json
    rest = api.get(path, query={"limit": "2", "after": first["next"]}).json
    assert [run["id"] for run in first["runs"] + rest["runs"]] == made[::-1]
    assert rest["next"] is None


def test_a_parked_run_has_a_reason_and_is_resumed(api: Api, connection: Connection) -> None:
    api.app.company().trouble = [LedgerUnavailable("down", "The ledger is down.")]
    href = api.send(connection.id, [entry("t1")]).json["href"]
    api.app.work()
    parked = api.get(href).json
    assert parked["state"] == "parked"
    assert parked["reason"]["code"] == "ledger_unavailable"
    assert api.post(f"{href}/resume").json["state"] == "queued"
    api.app.work()
    assert api.get(href).json["state"] == "completed"
    finished = api.post(f"{href}/resume")
    assert (finished.status, finished.json["code"]) == (409, "not_parked")


def test_a_parked_run_is_cancelled(api: Api, connection: Connection) -> None:
    """Case product 4: a run that was set aside can be cancelled, and its items say so."""
    api.app.company().trouble = [None, LedgerUnavailable("down", "The ledger is down.")]
    href = api.send(connection.id, [entry("t1")]).json["href"]
    api.app.work()
    assert api.get(href).json["state"] == "parked"
    assert api.post(f"{href}/cancel").json["state"] in ("cancelling", "cancelled")
    api.app.work()
    assert api.get(href).json["state"] == "cancelled"
    (item,) = api.get(f"{href}/items").json["items"]
    assert (item["state"], item["reason"]["code"]) == ("skipped", "cancelled")
    resumed = api.post(f"{href}/resume")
    assert (resumed.status, resumed.json["code"]) == (409, "not_parked")


def test_a_finished_run_cannot_be_cancelled(api: Api, connection: Connection) -> None:
    href = api.send(connection.id, [entry("t1")]).json["href"]
    api.app.work()
    refused = api.post(f"{href}/cancel")
    assert (refused.status, refused.json["code"]) == (409, "not_cancelled")


def test_the_apis_description_is_served(api: Api) -> None:
    assert "/v1/connections" in api.get("/v1/openapi.json", claims={}).json["paths"]
    docs = api.get("/v1/docs", claims={})
    assert docs.status == 200
    assert docs.headers["Content-Type"].startswith("text/html")


def test_a_run_belongs_to_its_connection(api: Api, connection: Connection) -> None:
    href = api.send(connection.id, [entry("t1")]).json["href"]
    other = api.app.connected(FIRM, "realm-2")
    moved = href.replace(connection.id, other.id)
    assert api.get(moved).status == 404
