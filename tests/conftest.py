"""What holds for all tests."""

import os
import sys
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from tests.support import sampling

SWITCH = 0.0005
"""Seconds for which a sandbox in the same process may keep a test waiting."""

sys.setswitchinterval(SWITCH)
# For the properties that name no number of examples themselves. None has a time limit, because a
# busy machine would break it.
settings.register_profile("sampled", max_examples=sampling.examples(100), deadline=None)
settings.load_profile("sampled")
# Read when the first handler is imported, which may be while tests are collected.
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Ledgerlink")


TOGETHER = {
    "tests/chaos/": "a deployed machine",
    "tests/stack/": "a deployed machine",
    "tests/e2e/": "another deployed machine",
    "tests/infra/": "the synthesised template",
}
"""Folders whose files need the same thing, which takes long to make. There are two machines,
because tests on one mostly wait, and would still do so when all others have ended."""


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `--dist loadfile` one process runs all that needs the same thing, so that it is made
    once, while the others take the remaining files in turn."""
    if config.getvalue("dist") != "loadfile":
        return None
    scheduler = LoadFileScheduling(config, log)
    file_of = scheduler._split_scope

    def split_scope(nodeid: str) -> str:
        found = (TOGETHER[folder] for folder in TOGETHER if nodeid.startswith(folder))
        return next(found, None) or str(file_of(nodeid))

    scheduler._split_scope = split_scope
    return scheduler


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A run of whole folders samples tests with many cases; a file that is asked for by its name
    runs all of them."""
    if any(".py" in argument for argument in config.args):
        return
    left_out = sampling.cases_left_out(items)
    config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    items[:] = [item for item in items if item not in left_out]


def pytest_sessionstart(session: pytest.Session) -> None:
    """Printed even with -q, which hides pytest's own header."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.write_line(sampling.header())


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int) -> None:
    """Again beside the failures, where its reader looks."""
    if exitstatus:
        terminalreporter.write_line(sampling.header())
