"""Connecting a ledger company: consent, callback, login, reconnect, disconnect.

Anybody can open the callback address in a browser. Its parameters are trusted only after a user has
confirmed them and the ledger has opened the company (`docs/adr/0006`).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ledgerlink.domain.errors import (
    AuthorizationLost,
    ChangedMeanwhile,
    Conflict,
    Invalid,
    LedgerError,
    NotFound,
    Refused,
)
from ledgerlink.domain.model.company import Company
from ledgerlink.domain.model.connections import (
    Authorization,
    Connection,
    ConnectionKey,
    ConnectionState,
)
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.ports import Consents, Keys, Tokens
from ledgerlink.services.connections.verify_company import verify_company
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.messages import Message
from ledgerlink.services.newest import change_connection, require_version
from ledgerlink.services.ports import Page
from ledgerlink.services.runs.history import bad_cursor
from ledgerlink.services.sync import scheduler

CONSENT_LIFETIME = timedelta(minutes=10)
"""How long a user has for the consent in the ledger."""
ABANDONED_AFTER = timedelta(days=30)
"""How long a connection is kept whose consent was never given."""
MOST_WAITING = 100
"""Connections of a firm that may wait for their first consent at once."""
AUTHORIZED = (ConnectionState.CONNECTED, ConnectionState.NEEDS_RECONNECT)
"""The states in which a connection has its company and, it may be, keys."""


@dataclass(frozen=True, slots=True)
class Consent:
    """A connection and the address at which its user gives consent."""

    connection: Connection
    authorize_url: str


def connect(deps: Dependencies, firm: str, user: str, ledger: str, redirect_uri: str) -> Consent:
    """Create a connection that waits for consent. Raises Invalid for an unknown ledger, and for one
    whose users sign in with a login; Conflict for too many that wait."""
    connection = _new(deps, firm, user, ledger)
    _consents(deps, connection)
    _make_room(deps, firm)
    deps.connections.save(connection)
    return _request_consent(deps, connection.key, user, redirect_uri)


def _make_room(deps: Dependencies, firm: str) -> None:
    """Delete the firm's connections whose consent was never given for weeks. Raises Conflict when
    there are too many younger ones."""
    long_ago = deps.clock.now() - ABANDONED_AFTER
    waiting = [one for one in deps.connections.list(firm) if one.company_id is None]
    abandoned = [one for one in waiting if one.created_at <= long_ago]
    for one in abandoned:
        with suppress(ChangedMeanwhile):  # somebody gives consent now
            deps.connections.remove(one)
    if len(waiting) - len(abandoned) >= MOST_WAITING:
        raise Conflict(
            "too_many_connections",
            f"{MOST_WAITING} connections wait for a consent that nobody has given.",
            "Reconnect one of them, or delete those that are not needed.",
        )


def _new(deps: Dependencies, firm: str, user: str, ledger: str) -> Connection:
    """A connection that is not authorised yet. Raises Invalid for an unknown ledger."""
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


def list_connections(
    deps: Dependencies, firm: str, after: str | None, limit: int
) -> Page[Connection]:
    """A page of the firm's connections. Raises Invalid for a cursor that no page gave."""
    if after is not None:
        try:
            deps.connections.get(ConnectionKey(firm, after))
        except NotFound:
            raise bad_cursor() from None
    return deps.connections.page(firm, after, limit)


def reconnect(
    deps: Dependencies,
    connection_key: ConnectionKey,
    user: str,
    redirect_uri: str,
    of_version: int | None = None,
) -> Consent:
    """Request consent again for an existing connection, whose company must stay the same. Raises
    PreconditionFailed when the connection is no longer `of_version`."""
    return _request_consent(deps, connection_key, user, redirect_uri, of_version)


def _request_consent(
    deps: Dependencies,
    connection_key: ConnectionKey,
    user: str,
    redirect_uri: str,
    of_version: int | None = None,
) -> Consent:
    now = deps.clock.now()

    def asked(stored: Connection) -> Connection:
        require_version(of_version, stored.version)
        authorizing = stored.state is ConnectionState.AUTHORIZING
        why = None if authorizing else stored.reason
        return replace(stored, consent_until=now + CONSENT_LIFETIME, reason=why)

    connection = change_connection(deps, connection_key, asked)
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
    url = _consents(deps, connection).authorize_url(authorization.state, redirect_uri)
    return Consent(connection, url)


def require_ledger(deps: Dependencies, state: str, ledger: str) -> None:
    """Raises Invalid unless the consent was requested from this ledger, whose address the browser
    comes back to."""
    authorization = deps.connections.pending(state)
    if deps.connections.get(authorization.connection_key).ledger != ledger:
        message = "This consent was asked for in another accounting system."
        raise Invalid("unknown_state", message, "Start connecting again.")


