"""Companies of one Sage Intacct sandbox."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from local.sandboxes.intacct.server import Options, Running, running
from local.sandboxes.intacct.settings import Settings
from tests.contract.intacct.books import Books, Desk
from tests.contract.intacct.clerk import Clerk

USUAL = Settings().changed(
    {"request_ms": 0.0, "function_ms": 0.0, "object_ms": 0.0, "journal_bodies": True}
)
"""No waiting, and all that is said is kept."""
numbers = itertools.count(1)


@pytest.fixture(scope="session")
def served() -> Iterator[Running]:
    with running(Options(seed="empty", settings=USUAL)) as server:
        yield server


@pytest.fixture(scope="session")
def screens(served: Running) -> Iterator[httpx.Client]:
    """The ledger's screens."""
    with httpx.Client(base_url=served.url, trust_env=False, verify=False, timeout=30) as http:
        yield http


@pytest.fixture
def company(served: Running, screens: httpx.Client) -> Iterator[Callable[..., Books]]:
    """Makes companies, which go again; what is set in the sandbox is set back, and its failures
    are over."""
    sandbox, made = served.sandbox, []

    def make(seed: str = "sample", **more: Any) -> Books:
        name = f"firm{next(numbers)}"
        sandbox.add_company(name, seed, **more)
        made.append(name)
        return Books(served, screens, Desk(name))

    yield make
    for name in made:
        sandbox.sessions.expire(name)
        del sandbox.companies[name]
    if sandbox.settings != USUAL:
        sandbox.change_settings(USUAL.as_dict())
    sandbox.injections.clear()
    sandbox.limits.clear()
    sandbox.clock.change(1.0)
    sandbox.journal.clear()


@pytest.fixture
def books(company: Callable[..., Books]) -> Books:
    """The sample company."""
    return company()


@pytest.fixture
def group(company: Callable[..., Books]) -> Books:
    """The sample company as one of two entities, US and UK."""
    return company(multi_entity=True)


@pytest.fixture
def clerk(books: Books) -> Clerk:
    """Somebody who posts into the sample company."""
    return Clerk(books)
