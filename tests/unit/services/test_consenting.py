"""What a callback brings is believed only when a person and the ledger have said so."""

import asyncio
from datetime import timedelta

import pytest
from ledgerlink.domain.errors import (
    AuthorizationLost,
    Conflict,
    Invalid,
    LedgerError,
    LedgerStopped,
    LedgerUnavailable,
)
from ledgerlink.domain.model.company import Company
from ledgerlink.domain.model.connections import Connection, ConnectionKey, ConnectionState
from ledgerlink.domain.ports import Tokens
from ledgerlink.services.connections import connect, verify_company

from tests.fakes.clock import START
from tests.fakes.ledger import ACCESS, FakeLedger
from tests.fakes.service import COMPANY, FIRM, REDIRECT, USER, InMemoryService, in_memory_service


def state_of(consent: connect.Consent) -> str:
    return consent.authorize_url.partition("state=")[2].partition("&")[0]


def asked(app: InMemoryService, firm: str = FIRM) -> str:
    return state_of(connect.connect(app.deps, firm, USER, "fake", REDIRECT))


def asked_again(app: InMemoryService, connection: Connection) -> str:
    return state_of(connect.reconnect(app.deps, connection.key, USER, REDIRECT))


def nothing_happened(app: InMemoryService) -> None:
    """No company claimed, no tokens kept or given back, no connection made."""
    assert (app.connections.claims, app.vaults.tokens) == ({}, {})
    assert app.connector.granted.revoked == []
    assert {c.state for c in app.connections.rows.values()} == {ConnectionState.AUTHORIZING}
    assert app.lane.messages == []


def test_a_consent_can_be_reviewed_any_number_of_times_and_still_works() -> None:
    app = in_memory_service()
    state = asked(app)
    for _ in range(2):
        found = connect.review(app.deps, state, COMPANY)
        assert (found.firm, found.user, found.asked_at) == (FIRM, USER, app.clock.now())
    nothing_happened(app)
    assert connect.complete(app.deps, state, "code", COMPANY).company_id == COMPANY


@pytest.mark.parametrize("company_id", ["", ".", "./realm-1", "realm-1/", "realm-1%2F."])
def test_text_that_is_no_companys_id_is_refused_before_the_code_is_used(company_id: str) -> None:
    app = in_memory_service()
    state = asked(app)
    for step in (
        lambda: connect.review(app.deps, state, company_id),
        lambda: connect.complete(app.deps, state, "code", company_id),
    ):
        with pytest.raises(Invalid) as refused:
            step()
        assert refused.value.code == "wrong_company_id"
    assert app.connector.granted.exchanged == []
    nothing_happened(app)


def test_a_consent_that_is_too_old_is_not_shown_for_confirmation() -> None:
    app = in_memory_service()
    state = asked(app)
    app.clock.moment += connect.CONSENT_LIFETIME
    with pytest.raises(Invalid) as refused:
        connect.review(app.deps, state, COMPANY)
    assert refused.value.code == "consent_too_old"


@pytest.mark.parametrize(
    "refusal",
    [AuthorizationLost("no", "Not this company."), LedgerStopped("no", "Not this company.")],
)
def test_a_company_that_refuses_the_new_tokens_is_not_connected(refusal: LedgerError) -> None:
    app = in_memory_service()
    state = asked(app)
    app.company().trouble = [refusal]
    with pytest.raises(Invalid) as refused:
        connect.complete(app.deps, state, "code", COMPANY)
    assert refused.value.code == "company_refused"
    assert COMPANY in refused.value.message
    assert "Not this company." in refused.value.remedy
    nothing_happened(app)
    assert app.connected("owner").company_id == COMPANY


def test_a_company_that_cannot_be_read_is_not_connected() -> None:
    app = in_memory_service()
    state = asked(app)
    app.company().trouble = [LedgerUnavailable("down", "It is down.", "Resume the run.")]
    with pytest.raises(LedgerUnavailable) as down:
        connect.complete(app.deps, state, "code", COMPANY)
    assert down.value.remedy == "Start connecting again later."
    nothing_happened(app)


