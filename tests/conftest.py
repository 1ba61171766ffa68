"""What holds for all tests."""

import os
import sys
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.support import sampling

SWITCH = 0.0005
"""Seconds for which a sandbox in the same process may keep a test waiting."""

sys.setswitchinterval(SWITCH)
# Read when the first handler is imported, which may be while tests are collected.
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Ledgerlink")

os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Ledgerlink")
"""Set before anything is imported, because a process makes its metrics once."""


ON_THE_MACHINE = ("tests/chaos/", "tests/e2e/", "tests/stack/")
"""What needs a deployed machine."""


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `--dist loadfile` one process runs all that needs a deployed machine, so that one is
    deployed, while the others take the remaining files in turn."""
    if config.getvalue("dist") != "loadfile":
        return None
    scheduler = LoadFileScheduling(config, log)
    file_of = scheduler._split_scope
    scheduler._split_scope = lambda nodeid: (
        "the machine" if nodeid.startswith(ON_THE_MACHINE) else file_of(nodeid)
    )
    return scheduler


def pytest_sessionstart(session: pytest.Session) -> None:
    """Printed even with -q, which hides pytest's own header."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.write_line(sampling.header())


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int) -> None:
    """Again beside the failures, where its reader looks."""
    if exitstatus:
        terminalreporter.write_line(sampling.header())
