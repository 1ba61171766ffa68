"""Runs the application: as a process, on a port beside a test, or called within the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.types import ASGIApp

from local.sandboxes.common import server
from local.sandboxes.common.in_process import URL, InProcess
from local.sandboxes.common.server import serving
from local.sandboxes.intacct import snapshot
from local.sandboxes.intacct.sandbox import DEFAULT_COMPANY, Sandbox
from local.sandboxes.intacct.settings import Settings
from local.sandboxes.intacct.web.app import build_app
from local.sandboxes.intacct.web.gateway import SUFFIX


@dataclass(frozen=True, slots=True)
class Options(server.Options):
    multi_entity: bool = False
    settings: Settings = field(default_factory=Settings.usual)


def make_sandbox(options: Options) -> Sandbox:
    """A sandbox with its default company, or with what the state file holds."""
    sandbox = Sandbox(options.settings, options.clock)
    if options.state is not None and options.state.exists():
        snapshot.load(sandbox, options.state)
    else:
        sandbox.add_company(DEFAULT_COMPANY, options.seed, multi_entity=options.multi_entity)
    return sandbox


def make_app(sandbox: Sandbox, options: Options) -> ASGIApp:
    def keep() -> None:
        if options.state is not None:
            snapshot.save(sandbox, options.state)

    return build_app(sandbox, keep)


@dataclass(slots=True)
class Running:
    """A sandbox that answers at `url`; `api` is the address for a first sign-in."""

    sandbox: Sandbox
    url: str
    company: str = DEFAULT_COMPANY
    transport: InProcess | None = None
    """How an httpx client calls it without a socket; None where it listens on a port."""

    @property
    def api(self) -> str:
        return f"{self.url}{SUFFIX}"


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
