"""Intuit's token endpoint: its requests and responses."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from ledgerlink.connectors.qbo.config import Endpoints
from ledgerlink.connectors.qbo.protocol.response import trace_id
from ledgerlink.connectors.shared import errors
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.ports import Tokens

ACCESS_LIFETIME = 3600
"""Seconds that an access token is valid if the response does not state it."""

ASK_FOR_HARD_END = "x-include-refresh-token-hard-expires-in"
"""The header that asks for the end of the authorisation, five years after the consent. Source:
Intuit's blog of 2025-11-12 on refresh tokens."""

TOKEN_TIMEOUT = 30.0
"""Ledger seconds to wait for the token endpoint."""


@dataclass(frozen=True, slots=True)
class Application:
    """The credentials of our application at Intuit."""

    client_id: str
    client_secret: str = field(repr=False)

    @classmethod
    def of(cls, credentials: Mapping[str, str]) -> "Application":
        """From stored credentials. Raises LedgerStopped if one is missing."""
        missing = [name for name in ("client_id", "client_secret") if not credentials.get(name)]
        if missing:
            raise errors.stopped(f"the application's credentials lack {' and '.join(missing)}")
        return cls(credentials["client_id"], credentials["client_secret"])


class TokenEndpoint:
    """Builds requests and parses responses; the caller sends them."""

    def __init__(self, endpoints: Endpoints, application: Application, time: LedgerTime) -> None:
        self._endpoints = endpoints
        self._basic = httpx.BasicAuth(application.client_id, application.client_secret)
        self._time = time
        self._timeout = httpx.Timeout(time.real(TOKEN_TIMEOUT, at_least=2.0)).as_dict()

    def refresh(self, refresh_token: str) -> httpx.Request:
        """The request for new tokens by a refresh token."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self._post(self._endpoints.token_url, data=form)

    def tokens(self, response: httpx.Response) -> Tokens:
        """The tokens in a response.

        Raises AuthorizationLost if Intuit refuses the grant, LedgerStopped if it refuses the
        application, LedgerUnavailable if the response cannot be used.
        """
        payload = _json_object(response)
        if response.status_code == 200 and _complete(payload):
            return self._tokens(payload)
        raise _failure(response, payload)

    def _post(self, url: str, **content: Any) -> httpx.Request:
        headers = {"Accept": "application/json", ASK_FOR_HARD_END: "true"}
        extensions = {"timeout": self._timeout}
        request = httpx.Request("POST", url, headers=headers, extensions=extensions, **content)
        return next(self._basic.auth_flow(request))

    def _tokens(self, payload: Mapping[str, Any]) -> Tokens:
        return Tokens(
            access_token=payload["access_token"],
            refresh_token=payload["refresh_token"],
            access_expires_at=self._time.after(int(payload.get("expires_in", ACCESS_LIFETIME))),
            refresh_expires_at=self._moment(payload.get("x_refresh_token_expires_in")),
            authorization_ends_at=self._moment(payload.get("x_refresh_token_hard_expires_in")),
        )

    def _moment(self, seconds: object) -> datetime | None:
        """The moment so many seconds from now; None for what is no number of seconds."""
        text = str(seconds)
        return self._time.after(int(text)) if text.isascii() and text.isdecimal() else None


def _complete(payload: Mapping[str, Any]) -> bool:
    return bool(payload.get("access_token")) and bool(payload.get("refresh_token"))


def _json_object(response: httpx.Response) -> Mapping[str, Any]:
    try:
        value = json.loads(response.content)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _failure(response: httpx.Response, payload: Mapping[str, Any]) -> Exception:
    trace = trace_id(response)
    error = str(payload.get("error") or f"HTTP status {response.status_code}")
    detail = str(payload.get("error_description") or error)
    if error == "invalid_grant":
        return errors.authorization_lost(detail, trace_id=trace)
    if response.status_code in (400, 401, 403):
        return errors.stopped(
            f"QuickBooks' sign-in service refused this application: {detail}", trace_id=trace
        )
    return errors.unavailable(f"QuickBooks' sign-in service answered: {detail}", trace_id=trace)
