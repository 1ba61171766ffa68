"""Connecting, reconnecting and disconnecting a company."""

import logging
from dataclasses import replace

import pytest
from ledgerlink.domain.errors import (
    AuthorizationLost,
    Conflict,
    Invalid,
    LedgerUnavailable,
    NotFound,
)
from ledgerlink.domain.model.connections import Connection, ConnectionKey, ConnectionState
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.rules import RuleKind
from ledgerlink.services.connections import connect
from ledgerlink.services.posting import accept
from ledgerlink.services.settings.rules import list_rules

from tests.fakes.ledger import ACCESS, REFRESH, REFUSED_CODE
from tests.fakes.service import (
    COMPANY,
    FIRM,
    REDIRECT,
    USER,
    InMemoryService,
    entry,
    in_memory_service,
)
from tests.fakes.vaults import CLIENT_SECRET


def state_of(consent: connect.Consent) -> str:
    return consent.authorize_url.partition("state=")[2].partition("&")[0]


def begin(app: InMemoryService, firm: str = FIRM) -> connect.Consent:
    return connect.connect(app.deps, firm, USER, "fake", REDIRECT)


def again(app: InMemoryService, connection: Connection) -> str:
    return state_of(connect.reconnect(app.deps, connection.key, USER, REDIRECT))


def test_a_new_connection_waits_for_consent_and_keeps_who_asked() -> None:
    app = in_memory_service()
    consent = begin(app)
    found = app.deps.connections.get(consent.connection.key)
    assert found.state is ConnectionState.AUTHORIZING
    assert (found.created_by, found.company_id) == (USER, None)
    assert state_of(consent) in consent.authorize_url


def test_an_unknown_ledger_is_refused_naming_the_field() -> None:
    with pytest.raises(Invalid) as refused:
        connect.connect(in_memory_service().deps, FIRM, USER, "xero", REDIRECT)
    assert [p.pointer for p in refused.value.problems] == ["/ledger"]


def test_a_consent_ties_the_company_and_has_it_read_back() -> None:
    app = in_memory_service()
    connection = app.connected()
    assert connection.state is ConnectionState.CONNECTED
    assert connection.company_id == COMPANY
    assert connection.company is not None
    assert connection.company.name == f"Company {COMPANY}"
    assert connection.read_at == app.clock.now()
    assert app.connector.granted.exchanged == [("code", REDIRECT)]


