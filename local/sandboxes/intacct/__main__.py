"""Starts the sandbox: `python -m local.sandboxes.intacct --port 4700`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from local.sandboxes.common.clock import Clock
from local.sandboxes.common.command import Ready, asked, make_parser, run
from local.sandboxes.intacct.server import Options, make_app, make_sandbox
from local.sandboxes.intacct.settings import Settings
from local.sandboxes.intacct.web.gateway import SUFFIX


def parser() -> argparse.ArgumentParser:
    made = make_parser("intacct", __doc__, 4700, ("sample", "empty", "large"))
    made.add_argument("--multi-entity", action="store_true", help="the company has entities")
    return made


def settings_of(given: argparse.Namespace) -> Settings:
    """Raises UnknownSetting."""
    changes: dict[str, Any] = {}
    if given.latency_ms is not None:
        changes = {"request_ms": given.latency_ms, "function_ms": 0.0, "object_ms": 0.0}
    return Settings.usual().changed(changes | asked(given))


def prepare(given: argparse.Namespace) -> Ready:
    options = Options(
        given.host,
        given.port,
        given.seed,
        Clock(given.scale),
        given.state,
        given.multi_entity,
        settings_of(given),
    )
    sandbox = make_sandbox(options)

    def words(url: str) -> str:
        companies = ",".join(sandbox.companies)
        at = f"api={url}{SUFFIX} admin={url}/_sandbox"
        return f"Sage Intacct sandbox: {at} companies={companies}"

    return make_app(sandbox, options), words


def main(arguments: list[str] | None = None) -> int:
    return run(parser().parse_args(arguments), prepare)


if __name__ == "__main__":
    sys.exit(main())
