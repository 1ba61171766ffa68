"""Who may do what: the token's claims decide, and no secret shows anywhere."""

from collections.abc import Mapping

import pytest
from ledgerlink.domain.model.connections import Connection

from tests.fakes.ledger import ACCESS, REFRESH
from tests.fakes.service import COMPANY, FIRM, entry
from tests.fakes.vaults import CLIENT_SECRET
from tests.unit.api.client import (
    ADMIN,
    ALL,
    FAR,
    FIRM_CLAIM,
    NEW_IMPORT,
    POST,
    READ,
    Api,
    filled,
    import_for,
    kind_in,
    known_customer,
    query_of,
)

WHOLE = {FIRM_CLAIM: FIRM, "sub": "ada", "exp": FAR, "scope": " ".join(ALL)}
NEEDED = {
    ("POST", "/v1/connections"): ADMIN,
    ("GET", "/v1/connections"): READ,
    ("GET", "/v1/connections/{id}"): READ,
    ("DELETE", "/v1/connections/{id}"): ADMIN,
    ("POST", "/v1/connections/{id}/reconnect"): ADMIN,
    ("POST", "/v1/connections/{id}/disconnect"): ADMIN,
    ("GET", "/v1/connections/{id}/rules/users"): READ,
    ("PUT", "/v1/connections/{id}/rules/users"): ADMIN,
    ("GET", "/v1/connections/{id}/rules/users/history"): READ,
    ("POST", "/v1/connections/{id}/uploads"): POST,
    ("POST", "/v1/connections/{id}/posts"): POST,
    ("GET", "/v1/connections/{id}/runs"): READ,
    ("GET", "/v1/connections/{id}/runs/{run}"): READ,
    ("GET", "/v1/connections/{id}/runs/{run}/items"): READ,
    ("POST", "/v1/connections/{id}/runs/{run}/resume"): POST,
    ("POST", "/v1/connections/{id}/runs/{run}/cancel"): POST,
    ("GET", "/v1/connections/{id}/rules"): READ,
    ("PUT", "/v1/connections/{id}/rules"): ADMIN,
    ("GET", "/v1/connections/{id}/exports/runs"): READ,
    ("GET", "/v1/connections/{id}/exports/runs/{run}"): READ,
    ("POST", "/v1/connections/{id}/imports"): POST,
    ("GET", "/v1/connections/{id}/imports"): READ,
    ("GET", "/v1/connections/{id}/imports/{import}"): READ,
    ("PATCH", "/v1/connections/{id}/imports/{import}"): POST,
    ("DELETE", "/v1/connections/{id}/imports/{import}"): POST,
    ("GET", "/v1/connections/{id}/imports/{import}/mapping/users"): READ,
    ("POST", "/v1/connections/{id}/imports/{import}/refresh"): POST,
    ("POST", "/v1/connections/{id}/imports/{import}/plan"): POST,
    ("GET", "/v1/connections/{id}/imports/{import}/preview"): READ,
    ("GET", "/v1/connections/{id}/imports/{import}/rules"): READ,
    ("POST", "/v1/connections/{id}/imports/{import}/start"): POST,
    ("POST", "/v1/connections/{id}/imports/{import}/interrupt"): POST,
    ("POST", "/v1/connections/{id}/imports/{import}/resume"): POST,
    ("POST", "/v1/connections/{id}/imports/{import}/undo"): POST,
    ("GET", "/v1/connections/{id}/reconciliation"): READ,
    ("POST", "/v1/connections/{id}/syncs"): POST,
    ("GET", "/v1/connections/{id}/records/customer"): READ,
    ("GET", "/v1/connections/{id}/records/customer/58"): READ,
    ("GET", "/v1/connections/{id}/changes"): READ,
    ("GET", "/v1/connections/{id}/settings"): READ,
    ("PATCH", "/v1/connections/{id}/settings"): ADMIN,
    ("GET", "/v1/usage"): READ,
}
REFUSED_WITH_HISTORY = ("DELETE", "/v1/connections/{id}")
"""A connection that has had a company is kept."""
PLACES = {
    "import_id": "{import}",
    "connection_id": "{id}",
    "run_id": "{run}",
    "record_id": "58",
    "ledger": "fake",
}
BODIES = {
    ("POST", "/v1/connections"): {"ledger": "fake"},
    ("PUT", "/v1/connections/{id}/rules/users"): {"rules": {"u7": {"action": "skip"}}},
    ("POST", "/v1/connections/{id}/posts"): {"time_entries": []},
    ("POST", "/v1/connections/{id}/syncs"): {},
    ("PUT", "/v1/connections/{id}/rules"): {"rules": {"users": {"u7": {"action": "skip"}}}},
    ("POST", "/v1/connections/{id}/imports"): NEW_IMPORT,
    ("PATCH", "/v1/connections/{id}/imports/{import}"): {"from": "2026-02-02"},
    ("POST", "/v1/connections/{id}/imports/{import}/start"): {"plan": 1},
    ("PATCH", "/v1/connections/{id}/settings"): {"direction": "both"},
}


@pytest.mark.parametrize(("method", "path"), NEEDED)
def test_each_route_wants_its_own_scope_and_no_other(api: Api, method: str, path: str) -> None:
    connection = api.app.connected()
    run = api.app.post(connection, "first", [entry("t1")])
    known_customer(api.app, connection)
    imported = import_for(api.app, connection, path)
    address = path.format(**{"id": connection.id, "run": run.id, "import": imported.id})
    statuses = {
        scope: api.call(
            method,
            address,
            BODIES.get((method, path)),
            scopes=[scope],
            headers={"idempotency-key": f"k-{scope}"},
            query=query_of(path),
        ).status
        for scope in ALL
    }
    needed = NEEDED[(method, path)]
    granted = statuses.pop(needed)
    assert granted == 409 if (method, path) == REFUSED_WITH_HISTORY else granted < 300
    assert set(statuses.values()) == {403}


