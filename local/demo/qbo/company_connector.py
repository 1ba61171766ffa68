"""Having a company of the ledger connected by the consent of its user."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from local.demo.answers import Connection
from local.demo.api import Api
from local.demo.connecting import newest
from local.demo.errors import DemoError
from local.demo.qbo.browser import give_consent
from local.demo.qbo.sandbox import QuickBooksSandbox

WELCOME_SECONDS = 90.0
POLL_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class QuickBooksCompanyConnector:
    """Connects companies. `browser` follows redirects, as the user's would."""

    api: Api
    sandbox: QuickBooksSandbox
    browser: httpx.Client
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def company(self, name: str, fresh: bool) -> Connection:
        """The connection of the newest company of that name; a new one when there is none."""
        known = (one for one in self.api.connections() if one.company_name == name)
        found = None if fresh else newest(known)
        if found is None:
            return self._connect(name)
        return found if found.state == "connected" else self._reconnect(found)

    def _connect(self, name: str) -> Connection:
        realm = self.sandbox.new_company(name)
        return self._consent(self.api.connect(), realm)

    def _reconnect(self, lost: Connection) -> Connection:
        if lost.company_id is None:
            raise DemoError(f"Connection {lost.id} knows no company; run again with --fresh.")
        return self._consent(self.api.reconnect(lost.id), lost.company_id)

    def _consent(self, asked: Connection, realm: str) -> Connection:
        if asked.authorize_url is None:
            raise DemoError(f"Connection {asked.id} came without the address of its consent.")
        give_consent(self.browser, asked.authorize_url, realm)
        return self._welcomed(asked.id)

    def _welcomed(self, connection_id: str) -> Connection:
        """The connection once its company was read back."""
        deadline = self.monotonic() + WELCOME_SECONDS
        while self.monotonic() < deadline:
            connection = self.api.connection(connection_id)
            if connection.state == "connected" and connection.company_name:
                return connection
            if connection.state == "needs_reconnect":
                why = connection.reason.message if connection.reason else ""
                raise DemoError(f"The ledger does not accept the authorisation. {why}")
            self.sleep(POLL_SECONDS)
        raise DemoError(f"The company was not read back within {WELCOME_SECONDS:.0f} seconds.")
