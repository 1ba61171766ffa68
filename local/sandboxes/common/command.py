"""The command line of a sandbox: its common options, and the process that they start."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias

from starlette.types import ASGIApp

from local.sandboxes.common.server import address, listen, make_server
from local.sandboxes.common.settings import UnknownSetting, pairs
from local.sandboxes.common.state import UnreadableState

LOOPBACK = ("127.0.0.1", "::1", "localhost")
# The application, and what is said of it once it answers at an address.
Ready: TypeAlias = tuple[ASGIApp, Callable[[str], str]]


def make_parser(
    ledger: str, description: str | None, port: int, seeds: Iterable[str]
) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog=f"python -m local.sandboxes.{ledger}", description=description
    )
    made.add_argument("--port", type=int, default=port)
    made.add_argument("--host", default="127.0.0.1", choices=LOOPBACK)
    made.add_argument("--seed", default="sample", choices=tuple(seeds))
    made.add_argument("--scale", type=float, default=1.0, help="ledger seconds per real second")
    made.add_argument("--state", type=Path, help="kept here between runs")
    made.add_argument("--latency-ms", type=float, help="one latency for every call; 0 for none")
    made.add_argument("--throttle", action=argparse.BooleanOptionalAction, default=True)
    made.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="more")
    return made


def asked(given: argparse.Namespace) -> dict[str, Any]:
    """The settings that every ledger has, and those that --set names."""
    return {"throttle": given.throttle, **pairs(given.more)}


def run(given: argparse.Namespace, prepare: Callable[[argparse.Namespace], Ready]) -> int:
    """Answers until it is stopped; 2 and words if it cannot start."""
    if given.scale <= 0:
        print("--scale must be above 0", file=sys.stderr)
        return 2
    try:
        app, words = prepare(given)
        listener = listen(given.host, given.port)
    except (UnknownSetting, UnreadableState) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"port {given.port} on {given.host} cannot be used: {error}", file=sys.stderr)
        return 2
    url = address(given.host, listener)
    make_server(app, lambda: print(words(url), flush=True)).run([listener])
    return 0
