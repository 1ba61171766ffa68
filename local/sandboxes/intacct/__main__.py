"""Starts the sandbox: `python -m local.sandboxes.intacct --port 4700`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from ..common.settings import UnknownSetting
from ..qbo.server import listen, make_server
from .sandbox import Sandbox
from .server import Options, make_app, make_sandbox
from .settings import Settings
from .snapshot import UnreadableState
from .web.gateway import SUFFIX

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m local.sandboxes.intacct", description=__doc__)
    made.add_argument("--port", type=int, default=4700)
    made.add_argument("--host", default="127.0.0.1", choices=LOOPBACK)
    made.add_argument("--seed", default="sample", choices=("sample", "empty", "large"))
    made.add_argument("--multi-entity", action="store_true", help="the company has entities")
    made.add_argument("--scale", type=float, default=1.0, help="ledger seconds per real second")
    made.add_argument("--state", type=Path, help="kept here between runs")
    made.add_argument("--latency-ms", type=float, help="one latency for every request; 0 for none")
    made.add_argument("--throttle", action=argparse.BooleanOptionalAction, default=True)
    made.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="more")
    return made


def settings_of(given: argparse.Namespace) -> Settings:
    """Raises UnknownSetting."""
    changes: dict[str, Any] = {"throttle": given.throttle}
    if given.latency_ms is not None:
        changes |= {"request_ms": given.latency_ms, "function_ms": 0.0, "object_ms": 0.0}
    for text in given.more:
        name, _, value = text.partition("=")
        changes[name] = _value(value)
    return Settings().changed(changes)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def announce(sandbox: Sandbox, url: str) -> None:
    companies = ",".join(sandbox.companies)
    words = f"api={url}{SUFFIX} admin={url}/_sandbox companies={companies}"
    print(f"Sage Intacct sandbox: {words}", flush=True)


def main(arguments: list[str] | None = None) -> int:
    given = parser().parse_args(arguments)
    if given.scale <= 0:
        print("--scale must be above 0", file=sys.stderr)
        return 2
    try:
        options = Options(
            given.host,
            given.port,
            given.seed,
            given.scale,
            given.multi_entity,
            given.state,
            settings_of(given),
        )
        sandbox = make_sandbox(options)
        listener = listen(given.host, given.port)
    except (UnknownSetting, UnreadableState) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"port {given.port} on {given.host} cannot be used: {error}", file=sys.stderr)
        return 2
    url = f"http://{given.host}:{listener.getsockname()[1]}"
    make_server(make_app(sandbox, options), lambda: announce(sandbox, url)).run([listener])
    return 0


if __name__ == "__main__":
    sys.exit(main())
