"""Connecting, losing the authorisation, reconnecting, disconnecting; and who may see what."""

from functools import partial
from typing import Any

import httpx
import pytest

from local.demo.errors import DemoError
from local.demo.qbo.browser import choose_company, give_consent, press_connect
from local.machine import Machine
from tests.e2e.firm import Books, Firm, entry, sandbox_admin
from tests.support.waiting import until


def test_a_company_can_be_connected_once(machine: Machine) -> None:
    books, firm, other = Books.new(machine), Firm(machine), Firm(machine)
    firm.connected(books.realm)
    for again in (firm, other):
        made = again.new_connection()
        with pytest.raises(Exception, match="connect"):
            again.consent(made["authorize_url"], books.realm)
        assert again.connection(made["id"])["state"] == "authorizing"


def test_a_consent_works_once(machine: Machine) -> None:
    books, firm = Books.new(machine), Firm(machine)
    made = firm.new_connection()
    seen: list[str] = []

    def note(response: httpx.Response) -> None:
        seen.append(str(response.url))

    with httpx.Client(
        follow_redirects=True, timeout=30, trust_env=False, event_hooks={"response": [note]}
    ) as browser:
        give_consent(browser, made["authorize_url"], books.realm)
        callback = next(url for url in seen if "/v1/oauth/qbo/callback" in url)
        assert browser.get(callback).status_code == 400


def browser() -> httpx.Client:
    return httpx.Client(follow_redirects=True, timeout=30, trust_env=False)


def test_nothing_is_connected_before_the_user_confirms_to_whom(machine: Machine) -> None:
    books, firm = Books.new(machine), Firm(machine)
    made = firm.new_connection()
    with browser() as theirs:
        page = choose_company(theirs, made["authorize_url"], books.realm)
        assert firm.name in page.text
        assert firm.connection(made["id"])["state"] == "authorizing"
        press_connect(theirs, page)
    shown = firm.connection(made["id"])
    assert (shown["state"], shown["company_id"]) == ("connected", books.realm)
    assert shown["company_name"].startswith("Books ")


def test_an_edited_callback_connects_no_company(machine: Machine) -> None:
    mine, theirs = Books.new(machine), Books.new(machine)
    firm, owner = Firm(machine), Firm(machine)
    for edited in (theirs.realm, f"./{mine.realm}", f"{mine.realm}%2F."):
        made = firm.new_connection()
        with browser() as user:
            page = choose_company(user, made["authorize_url"], mine.realm)
            address = str(page.url).replace(f"realmId={mine.realm}", f"realmId={edited}")
            with pytest.raises(DemoError, match=r"\(400\)"):
                press_connect(user, _good(user.get(address)))
        assert firm.connection(made["id"])["state"] == "authorizing"
    owner.connected(theirs.realm)
    firm.connected(mine.realm)


def _good(page: httpx.Response) -> httpx.Response:
    if not page.is_success:
        raise DemoError(f"({page.status_code})")
    return page


def test_a_consent_pending_at_a_disconnect_connects_nothing(machine: Machine) -> None:
    books, firm = Books.new(machine), Firm(machine)
    connection_id = firm.connected(books.realm)
    pending = firm.client.post(f"/v1/connections/{connection_id}/reconnect").json()
    firm.client.post(f"/v1/connections/{connection_id}/disconnect").raise_for_status()
    with pytest.raises(DemoError, match="was disconnected"):
        firm.consent(pending["authorize_url"], books.realm)
    assert firm.connection(connection_id)["state"] == "disconnected"


def completed(firm: Firm, href: str) -> dict[str, Any] | None:
    run = firm.at_rest(href)
    return run if run["state"] == "completed" else None


def test_a_dead_token_parks_the_run_and_a_reconnect_lets_it_go_on(machine: Machine) -> None:
    books, firm = Books.new(machine), Firm(machine)
    connection_id = firm.connected(books.realm)
    firm.map_one_of_each(connection_id, books.income_account_id)
    dead = {"realm": books.realm, "access": True, "refresh": True}
    sandbox_admin(machine, "POST", "tokens/expire", json=dead)
    run = firm.posted(connection_id, [entry("patient")])
    assert (run["state"], run["reason"]["code"]) == ("parked", "needs_reconnect")
    shown = firm.connection(connection_id)
    assert (shown["state"], shown["health"]["token"]) == ("needs_reconnect", "lost")
    later = firm.posted(connection_id, [entry("later")])
    assert later["state"] == "parked"

    other = Books.new(machine)
    again = firm.client.post(f"/v1/connections/{connection_id}/reconnect").json()
    with pytest.raises(Exception, match="company"):
        firm.consent(again["authorize_url"], other.realm)
    assert firm.connection(connection_id)["state"] == "needs_reconnect"

    again = firm.client.post(f"/v1/connections/{connection_id}/reconnect").json()
    firm.consent(again["authorize_url"], books.realm)
    for waiting in (run, later):
        done = until(partial(completed, firm, waiting["href"]))
        assert done["counts"]["posted"] >= 1
    texts = sorted(row["Description"] for row in books.rows("TimeActivity"))
    assert len(texts) == 2


