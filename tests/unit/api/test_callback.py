"""The page between the ledger's consent and the connection."""

from collections.abc import Mapping
from html import unescape

import pytest
from ledgerlink.domain.errors import AuthorizationLost

from local.demo.qbo.browser import read_form
from tests.fakes.service import COMPANY, FIRM, USER
from tests.unit.api.client import Answer, Api

CALLBACK = "/v1/oauth/fake/callback"


def ask(api: Api, firm: str = FIRM) -> tuple[str, dict[str, str]]:
    """A new connection's id and what the ledger sends the browser back with."""
    made = api.post("/v1/connections", {"ledger": "fake"}, firm=firm).json
    state = made["authorize_url"].partition("state=")[2].partition("&")[0]
    return made["id"], {"state": state, "code": "code-1", "realmId": COMPANY}


def back(api: Api, query: Mapping[str, str]) -> Answer:
    return api.get(CALLBACK, query=query, claims={})


def state_of(api: Api, connection_id: str, firm: str = FIRM) -> str:
    return str(api.get(f"/v1/connections/{connection_id}", firm=firm).json["state"])


def test_the_ledgers_redirect_connects_nothing_and_uses_nothing_up(api: Api) -> None:
    number, query = ask(api)
    assert [back(api, query).status for _ in range(2)] == [200, 200]
    assert state_of(api, number) == "authorizing"
    assert api.app.connector.granted.exchanged == []
    assert api.app.connector.companies == {}


def test_the_page_names_who_asked_when_and_for_which_company(api: Api) -> None:
    _, query = ask(api, firm="evil & co")
    text = unescape(back(api, query).text)
    for words in ("evil & co", USER, "2026-03-02 09:00 UTC", COMPANY):
        assert words in text


def test_the_form_of_the_page_completes_the_consent_once(api: Api) -> None:
    number, query = ask(api)
    form = read_form(back(api, query).text)
    assert (form.method, form.action) == ("post", "callback")
    assert form.hidden == query
    fields = form.pressing("connect")
    assert api.form(CALLBACK, fields).status == 200
    assert state_of(api, number) == "connected"
    assert api.form(CALLBACK, fields).status == 400
    assert api.app.connector.granted.exchanged[0][0] == "code-1"


@pytest.mark.parametrize("decision", ["cancel", "Connect", "x"])
def test_anything_but_connect_uses_the_state_up_and_connects_nothing(
    api: Api, decision: str
) -> None:
    number, query = ask(api)
    page = api.form(CALLBACK, query | {"decision": decision})
    assert (page.status, "Nothing was connected." in page.text) == (200, True)
    assert api.form(CALLBACK, query | {"decision": "connect"}).status == 400
    assert state_of(api, number) == "authorizing"
    assert api.app.connector.granted.exchanged == []


def test_a_form_without_a_decision_is_malformed_and_uses_nothing_up(api: Api) -> None:
    number, query = ask(api)
    answer = api.form(CALLBACK, query)
    assert (answer.status, answer.pointers) == (422, ["/decision"])
    assert api.form(CALLBACK, query | {"decision": "connect"}).status == 200
    assert state_of(api, number) == "connected"


@pytest.mark.parametrize(
    "changes",
    [{"code": "bad-code"}, {"realmId": "./realm-1"}, {"realmId": "realm/1"}, {"state": "guess"}],
)
def test_an_incomplete_form_ends_on_an_error_page(api: Api, changes: dict[str, str]) -> None:
    number, query = ask(api)
    page = api.form(CALLBACK, query | {"decision": "connect"} | changes)
    assert page.status == 400
    assert "Start connecting again" in page.text
    assert state_of(api, number) == "authorizing"


def test_a_company_that_refuses_the_tokens_is_reported_on_the_page(api: Api) -> None:
    number, query = ask(api)
    api.app.company().trouble = [AuthorizationLost("no", "It is <another> company.")]
    page = api.form(CALLBACK, query | {"decision": "connect"})
    assert page.status == 400
    assert f"does not give access to company {COMPANY}" in page.text
    assert "&lt;another&gt;" in page.text
    assert state_of(api, number) == "authorizing"


def test_a_refusal_at_the_ledger_uses_the_state_up(api: Api) -> None:
    _, query = ask(api)
    assert back(api, {"state": query["state"], "error": "access_denied"}).status == 400
    assert back(api, query).status == 400


def test_every_page_can_send_its_form_home_only_and_is_framed_and_kept_nowhere(api: Api) -> None:
    _, query = ask(api)
    for page in (back(api, query), back(api, query | {"state": "guess"})):
        policy = page.headers["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"} <= set(policy)
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"


def test_nothing_that_is_shown_brings_markup_onto_the_page(api: Api) -> None:
    _, query = ask(api, firm="<b>f</b>")
    page = back(api, query | {"code": '"><script>x</script>'})
    assert page.status == 200
    assert "<b>" not in page.text
    assert "<script>" not in page.text
    assert read_form(page.text).hidden["code"] == '"><script>x</script>'