def test_every_route_of_the_document_is_in_the_table_of_scopes(api: Api) -> None:
    document = api.get("/v1/openapi.json", claims={}).json
    described = {
        (method.upper(), filled(path, kind=kind_in(path), **PLACES))
        for path, methods in document["paths"].items()
        for method in methods
    }
    listed = set(NEEDED)
    callback = "/v1/oauth/fake/callback"
    assert described - listed == {("GET", callback), ("POST", callback)}
    assert listed <= described


@pytest.mark.parametrize(
    "claims",
    [
        {**WHOLE, FIRM_CLAIM: ""},
        {k: v for k, v in WHOLE.items() if k != FIRM_CLAIM},
        {k: v for k, v in WHOLE.items() if k != "sub"},
        {k: v for k, v in WHOLE.items() if k != "exp"},
        {k: v for k, v in WHOLE.items() if k != "scope"},
        {**WHOLE, "scope": f"{READ}x x{READ}"},
        {**WHOLE, "scope": READ.upper()},
    ],
)
def test_a_token_with_missing_claims_is_refused(api: Api, claims: Mapping[str, str]) -> None:
    answer = api.get("/v1/connections", claims=claims)
    assert answer.status == 403
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["remedy"]


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({}, "no_token"),
        ({**WHOLE, "exp": "1000"}, "token_expired"),
        ({**WHOLE, "exp": 1000}, "token_expired"),
        ({**WHOLE, "exp": "soon"}, "token_invalid"),
        ({**WHOLE, "exp": "NaN"}, "token_invalid"),
        ({**WHOLE, "exp": None}, "token_invalid"),
        ({**WHOLE, "nbf": 4102444800}, "token_invalid"),
        ({**WHOLE, "iat": 4102444800}, "token_invalid"),
        ({**WHOLE, "iss": "https://id.example.org/"}, "token_invalid"),
        ({**WHOLE, "iss": None}, "token_invalid"),
        ({**WHOLE, "aud": "others"}, "token_invalid"),
        ({**WHOLE, "aud": ["others"]}, "token_invalid"),
        ({**WHOLE, "aud": None}, "token_invalid"),
        ({**WHOLE, "aud": "others", "client_id": "ledgerlink"}, "token_invalid"),
        ({**WHOLE, "aud": {"ledgerlink": 1}}, "token_invalid"),
    ],
)
def test_an_expired_token_is_told_from_none(api: Api, claims: Mapping[str, str], code: str) -> None:
    """Case product 10."""
    answer = api.get("/v1/connections", claims=claims)
    assert (answer.status, answer.json["code"]) == (401, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.headers["WWW-Authenticate"]
    assert told == "Bearer" if code == "no_token" else code in told
    assert answer.json["remedy"]


@pytest.mark.parametrize("claim", [f"[{READ} {POST}]", f"{POST},{READ}", READ, [POST, READ]])
def test_scopes_come_as_text_or_as_a_list(api: Api, claim: object) -> None:
    claims = {k: v for k, v in WHOLE.items() if k != "scope"}
    assert api.get("/v1/connections", claims={**claims, "scp": claim}).status == 200


def test_the_firm_comes_from_the_token_and_from_nowhere_else(api: Api) -> None:
    mine = api.app.connected()
    api.app.connected("rival", "realm-2")
    given = {"firm": "rival", FIRM_CLAIM: "rival"}
    assert api.get("/v1/connections", query=given).status == 422
    found = api.get("/v1/connections", headers=given).json
    assert [c["id"] for c in found["connections"]] == [mine.id]


def test_no_secret_is_logged_or_answered(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    answers = [api.post("/v1/connections", {"ledger": "fake"})]
    state = answers[0].json["authorize_url"].partition("state=")[2].partition("&")[0]
    query = {"state": state, "code": "code-77aa", "realmId": COMPANY}
    api.get("/v1/oauth/fake/callback", query=query, claims={})
    later = [api.form("/v1/oauth/fake/callback", query | {"decision": "connect"})]
    bad = {"state": "guess-55bb", "code": "code-88cc", "realmId": COMPANY}
    later.append(api.get("/v1/oauth/fake/callback", query=bad, claims={}))
    api.app.work()
    connection = answers[0].json["id"]
    later.append(api.get(f"/v1/connections/{connection}"))
    later.append(api.send(connection, [entry("t1", notes="private words")]))
    api.app.work()
    later.append(api.post(f"/v1/connections/{connection}/disconnect"))
    printed = capsys.readouterr()
    logged = "\n".join(api.log) + printed.out + printed.err
    assert '"status":202' in logged
    seen = logged + "".join(answer.text for answer in later)
    secrets = (ACCESS, REFRESH, CLIENT_SECRET, "code-77aa", "code-88cc", "guess-55bb")
    assert [secret for secret in (*secrets, "private words", f'"{state}"') if secret in seen] == []


def test_log_lines_name_firm_and_user_and_forget_them_for_the_next_request(api: Api) -> None:
    connection: Connection = api.app.connected()
    api.get(f"/v1/connections/{connection.id}")
    api.get("/v1/connections", claims={})
    assert '"firm":"acme"' in api.log[0]
    assert not any('"firm":"acme"' in line for line in api.log[1:])
