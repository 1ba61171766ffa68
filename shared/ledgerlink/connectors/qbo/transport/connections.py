"""The network: a few kept connections, each carrying one call at a time."""

import ssl

import httpx


class Lines(httpx.AsyncBaseTransport):
    """One small transport per call that may be in flight.

    A pool shared by all looks at every connection for every call, which costs more than the rest
    of the call; the turnstile has bounded their number already.
    """

    def __init__(self, trust: ssl.SSLContext) -> None:
        self._trust = trust
        self._free: list[httpx.AsyncBaseTransport] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The response, read to its end, so that the line is free again."""
        line = self._free.pop() if self._free else self._open()
        try:
            response = await line.handle_async_request(request)
            await response.aread()
        except BaseException:
            await line.aclose()
            raise
        self._free.append(line)
        return response

    async def aclose(self) -> None:
        """Close what is open; nothing may be in flight."""
        while self._free:
            await self._free.pop().aclose()

    def _open(self) -> httpx.AsyncBaseTransport:
        return httpx.AsyncHTTPTransport(
            verify=self._trust, limits=httpx.Limits(max_connections=1, keepalive_expiry=30.0)
        )
