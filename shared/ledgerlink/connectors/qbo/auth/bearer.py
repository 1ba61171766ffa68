"""The bearer scheme: one token, one refresh, one repeat."""

from collections.abc import AsyncGenerator, Awaitable, Callable

import httpx

from ledgerlink.connectors.qbo.auth.token_refresh import Refresher


class Bearer(httpx.Auth):
    """Signs one call; on 401 refreshes and sends the same request once more.

    `again` is awaited before the repeat, which counts against the limits like any call.
    """

    def __init__(self, refresher: Refresher, again: Callable[[], Awaitable[None]]) -> None:
        self._refresher = refresher
        self._again = again

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """httpx's protocol: requests go out by `yield`, responses come back from it."""
        token = await self._refresher.access_token()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            fresh = await self._refresher.renewed(token)
            await self._again()
            request.headers["Authorization"] = f"Bearer {fresh}"
            yield request
