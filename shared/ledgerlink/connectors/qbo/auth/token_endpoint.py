"""The token endpoint, spoken directly: form posts with the application's Basic credentials."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from ledgerlink.connectors.qbo.config import Endpoints
from ledgerlink.connectors.qbo.protocol.response import trace_id
from ledgerlink.connectors.shared import errors
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.ports import Tokens

SCOPE = "com.intuit.quickbooks.accounting"
ACCESS_LIFE = 3600
"""Seconds an access token lives, where the answer does not say."""

TIMEOUT = 30.0
"""Ledger seconds to wait for the token endpoint."""


@dataclass(frozen=True, slots=True)
class Application:
    """Our own credentials: `client_id` and `client_secret` of the application's keys."""

    client_id: str
    client_secret: str = field(repr=False)

    @classmethod
    def of(cls, credentials: Mapping[str, str]) -> "Application":
        """Raises LedgerStopped when one is missing."""
        missing = [name for name in ("client_id", "client_secret") if not credentials.get(name)]
        if missing:
            raise errors.stopped(f"the application's credentials lack {' and '.join(missing)}")
        return cls(credentials["client_id"], credentials["client_secret"])


class TokenEndpoint:
    """Builds the requests and reads the answers; sending is the caller's."""

    def __init__(self, endpoints: Endpoints, application: Application, time: LedgerTime) -> None:
        self._endpoints = endpoints
        self._basic = httpx.BasicAuth(application.client_id, application.client_secret)
        self._time = time
        self._timeout = httpx.Timeout(time.real(TIMEOUT, at_least=2.0)).as_dict()

    def exchange(self, code: str, redirect_uri: str) -> httpx.Request:
        """Ask for tokens for a code."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        return self._post(self._endpoints.token_url, data=form)

    def refresh(self, refresh_token: str) -> httpx.Request:
        """Ask for tokens for a refresh token."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self._post(self._endpoints.token_url, data=form)

    def revoke(self, token: str) -> httpx.Request:
        """Give a token back."""
        return self._post(self._endpoints.revoke_url, json={"token": token})

    def tokens(self, response: httpx.Response) -> Tokens:
        """The tokens in an answer.

        Raises AuthorizationLost when the ledger refuses the grant, LedgerStopped when it refuses
        the application, LedgerUnavailable when it answered nothing that can be used.
        """
        answer = _json_object(response)
        if response.status_code == 200 and _complete(answer):
            return self._tokens(answer)
        raise _failure(response, answer)

    def _post(self, url: str, **content: Any) -> httpx.Request:
        headers = {"Accept": "application/json"}
        extensions = {"timeout": self._timeout}
        request = httpx.Request("POST", url, headers=headers, extensions=extensions, **content)
        return next(self._basic.auth_flow(request))

    def _tokens(self, answer: Mapping[str, Any]) -> Tokens:
        days = answer.get("x_refresh_token_expires_in")
        return Tokens(
            access_token=answer["access_token"],
            refresh_token=answer["refresh_token"],
            access_expires_at=self._time.after(int(answer.get("expires_in", ACCESS_LIFE))),
            refresh_expires_at=None if days is None else self._time.after(int(days)),
        )


def _complete(answer: Mapping[str, Any]) -> bool:
    return bool(answer.get("access_token")) and bool(answer.get("refresh_token"))


def _json_object(response: httpx.Response) -> Mapping[str, Any]:
    try:
        value = json.loads(response.content)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _failure(response: httpx.Response, answer: Mapping[str, Any]) -> Exception:
    trace = trace_id(response)
    error = str(answer.get("error") or f"HTTP status {response.status_code}")
    detail = str(answer.get("error_description") or error)
    if error == "invalid_grant":
        return errors.authorization_lost(detail, trace_id=trace)
    if response.status_code in (400, 401, 403):
        return errors.stopped(
            f"the token endpoint refused this application: {detail}", trace_id=trace
        )
    return errors.unavailable(f"the token endpoint said {detail}", trace_id=trace)
