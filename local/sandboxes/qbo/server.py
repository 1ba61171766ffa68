"""Runs the application: as a process, on a port beside a test, or called within the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp

from local.sandboxes.common import server
from local.sandboxes.common.in_process import URL, InProcess
from local.sandboxes.common.server import serving
from local.sandboxes.qbo import snapshot
from local.sandboxes.qbo.sandbox import DEFAULT_REALM, Sandbox
from local.sandboxes.qbo.settings import Settings
from local.sandboxes.qbo.web.app import build_app

COMPANY_NAMES = {
    "sample": "Craig's Design and Landscaping Services",
    "empty": "Empty Company",
    "canada": "Canadian Company",
    "uk": "British Company",
}


@dataclass(frozen=True, slots=True)
class Options(server.Options):
    settings: Settings = field(default_factory=Settings.usual)


def make_sandbox(options: Options) -> Sandbox:
    """A sandbox with its default company, or with what the state file holds."""
    sandbox = Sandbox(options.settings, options.clock)
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


@dataclass(slots=True)
class Running:
    """A sandbox that answers at `url`. `api` is its accounting base without the realm."""

    sandbox: Sandbox
    url: str
    realm: str = DEFAULT_REALM
    transport: InProcess | None = None
    """How an httpx client calls it without a socket; None where it listens on a port."""

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
    with serving(make_app(sandbox, options), options) as url:
        yield Running(sandbox, url)


def in_process(options: Options | None = None) -> Running:
    """A sandbox that only `transport` leads to."""
    sandbox = make_sandbox(options or Options())
    return Running(sandbox, URL, transport=InProcess(build_app(sandbox)))
