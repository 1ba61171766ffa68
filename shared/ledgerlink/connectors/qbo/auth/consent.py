"""The authorisation flow: the user's consent, the exchange of its code, and giving it back."""

import asyncio
import re
from urllib.parse import urlencode

import httpx

from ledgerlink.connectors.qbo.auth.token_endpoint import SCOPE, Application, TokenEndpoint
from ledgerlink.connectors.qbo.config import Endpoints
from ledgerlink.connectors.shared import errors
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.connectors.shared.tls import trusted
from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.ports import Tokens

COMPANY_ID = re.compile(r"[1-9][0-9]{0,19}")
"""A realm id as the ledger writes it. It becomes a part of every address, and one company must
have one id: nothing that means the same as another text may pass."""

PATIENCE = 10.0
"""Real seconds for one call of a grant, all in all: somebody waits at a browser."""


class QuickBooksConsents:
    """Grants of QuickBooks Online. The callback carries `code`, `state` and `realmId`."""

    def __init__(
        self,
        endpoints: Endpoints,
        application: Application,
        time: LedgerTime,
        transport: httpx.AsyncBaseTransport | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._endpoints = endpoints
        self._application = application
        self._endpoint = TokenEndpoint(endpoints, application, time)
        self._transport = transport
        self._patience = patience

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        """Where to send the user's browser."""
        query = {
            "client_id": self._application.client_id,
            "response_type": "code",
            "scope": SCOPE,
            "redirect_uri": redirect_uri,
            "state": state,
        }
        return f"{self._endpoints.authorize_url}?{urlencode(query)}"

    def company_id(self, given: str) -> str:
        """The `realmId` of a callback. Raises Invalid for anything but a realm id."""
        if not COMPANY_ID.fullmatch(given):
            raise Invalid(
                "wrong_company_id",
                "What came back names no QuickBooks company.",
                "Start connecting again and choose the company in QuickBooks.",
            )
        return given

    def exchange(self, code: str, redirect_uri: str) -> Tokens:
        """Tokens for a code; a code works once, so a lost reply is not repeated.

        Raises AuthorizationLost when the ledger refuses it, LedgerStopped when it refuses the
        application, LedgerUnavailable when it cannot be reached.
        """
        return self._endpoint.tokens(self._send(self._endpoint.exchange(code, redirect_uri)))

    def revoke(self, tokens: Tokens) -> None:
        """Give the authorisation back. A token that is dead already (400) is no error.

        Raises LedgerStopped when the application is refused, LedgerUnavailable otherwise.
        """
        response = self._send(self._endpoint.revoke(tokens.refresh_token))
        if response.status_code in (401, 403):
            raise errors.stopped("the revocation endpoint refused this application")
        if response.status_code not in (200, 400):
            raise errors.unavailable(f"revocation: HTTP status {response.status_code}")

    def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            return asyncio.run(asyncio.wait_for(self._sent(request), self._patience))
        except (httpx.RequestError, TimeoutError) as error:
            raise errors.unavailable(f"no answer ({type(error).__name__})") from error

    async def _sent(self, request: httpx.Request) -> httpx.Response:
        async with httpx.AsyncClient(transport=self._transport, verify=trusted()) as http:
            return await http.send(request)
