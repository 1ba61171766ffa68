"""The ASGI application: the gateway at two addresses, and the sandbox's own calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from local.sandboxes.intacct.sandbox import Sandbox
from local.sandboxes.intacct.web.admin import Admin
from local.sandboxes.intacct.web.gateway import SUFFIX, Gateway


def build_app(sandbox: Sandbox, on_stop: Callable[[], None] | None = None) -> ASGIApp:
    """`on_stop` runs after the last request, before the process ends."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        if on_stop is not None:
            on_stop()

    rest = Starlette(routes=Admin(sandbox).routes(), lifespan=lifespan)
    gateway = Gateway(sandbox)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].endswith(SUFFIX):
            await gateway(scope, receive, send)
        else:
            await rest(scope, receive, send)

    return app