def test_an_expired_access_token_in_mid_run_is_refreshed_without_loss(machine: Machine) -> None:
    books, firm = Books.new(machine), Firm(machine)
    connection_id = firm.connected(books.realm)
    firm.map_one_of_each(connection_id, books.income_account_id)
    sandbox_admin(machine, "POST", "tokens/expire", json={"realm": books.realm, "access": True})
    run = firm.posted(connection_id, [entry(f"fresh-{n}") for n in range(35)])
    assert run["state"] == "completed"
    assert len(books.rows("TimeActivity")) == 35


def test_a_disconnect_keeps_rules_and_history_and_the_firm_comes_back_to_them(
    machine: Machine,
) -> None:
    books, firm = Books.new(machine), Firm(machine)
    connection_id = firm.connected(books.realm)
    firm.map_one_of_each(connection_id, books.income_account_id)
    run = firm.posted(connection_id, [entry("kept")])
    gone = firm.client.post(f"/v1/connections/{connection_id}/disconnect").json()
    assert gone["state"] == "disconnected"
    assert firm.post(connection_id, [entry("refused")]).status_code == 409
    assert firm.client.get(run["href"]).json()["counts"]["posted"] >= 1
    rules = firm.client.get(f"/v1/connections/{connection_id}/rules/users").json()["rules"]
    assert [rule["key"] for rule in rules] == ["u1"]
    again = firm.client.post(f"/v1/connections/{connection_id}/reconnect").json()
    firm.consent(again["authorize_url"], books.realm)
    until(lambda: firm.connection(connection_id)["state"] == "connected")
    assert firm.posted(connection_id, [entry("kept")])["counts"]["unchanged"] == 1


ROUTES: tuple[tuple[str, str, Any], ...] = (
    ("GET", "/v1/connections/{id}", None),
    ("POST", "/v1/connections/{id}/reconnect", None),
    ("POST", "/v1/connections/{id}/disconnect", None),
    ("GET", "/v1/connections/{id}/rules/users", None),
    ("PUT", "/v1/connections/{id}/rules/users", {"rules": {"u1": {"action": "skip"}}}),
    ("GET", "/v1/connections/{id}/rules/users/history?key=u1", None),
    ("POST", "/v1/connections/{id}/uploads", None),
    ("POST", "/v1/connections/{id}/posts", {"time_entries": []}),
    ("GET", "/v1/connections/{id}/runs", None),
    ("GET", "/v1/connections/{id}/runs/{run}", None),
    ("GET", "/v1/connections/{id}/runs/{run}/items", None),
    ("POST", "/v1/connections/{id}/runs/{run}/resume", None),
)


def test_another_firm_finds_nothing_on_any_route(machine: Machine) -> None:
    books, firm, stranger = Books.new(machine), Firm(machine), Firm(machine)
    connection_id = firm.connected(books.realm)
    firm.map_one_of_each(connection_id, books.income_account_id)
    run = firm.posted(connection_id, [entry("private")])
    for method, path, body in ROUTES:
        answer = stranger.client.request(
            method,
            path.format(id=connection_id, run=run["id"]),
            json=body,
            headers={"Idempotency-Key": "stranger"},
        )
        assert (answer.status_code, answer.json()["code"]) == (404, "no_connection"), path
        assert "private" not in answer.text
    assert stranger.client.get("/v1/connections").json()["connections"] == []
    assert firm.connection(connection_id)["state"] == "connected"


def test_a_token_allows_its_scopes(machine: Machine) -> None:
    firm = Firm(machine)
    reader = firm.as_user("reader", "ledger:read")
    poster = firm.as_user("poster", "ledger:read", "ledger:post")
    assert reader.get("/v1/connections").status_code == 200
    assert reader.post("/v1/connections", json={"ledger": "qbo"}).status_code == 403
    refused = poster.post("/v1/connections", json={"ledger": "qbo"})
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    bare = httpx.get(f"{machine.api_url}/v1/connections", trust_env=False)
    assert bare.status_code == 401
