"""Companies of one Sage Intacct sandbox."""

import itertools
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.sandboxes.common.clock import Clock
from local.sandboxes.common.in_process import URL, InProcess
from local.sandboxes.intacct.sandbox import Sandbox
from local.sandboxes.intacct.server import Running
from local.sandboxes.intacct.settings import Settings
from local.sandboxes.intacct.web.app import build_app
from tests.contract.intacct.books import Books, Desk, Make
from tests.contract.intacct.poster import Poster
from tests.contract.intacct.seeded import add_company
from tests.support.ledger_memory import memory as memory
from tests.support.skipped_time import SkippedTime

USUAL = Settings.usual().changed(
    {"request_ms": 0.0, "function_ms": 0.0, "object_ms": 0.0, "journal_bodies": True}
)
"""No waiting, and all that is said is kept."""
numbers = itertools.count(1)


@pytest.fixture
def time() -> SkippedTime:
    """The time of the connector and of its sandbox, in which nothing is waited for."""
    return SkippedTime()


@pytest.fixture
def served(time: SkippedTime) -> Running:
    """The sandbox, in this process, without a company."""
    clock = Clock(1.0, time.monotonic, time.wall)
    sandbox = Sandbox(USUAL, clock)
    return Running(sandbox, URL, transport=InProcess(build_app(sandbox)))


@pytest.fixture
def screens(served: Running) -> Iterator[httpx.Client]:
    """The ledger's screens."""
    with httpx.Client(base_url=served.url, transport=served.transport) as http:
        yield http


@pytest.fixture
def company(served: Running, screens: httpx.Client, time: SkippedTime) -> Make:
    """Makes companies."""

    def make(seed: str = "sample", **more: Any) -> Books:
        name = f"firm{next(numbers)}"
        add_company(served.sandbox, name, seed, **more)
        return Books(served, screens, Desk(name), time)

    return make


@pytest.fixture
def books(company: Make) -> Books:
    """The sample company."""
    return company()


@pytest.fixture
def group(company: Make) -> Books:
    """The sample company as one of two entities, US and UK."""
    return company(multi_entity=True)


@pytest.fixture
def poster(books: Books) -> Poster:
    """Somebody who posts into the sample company."""
    return Poster(books)


@pytest.fixture
def repeating_poster(poster: Poster, memory: str) -> Poster:
    """The same; what a repeated control id does is another thing in each test."""
    poster.books.admin("settings", {"uniqueid": memory})
    return poster