def review(deps: Dependencies, state: str, company_id: str) -> Authorization:
    """The consent that was requested, for its user to confirm; it can still be completed.

    Raises Invalid for a state that is unknown, used, too old or ended by a disconnect, and for
    text that is not a company's id.
    """
    authorization = deps.connections.pending(state)
    connection = _waiting_connection(deps, authorization)
    _consents(deps, connection).company_id(company_id)
    return authorization


def refuse(deps: Dependencies, state: str) -> None:
    """End the consent that the user refused. A connection that never had a company shows it with a
    reason. Raises Invalid for an unknown state."""
    authorization = deps.connections.finish(state)
    _end_consent(deps, authorization.connection_key, reason("consent_cancelled"))


def _end_consent(deps: Dependencies, connection_key: ConnectionKey, why: Reason) -> None:
    """Store why nothing was connected, unless the connection has another state to show."""

    def ended(stored: Connection) -> Connection:
        if stored.state is not ConnectionState.AUTHORIZING:
            return stored
        return replace(stored, consent_until=None, reason=why)

    change_connection(deps, connection_key, ended)


def with_expired_consent(connection: Connection, now: datetime) -> Connection:
    """The connection with the reason that it has when its consent was never given."""
    until = connection.consent_until or connection.created_at + CONSENT_LIFETIME
    waits = connection.state is ConnectionState.AUTHORIZING and connection.reason is None
    return (
        replace(connection, reason=reason("consent_expired"))
        if waits and until <= now
        else connection
    )


def complete(deps: Dependencies, state: str, code: str, company_id: str) -> Connection:
    """Connect after the user has confirmed: exchange the code for tokens, read the company with
    them, claim it.

    Raises Invalid like `review` and for a code or company that the ledger refuses, Conflict for a
    company that another connection has or that is not the one of this connection,
    LedgerUnavailable when the ledger does not answer.
    """
    authorization = deps.connections.finish(state)
    try:
        return _complete(deps, authorization, code, company_id)
    except (Invalid, Conflict, LedgerError) as failed:
        with suppress(NotFound):  # the connection was deleted
            why = reason("consent_failed", detail=failed.message)
            _end_consent(deps, authorization.connection_key, why)
        raise


def _complete(
    deps: Dependencies, authorization: Authorization, code: str, company_id: str
) -> Connection:
    connection = _waiting_connection(deps, authorization)
    company_id = _consents(deps, connection).company_id(company_id)
    # The code of a company that is refused stays unused, because exchanging it, or giving its
    # tokens back, could end the authorisation of the connection that has the company.
    _same_company(connection, company_id)
    deps.connections.require_free(connection, company_id)
    with _remedy_while_connecting():  # the code cannot be used again
        tokens = _exchange(deps, connection, code, authorization.redirect_uri)
        company = verify_company(deps, connection, company_id, tokens)
    connection = _waiting_connection(deps, authorization)  # disconnected meanwhile?
    return _connected(deps, connection, company_id, company, tokens)


def sign_in(
    deps: Dependencies, firm: str, user: str, ledger: str, given: Mapping[str, str]
) -> Connection:
    """Create a connection to the company that this login opens.

    Raises Invalid for an unknown ledger, one whose users give consent, and a login that is
    incomplete or refused; Conflict for a company that another connection has; LedgerUnavailable
    when the ledger does not answer. Nothing is stored then.
    """
    company_id, login = deps.connector(ledger).login(given)
    connection = _new(deps, firm, user, ledger)
    deps.connections.require_free(connection, company_id)
    with _remedy_while_connecting():
        company = verify_company(deps, connection, company_id, login)
    connection = deps.connections.save(connection)
    try:
        deps.connections.claim(connection, company_id)
    except Conflict:  # another connection claimed it first
        deps.connections.remove(connection)
        raise
    return _connected(deps, connection, company_id, company, login)


def sign_in_again(
    deps: Dependencies,
    connection_key: ConnectionKey,
    given: Mapping[str, str],
    of_version: int | None = None,
) -> Connection:
    """Replace the login of an existing connection; its parked runs are resumed. Raises like
    `sign_in`, NotFound, and PreconditionFailed when the connection is no longer `of_version`."""
    connection = deps.connections.get(connection_key)
    require_version(of_version, connection.version)
    company_id, login = deps.connector(connection.ledger).login(given)
    _same_company(connection, company_id)
    deps.connections.require_free(connection, company_id)
    with _remedy_while_connecting():
        company = verify_company(deps, connection, company_id, login)
    return _connected(deps, connection, company_id, company, login)


@contextmanager
def _remedy_while_connecting() -> Iterator[None]:
    """Replaces the remedy of the ledger's errors, which is meant for runs, by one for
    connecting."""
    try:
        yield
    except LedgerError as error:
        error.remedy = "Start connecting again later."
        raise


