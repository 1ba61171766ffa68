"""Sessions: signed in once, used until they end, stored before anybody uses them."""

from dataclasses import replace
from datetime import datetime, timedelta

from ledgerlink.connectors.intacct.auth.login import Login, LoginVault, Session
from ledgerlink.connectors.intacct.config import Endpoints
from ledgerlink.connectors.intacct.protocol.requests import Call, Function
from ledgerlink.connectors.intacct.protocol.response import Response
from ledgerlink.connectors.intacct.protocol.values import text
from ledgerlink.connectors.shared import errors
from ledgerlink.connectors.shared.ledger_time import LedgerTime

SHORTEST = 1800.0
"""Ledger seconds that a session lives at least, where the answer does not say how long."""
MARGIN = 120.0
"""A session with so little left is not begun with."""
WORTH = timedelta(minutes=10)
"""So much later an end has to be before it is worth storing."""

SIGN_IN = Call("sign-in", [Function("sign-in", "getAPISession")])
"""The gateway wants this function to be alone in its request."""


class Sessions:
    """The session of one connection. A vault is asked once, and told of what is new."""

    def __init__(self, vault: LoginVault, endpoints: Endpoints, time: LedgerTime) -> None:
        self._vault = vault
        self._endpoints = endpoints
        self._time = time
        self._login: Login | None = None
        self._stored: datetime | None = None

    @property
    def login(self) -> Login:
        """Who signs in. Raises AuthorizationLost when nobody may."""
        if self._login is None:
            self._login = self._vault.load()
            self._stored = self._login.session.expires_at if self._login.session else None
        return self._login

    def current(self) -> Session | None:
        """The session, if it may be used."""
        session = self.login.session
        if session is None or self._time.left(session.expires_at) < MARGIN:
            return None
        return session if self._endpoints.allow(session.endpoint) else None

    def begin(self, answer: Response) -> Session:
        """The session that signing in brought. Raises LedgerStopped when it would lead to a host
        that is not Sage's, LedgerUnavailable when the answer holds none."""
        result = answer.results.get(SIGN_IN.functions[0].control_id)
        api = next(iter(result.rows), {}) if result and result.succeeded else {}
        session_id, endpoint = text(api, "SESSIONID"), text(api, "ENDPOINT")
        if not session_id or not endpoint:
            raise errors.unavailable("it signed us in without giving a session")
        if not self._endpoints.allow(endpoint):
            raise errors.stopped("its session is for a host that is not allowed")
        expires_at = answer.expires_at or self._time.after(SHORTEST)
        session = Session(id=session_id, endpoint=endpoint, expires_at=expires_at)
        self._store(session)
        return session

    def slide(self, expires_at: datetime | None) -> None:
        """Every answer says how long the session lives from now on."""
        session = self.login.session
        if session is None or expires_at is None:
            return
        slid = replace(session, expires_at=expires_at)
        if self._stored is None or expires_at - self._stored >= WORTH:
            self._store(slid)
        else:
            self._login = replace(self.login, session=slid)

    def end(self) -> None:
        """The ledger knows the session no more."""
        self._login = replace(self.login, session=None)

    def _store(self, session: Session) -> None:
        login = replace(self.login, session=session)
        self._vault.save(login)
        self._login, self._stored = login, session.expires_at
