"""Connecting a ledger company: consent, callback, login, reconnect, disconnect.

The callback is a browser's: what it brings is believed only once a person has confirmed it and
the ledger has answered for the company (`docs/adr/0006`).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from ledgerlink.domain.errors import AuthorizationLost, Conflict, Invalid, LedgerError
from ledgerlink.domain.model.company import Company
from ledgerlink.domain.model.connections import (
    Authorization,
    Connection,
    ConnectionKey,
    ConnectionState,
)
from ledgerlink.domain.ports import Consents, Keys, Tokens
from ledgerlink.services.connections.verify_company import prove
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.messages import Message
from ledgerlink.services.sync import scheduler

CONSENT_LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Consent:
    """A connection and the address where the user gives consent."""

    connection: Connection
    authorize_url: str


def connect(deps: Dependencies, firm: str, user: str, ledger: str, redirect_uri: str) -> Consent:
    """A new connection, waiting for consent. Raises Invalid for an unknown ledger, and one whose
    users sign in with a login."""
    connection = _new(deps, firm, user, ledger)
    _grants(deps, connection)
    deps.connections.save(connection)
    return _ask(deps, connection, user, redirect_uri)


def _new(deps: Dependencies, firm: str, user: str, ledger: str) -> Connection:
    """A connection that nobody has authorised. Raises Invalid for an unknown ledger."""
    deps.connector(ledger)
    now = deps.clock.now()
    return Connection(
        firm=firm,
        id=deps.ids.new(now),
        ledger=ledger,
        state=ConnectionState.AUTHORIZING,
        created_by=user,
        created_at=now,
    )


def reconnect(
    deps: Dependencies, connection_key: ConnectionKey, user: str, redirect_uri: str
) -> Consent:
    """Consent again for an existing connection; the company must stay the same."""
    return _ask(deps, deps.connections.get(connection_key), user, redirect_uri)


def _ask(deps: Dependencies, connection: Connection, user: str, redirect_uri: str) -> Consent:
    now = deps.clock.now()
    authorization = Authorization(
        state=deps.ids.secret(),
        firm=connection.firm,
        user=user,
        connection_id=connection.id,
        redirect_uri=redirect_uri,
        asked_at=now,
        expires_at=now + CONSENT_LIFETIME,
        disconnects=connection.disconnects,
    )
    deps.connections.begin(authorization)
    credentials = deps.vaults.credentials(connection.ledger)
    consents = deps.connector(connection.ledger).consents(credentials)
    return Consent(connection, consents.authorize_url(authorization.state, redirect_uri))


def review(deps: Dependencies, state: str, company_id: str) -> Authorization:
    """Who asked for this consent, for a person to confirm; nothing is used up.

    Raises Invalid for a state that is unknown, used, too old or ended by a disconnect, and for
    text that is no company's id.
    """
    authorization = deps.connections.pending(state)
    connection = _awaiting(deps, authorization)
    _grants(deps, connection).company_id(company_id)
    return authorization


def refuse(deps: Dependencies, state: str) -> None:
    """The user said no; the state is used up. Raises Invalid for an unknown state."""
    deps.connections.finish(state)


def complete(deps: Dependencies, state: str, code: str, company_id: str) -> Connection:
    """The user confirmed: exchange the code, read the company with its tokens, claim it.

    Raises Invalid as `review` and for a code or company that the ledger refuses, Conflict for a
    company that belongs elsewhere or is not the one this connection had, LedgerUnavailable when
    the ledger does not answer.
    """
    authorization = deps.connections.finish(state)
    connection = _awaiting(deps, authorization)
    company_id = _grants(deps, connection).company_id(company_id)
    # A refused company's code is left unused: tokens for it, or giving them back, might end the
    # authorisation of the connection that has the company.
    _same_company(connection, company_id)
    deps.connections.require_free(connection, company_id)
    with _for_a_person():  # the code is used up
        tokens = _exchange(deps, connection, code, authorization.redirect_uri)
        company = prove(deps, connection, company_id, tokens)
    connection = _awaiting(deps, authorization)  # it may have been disconnected meanwhile
    return _connected(deps, connection, company_id, company, tokens)


def sign_in(
    deps: Dependencies, firm: str, user: str, ledger: str, given: Mapping[str, str]
) -> Connection:
    """A new connection to the company that this login opens, once the ledger has answered for it.

    Raises Invalid for an unknown ledger, one whose users give consent, and a login that is
    incomplete or refused; Conflict for a company that belongs elsewhere; LedgerUnavailable when
    the ledger does not answer. Then nothing is kept.
    """
    company_id, login = deps.connector(ledger).login(given)
    connection = _new(deps, firm, user, ledger)
    deps.connections.require_free(connection, company_id)
    with _for_a_person():
        company = prove(deps, connection, company_id, login)
    deps.connections.save(connection)
    try:
        deps.connections.claim(connection, company_id)
    except Conflict:  # somebody else was faster
        deps.connections.remove(connection)
        raise
    return _connected(deps, connection, company_id, company, login)


def sign_in_again(
    deps: Dependencies, connection_key: ConnectionKey, given: Mapping[str, str]
) -> Connection:
    """Another login for the company of an existing connection; what is parked goes on. Raises as
    `sign_in`, and NotFound."""
    connection = deps.connections.get(connection_key)
    company_id, login = deps.connector(connection.ledger).login(given)
    _same_company(connection, company_id)
    deps.connections.require_free(connection, company_id)
    with _for_a_person():
        company = prove(deps, connection, company_id, login)
    return _connected(deps, connection, company_id, company, login)


@contextmanager
def _for_a_person() -> Iterator[None]:
    """What the ledger raises has a remedy for runs; whoever connects has none yet."""
    try:
        yield
    except LedgerError as error:
        error.remedy = "Start connecting again later."
        raise


def _awaiting(deps: Dependencies, authorization: Authorization) -> Connection:
    """The connection, if it still waits for this consent. Raises Invalid."""
    if authorization.expires_at <= deps.clock.now():
        raise Invalid("consent_too_old", "This consent took too long.", "Start connecting again.")
    connection = deps.connections.get(authorization.connection_key)
    if connection.disconnects != authorization.disconnects:
        message = "The connection was disconnected after this consent was asked for."
        raise Invalid("consent_ended", message, "Start connecting again.")
    return connection


def _grants(deps: Dependencies, connection: Connection) -> Consents:
    credentials = deps.vaults.credentials(connection.ledger)
    return deps.connector(connection.ledger).consents(credentials)


def _exchange(deps: Dependencies, connection: Connection, code: str, redirect_uri: str) -> Tokens:
    try:
        return _grants(deps, connection).exchange(code, redirect_uri)
    except AuthorizationLost as lost:
        raise Invalid("consent_refused", lost.message, "Start connecting again.") from lost


def _same_company(connection: Connection, company_id: str) -> None:
    if connection.company_id not in (None, company_id):
        name = connection.company.name if connection.company else connection.company_id
        raise Conflict(
            "other_company",
            f"This connection belongs to {name}; another company was chosen.",
            f"Reconnect and choose {name}, or make a new connection for the other company.",
        )


def _connected(
    deps: Dependencies, connection: Connection, company_id: str, company: Company, keys: Keys
) -> Connection:
    now = deps.clock.now()
    connected = replace(
        connection,
        state=ConnectionState.CONNECTED,
        company_id=company_id,
        company=company,
        connected_at=now,
        read_at=now,
        reason=None,
    )
    deps.connections.claim(connection, company_id)
    _keep(deps, connected, keys)
    deps.connections.save(connected)
    deps.lane.send([_read_company(deps, connected)])
    return connected


def _keep(deps: Dependencies, connection: Connection, keys: Keys) -> None:
    """Only a connection that was disconnected can be refused here, and that had let its company
    go."""
    try:
        deps.vaults.put(connection.key, keys)
    except Conflict:
        deps.connections.release(connection)
        raise


def _read_company(deps: Dependencies, connection: Connection) -> Message:
    return Message(
        firm=connection.firm,
        connection_id=connection.id,
        step="read_company",
        turn=int(deps.clock.now().timestamp() * 1000),
    )


def disconnect(deps: Dependencies, connection_key: ConnectionKey) -> Connection:
    """Give the authorisation back and end the consents under way. Settings, rules, links and
    history stay."""
    connection = deps.connections.get(connection_key)
    if connection.state in (ConnectionState.CONNECTED, ConnectionState.NEEDS_RECONNECT):
        with suppress(AuthorizationLost):  # there may be nothing left to give back
            keys = deps.vaults.of(connection_key).load()
            credentials = deps.vaults.credentials(connection.ledger)
            deps.connector(connection.ledger).give_back(keys, credentials)
        deps.vaults.remove(connection_key)
        deps.connections.release(connection)
    connection = replace(
        connection,
        state=ConnectionState.DISCONNECTED,
        reason=None,
        disconnects=connection.disconnects + 1,
    )
    deps.connections.save(connection)
    scheduler.end_schedule(deps, connection)
    return connection