def test_the_company_is_known_at_once_and_read_again_by_the_lane() -> None:
    app = in_memory_service()
    connection = connect.complete(app.deps, asked(app), "code", COMPANY)
    assert connection.company is not None
    assert connection.company.name == f"Company {COMPANY}"
    assert connection.read_at == app.clock.now()
    assert [message.step for message in app.lane.messages] == ["read_company"]


def test_a_consent_pending_at_a_disconnect_connects_nothing_afterwards() -> None:
    app = in_memory_service()
    connection = app.connected()
    pending = asked_again(app, connection)
    connect.disconnect(app.deps, connection.key)
    for step in (connect.review, lambda deps, state, id: connect.complete(deps, state, "c", id)):
        with pytest.raises(Invalid) as refused:
            step(app.deps, pending, COMPANY)
        assert refused.value.code == "consent_ended"
    found = app.connections.get(connection.key)
    assert found.state is ConnectionState.DISCONNECTED
    assert len(app.connector.granted.exchanged) == 1


def test_the_first_consent_of_a_connection_ends_with_its_disconnect() -> None:
    app = in_memory_service()
    consent = connect.connect(app.deps, FIRM, USER, "fake", REDIRECT)
    connect.disconnect(app.deps, consent.connection.key)
    with pytest.raises(Invalid):
        connect.complete(app.deps, state_of(consent), "code", COMPANY)


def test_a_consent_asked_for_after_a_disconnect_connects() -> None:
    app = in_memory_service()
    connection = app.connected()
    connect.disconnect(app.deps, connection.key)
    back = connect.complete(app.deps, asked_again(app, connection), "code", COMPANY)
    assert back.state is ConnectionState.CONNECTED


def test_a_disconnect_while_the_company_is_read_is_not_undone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = in_memory_service()
    consent = connect.connect(app.deps, FIRM, USER, "fake", REDIRECT)

    async def company(ledger: FakeLedger, *_: object) -> Company:
        connect.disconnect(app.deps, consent.connection.key)
        return Company(ledger.company_id, "Books", "US", ledger.held.features)

    monkeypatch.setattr(FakeLedger, "company", company)
    with pytest.raises(Invalid) as refused:
        connect.complete(app.deps, state_of(consent), "code", COMPANY)
    assert refused.value.code == "consent_ended"
    found = app.connections.get(consent.connection.key)
    assert found.state is ConnectionState.DISCONNECTED
    assert (app.connections.claims, app.vaults.tokens) == ({}, {})


def test_a_ledger_that_does_not_answer_is_waited_for_a_while_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = in_memory_service()
    state = asked(app)

    async def company(_ledger: FakeLedger, *_: object) -> Company:
        await asyncio.sleep(60)
        raise AssertionError("waited to the end")

    monkeypatch.setattr(FakeLedger, "company", company)
    monkeypatch.setattr(verify_company, "ANSWER_SECONDS", 0.01)
    with pytest.raises(LedgerUnavailable):
        connect.complete(app.deps, state, "code", COMPANY)
    nothing_happened(app)


def test_tokens_that_cannot_be_kept_leave_the_company_free_for_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = in_memory_service()
    connection = app.connected()
    connect.disconnect(app.deps, connection.key)

    def put(_connection_key: ConnectionKey, _tokens: Tokens) -> None:
        raise Conflict("tokens_being_deleted", "Still being deleted.", "In a minute.")

    with monkeypatch.context() as busy:
        busy.setattr(app.vaults, "put", put)
        with pytest.raises(Conflict):
            connect.complete(app.deps, asked_again(app, connection), "code", COMPANY)
    found = app.connections.get(connection.key)
    assert found.state is ConnectionState.DISCONNECTED
    assert app.connected("rival").company_id == COMPANY


def test_tokens_on_trial_are_never_due_and_never_refreshed() -> None:
    tokens = Tokens(
        access_token=ACCESS, refresh_token="r", access_expires_at=START + timedelta(seconds=5)
    )
    trial = verify_company.UnverifiedTokens(tokens)
    assert trial.load().access_token == ACCESS
    assert trial.load().access_expires_at - START > timedelta(days=9999)
    with pytest.raises(AuthorizationLost):
        trial.claim(30)
    with pytest.raises(AuthorizationLost):
        trial.save(tokens)
