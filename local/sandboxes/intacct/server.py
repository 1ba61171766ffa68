"""Runs the application: as a process, or beside a test on a port of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.types import ASGIApp

from ..common import server
from ..common.clock import Clock
from ..common.server import serving
from . import snapshot
from .sandbox import DEFAULT_COMPANY, Sandbox
from .settings import Settings
from .web.app import build_app
from .web.gateway import SUFFIX


@dataclass(frozen=True, slots=True)
class Options(server.Options):
    multi_entity: bool = False
    settings: Settings = field(default_factory=Settings)


def make_sandbox(options: Options) -> Sandbox:
    """A sandbox with its default company, or with what the state file holds."""
    sandbox = Sandbox(options.settings, Clock(options.scale))
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
