"""The bearer scheme of httpx: sends the access token, and after a 401 once more with a new one."""

from collections.abc import AsyncGenerator, Awaitable, Callable

import httpx

from ledgerlink.connectors.qbo.auth.token_refresh import TokenRefresher


class BearerAuth(httpx.Auth):
    """Authenticates one call; after a 401 it refreshes the token and repeats the request once."""

    def __init__(
        self, refresher: TokenRefresher, before_repeat: Callable[[], Awaitable[None]]
    ) -> None:
        """`before_repeat` is awaited first, because the repeat counts against the limits, too."""
        self._refresher = refresher
        self._before_repeat = before_repeat

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """httpx's protocol: yields requests and receives their responses."""
        token = await self._refresher.access_token()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            renewed = await self._refresher.renewed(token)
            await self._before_repeat()
            request.headers["Authorization"] = f"Bearer {renewed}"
            yield request
