import json
from collections.abc import Iterator
from io import StringIO

import httpx
import pytest
from rich.console import Console

from local.demo.answers import Run
from local.demo.api import Api
from local.demo.errors import DemoError
from local.demo.watching import STALL_SECONDS, Watch

REASON = {"message": "The ledger is down.", "remedy": "Resume later."}


def run(state: str, **counts: int) -> dict[str, object]:
    return {"id": "r", "state": state, "counts": counts, "calls": {}, "reason": None}


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def watch(answers: Iterator[dict[str, object]], time: Time) -> Watch:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=json.dumps(next(answers)))

    http = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://api")
    return Watch(Api(http, http), "c", Console(file=StringIO()), time.monotonic, time.sleep)


def first() -> Run:
    return Run.model_validate(run("queued"))


def test_a_run_is_watched_until_it_has_ended() -> None:
    states = [run("applying", pending=2), run("applying", pending=1, posted=1)]
    answers = iter([*states, states[-1], run("completed", posted=2)])
    assert watch(answers, Time()).until_ended(first()).counts == {"posted": 2}


def test_a_parked_run_has_a_reason_and_a_remedy() -> None:
    parked = run("parked") | {"reason": REASON}
    with pytest.raises(DemoError, match=r"parked\. The ledger is down\. Resume later\."):
        watch(iter([parked]), Time()).until_ended(first())


def test_a_run_that_does_not_move_is_given_up_after_a_while() -> None:
    def standing() -> Iterator[dict[str, object]]:
        while True:
            yield run("applying", pending=1)

    time = Time()
    with pytest.raises(DemoError, match="has not moved"):
        watch(standing(), time).until_ended(first())
    assert STALL_SECONDS <= time.now < STALL_SECONDS + 5
