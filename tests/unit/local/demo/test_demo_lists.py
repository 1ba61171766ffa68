"""Bringing lists in on the demonstration's screen."""

import io
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from rich.console import Console

from local.demo.answers import ListWork, Run, Sync
from local.demo.api import Api
from local.demo.errors import DemoError
from local.demo.lists import Lists
from local.demo.tables import lists_table


def sync(number: str, state: str = "completed", trigger: str = "connect") -> dict[str, Any]:
    counts = {"created": 3, "unchanged": 1}
    work = {"type": "tax_code", "mode": "full", "counts": counts}
    told = {"trigger": trigger, "lists": [work]}
    plain = {"id": number, "kind": "sync", "counts": counts, "calls": {}, "metered": 4}
    return plain | {"state": state, "sync": told}


class FakeApi:
    """An API that has these runs and remembers what it was asked."""

    def __init__(self, runs: Sequence[dict[str, Any]]) -> None:
        self.runs, self.asked = list(runs), list[str]()

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path.rpartition('/')[2]}")
        if request.method == "POST":
            self.runs.insert(0, sync("later", trigger="request"))
            return httpx.Response(202, json=self.runs[0])
        if request.url.path.endswith("/runs"):
            return httpx.Response(200, json={"runs": self.runs})
        found = next((r for r in self.runs if request.url.path.endswith(r["id"])), {})
        if found.get("state") == "queued":
            found["state"] = "completed"
        return httpx.Response(200, json=found)


def lists(fake_api: FakeApi) -> Lists:
    http = httpx.Client(transport=httpx.MockTransport(fake_api.answer), base_url="http://api")
    moments = iter(range(10_000))
    return Lists(
        Api(http, http),
        "c1",
        Console(file=io.StringIO()),
        monotonic=lambda: float(next(moments)),
        sleep=lambda _seconds: None,
    )


def test_the_first_sync_is_waited_for() -> None:
    fake_api = FakeApi([sync("first", "queued"), {**sync("post"), "kind": "post", "sync": None}])
    assert lists(fake_api).bring_in(lambda: "key").id == "first"
    assert "POST syncs" not in fake_api.asked
    assert fake_api.asked[-1] == "PATCH settings"


def test_a_synced_company_is_asked_for_changes() -> None:
    fake_api = FakeApi([sync("first")])
    assert lists(fake_api).bring_in(lambda: "key").id == "later"
    assert "POST syncs" in fake_api.asked


def test_a_sync_that_never_begins_is_reported() -> None:
    with pytest.raises(DemoError, match="No sync began"):
        lists(FakeApi([])).bring_in(lambda: "key")


def test_the_table_shows_each_list_and_the_sum() -> None:
    work = ListWork(type="tax_code", mode="full", counts={"created": 3, "unchanged": 1})
    run = Run(
        id="r",
        state="completed",
        counts={"created": 3, "unchanged": 1},
        calls={},
        sync=Sync(trigger="connect", lists=[work]),
    )
    out = io.StringIO()
    Console(file=out, width=120).print(lists_table(run))
    rows = [line.split() for line in out.getvalue().splitlines()]
    assert ["tax", "code", "full", "3", "0", "0", "0", "0", "1"] in rows
    assert ["all", "3", "0", "0", "0", "0", "1"] in rows
