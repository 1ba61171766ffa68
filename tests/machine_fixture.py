"""One deployed machine per test session: ephemeral ports, a temporary state folder.

A conftest.py that needs it says: `from tests.machine_fixture import machine as machine`.
pytest then makes one fixture per conftest; the cache below keeps it one machine.
"""

import atexit
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from local.machine import Machine, Ports

SCALE = 20


@cache
def shared_machine() -> Machine:
    """Started at first use, ended with the test session's process."""
    folder = TemporaryDirectory(prefix="ledgerlink-machine-")
    machine = Machine(ports=Ports.ephemeral(), state_dir=Path(folder.name), scale=SCALE)
    machine.start()
    # In reverse order: first the processes end, then their folder goes.
    atexit.register(folder.cleanup)
    atexit.register(machine.stop)
    return machine


@pytest.fixture(scope="session")
def machine() -> Machine:
    return shared_machine()
