"""Companies of one sandbox."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from local.sandboxes.qbo.server import Options, Running, running
from tests.contract.qbo.books import Books

NO_LIMITS = {"throttle": False, "single_ms": 0.0, "query_ms": 0.0, "batch_ms": 0.0}
USUAL = {"cdc_inactive": "object", "cdc_page_limit": 1000, "time_link_id": "id"}
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    with running(Options(seed="empty")) as server:
        with httpx.Client(base_url=server.url, trust_env=False) as http:
            http.post("/_sandbox/settings", json=NO_LIMITS).raise_for_status()
        yield server


@pytest.fixture
def company(served: Running) -> Iterator[Callable[..., Books]]:
    """Makes companies."""
    with httpx.Client(base_url=served.url, trust_env=False, timeout=30) as http:

        def make(seed: str = "empty", **more: Any) -> Books:
            body = {"name": f"Firm {next(numbers)}", "seed": seed, **more}
            answer = http.post("/_sandbox/companies", json=body)
            assert answer.status_code == 200, answer.text
            return Books(served.url, http, answer.json()["realm"])

        yield make
        http.post("/_sandbox/settings", json=USUAL).raise_for_status()


@pytest.fixture
def books(company: Callable[..., Books]) -> Books:
    return company()