def test_tokens_are_in_the_vault_and_nowhere_else(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    app = in_memory_service()
    connection = app.connected()
    tokens = app.deps.vaults.of(connection.key).load()
    assert tokens.access_token.startswith(ACCESS)
    app.post(connection, "key", [entry("t1")])
    app.work()
    kept = [app.connections, app.runs, app.links, app.staging, app.lane, app.handled]
    text = " ".join([repr(kept), repr(tokens), str(tokens), repr(app.vaults), caplog.text])
    for secret in (ACCESS, REFRESH, CLIENT_SECRET):
        assert secret not in text


def test_a_state_works_once() -> None:
    app = in_memory_service()
    state = state_of(begin(app))
    connect.complete(app.deps, state, "code", COMPANY)
    with pytest.raises(Invalid):
        connect.complete(app.deps, state, "code", COMPANY)


def test_an_unissued_state_is_refused() -> None:
    with pytest.raises(Invalid):
        connect.complete(in_memory_service().deps, "guess", "code", COMPANY)


def test_a_consent_that_took_too_long_is_refused_and_its_state_used_up() -> None:
    app = in_memory_service()
    consent = begin(app)
    app.clock.moment += connect.CONSENT_LIFETIME
    for code in ("consent_too_old", "unknown_state"):
        with pytest.raises(Invalid) as refused:
            connect.complete(app.deps, state_of(consent), "code", COMPANY)
        assert refused.value.code == code
    assert app.connector.granted.exchanged == []


def test_a_refused_consent_uses_the_state_up_and_the_connection_says_so() -> None:
    """Case product 9."""
    app = in_memory_service()
    consent = begin(app)
    connect.refuse(app.deps, state_of(consent))
    with pytest.raises(Invalid):
        connect.complete(app.deps, state_of(consent), "code", COMPANY)
    found = app.deps.connections.get(consent.connection.key)
    assert found == replace(
        consent.connection, consent_until=None, reason=reason("consent_cancelled")
    )


def test_a_code_that_the_ledger_refuses_is_the_callers_to_mend() -> None:
    app = in_memory_service()
    consent = begin(app)
    with pytest.raises(Invalid) as refused:
        connect.complete(app.deps, state_of(consent), REFUSED_CODE, COMPANY)
    assert refused.value.remedy
    found = app.deps.connections.get(consent.connection.key)
    assert found.state is ConnectionState.AUTHORIZING


@pytest.mark.parametrize("firm", [FIRM, "rival"])
def test_a_company_cannot_be_connected_twice_and_the_code_is_left_unused(firm: str) -> None:
    app = in_memory_service()
    app.connected()
    consent = begin(app, firm)
    with pytest.raises(Conflict) as clash:
        connect.complete(app.deps, state_of(consent), "code", COMPANY)
    assert clash.value.code == "company_already_connected"
    assert len(app.connector.granted.exchanged) == 1
    assert not app.connector.granted.revoked
    with pytest.raises(AuthorizationLost):
        app.deps.vaults.of(ConnectionKey(firm, consent.connection.id)).load()


def test_a_reconnect_keeps_company_rules_and_id_and_clears_the_reason() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.clock.go_on(minutes=6)
    back = connect.complete(app.deps, again(app, connection), "code", COMPANY)
    app.work()
    assert (back.id, back.company_id, back.reason) == (connection.id, COMPANY, None)
    tokens = app.deps.vaults.of(connection.key).load()
    assert tokens.access_token == f"{ACCESS}-2"
    assert list_rules(app.deps, connection.key, RuleKind.USERS)


def test_a_reconnect_to_another_company_is_refused_and_the_old_one_stays() -> None:
    app = in_memory_service()
    connection = app.connected()
    with pytest.raises(Conflict) as clash:
        connect.complete(app.deps, again(app, connection), "code", "realm-2")
    assert clash.value.code == "other_company"
    assert f"Company {COMPANY}" in clash.value.message
    found = app.deps.connections.get(connection.key)
    assert (found.company_id, found.state) == (COMPANY, ConnectionState.CONNECTED)


def test_disconnecting_gives_the_tokens_back_and_keeps_rules_and_history() -> None:
    app = in_memory_service()
    connection = app.connected()
    run = app.post(connection, "key", [entry("t1")])
    app.work()
    left = connect.disconnect(app.deps, connection.key)
    assert left.state is ConnectionState.DISCONNECTED
    assert len(app.connector.granted.revoked) == 1
    assert connection.key not in app.vaults.tokens
    assert app.items(run)
    assert list_rules(app.deps, connection.key, RuleKind.USERS)


def test_disconnecting_twice_is_the_same_as_once() -> None:
    app = in_memory_service()
    connection = app.connected()
    connect.disconnect(app.deps, connection.key)
    rival = app.connected("rival")
    connect.disconnect(app.deps, connection.key)
    assert rival.state is ConnectionState.CONNECTED
    assert len(app.connector.granted.revoked) == 1


def test_a_disconnect_that_the_ledger_does_not_hear_of_changes_nothing() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.connector.granted.failure = LedgerUnavailable("down", "The ledger is down.")
    with pytest.raises(LedgerUnavailable):
        connect.disconnect(app.deps, connection.key)
    found = app.deps.connections.get(connection.key)
    assert found.state is ConnectionState.CONNECTED
    app.connector.granted.failure = None
    left = connect.disconnect(app.deps, connection.key)
    assert left.state is ConnectionState.DISCONNECTED


def test_after_a_disconnect_the_firm_comes_back_by_the_same_connection_only() -> None:
    app = in_memory_service()
    connection = app.connected()
    connect.disconnect(app.deps, connection.key)
    with pytest.raises(Conflict):
        connect.complete(app.deps, state_of(begin(app)), "code", COMPANY)
    app.clock.go_on(minutes=6)
    back = connect.complete(app.deps, again(app, connection), "code", COMPANY)
    assert back.state is ConnectionState.CONNECTED


def test_a_connection_without_consent_can_be_disconnected() -> None:
    app = in_memory_service()
    consent = begin(app)
    left = connect.disconnect(app.deps, consent.connection.key)
    assert left.state is ConnectionState.DISCONNECTED


@pytest.mark.parametrize("firm", ["rival", "acme#connection", ""])
def test_another_firm_finds_nothing(firm: str) -> None:
    app = in_memory_service()
    connection = app.connected()
    with pytest.raises(NotFound):
        connect.reconnect(app.deps, ConnectionKey(firm, connection.id), USER, REDIRECT)
    with pytest.raises(NotFound):
        connect.disconnect(app.deps, ConnectionKey(firm, connection.id))
    with pytest.raises(NotFound):
        accept.post(app.deps, ConnectionKey(firm, connection.id), USER, "key", [])


def test_a_post_before_consent_or_after_a_disconnect_is_a_conflict() -> None:
    app = in_memory_service()
    consent = begin(app)
    with pytest.raises(Conflict) as clash:
        app.post(consent.connection, "key", [])
    assert clash.value.code == "not_connected"
    connection = app.connected()
    connect.disconnect(app.deps, connection.key)
    with pytest.raises(Conflict) as clash:
        app.post(connection, "key", [])
    assert clash.value.code == "disconnected"
