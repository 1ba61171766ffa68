"""Runs the application: as a process, or beside a test on a port of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from ..common.clock import Clock
from . import snapshot
from .sandbox import DEFAULT_REALM, Sandbox
from .settings import Settings
from .web.app import build_app
from .web.gateway import TRANSPORT

COMPANY_NAMES = {
    "sample": "Craig's Design and Landscaping Services",
    "empty": "Empty Company",
    "canada": "Canadian Company",
    "uk": "British Company",
}
START_SECONDS = 10.0
STOP_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Options:
    """How a sandbox starts. Port 0 picks a free one."""

    host: str = "127.0.0.1"
    port: int = 0
    seed: str = "sample"
    scale: float = 1.0
    state: Path | None = None
    settings: Settings = field(default_factory=Settings)


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


def make_sandbox(options: Options) -> Sandbox:
    """A sandbox with its default company, or with what the state file holds."""
    sandbox = Sandbox(options.settings, Clock(options.scale))
    if options.state is not None and options.state.exists():
        snapshot.load(sandbox, options.state)
    else:
        sandbox.add_company(COMPANY_NAMES[options.seed], options.seed, DEFAULT_REALM)
    return sandbox


def make_app(sandbox: Sandbox, options: Options) -> ASGIApp:
    def keep() -> None:
        if options.state is not None:
            snapshot.save(sandbox, options.state)

    return build_app(sandbox, keep)


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


@dataclass(slots=True)
class Running:
    """A sandbox that answers at `url`. `api` is its accounting base without the realm."""

    sandbox: Sandbox
    url: str
    realm: str = DEFAULT_REALM

    @property
    def api(self) -> str:
        return f"{self.url}/v3/company"

    def token(self, realm: str | None = None) -> dict[str, Any]:
        """Access and refresh token without consent."""
        sandbox = self.sandbox
        settings = sandbox.settings
        now = sandbox.clock.now()
        return sandbox.tokens.issue(realm or self.realm, settings.client_id, "", now, settings)


@contextmanager
def running(options: Options | None = None) -> Iterator[Running]:
    """A real server on loopback in a thread of its own, stopped at the end."""
    options = options or Options()
    sandbox = make_sandbox(options)
    listener = listen(options.host, options.port)
    ready = threading.Event()
    server = make_server(make_app(sandbox, options), ready.set)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        if not ready.wait(START_SECONDS):
            raise TimeoutError(f"the sandbox did not start within {START_SECONDS} seconds")
        yield Running(sandbox, f"http://{options.host}:{listener.getsockname()[1]}")
    finally:
        server.should_exit = True
        thread.join(STOP_SECONDS + 5)
        listener.close()
