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


@pytest.fixture
def company(served: Running) -> Iterator[Callable[..., Books]]:
    """Makes companies; what is set in the sandbox is set back, and its failures are over."""
    with httpx.Client(base_url=served.url, trust_env=False, verify=False, timeout=30) as http:

        def make(seed: str = "empty", **more: Any) -> Books:
            body = {"name": f"Firm {next(numbers)}", "seed": seed, **more}
            answer = http.post("/_sandbox/companies", json=body)
            assert answer.status_code == 200, answer.text
            return Books(served.url, http, answer.json()["realm"])

        yield make
        http.post("/_sandbox/settings", json=USUAL.as_dict()).raise_for_status()
        http.delete("/_sandbox/faults").raise_for_status()


@pytest.fixture
def books(company: Callable[..., Books]) -> Books:
    return company()


@pytest.fixture
def clerk(company: Callable[..., Books]) -> Clerk:
    """Somebody who posts into the sample company."""
    return Clerk(company("sample"))
