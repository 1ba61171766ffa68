"""The authorisation flow: the user's consent, the exchange of its code, and giving it back."""

from urllib.parse import urlencode

import httpx

from ledgerlink.connectors.qbo import errors
from ledgerlink.connectors.qbo.endpoints import Endpoints
from ledgerlink.connectors.qbo.timing import LedgerTime
from ledgerlink.connectors.qbo.tokens import SCOPE, Application, TokenEndpoint
from ledgerlink.domain.ports import Tokens


class QuickBooksGrants:
    """Grants of QuickBooks Online. The callback carries `code`, `state` and `realmId`."""

    def __init__(
        self,
        endpoints: Endpoints,
        application: Application,
        time: LedgerTime,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._endpoints = endpoints
        self._application = application
        self._endpoint = TokenEndpoint(endpoints, application, time)
        self._transport = transport

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
            with httpx.Client(transport=self._transport) as http:
                return http.send(request)
        except httpx.RequestError as error:
            raise errors.unavailable(f"no answer ({type(error).__name__})") from error
