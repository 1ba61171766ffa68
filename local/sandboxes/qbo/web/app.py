"""The ASGI application: accounting API, OAuth, attachments' files and the sandbox's own calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.sandboxes.qbo.sandbox import Sandbox
from local.sandboxes.qbo.web.admin import Admin
from local.sandboxes.qbo.web.call import PREFIX
from local.sandboxes.qbo.web.gateway import Gateway
from local.sandboxes.qbo.web.oauth import OAuth


def build_app(sandbox: Sandbox, on_stop: Callable[[], None] | None = None) -> ASGIApp:
    """`on_stop` runs after the last request, before the process ends."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await sandbox.webhooks.close()
        if on_stop is not None:
            on_stop()

    async def file(request: Request) -> Response:
        return _file(sandbox, request)

    oauth = OAuth(sandbox)
    routes = [*oauth.routes(), *Admin(sandbox).routes(), Route("/files/{realm}/{row_id}", file)]
    rest = Starlette(routes=routes, lifespan=lifespan)
    gateway = Gateway(sandbox)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await gateway(scope, receive, send)
        elif scope["type"] == "http" and not scope["path"].startswith("/_sandbox"):
            await _journalled(sandbox, rest, scope, receive, send)
        else:
            await rest(scope, receive, send)

    return app


async def _journalled(
    sandbox: Sandbox, rest: ASGIApp, scope: Scope, receive: Receive, send: Send
) -> None:
    """OAuth traffic is in the journal too, without secrets."""
    clock, journal = sandbox.clock, sandbox.journal
    entry = journal.open(clock.wall(), scope["method"], scope["path"], kind="oauth")

    async def noted(message: Message) -> None:
        if message["type"] == "http.response.start":
            entry.status = int(str(message["status"]))
        await send(message)

    await rest(scope, receive, noted)
    journal.close(entry, clock.wall())


def _file(sandbox: Sandbox, request: Request) -> Response:
    """An attachment's bytes, while its link lives."""
    company = sandbox.companies.get(request.path_params["realm"])
    content = company.files.get(request.path_params["row_id"]) if company else None
    until = request.query_params.get("until", "0")
    if content is None or not until.isdigit() or int(until) < sandbox.clock.now():
        return Response(status_code=403)
    return Response(content, media_type="application/octet-stream")
