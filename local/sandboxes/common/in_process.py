"""Calls an application in this process: an httpx transport without sockets."""

from __future__ import annotations

import asyncio
import threading
from functools import cached_property
from typing import Any, Final
from urllib.parse import unquote

import httpx
from starlette.types import ASGIApp, Message, Scope

from local.sandboxes.common.server import TRANSPORT

URL: Final = "http://127.0.0.1"
"""The address to call; nothing listens there."""


class InProcess(httpx.AsyncBaseTransport, httpx.BaseTransport):
    """Carries the requests of `httpx.AsyncClient` and `httpx.Client` to an ASGI application.

    An asynchronous request is answered in its caller's event loop. A synchronous one is answered
    in a loop of its own thread, so that several threads can have requests in flight. As with a
    server, a caller that stops waiting does not stop the application: `aclose` waits for what is
    still being done.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._running: set[asyncio.Task[httpx.Response]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises ReadTimeout when the request's time is over, ReadError for a cut connection."""
        body = await request.aread()
        task = asyncio.ensure_future(_Exchange(self._app, request, body).answer())
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        seconds = request.extensions.get("timeout", {}).get("read")
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise httpx.ReadTimeout(f"no answer within {seconds} seconds", request=request)
        return task.result()

    async def aclose(self) -> None:
        """Wait until the application has ended what callers no longer waited for."""
        await asyncio.gather(*self._running, return_exceptions=True)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Raises as `handle_async_request`."""
        request.read()
        answering = self.handle_async_request(request)
        return asyncio.run_coroutine_threadsafe(answering, self._own_loop).result()

    def close(self) -> None:
        """End the thread that answers synchronous requests, if there were any."""
        if loop := self.__dict__.pop("_own_loop", None):
            loop.call_soon_threadsafe(loop.stop)

    @cached_property
    def _own_loop(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        threading.Thread(target=_run_until_stopped, args=(loop,), daemon=True).start()
        return loop


def _run_until_stopped(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.close()


class _Exchange:
    """One request and what becomes of it."""

    def __init__(self, app: ASGIApp, request: httpx.Request, body: bytes) -> None:
        self._app, self._request, self._body = app, request, body
        self._start: Message = {}
        self._parts: list[bytes] = []
        self._is_cut = False

    async def answer(self) -> httpx.Response:
        await self._app(self._scope(), self._receive, self._send)
        if self._is_cut:
            raise httpx.ReadError("the connection was cut", request=self._request)
        status, headers = self._start["status"], self._start.get("headers", ())
        content = b"".join(self._parts)
        return httpx.Response(status, headers=headers, content=content, request=self._request)

    def abort(self) -> None:
        """The application cuts the connection."""
        self._is_cut = True

    def _scope(self) -> Scope:
        request, url = self._request, self._request.url
        raw_path = url.raw_path.partition(b"?")[0]
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": url.scheme,
            "path": unquote(raw_path.decode("ascii")),
            "raw_path": raw_path,
            "query_string": url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("127.0.0.1", 0),
            "server": (url.host, url.port),
            TRANSPORT: self,
        }

    async def _receive(self) -> dict[str, Any]:
        body, self._body = self._body, b""
        return {"type": "http.request", "body": body, "more_body": False}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self._parts.append(message.get("body", b""))
