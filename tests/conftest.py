"""What holds for all tests."""

import os
import sys
from typing import Any

import pytest

from tests.support import sampling

SWITCH = 0.0005
"""Seconds for which a sandbox in the same process may keep a test waiting."""

sys.setswitchinterval(SWITCH)

os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Ledgerlink")
"""Set before anything is imported, because a process makes its metrics once."""


def pytest_sessionstart(session: pytest.Session) -> None:
    """Printed even with -q, which hides pytest's own header."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.write_line(sampling.header())


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int) -> None:
    """Again beside the failures, where its reader looks."""
    if exitstatus:
        terminalreporter.write_line(sampling.header())
