"""Connecting: section 12."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from local.sandboxes.qbo.sandbox import SCOPE
from tests.sandbox.qbo.conftest import Books

CALLBACK = "http://localhost:9999/callback"
ASKED = {
    "client_id": "sandbox-client",
    "redirect_uri": CALLBACK,
    "state": "s1",
    "scope": SCOPE,
    "response_type": "code",
}
APP = ("sandbox-client", "sandbox-secret")


def decide(books: Books, choice: str) -> dict[str, list[str]]:
    url = f"{books.running.url}/connect/oauth2"
    answer = books.anybody.post(url, data={**ASKED, "realm": books.realm, "choice": choice})
    assert answer.status_code == 302
    return parse_qs(urlsplit(answer.headers["location"]).query)


def token(books: Books, app: tuple[str, str] = APP, **form: str) -> httpx.Response:
    url = f"{books.running.url}/oauth2/v1/tokens/bearer"
    return books.anybody.post(url, data=form, auth=app)


def exchange(books: Books, code: str, redirect: str = CALLBACK) -> httpx.Response:
    return token(books, grant_type="authorization_code", code=code, redirect_uri=redirect)


def refresh(books: Books, value: str) -> httpx.Response:
    return token(books, grant_type="refresh_token", refresh_token=value)


def tokens(books: Books) -> dict[str, Any]:
    return books.admin("/token", {"realm": books.realm})


def test_the_discovery_document_names_every_endpoint(books: Books) -> None:
    for path in ("/.well-known/openid_configuration/", "/openid_sandbox_configuration/"):
        found = books.anybody.get(books.running.url + path).json()
        assert found["token_endpoint"] == f"{books.running.url}/oauth2/v1/tokens/bearer"
        assert found["revocation_endpoint"].endswith("/v2/oauth2/tokens/revoke")
        assert found["authorization_endpoint"].endswith("/connect/oauth2")


def test_the_consent_page_offers_the_companies(books: Books) -> None:
    page = books.anybody.get(f"{books.running.url}/connect/oauth2", params=ASKED)
    assert f'value="{books.realm}"' in page.text
    assert 'value="cancel"' in page.text


@pytest.mark.parametrize(
    "wrong",
    [{"client_id": "x"}, {"redirect_uri": "http://example.com/"}, {"response_type": "token"}],
)
def test_a_wrong_request_for_consent_is_refused(books: Books, wrong: dict[str, str]) -> None:
    page = books.anybody.get(f"{books.running.url}/connect/oauth2", params={**ASKED, **wrong})
    assert page.status_code == 400


def test_connecting_leads_back_with_code_state_and_realm(books: Books) -> None:
    back = decide(books, "connect")
    assert (back["state"], back["realmId"]) == (["s1"], [books.realm])
    found = exchange(books, back["code"][0]).json()
    assert found["token_type"] == "bearer"
    assert (found["expires_in"], found["x_refresh_token_expires_in"]) == (3600, 8_726_400)
    headers = {"authorization": f"Bearer {found['access_token']}", "accept": "application/json"}
    assert books.http.get("companyinfo/1", headers=headers).status_code == 200


def test_cancelling_leads_back_with_access_denied(books: Books) -> None:
    assert decide(books, "cancel") == {"error": ["access_denied"], "state": ["s1"]}


def test_a_code_works_once_for_its_redirect_and_for_a_short_time(books: Books) -> None:
    code = decide(books, "connect")["code"][0]
    assert exchange(books, code).status_code == 200
    assert exchange(books, code).json()["error"] == "invalid_grant"
    code = decide(books, "connect")["code"][0]
    assert exchange(books, code, "http://localhost/other").json()["error"] == "invalid_grant"
    code = decide(books, "connect")["code"][0]
    books.admin("/clock", {"advance_seconds": 301})
    assert exchange(books, code).json()["error"] == "invalid_grant"


def test_a_refresh_rotates_and_the_older_value_lives_for_the_overlap(books: Books) -> None:
    books.set(refresh_overlap_seconds=100)
    old = tokens(books)["refresh_token"]
    new = refresh(books, old).json()["refresh_token"]
    assert new != old
    assert refresh(books, old).status_code == 200
    books.admin("/clock", {"advance_seconds": 101})
    dead = refresh(books, old)
    assert (dead.status_code, dead.json()["error"]) == (400, "invalid_grant")
    assert refresh(books, new).status_code == 200


def test_rotation_can_be_turned_off(books: Books) -> None:
    books.set(rotation=False)
    old = tokens(books)["refresh_token"]
    assert refresh(books, old).json()["refresh_token"] == old


def test_access_runs_out_after_an_hour_of_ledger_time(books: Books) -> None:
    books.admin("/clock", {"advance_seconds": 3601})
    assert books.http.get("customer/1").status_code == 401


def test_refresh_runs_out_after_its_days_and_rolls_with_use(books: Books) -> None:
    value = tokens(books)["refresh_token"]
    books.admin("/clock", {"advance_seconds": 8_000_000})
    value = refresh(books, value).json()["refresh_token"]
    books.admin("/clock", {"advance_seconds": 8_000_000})
    value = refresh(books, value).json()["refresh_token"]
    books.admin("/clock", {"advance_seconds": 9_000_000})
    assert refresh(books, value).json()["error"] == "invalid_grant"


def test_the_hard_expiry_is_in_the_token_response(books: Books) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": tokens(books)["refresh_token"]}
    url = f"{books.running.url}/oauth2/v1/tokens/bearer"
    header = {"x-include-refresh-token-hard-expires-in": "true"}
    found = books.anybody.post(url, data=form, auth=APP, headers=header).json()
    assert found["x_refresh_token_hard_expires_in"] > 157_000_000


def test_a_wrong_secret_is_refused(books: Books) -> None:
    answer = token(books, ("sandbox-client", "wrong"), grant_type="refresh_token")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_revoked_connection_is_dead(books: Books) -> None:
    issued = tokens(books)
    url = f"{books.running.url}/v2/oauth2/tokens/revoke"
    answer = books.anybody.post(url, json={"token": issued["refresh_token"]}, auth=APP)
    assert answer.status_code == 200
    assert refresh(books, issued["refresh_token"]).json()["error"] == "invalid_grant"
    assert books.http.get("customer/1").status_code == 401


def test_the_user_can_be_asked_for(books: Books) -> None:
    value = tokens(books)["access_token"]
    url = f"{books.running.url}/v1/openid_connect/userinfo"
    assert books.anybody.get(url, headers={"authorization": f"Bearer {value}"}).json()["sub"]
    assert books.anybody.get(url).status_code == 401
