"""The network below httpx: requests are sent by aiohttp.

It takes a sixth of the CPU of httpx's own transport, because its HTTP is compiled.
"""

import ssl
from functools import cache
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from aiohttp import ClientSession, ClientTimeout

KEEP_ALIVE = 30.0
"""Seconds for which a connection is kept that carries no call."""
LONGEST_HEADER = 65_536
"""Bytes of one header of a response."""
OURS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""Headers that aiohttp would otherwise add to a request."""


def load() -> None:
    """Import aiohttp before the first request, where the time for it is of no concern."""
    import aiohttp  # noqa: F401


class AiohttpTransport(httpx.AsyncBaseTransport):
    """Sends a request and reads the response completely. Raises httpx's errors.

    A POST is sent once. A GET, or another method that RFC 9110 calls idempotent, is sent once more
    by aiohttp if the server closed the connection before it answered; a session has no option
    against that. Whatever writes is therefore a POST.

    aiohttp is imported with the first request: that takes a tenth of a second, and most functions
    call no ledger.
    """

    def __init__(self, trust: ssl.SSLContext) -> None:
        self._trust = trust
        self._session: ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """httpx's protocol. The body of the response is as it was sent; httpx decompresses it."""
        import aiohttp
        from yarl import URL

        session = self._session = self._session or _session(self._trust)
        try:
            async with session.request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=request.headers.multi_items(),
                data=await request.aread() or None,
                timeout=_timeout(**request.extensions.get("timeout", {})),
                allow_redirects=False,
            ) as response:
                content = await response.read()
        except (aiohttp.ClientError, OSError) as error:
            raise _translated(error)(str(error), request=request) from error
        return httpx.Response(
            response.status, headers=response.raw_headers, content=content, request=request
        )

    async def aclose(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()


def _session(trust: ssl.SSLContext) -> "ClientSession":
    """A session without cookies, proxies and headers of its own."""
    import aiohttp

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=trust, keepalive_timeout=KEEP_ALIVE),
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=OURS,
        auto_decompress=False,
        max_line_size=LONGEST_HEADER,
        max_field_size=LONGEST_HEADER,
    )


@cache
def _timeout(
    connect: float | None = None,
    read: float | None = None,
    write: float | None = None,
    pool: float | None = None,  # noqa: ARG001 - no request waits for a connection
) -> "ClientTimeout":
    """httpx's timeouts. aiohttp has none for sending, so all together are limited to what they add
    up to."""
    from aiohttp import ClientTimeout

    limits = [seconds for seconds in (connect, write, read) if seconds is not None]
    return ClientTimeout(total=sum(limits) or None, sock_connect=connect, sock_read=read)


def _translated(error: Exception) -> type[httpx.RequestError]:
    """httpx's error for one of aiohttp. Only ConnectError and ConnectTimeout say that nothing was
    sent."""
    import aiohttp

    match error:
        case aiohttp.ConnectionTimeoutError():
            return httpx.ConnectTimeout
        case aiohttp.ClientConnectorError():
            return httpx.ConnectError
        case TimeoutError():
            return httpx.ReadTimeout
        case (
            aiohttp.ServerDisconnectedError()
            | aiohttp.ClientPayloadError()
            | aiohttp.ClientResponseError()
        ):
            return httpx.RemoteProtocolError
    return httpx.ReadError
