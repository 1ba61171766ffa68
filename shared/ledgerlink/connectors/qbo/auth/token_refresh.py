"""One refresher per connection: early, under a claim, stored before use."""

import asyncio
from collections.abc import Callable

import httpx

from ledgerlink.connectors.qbo.auth.token_endpoint import TokenEndpoint
from ledgerlink.connectors.shared import errors
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.errors import AuthorizationLost, LedgerUnavailable
from ledgerlink.domain.ports import Tokens, TokenVault

EARLY = 600.0
"""Ledger seconds of life under which a token is refreshed before it is used."""

CLAIM = 90.0
"""Ledger seconds that a claim lasts: two attempts and some."""

CLAIM_TRIES = 50
CLAIM_PAUSE = 2.0

QUIET = 60.0
"""Ledger seconds after an early refresh that failed before the next is tried."""


class Refresher:
    """The access token of one connection, kept alive. `count` is told of every request."""

    def __init__(
        self,
        vault: TokenVault,
        endpoint: TokenEndpoint,
        http: httpx.AsyncClient,
        time: LedgerTime,
        count: Callable[[str], None],
    ) -> None:
        self._vault = vault
        self._endpoint = endpoint
        self._http = http
        self._time = time
        self._count = count
        self._lock = asyncio.Lock()
        self._tokens: Tokens | None = None
        self._lost: AuthorizationLost | None = None
        self._quiet_until = float("-inf")

    async def access_token(self) -> str:
        """A token to use now; refreshed when little of its life is left.

        Raises AuthorizationLost, LedgerStopped or LedgerUnavailable.
        """
        token = self._current().access_token
        return await self._early(token) if self._is_due() else token

    async def renewed(self, worn: str) -> str:
        """A token other than `worn`, which the ledger refused.

        Tasks that ask at the same time share one refresh. Raises as `access_token`.
        """
        async with self._lock:
            if self._current().access_token == worn:
                self._tokens = await self._replaced(worn)
            return self._current().access_token

    async def _early(self, worn: str) -> str:
        """As `renewed`; but when the endpoint is out of reach, a token still alive will do."""
        async with self._lock:
            if self._current().access_token == worn and self._is_due():
                self._tokens = await self._replaced_or_alive(worn)
            return self._current().access_token

    def _is_due(self) -> bool:
        left = self._time.left(self._current().access_expires_at)
        return left <= 0 or (left < EARLY and self._time.now() >= self._quiet_until)

    async def _replaced_or_alive(self, worn: str) -> Tokens:
        try:
            return await self._replaced(worn)
        except LedgerUnavailable:
            tokens = self._current()
            if self._time.left(tokens.access_expires_at) <= 0:
                raise
            self._quiet_until = self._time.now() + QUIET
            return tokens

    def _current(self) -> Tokens:
        if self._tokens is None:
            self._tokens = self._vault.load()
        return self._tokens

    async def _replaced(self, worn: str) -> Tokens:
        """What has lost its authorisation stays so: those who queued up need not ask again."""
        if self._lost is not None:
            raise self._lost
        try:
            return await self._from_vault(worn)
        except AuthorizationLost as lost:
            self._lost = lost
            raise

    async def _from_vault(self, worn: str) -> Tokens:
        """The vault's tokens once they are no longer the worn ones, whoever refreshed them."""
        for _ in range(CLAIM_TRIES):
            if self._vault.claim(self._time.real(CLAIM, at_least=5.0)):
                return await self._refreshed_under_claim(worn)
            await self._time.sleep(CLAIM_PAUSE)
            if (stored := self._vault.load()).access_token != worn:
                return stored
        raise errors.unavailable("another worker has been refreshing the tokens for too long")

    async def _refreshed_under_claim(self, worn: str) -> Tokens:
        try:
            stored = self._vault.load()
            if stored.access_token != worn:
                return stored
            fresh = self._endpoint.tokens(await self._ask(stored.refresh_token))
            self._vault.save(fresh)
            return fresh
        finally:
            self._vault.release()

    async def _ask(self, refresh_token: str) -> httpx.Response:
        """Asked once more with the same token when no usable reply came: what replaced it, if
        anything did, is not known."""
        request = self._endpoint.refresh(refresh_token)
        try:
            response = await self._post(request)
            if response.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                return response
        except httpx.RequestError:
            pass  # the repeat below is the answer to it
        return await self._ask_again(request)

    async def _ask_again(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._post(request)
        except httpx.RequestError as error:
            detail = f"the token endpoint gave no answer ({type(error).__name__})"
            raise errors.unavailable(detail) from error

    async def _post(self, request: httpx.Request) -> httpx.Response:
        self._count("token")
        return await self._http.send(request, auth=None)
