"""Companies of one sandbox."""

import itertools
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.sandboxes.common.clock import Clock
from local.sandboxes.common.in_process import URL, InProcess
from local.sandboxes.qbo.sandbox import DEFAULT_REALM, Sandbox
from local.sandboxes.qbo.server import Running
from local.sandboxes.qbo.settings import Settings
from local.sandboxes.qbo.web.app import build_app
from tests.contract.qbo.books import Books, Make
from tests.contract.qbo.poster import Poster
from tests.contract.qbo.seeded import add_company
from tests.support.ledger_memory import memory as memory
from tests.support.skipped_time import SkippedTime

USUAL = Settings.usual().changed(
    {
        "throttle": False,
        "single_ms": 0.0,
        "query_ms": 0.0,
        "batch_ms": 0.0,
        "batch_item_ms": 0.0,
        "journal_bodies": True,
    }
)
"""No limits and no waiting, and all that is said is kept."""
numbers = itertools.count(1)


@pytest.fixture
def time() -> SkippedTime:
    """The time of the connector and of its sandbox, in which nothing is waited for."""
    return SkippedTime()


@pytest.fixture
def served(time: SkippedTime) -> Running:
    """The sandbox, in this process."""
    clock = Clock(1.0, time.monotonic, time.wall)
    sandbox = Sandbox(USUAL, clock)
    add_company(sandbox, "Empty Company", "empty", realm=DEFAULT_REALM)
    return Running(sandbox, URL, transport=InProcess(build_app(sandbox)))


@pytest.fixture
def screens(served: Running) -> Iterator[httpx.Client]:
    """The ledger's screens."""
    with httpx.Client(base_url=served.url, transport=served.transport) as http:
        yield http


@pytest.fixture
def company(served: Running, screens: httpx.Client, time: SkippedTime) -> Make:
    """Makes companies."""

    def make(seed: str = "empty", **more: Any) -> Books:
        realm = add_company(served.sandbox, f"Firm {next(numbers)}", seed, **more).realm
        return Books(served, screens, realm, time)

    return make


@pytest.fixture
def books(company: Make) -> Books:
    return company()


@pytest.fixture
def poster(company: Make) -> Poster:
    """Somebody who posts into the sample company."""
    return Poster(company("sample"))


@pytest.fixture
def repeating_poster(poster: Poster, memory: str) -> Poster:
    """The same; what a repeated request id does is another thing in each test."""
    poster.books.admin("settings", {"requestid": memory})
    return poster
