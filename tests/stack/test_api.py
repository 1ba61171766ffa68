"""The door of the HTTP API, as callers meet it on the deployed stack."""

import httpx
import pytest

from local.machine import Machine

FIRM = "firm-door"


def ask(machine: Machine, path: str, token: str | None = None) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return httpx.get(f"{machine.api_url}{path}", headers=headers, timeout=30)


def refused(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal, which is a problem document."""
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["title"]
    assert problem["remedy"]
    return answer.status_code, problem["code"]


def test_a_call_without_a_token_is_unauthorized(machine: Machine) -> None:
    """Case product 10."""
    answer = ask(machine, "/v1/connections")
    assert refused(answer) == (401, "no_token")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_past_its_time_is_unauthorized(machine: Machine) -> None:
    """Case product 10: and told from a missing or a forged one."""
    expired = machine.token(FIRM, "ann", ["ledger:read"], minutes=-5)
    assert refused(ask(machine, "/v1/connections", expired)) == (401, "token_expired")
    forged = machine.token(FIRM, "ann", ["ledger:read"])[:-8] + "AAAAAAAA"
    assert refused(ask(machine, "/v1/connections", forged)) == (401, "token_invalid")


@pytest.mark.parametrize("path", ["/", "/v2/connections", "/v1x"])
def test_an_unknown_address_is_told_without_a_token(machine: Machine, path: str) -> None:
    """Case product 10."""
    assert refused(ask(machine, path)) == (404, "no_route")


def test_a_token_without_the_scope_is_forbidden(machine: Machine) -> None:
    token = machine.token(FIRM, "ann", ["ledger:post"])
    assert refused(ask(machine, "/v1/connections", token)) == (403, "scope_missing")


def test_a_token_with_the_read_scope_lists_the_firms_connections(machine: Machine) -> None:
    answer = ask(machine, "/v1/connections", machine.token(FIRM, "ann", ["ledger:read"]))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("path", ["/v1/docs", "/v1/openapi.json"])
def test_the_reference_needs_no_token(machine: Machine, path: str) -> None:
    assert ask(machine, path).status_code == 200


def test_a_browser_reaches_the_oauth_callback_without_a_token(machine: Machine) -> None:
    answer = ask(machine, "/v1/oauth/qbo/callback?state=unknown&code=x&realmId=1")
    assert answer.status_code not in (401, 403, 404, 500, 502)
