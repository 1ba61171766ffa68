"""A sandbox that is called without a socket answers as one that listens on a port."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx
import pytest

from local.sandboxes.common.clock import Clock
from local.sandboxes.common.in_process import InProcess
from local.sandboxes.qbo.server import Options, Running, in_process, make_app, running
from local.sandboxes.qbo.settings import Settings
from tests.support.skipped_time import SkippedTime

SLOW = Settings(throttle=False, single_ms=60_000.0)
"""A minute for each call."""


@pytest.fixture
def time() -> SkippedTime:
    return SkippedTime()


@pytest.fixture
def served(time: SkippedTime) -> Running:
    return in_process(Options(clock=Clock(1.0, time.monotonic, time.wall), settings=SLOW))


@pytest.fixture
def quick() -> Iterator[list[Running]]:
    """The same company behind a socket and without one."""
    options = Options(settings=Settings(throttle=False, single_ms=0.0, query_ms=0.0))
    with running(options) as listening:
        app = make_app(listening.sandbox, options)
        yield [listening, replace(listening, transport=InProcess(app))]


def headers(served: Running) -> dict[str, str]:
    token = served.token()["access_token"]
    return {"authorization": f"Bearer {token}", "accept": "application/json"}


def client(served: Running, **more: Any) -> httpx.AsyncClient:
    url, found = f"{served.api}/{served.realm}/", headers(served)
    return httpx.AsyncClient(transport=served.transport, base_url=url, headers=found, **more)


def fail(served: Running, action: str, when: str, seconds: float = 0.0) -> None:
    body = {"action": action, "when": when, "seconds": seconds, "match": {}}
    served.sandbox.injections.add(body)


CUSTOMER = {"DisplayName": "Somebody new"}


def names(served: Running) -> set[str]:
    company = served.sandbox.companies[served.realm]
    return {row["DisplayName"] for row in company.rows("Customer")}


@pytest.mark.parametrize(
    "path", ["customer/1", "customer/nobody", "query?query=select%20*%20from%20Customer", "x/y"]
)
def test_it_answers_as_over_a_socket(quick: list[Running], path: str) -> None:
    answers = []
    for served in quick:
        with httpx.Client(transport=served.transport, verify=False) as http:
            url = f"{served.api}/{served.realm}/{path}"
            answer = http.get(url, headers=headers(served))
        body = answer.json()
        body.pop("time", None)
        answers.append((answer.status_code, answer.headers["content-type"], body))
    assert answers[0] == answers[1]


def test_a_wait_costs_no_time_and_is_counted(served: Running, time: SkippedTime) -> None:
    async def main() -> int:
        async with client(served, timeout=100) as http:
            return (await http.get("customer/1")).status_code

    assert time.run(main()) == 200
    assert time.skipped == pytest.approx(60, abs=1)


def test_waits_end_in_their_order(served: Running, time: SkippedTime) -> None:
    ended: list[str] = []

    async def one(name: str, seconds: float) -> None:
        await time.sleep(seconds)
        ended.append(name)

    async def main() -> None:
        async with client(served, timeout=100) as http:
            await asyncio.gather(one("late", 61), http.get("customer/1"), one("early", 59))
            ended.append("answered")

    time.run(main())
    assert ended == ["early", "late", "answered"]
    assert time.skipped == pytest.approx(61, abs=1)


def test_who_stops_waiting_does_not_stop_the_sandbox(served: Running, time: SkippedTime) -> None:
    async def main() -> None:
        async with client(served, timeout=10) as http:
            with pytest.raises(httpx.ReadTimeout):
                await http.post("customer", json=CUSTOMER)

    fail(served, "timeout", "before", 30.0)
    time.run(main())
    assert "Somebody new" in names(served)


@pytest.mark.parametrize(("when", "done"), [("before", False), ("after", True)])
def test_a_cut_connection_is_an_error_of_the_network(
    served: Running, time: SkippedTime, when: str, done: bool
) -> None:
    async def main() -> None:
        async with client(served, timeout=100) as http:
            with pytest.raises(httpx.NetworkError):
                await http.post("customer", json=CUSTOMER)

    fail(served, "cut", when)
    time.run(main())
    assert ("Somebody new" in names(served)) is done


def test_threads_can_have_requests_in_flight_together() -> None:
    served = in_process(Options(settings=Settings(throttle=False, single_ms=50.0)))
    url, found = f"{served.api}/{served.realm}/customer/1", headers(served)
    with httpx.Client(transport=served.transport) as http, ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: http.get(url, headers=found).status_code, range(4)))
    assert answers == [200] * 4
    assert served.sandbox.journal.stats()["peak_concurrency"] > 1
