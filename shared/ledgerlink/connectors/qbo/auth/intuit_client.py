"""The consent flow by Intuit's own client, intuit-oauth, over our HTTP client.

By itself the library waits for answers without end, follows redirects, and reads the discovery
document over the network whenever it is made. Importing it takes 0.2 s, so only connecting and
disconnecting import this module.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import httpx
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError
from requests import PreparedRequest, RequestException, Response
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from ledgerlink.connectors.qbo.auth.discovery import addresses
from ledgerlink.connectors.qbo.auth.token_endpoint import ASK_FOR_HARD_END, Application
from ledgerlink.connectors.qbo.config import Endpoints
from ledgerlink.connectors.shared import errors

DOCUMENT_URL = "https://configured.invalid/discovery"
"""Where the library finds its discovery document: it is made of the configured addresses."""
Send = Callable[[httpx.Request], httpx.Response]
NOT_USED = ("issuer", "jwks_uri", "userinfo_endpoint")
"""Names that the library expects in the document for OpenID, which we do not ask for."""
LIBRARY_ERRORS = (
    AuthClientError,
    AttributeError,
    LookupError,
    RequestException,
    TypeError,
    ValueError,
)
"""Errors of the library for an answer that it does not expect. The answer itself says more."""


class IntuitClient:
    """Asks Intuit by its own client, each time by a new one, because it keeps what was answered."""

    def __init__(self, endpoints: Endpoints, application: Application, send: Send) -> None:
        """`send` sends one request; what it raises is passed on."""
        self._application = application
        self._send = send
        document = {**dict.fromkeys(NOT_USED, ""), **addresses(endpoints)}
        self._document = json.dumps(document).encode()

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        """The page where the user gives consent."""
        client = self._client(redirect_uri, OverOurClient(self._send, self._document))
        return str(client.get_authorization_url([Scopes.ACCOUNTING], state))

    def exchange(self, code: str, redirect_uri: str) -> httpx.Response:
        """The answer to the exchange of a code for tokens."""
        return self._answer(redirect_uri, lambda client: client.get_bearer_token(code))

    def revoke(self, token: str) -> httpx.Response:
        """The answer to the revocation of a token."""
        return self._answer("", lambda client: client.revoke(token))

    def _answer(self, redirect_uri: str, ask: Callable[[AuthClient], object]) -> httpx.Response:
        adapter = OverOurClient(self._send, self._document)
        with suppress(*LIBRARY_ERRORS):
            ask(self._client(redirect_uri, adapter))
        if adapter.answer is None:
            raise errors.unavailable("Intuit's client sent no request")
        return adapter.answer

    def _client(self, redirect_uri: str, adapter: BaseAdapter) -> AuthClient:
        class ConnectedClient(AuthClient):  # type: ignore[misc]
            """Has its adapter before its constructor sends a request."""

            def get_adapter(self, url: str) -> BaseAdapter:  # noqa: ARG002 - the session's
                return adapter

        ours = self._application
        client = ConnectedClient(ours.client_id, ours.client_secret, redirect_uri, DOCUMENT_URL)
        client.trust_env = False  # a .netrc would replace the application's credentials
        client.max_redirects = 0
        return client


class OverOurClient(BaseAdapter):
    """Sends the library's requests by our HTTP client, with its limits of time and certificates."""

    def __init__(self, send: Send, document: bytes) -> None:
        super().__init__()
        self._send = send
        self._document = document
        self.answer: httpx.Response | None = None
        """The answer to the last request but that for the document."""

    def send(self, request: PreparedRequest, *_given: Any, **_named: Any) -> Response:
        """The answer to one request. Raises what our client raises."""
        if request.url == DOCUMENT_URL:
            return _as_library_response(request, 200, self._document, {})
        headers = {name: str(value) for name, value in request.headers.items()}
        body = request.body if isinstance(request.body, str | bytes) else b""
        ours = httpx.Request(
            str(request.method),
            str(request.url),
            headers={**headers, ASK_FOR_HARD_END: "true"},
            content=body,
        )
        self.answer = answer = self._send(ours)
        return _as_library_response(request, answer.status_code, answer.content, answer.headers)

    def close(self) -> None:
        """Nothing is left open: each request has a client of its own."""


def _as_library_response(
    request: PreparedRequest, status: int, content: bytes, headers: Mapping[str, str]
) -> Response:
    answer = Response()
    answer.status_code = status
    answer._content = content
    answer.headers = CaseInsensitiveDict(headers)
    answer.request = request
    answer.url = str(request.url)
    return answer
