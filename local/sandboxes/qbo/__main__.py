"""Starts the sandbox: `python -m local.sandboxes.qbo --port 4600`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from local.sandboxes.common.clock import Clock
from local.sandboxes.common.command import Ready, asked, make_parser, run
from local.sandboxes.qbo.seeds import SEEDS
from local.sandboxes.qbo.server import Options, make_app, make_sandbox
from local.sandboxes.qbo.settings import Settings


def parser() -> argparse.ArgumentParser:
    made = make_parser("qbo", __doc__, 4600, SEEDS)
    made.add_argument("--rotation", action=argparse.BooleanOptionalAction, default=True)
    made.add_argument("--client-id")
    made.add_argument("--client-secret")
    return made


def settings_of(given: argparse.Namespace) -> Settings:
    """Raises UnknownSetting."""
    changes: dict[str, Any] = {"rotation": given.rotation}
    if given.latency_ms is not None:
        changes |= dict.fromkeys(("single_ms", "query_ms", "batch_ms"), given.latency_ms)
        changes["batch_item_ms"] = 0.0
    for name in ("client_id", "client_secret"):
        if getattr(given, name):
            changes[name] = getattr(given, name)
    return Settings.usual().changed(changes | asked(given))


def prepare(given: argparse.Namespace) -> Ready:
    settings = settings_of(given)
    options = Options(given.host, given.port, given.seed, Clock(given.scale), given.state, settings)
    sandbox = make_sandbox(options)

    def words(url: str) -> str:
        realms = ",".join(sandbox.companies)
        return f"QuickBooks Online sandbox: api={url}/v3 admin={url}/_sandbox realms={realms}"

    return make_app(sandbox, options), words


def main(arguments: list[str] | None = None) -> int:
    return run(parser().parse_args(arguments), prepare)


if __name__ == "__main__":
    sys.exit(main())