def _waiting_connection(deps: Dependencies, authorization: Authorization) -> Connection:
    """The connection that waits for this consent. Raises Invalid when it no longer does."""
    if authorization.expires_at <= deps.clock.now():
        raise Invalid("consent_too_old", "This consent has expired.", "Start connecting again.")
    connection = deps.connections.get(authorization.connection_key)
    if connection.disconnects != authorization.disconnects:
        raise _ended()
    return connection


def _consents(deps: Dependencies, connection: Connection) -> Consents:
    credentials = deps.vaults.credentials(connection.ledger)
    return deps.connector(connection.ledger).consents(credentials)


def _exchange(deps: Dependencies, connection: Connection, code: str, redirect_uri: str) -> Tokens:
    try:
        return _consents(deps, connection).exchange(code, redirect_uri)
    except AuthorizationLost as lost:
        raise Invalid("consent_refused", lost.message, "Start connecting again.") from lost


def _same_company(connection: Connection, company_id: str) -> None:
    if connection.company_id not in (None, company_id):
        name = connection.company.name if connection.company else connection.company_id
        raise Conflict(
            "other_company",
            f"This connection is for {name}, but another company was chosen.",
            f"Reconnect and choose {name}, or make a new connection for the other company.",
        )


def _connected(
    deps: Dependencies, connection: Connection, company_id: str, company: Company, keys: Keys
) -> Connection:
    now = deps.clock.now()
    changes: dict[str, Any] = {
        "state": ConnectionState.CONNECTED,
        "company_id": company_id,
        "company": company,
        "connected_at": now,
        "read_at": now,
        "consent_until": None,
        "reason": None,
    }

    def connected(stored: Connection) -> Connection:
        if stored.disconnects != connection.disconnects:
            raise _ended()
        return replace(stored, **changes)

    deps.connections.claim(connection, company_id)
    try:
        deps.vaults.put(connection.key, keys)  # refused while the former ones are being deleted
        stored = change_connection(deps, connection.key, connected)
    except Refused:
        _take_back(deps, replace(connection, company_id=company_id), keys)
        raise
    deps.lane.send([_read_company_message(deps, stored)])
    return stored


def _ended() -> Invalid:
    message = "The connection was disconnected after this consent was asked for."
    return Invalid("consent_ended", message, "Start connecting again.")


def _take_back(deps: Dependencies, connection: Connection, keys: Keys) -> None:
    """Give up the claim on the company and the new keys, because the connection did not take them.
    The keys of somebody who has connected it meanwhile stay."""
    with suppress(AuthorizationLost):  # there are none
        if deps.vaults.of(connection.key).load() == keys:
            deps.vaults.remove(connection.key)
    with suppress(NotFound):
        if deps.connections.get(connection.key).state in AUTHORIZED:
            return
    deps.connections.release(connection)


def _read_company_message(deps: Dependencies, connection: Connection) -> Message:
    return Message(
        firm=connection.firm,
        connection_id=connection.id,
        step="read_company",
        turn=int(deps.clock.now().timestamp() * 1000),
    )


def disconnect(
    deps: Dependencies, connection_key: ConnectionKey, of_version: int | None = None
) -> Connection:
    """Revoke the authorisation and end the consents under way. Settings, rules, links and history
    are kept. Raises PreconditionFailed when the connection is no longer `of_version`."""

    def disconnected(stored: Connection) -> Connection:
        require_version(of_version, stored.version)
        _revoke(deps, stored)
        return replace(
            stored,
            state=ConnectionState.DISCONNECTED,
            reason=None,
            consent_until=None,
            disconnects=stored.disconnects + 1,
        )

    connection = change_connection(deps, connection_key, disconnected)
    scheduler.end_schedule(deps, connection)
    return connection


def _revoke(deps: Dependencies, connection: Connection) -> None:
    """Revoke and delete the keys, if there may be some, and release the company."""
    if connection.state not in AUTHORIZED:
        return
    with suppress(AuthorizationLost):  # it may have been revoked already
        keys = deps.vaults.of(connection.key).load()
        credentials = deps.vaults.credentials(connection.ledger)
        deps.connector(connection.ledger).revoke(keys, credentials)
    deps.vaults.remove(connection.key)
    deps.connections.release(connection)


def delete(
    deps: Dependencies, connection_key: ConnectionKey, of_version: int | None = None
) -> None:
    """Delete a connection that never had a company, such as one whose consent was cancelled or
    never given. Raises NotFound, Conflict for a connection with history, PreconditionFailed."""
    connection = deps.connections.get(connection_key)
    require_version(of_version, connection.version)
    if connection.company_id is not None:
        raise Conflict(
            "has_history",
            "This connection has had a company, whose settings, rules and history are kept.",
            "Disconnect it instead. It can be connected again later.",
        )
    deps.connections.remove(connection)
