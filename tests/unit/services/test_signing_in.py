"""Connecting a company whose ledger knows users of its own."""

import logging
from typing import Any

import pytest
from ledgerlink.domain.errors import (
    AuthorizationLost,
    Conflict,
    Invalid,
    LedgerUnavailable,
)
from ledgerlink.domain.model.connections import ConnectionKey, ConnectionState
from ledgerlink.domain.model.logins import Login
from ledgerlink.domain.model.runs import FINISHED, RunState
from ledgerlink.services.connections import connect

from tests.fakes.service import FIRM, USER, InMemoryService, entry, in_memory_service

LOGIN = {"company_id": "acme", "user_id": "xml", "password": "pass-77a1"}


@pytest.fixture
def app() -> InMemoryService:
    found = in_memory_service()
    found.connector.takes_logins = True
    return found


def sign_in(app: InMemoryService, firm: str = FIRM, **changes: str) -> str:
    return connect.sign_in(app.deps, firm, USER, "fake", {**LOGIN, **changes}).id


def test_a_login_connects_at_once_and_the_company_is_read_back(app: InMemoryService) -> None:
    found = app.deps.connections.get(ConnectionKey(FIRM, sign_in(app)))
    assert (found.state, found.company_id) == (ConnectionState.CONNECTED, "acme")
    assert found.company is not None
    assert [message.step for message in app.lane.messages] == ["read_company"]
    keys = app.deps.vaults.of(ConnectionKey(FIRM, found.id)).load()
    assert keys == Login(company_id="acme", user_id="xml", password=LOGIN["password"])


def test_a_password_is_in_the_vault_and_nowhere_else(
    app: InMemoryService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    connection = app.deps.connections.get(ConnectionKey(FIRM, sign_in(app)))
    app.post(connection, "key", [entry("t1")])
    app.work()
    keys = app.deps.vaults.of(connection.key).load()
    kept = [app.connections, app.runs, app.links, app.staging, app.lane, app.handled]
    text = " ".join([repr(kept), repr(keys), repr(app.vaults), caplog.text])
    assert LOGIN["password"] not in text


@pytest.mark.parametrize(
    "trouble",
    [
        AuthorizationLost("needs_reconnect", "Sign-in information is incorrect."),
        LedgerUnavailable("ledger_unavailable", "It is down."),
    ],
)
def test_of_a_login_that_the_ledger_refuses_nothing_is_kept(
    app: InMemoryService, trouble: AuthorizationLost | LedgerUnavailable
) -> None:
    app.company("acme").trouble = [trouble]
    with pytest.raises((Invalid, LedgerUnavailable)) as refused:
        sign_in(app)
    assert trouble.message in str(refused.value)
    assert app.deps.connections.list(FIRM) == []
    assert app.lane.messages == []


def test_of_two_sign_ins_to_one_company_at_once_the_slower_leaves_nothing(
    app: InMemoryService, monkeypatch: pytest.MonkeyPatch
) -> None:
    faster = sign_in(app)
    looks = [app.connections.require_free, lambda *_: None]

    def looked(*asked: Any) -> None:
        looks.pop()(*asked)

    monkeypatch.setattr(app.connections, "require_free", looked)
    with pytest.raises(Conflict) as refused:
        sign_in(app)
    assert refused.value.code == "company_already_connected"
    assert [one.id for one in app.deps.connections.list(FIRM)] == [faster]
    assert [message.step for message in app.lane.messages] == ["read_company"]


def test_a_sign_in_to_a_ledger_that_is_down_asks_to_try_again(app: InMemoryService) -> None:
    down = LedgerUnavailable("ledger_unavailable", "It is down.", "Resume the run later.")
    app.company("acme").trouble = [down]
    with pytest.raises(LedgerUnavailable) as raised:
        sign_in(app)
    assert raised.value.remedy == "Start connecting again later."


def test_an_incomplete_login_names_the_missing_fields(app: InMemoryService) -> None:
    with pytest.raises(Invalid) as refused:
        sign_in(app, password="")
    assert [problem.pointer for problem in refused.value.problems] == ["/login/password"]


def test_a_company_of_another_firm_is_refused(app: InMemoryService) -> None:
    sign_in(app)
    with pytest.raises(Conflict):
        sign_in(app, firm="rival")
    assert app.deps.connections.list("rival") == []


def test_another_login_lets_parked_runs_go_on(app: InMemoryService) -> None:
    connection = app.deps.connections.get(ConnectionKey(FIRM, sign_in(app)))
    app.work()
    app.company("acme").trouble = [AuthorizationLost("needs_reconnect", "The password is old.")]
    run = app.post(connection, "key", [entry("t1")])
    app.work()
    assert app.run(run).state is RunState.PARKED
    app.clock.go_on(hours=1)
    again = {**LOGIN, "password": "pass-88b2"}
    connect.sign_in_again(app.deps, connection.key, again)
    app.work()
    assert app.run(run).state in FINISHED


def test_a_login_to_another_company_is_refused(app: InMemoryService) -> None:
    connection_id = sign_in(app)
    with pytest.raises(Conflict) as refused:
        connect.sign_in_again(
            app.deps, ConnectionKey(FIRM, connection_id), {**LOGIN, "company_id": "other"}
        )
    assert refused.value.code == "other_company"


def test_a_connection_with_a_login_is_disconnected(app: InMemoryService) -> None:
    connection_id = sign_in(app)
    left = connect.disconnect(app.deps, ConnectionKey(FIRM, connection_id))
    assert left.state is ConnectionState.DISCONNECTED
    with pytest.raises(AuthorizationLost):
        app.deps.vaults.of(ConnectionKey(FIRM, connection_id)).load()


def test_a_ledger_reports_whether_it_needs_a_login_or_consent() -> None:
    consenting = in_memory_service()
    with pytest.raises(Invalid) as no_login:
        connect.sign_in(consenting.deps, FIRM, USER, "fake", LOGIN)
    assert no_login.value.code == "no_login"
    consenting.connector.takes_logins = True
    with pytest.raises(Invalid) as needed:
        connect.connect(consenting.deps, FIRM, USER, "fake", "https://back.example")
    assert needed.value.code == "login_needed"
    assert consenting.deps.connections.list(FIRM) == []
