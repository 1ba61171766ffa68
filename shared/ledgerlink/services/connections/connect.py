"""Connecting a ledger company: consent, callback, login, reconnect, disconnect.

The callback is a browser's: what it brings is believed only once a person has confirmed it and
the ledger has answered for the company (`docs/adr/0006`).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from ledgerlink.domain.errors import AuthorizationLost, Conflict, Invalid, LedgerError
from ledgerlink.domain.model.connections import Authorization, Connection, ConnectionState
from ledgerlink.domain.model.documents import Company
from ledgerlink.domain.ports import Grants, Keys, Tokens
from ledgerlink.services.connections.verify_company import prove
from ledgerlink.services.dependencies import House
from ledgerlink.services.ports import Message
from ledgerlink.services.sync import scheduler

CONSENT_LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Consent:
    """A connection and the address where the user gives consent."""

    connection: Connection
    authorize_url: str


def connect(house: House, firm: str, user: str, ledger: str, redirect_uri: str) -> Consent:
    """A new connection, waiting for consent. Raises Invalid for an unknown ledger, and one whose
    users sign in with a login."""
    connection = _new(house, firm, user, ledger)
    _grants(house, connection)
    house.connections.save(connection)
    return _ask(house, connection, user, redirect_uri)


def _new(house: House, firm: str, user: str, ledger: str) -> Connection:
    """A connection that nobody has authorised. Raises Invalid for an unknown ledger."""
    house.connector(ledger)
    now = house.clock.now()
    return Connection(
        firm=firm,
        id=house.ids.new(now),
        ledger=ledger,
        state=ConnectionState.AUTHORIZING,
        created_by=user,
        created_at=now,
    )


def reconnect(house: House, firm: str, user: str, connection_id: str, redirect_uri: str) -> Consent:
    """Consent again for an existing connection; the company must stay the same."""
    return _ask(house, house.connections.get(firm, connection_id), user, redirect_uri)


def _ask(house: House, connection: Connection, user: str, redirect_uri: str) -> Consent:
    now = house.clock.now()
    authorization = Authorization(
        state=house.ids.secret(),
        firm=connection.firm,
        user=user,
        connection_id=connection.id,
        redirect_uri=redirect_uri,
        asked_at=now,
        expires_at=now + CONSENT_LIFETIME,
        disconnects=connection.disconnects,
    )
    house.connections.begin(authorization)
    credentials = house.vaults.credentials(connection.ledger)
    grants = house.connector(connection.ledger).grants(credentials)
    return Consent(connection, grants.authorize_url(authorization.state, redirect_uri))


def review(house: House, state: str, company_id: str) -> Authorization:
    """Who asked for this consent, for a person to confirm; nothing is used up.

    Raises Invalid for a state that is unknown, used, too old or ended by a disconnect, and for
    text that is no company's id.
    """
    authorization = house.connections.pending(state)
    connection = _awaiting(house, authorization)
    _grants(house, connection).company_id(company_id)
    return authorization


def refuse(house: House, state: str) -> None:
    """The user said no; the state is used up. Raises Invalid for an unknown state."""
    house.connections.finish(state)


def complete(house: House, state: str, code: str, company_id: str) -> Connection:
    """The user confirmed: exchange the code, read the company with its tokens, claim it.

    Raises Invalid as `review` and for a code or company that the ledger refuses, Conflict for a
    company that belongs elsewhere or is not the one this connection had, LedgerUnavailable when
    the ledger does not answer.
    """
    authorization = house.connections.finish(state)
    connection = _awaiting(house, authorization)
    company_id = _grants(house, connection).company_id(company_id)
    # A refused company's code is left unused: tokens for it, or giving them back, might end the
    # authorisation of the connection that has the company.
    _same_company(connection, company_id)
    house.connections.require_free(connection, company_id)
    with _for_a_person():  # the code is used up
        tokens = _exchange(house, connection, code, authorization.redirect_uri)
        company = prove(house, connection, company_id, tokens)
    connection = _awaiting(house, authorization)  # it may have been disconnected meanwhile
    return _connected(house, connection, company_id, company, tokens)


def sign_in(
    house: House, firm: str, user: str, ledger: str, given: Mapping[str, str]
) -> Connection:
    """A new connection to the company that this login opens, once the ledger has answered for it.

    Raises Invalid for an unknown ledger, one whose users give consent, and a login that is
    incomplete or refused; Conflict for a company that belongs elsewhere; LedgerUnavailable when
    the ledger does not answer. Then nothing is kept.
    """
    company_id, login = house.connector(ledger).login(given)
    connection = _new(house, firm, user, ledger)
    house.connections.require_free(connection, company_id)
    with _for_a_person():
        company = prove(house, connection, company_id, login)
    house.connections.save(connection)
    try:
        house.connections.claim(connection, company_id)
    except Conflict:  # somebody else was faster
        house.connections.remove(connection)
        raise
    return _connected(house, connection, company_id, company, login)


def sign_in_again(
    house: House, firm: str, connection_id: str, given: Mapping[str, str]
) -> Connection:
    """Another login for the company of an existing connection; what is parked goes on. Raises as
    `sign_in`, and NotFound."""
    connection = house.connections.get(firm, connection_id)
    company_id, login = house.connector(connection.ledger).login(given)
    _same_company(connection, company_id)
    house.connections.require_free(connection, company_id)
    with _for_a_person():
        company = prove(house, connection, company_id, login)
    return _connected(house, connection, company_id, company, login)


@contextmanager
def _for_a_person() -> Iterator[None]:
    """What the ledger raises has a remedy for runs; whoever connects has none yet."""
    try:
        yield
    except LedgerError as error:
        error.remedy = "Start connecting again later."
        raise


def _awaiting(house: House, authorization: Authorization) -> Connection:
    """The connection, if it still waits for this consent. Raises Invalid."""
    if authorization.expires_at <= house.clock.now():
        raise Invalid("consent_too_old", "This consent took too long.", "Start connecting again.")
    connection = house.connections.get(authorization.firm, authorization.connection_id)
    if connection.disconnects != authorization.disconnects:
        message = "The connection was disconnected after this consent was asked for."
        raise Invalid("consent_ended", message, "Start connecting again.")
    return connection


def _grants(house: House, connection: Connection) -> Grants:
    credentials = house.vaults.credentials(connection.ledger)
    return house.connector(connection.ledger).grants(credentials)


def _exchange(house: House, connection: Connection, code: str, redirect_uri: str) -> Tokens:
    try:
        return _grants(house, connection).exchange(code, redirect_uri)
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
    house: House, connection: Connection, company_id: str, company: Company, keys: Keys
) -> Connection:
    now = house.clock.now()
    connected = replace(
        connection,
        state=ConnectionState.CONNECTED,
        company_id=company_id,
        company=company,
        connected_at=now,
        read_at=now,
        reason=None,
    )
    house.connections.claim(connection, company_id)
    _keep(house, connected, keys)
    house.connections.save(connected)
    house.lane.send([_read_company(house, connected)])
    return connected


def _keep(house: House, connection: Connection, keys: Keys) -> None:
    """Only a connection that was disconnected can be refused here, and that had let its company
    go."""
    try:
        house.vaults.put(connection.firm, connection.id, keys)
    except Conflict:
        house.connections.release(connection)
        raise


def _read_company(house: House, connection: Connection) -> Message:
    return Message(
        firm=connection.firm,
        connection_id=connection.id,
        step="read_company",
        turn=int(house.clock.now().timestamp() * 1000),
    )


def disconnect(house: House, firm: str, connection_id: str) -> Connection:
    """Give the authorisation back and end the consents under way. Settings, rules, links and
    history stay."""
    connection = house.connections.get(firm, connection_id)
    if connection.state in (ConnectionState.CONNECTED, ConnectionState.NEEDS_RECONNECT):
        with suppress(AuthorizationLost):  # there may be nothing left to give back
            keys = house.vaults.of(firm, connection_id).load()
            credentials = house.vaults.credentials(connection.ledger)
            house.connector(connection.ledger).give_back(keys, credentials)
        house.vaults.remove(firm, connection_id)
        house.connections.release(connection)
    connection = replace(
        connection,
        state=ConnectionState.DISCONNECTED,
        reason=None,
        disconnects=connection.disconnects + 1,
    )
    house.connections.save(connection)
    scheduler.end_schedule(house, connection)
    return connection
