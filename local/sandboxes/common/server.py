"""Runs an application: as a process, or beside a test on a port of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from local.sandboxes.common.clock import Clock

TRANSPORT: Final = "sandbox.transport"
START_SECONDS = 10.0
STOP_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Options:
    """How a sandbox starts. Port 0 picks a free one."""

    host: str = "127.0.0.1"
    port: int = 0
    seed: str = "sample"
    clock: Clock = field(default_factory=Clock)
    state: Path | None = None


class _Protocol(H11Protocol):
    """Lets the application reach the connection, so that it can cut it."""

    def connection_made(
        self,
        transport: asyncio.Transport,  # type: ignore[override] # uvicorn narrows it likewise
    ) -> None:
        super().connection_made(transport)
        inner = self.app

        async def reachable(scope: Scope, receive: Receive, send: Send) -> None:
            scope[TRANSPORT] = transport
            await inner(scope, receive, send)

        self.app = reachable


def abort(scope: Scope) -> None:
    """Closes the connection without a word."""
    transport = scope.get(TRANSPORT)
    if transport is None:
        raise ConnectionError("there is no connection to cut")
    transport.abort()


class _Server(uvicorn.Server):
    """Says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def make_server(app: ASGIApp, ready: Callable[[], None]) -> _Server:
    config = uvicorn.Config(
        app,
        http=_Protocol,
        log_level="warning",
        access_log=False,
        lifespan="on",
        timeout_keep_alive=30,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    return _Server(config, ready)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; raises OSError if the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Naming TCP lets asyncio send small answers at once (TCP_NODELAY).
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


@contextmanager
def serving(app: ASGIApp, options: Options) -> Iterator[str]:
    """A real server in a thread of its own, stopped at the end; gives its address."""
    listener = listen(options.host, options.port)
    ready = threading.Event()
    server = make_server(app, ready.set)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        if not ready.wait(START_SECONDS):
            raise TimeoutError(f"the sandbox did not start within {START_SECONDS} seconds")
        yield address(options.host, listener)
    finally:
        server.should_exit = True
        thread.join(STOP_SECONDS + 5)
        listener.close()


def address(host: str, listener: socket.socket) -> str:
    return f"http://{host}:{listener.getsockname()[1]}"
