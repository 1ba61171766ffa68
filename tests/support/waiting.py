"""Waits for what another thread or process does."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LONGEST = 300.0
"""Seconds after which nothing will come any more, however busy this machine is."""
SHORTEST_PAUSE = 0.01
PAUSES = 10
"""A pause is this part of the time waited so far: long waits are not asked after all the time."""


def until(ask: Callable[[], T | None]) -> T:
    """The first answer that is true, or an AssertionError."""
    began = time.monotonic()
    while not (answer := ask()):
        waited = time.monotonic() - began
        assert waited < LONGEST, f"nothing came within {LONGEST:.0f} s"
        time.sleep(SHORTEST_PAUSE + waited / PAUSES)
    return answer
