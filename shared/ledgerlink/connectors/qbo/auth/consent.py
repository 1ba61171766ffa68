"""The OAuth 2 flow: the user's consent, the exchange of its code for tokens, and revocation."""

import asyncio
import re
from functools import partial
from typing import TYPE_CHECKING

import httpx

from ledgerlink.connectors.qbo.auth import discovery
from ledgerlink.connectors.qbo.auth.token_endpoint import Application, TokenEndpoint
from ledgerlink.connectors.qbo.config import Endpoints
from ledgerlink.connectors.shared import errors
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.connectors.shared.tls import trusted
from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.ports import Tokens

if TYPE_CHECKING:
    from ledgerlink.connectors.qbo.auth.intuit_client import IntuitClient

COMPANY_ID = re.compile(r"[1-9][0-9]{0,19}")
"""A realm id exactly as QuickBooks writes it, because it becomes part of every URL, and one company
must not have two ids."""

TIME_LIMIT = 10.0
"""Real seconds for one call in all, because a user waits at the browser."""


class QuickBooksConsents:
    """The consents port. Intuit's callback carries `code`, `state` and `realmId`."""

    def __init__(
        self,
        endpoints: Endpoints,
        application: Application,
        time: LedgerTime,
        transport: httpx.AsyncBaseTransport | None = None,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        self._endpoints = endpoints
        self._application = application
        self._endpoint = TokenEndpoint(endpoints, application, time)
        self._time = time
        self._transport = transport
        self._time_limit = time_limit

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        """The page where the user gives consent."""
        return self._intuit().authorize_url(state, redirect_uri)

    def company_id(self, given: str) -> str:
        """The company's id from the callback's `realmId`. Raises Invalid for anything else."""
        if not COMPANY_ID.fullmatch(given):
            raise Invalid(
                "wrong_company_id",
                "QuickBooks did not return which company you chose.",
                "Start connecting again and choose the company in QuickBooks.",
            )
        return given

    def exchange(self, code: str, redirect_uri: str) -> Tokens:
        """Tokens for a code. It is sent once only, because a code works once.

        Raises AuthorizationLost if Intuit refuses the code, LedgerStopped if it refuses the
        application, LedgerUnavailable if it cannot be reached.
        """
        return self._endpoint.tokens(self._intuit().exchange(code, redirect_uri))

    def revoke(self, tokens: Tokens) -> None:
        """Revoke the tokens. That they are no longer valid (400) is not an error.

        Raises LedgerStopped if Intuit refuses the application, else LedgerUnavailable.
        """
        response = self._intuit().revoke(tokens.refresh_token)
        if response.status_code in (401, 403):
            raise errors.stopped("QuickBooks' sign-in service refused this application")
        if response.status_code not in (200, 400):
            raise errors.unavailable(f"revocation: HTTP status {response.status_code}")

    def _intuit(self) -> "IntuitClient":
        """Intuit's client. Raises LedgerStopped if Intuit names other addresses than ours."""
        from ledgerlink.connectors.qbo.auth.intuit_client import IntuitClient

        discovery.compare(self._endpoints, self._send, self._time.now())
        send = partial(self._send, time_limit=self._time_limit)
        return IntuitClient(self._endpoints, self._application, send)

    def _send(self, request: httpx.Request, time_limit: float) -> httpx.Response:
        try:
            return asyncio.run(asyncio.wait_for(self._send_async(request), time_limit))
        except (httpx.RequestError, TimeoutError) as error:
            raise errors.unavailable(f"no answer ({type(error).__name__})") from error

    async def _send_async(self, request: httpx.Request) -> httpx.Response:
        async with httpx.AsyncClient(transport=self._transport, verify=trusted()) as http:
            return await http.send(request)
