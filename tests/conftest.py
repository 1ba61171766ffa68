"""How the suite is shared among processes."""

import sys
from collections.abc import Iterable

import pytest

MACHINE = ("stack", "e2e", "chaos", "bench")
"""Folders whose tests need a machine, or this one for themselves: they stay in one process."""
TOGETHER = ("infra",)
"""Folders whose tests need something that takes long to make: they stay in one process, too."""
SWITCH = 0.0005
"""Seconds for which a sandbox in the same process may keep a test waiting."""

sys.setswitchinterval(SWITCH)


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    for item in items:
        folder = item.path.relative_to(item.config.rootpath / "tests").parts[0]
        if folder in MACHINE:
            item.add_marker(pytest.mark.xdist_group("machine"))
        elif folder in TOGETHER:
            item.add_marker(pytest.mark.xdist_group(folder))
