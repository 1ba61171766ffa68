"""Network connections, each of which carries one call at a time."""

import ssl

import httpx


class OneCallPerConnection(httpx.AsyncBaseTransport):
    """Keeps one transport for each call that may be in flight.

    A shared pool examines every connection for every call, which costs more than the rest of the
    call. Their number needs no limit here, because the throttle limits the calls.
    """

    def __init__(self, trust: ssl.SSLContext) -> None:
        self._trust = trust
        self._idle: list[httpx.AsyncBaseTransport] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The response, read completely, so that the connection can be used again."""
        connection = self._idle.pop() if self._idle else self._open()
        try:
            response = await connection.handle_async_request(request)
            await response.aread()
        except BaseException:
            await connection.aclose()
            raise
        self._idle.append(connection)
        return response

    async def aclose(self) -> None:
        """Close the idle connections. No call may be in flight."""
        while self._idle:
            await self._idle.pop().aclose()

    def _open(self) -> httpx.AsyncBaseTransport:
        return httpx.AsyncHTTPTransport(
            verify=self._trust, limits=httpx.Limits(max_connections=1, keepalive_expiry=30.0)
        )
