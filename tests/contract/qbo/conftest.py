"""Companies of one sandbox."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from local.sandboxes.qbo.server import Options, Running, running
from local.sandboxes.qbo.settings import Settings
from tests.contract.qbo.books import Books
from tests.contract.qbo.clerk import Clerk

USUAL = Settings().changed(
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

    def make(seed: str = "empty", **more: Any) -> Books:
        realm = sandbox.add_company(f"Firm {next(numbers)}", seed, **more).realm
        made.append(realm)
        return Books(served, screens, realm)

    yield make
    for realm in made:
        del sandbox.companies[realm], sandbox.requestids[realm]
    if sandbox.settings != USUAL:
        sandbox.change_settings(USUAL.as_dict())
    sandbox.injections.clear()


@pytest.fixture
def books(company: Callable[..., Books]) -> Books:
    return company()


@pytest.fixture
def clerk(company: Callable[..., Books]) -> Clerk:
    """Somebody who posts into the sample company."""
    return Clerk(company("sample"))
