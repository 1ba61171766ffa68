"""Sessions: signed in once, stored before they are used, and used until they end."""

from dataclasses import replace
from datetime import datetime, timedelta

from ledgerlink.connectors.intacct.auth.login import Login, LoginVault, Session
from ledgerlink.connectors.intacct.config import Endpoints
from ledgerlink.connectors.intacct.protocol.requests import Call, Function
from ledgerlink.connectors.intacct.protocol.response import Response
from ledgerlink.connectors.intacct.protocol.values import text
from ledgerlink.connectors.shared import errors
from ledgerlink.connectors.shared.ledger_time import LedgerTime

DEFAULT_LIFETIME = 1800.0
"""Ledger seconds of a session whose response does not say when it ends."""
MIN_REMAINING = 120.0
"""Ledger seconds that a session must still have to be used."""
STORE_INTERVAL = timedelta(minutes=10)
"""How much later a session must end before the new end is stored."""

SIGN_IN = Call("sign-in", [Function("sign-in", "getAPISession")])
"""The gateway requires this function to be alone in its request."""


class Sessions:
    """The session of one connection. The login is loaded once and saved when its session
    changes."""

    def __init__(self, vault: LoginVault, endpoints: Endpoints, time: LedgerTime) -> None:
        self._vault = vault
        self._endpoints = endpoints
        self._time = time
        self._login: Login | None = None
        self._stored_end: datetime | None = None

    @property
    def login(self) -> Login:
        """Who signs in. Raises AuthorizationLost when no login is stored."""
        if self._login is None:
            self._login = self._vault.load()
            self._stored_end = self._login.session.expires_at if self._login.session else None
        return self._login

    @property
    def has_signed_in(self) -> bool:
        """Whether this login has ever opened a session."""
        return self._stored_end is not None

    def current(self) -> Session | None:
        """The session, if it can be used."""
        session = self.login.session
        if session is None or self._time.left(session.expires_at) < MIN_REMAINING:
            return None
        return session if self._endpoints.allow(session.endpoint) else None

    def start(self, response: Response) -> Session:
        """Store the session that a sign-in opened. Raises LedgerStopped when it is for a host that
        is not allowed, LedgerUnavailable when the response has none."""
        result = response.results.get(SIGN_IN.functions[0].control_id)
        api = next(iter(result.rows), {}) if result and result.succeeded else {}
        session_id, endpoint = text(api, "SESSIONID"), text(api, "ENDPOINT")
        if not session_id or not endpoint:
            raise errors.unavailable("it accepted the sign-in but opened no session")
        if not self._endpoints.allow(endpoint):
            raise errors.stopped("its session is for a host that is not allowed")
        expires_at = response.expires_at or self._time.after(DEFAULT_LIFETIME)
        session = Session(id=session_id, endpoint=endpoint, expires_at=expires_at)
        self._store(session)
        return session

    def extend(self, expires_at: datetime | None) -> None:
        """Move the end of the session, which every response prolongs."""
        session = self.login.session
        if session is None or expires_at is None:
            return
        extended = replace(session, expires_at=expires_at)
        if self._stored_end is None or expires_at - self._stored_end >= STORE_INTERVAL:
            self._store(extended)
        else:
            self._login = replace(self.login, session=extended)

    def discard(self) -> None:
        """Forget the session, which the ledger has ended."""
        self._login = replace(self.login, session=None)

    def _store(self, session: Session) -> None:
        login = replace(self.login, session=session)
        self._vault.save(login)
        self._login, self._stored_end = login, session.expires_at
