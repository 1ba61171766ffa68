"""Connecting a ledger company: consent, callback, reconnect, disconnect."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from ledgerlink.domain.connections import Authorization, Connection, ConnectionState
from ledgerlink.domain.errors import AuthorizationLost, Conflict, Invalid
from ledgerlink.domain.ports import Tokens
from ledgerlink.services.house import House
from ledgerlink.services.stores import Message

CONSENT_LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Consent:
    """A connection and the address where the user gives consent."""

    connection: Connection
    authorize_url: str


def connect(house: House, firm: str, user: str, ledger: str, redirect_uri: str) -> Consent:
    """A new connection, waiting for consent. Raises Invalid for an unknown ledger."""
    house.connector(ledger)
    now = house.clock.now()
    connection = Connection(
        firm=firm,
        id=house.ids.new(now),
        ledger=ledger,
        state=ConnectionState.AUTHORIZING,
        created_by=user,
        created_at=now,
    )
    house.connections.save(connection)
    return _ask(house, connection, user, redirect_uri)


def reconnect(house: House, firm: str, user: str, connection_id: str, redirect_uri: str) -> Consent:
    """Consent again for an existing connection; the company must stay the same."""
    return _ask(house, house.connections.get(firm, connection_id), user, redirect_uri)


def _ask(house: House, connection: Connection, user: str, redirect_uri: str) -> Consent:
    authorization = Authorization(
        state=house.ids.secret(),
        firm=connection.firm,
        user=user,
        connection_id=connection.id,
        redirect_uri=redirect_uri,
        expires_at=house.clock.now() + CONSENT_LIFETIME,
    )
    house.connections.begin(authorization)
    credentials = house.vaults.credentials(connection.ledger)
    grants = house.connector(connection.ledger).grants(credentials)
    return Consent(connection, grants.authorize_url(authorization.state, redirect_uri))


def refuse(house: House, state: str) -> None:
    """The user said no; the state is used up. Raises Invalid for an unknown state."""
    house.connections.finish(state)


def complete(house: House, state: str, code: str, company_id: str) -> Connection:
    """The ledger sent the user back: exchange the code, claim the company, read it back later.

    Raises Invalid for a state that is unknown, used or too old, Conflict for a company that
    belongs elsewhere or is not the one this connection had.
    """
    authorization = house.connections.finish(state)
    if authorization.expires_at <= house.clock.now():
        raise Invalid("consent_too_old", "This consent took too long.", "Start connecting again.")
    connection = house.connections.get(authorization.firm, authorization.connection_id)
    # A refused company's code is left unused: tokens for it, or giving them back, might end the
    # authorisation of the connection that has the company.
    _same_company(connection, company_id)
    house.connections.require_free(connection, company_id)
    tokens = _exchange(house, connection, code, authorization.redirect_uri)
    house.connections.claim(connection, company_id)
    return _connected(house, connection, company_id, tokens)


def _exchange(house: House, connection: Connection, code: str, redirect_uri: str) -> Tokens:
    credentials = house.vaults.credentials(connection.ledger)
    try:
        return house.connector(connection.ledger).grants(credentials).exchange(code, redirect_uri)
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


def _connected(house: House, connection: Connection, company_id: str, tokens: Tokens) -> Connection:
    house.vaults.put(connection.firm, connection.id, tokens)
    connection = replace(
        connection,
        state=ConnectionState.CONNECTED,
        company_id=company_id,
        connected_at=house.clock.now(),
        reason=None,
    )
    house.connections.save(connection)
    house.lane.send([_read_company(house, connection)])
    return connection


def _read_company(house: House, connection: Connection) -> Message:
    return Message(
        firm=connection.firm,
        connection_id=connection.id,
        step="read_company",
        turn=int(house.clock.now().timestamp() * 1000),
    )


def disconnect(house: House, firm: str, connection_id: str) -> Connection:
    """Give the authorisation back. Settings, rules, links and history stay."""
    connection = house.connections.get(firm, connection_id)
    if connection.state in (ConnectionState.CONNECTED, ConnectionState.NEEDS_RECONNECT):
        with suppress(AuthorizationLost):  # there may be nothing left to give back
            _revoke(house, connection, house.vaults.of(firm, connection_id).load())
        house.vaults.remove(firm, connection_id)
        house.connections.release(connection)
    connection = replace(connection, state=ConnectionState.DISCONNECTED, reason=None)
    house.connections.save(connection)
    return connection


def _revoke(house: House, connection: Connection, tokens: Tokens) -> None:
    credentials = house.vaults.credentials(connection.ledger)
    house.connector(connection.ledger).grants(credentials).revoke(tokens)
