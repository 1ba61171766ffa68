"""Refreshing the tokens of a connection: before they expire, by one worker at a time."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import httpx

from ledgerlink.connectors.qbo.auth.token_endpoint import TokenEndpoint
from ledgerlink.connectors.shared import errors
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.errors import AuthorizationLost, LedgerUnavailable
from ledgerlink.domain.ports import Tokens, TokenVault

REFRESH_EARLY = 600.0
"""A token that expires in fewer ledger seconds is refreshed before it is used."""

CLAIM_LIFETIME = 90.0
"""Ledger seconds for which one worker may refresh: enough for two requests."""

CLAIM_TRIES = 50
CLAIM_PAUSE = 2.0
"""How often, and after how many ledger seconds, a worker asks for the claim again."""

EARLY_REFRESH_PAUSE = 60.0
"""Ledger seconds to wait after an early refresh that failed."""


class TokenRefresher:
    """Keeps the access token of one connection valid. New tokens are stored before they are used,
    because a refresh token works once."""

    def __init__(
        self,
        vault: TokenVault,
        endpoint: TokenEndpoint,
        http: httpx.AsyncClient,
        time: LedgerTime,
        count: Callable[[str], None],
    ) -> None:
        """`count` is called with the kind of every request that is sent."""
        self._vault = vault
        self._endpoint = endpoint
        self._http = http
        self._time = time
        self._count = count
        self._lock = asyncio.Lock()
        self._tokens: Tokens | None = None
        self._lost: AuthorizationLost | None = None
        self._early_refresh_after = float("-inf")

    @property
    def authorization_ends_at(self) -> datetime | None:
        """When a user has to give consent anew; None where QuickBooks does not say."""
        return self._current().authorization_ends_at

    async def access_token(self) -> str:
        """A valid token, refreshed if it expires soon.

        Raises AuthorizationLost, LedgerStopped or LedgerUnavailable.
        """
        tokens = self._current()
        token = tokens.access_token
        return await self._refreshed_early(token) if self._is_due(tokens) else token

    async def renewed(self, old_token: str) -> str:
        """A token other than `old_token`, which QuickBooks refused.

        Tasks that call this at the same time share one refresh. Raises as `access_token`.
        """
        async with self._lock:
            if self._current().access_token == old_token:
                self._tokens = await self._replaced(old_token)
            return self._current().access_token

    async def _refreshed_early(self, old_token: str) -> str:
        """As `renewed`, but keeps a token that is still valid if the endpoint is unreachable."""
        async with self._lock:
            tokens = self._current()
            if tokens.access_token == old_token and self._is_due(tokens):
                self._tokens = await self._replaced_or_valid(old_token)
            return self._current().access_token

    def _is_due(self, tokens: Tokens) -> bool:
        left = self._time.left(tokens.access_expires_at)
        return left <= 0 or (left < REFRESH_EARLY and self._time.now() >= self._early_refresh_after)

    async def _replaced_or_valid(self, old_token: str) -> Tokens:
        try:
            return await self._replaced(old_token)
        except LedgerUnavailable:
            tokens = self._current()
            if self._time.left(tokens.access_expires_at) <= 0:
                raise
            self._early_refresh_after = self._time.now() + EARLY_REFRESH_PAUSE
            return tokens

    def _current(self) -> Tokens:
        if self._tokens is None:
            self._tokens = self._vault.load()
        return self._tokens

    async def _replaced(self, old_token: str) -> Tokens:
        """Once the authorization is lost, later callers get the same error without a request."""
        if self._lost is not None:
            raise self._lost
        try:
            return await self._from_vault(old_token)
        except AuthorizationLost as lost:
            self._lost = lost
            raise

    async def _from_vault(self, old_token: str) -> Tokens:
        """The stored tokens as soon as they are new, whichever worker refreshed them."""
        for _ in range(CLAIM_TRIES):
            if self._vault.claim(self._time.real(CLAIM_LIFETIME, at_least=5.0)):
                return await self._refreshed_under_claim(old_token)
            await self._time.sleep(CLAIM_PAUSE)
            if (stored := self._vault.load()).access_token != old_token:
                return stored
        raise errors.unavailable("renewing the sign-in to QuickBooks takes too long")

    async def _refreshed_under_claim(self, old_token: str) -> Tokens:
        try:
            stored = self._vault.load()
            if stored.access_token != old_token:
                return stored
            fresh = self._endpoint.tokens(await self._refresh(stored.refresh_token))
            self._vault.save(fresh)
            return fresh
        finally:
            self._vault.release()

    async def _refresh(self, refresh_token: str) -> httpx.Response:
        """The response to a refresh. Without a usable one the request is sent once more, because it
        is unknown whether the refresh token was replaced."""
        request = self._endpoint.refresh(refresh_token)
        try:
            response = await self._post(request)
            if response.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                return response
        except httpx.RequestError:
            pass  # sent once more below
        return await self._send_again(request)

    async def _send_again(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._post(request)
        except httpx.RequestError as error:
            detail = f"QuickBooks' sign-in service gave no answer ({type(error).__name__})"
            raise errors.unavailable(detail) from error

    async def _post(self, request: httpx.Request) -> httpx.Response:
        self._count("token")
        return await self._http.send(request, auth=None)
