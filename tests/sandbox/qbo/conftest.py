"""One real server for the whole folder; a company of its own for each test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from local.sandboxes.common.clock import Clock
from local.sandboxes.qbo.sandbox import DEFAULT_REALM
from local.sandboxes.qbo.server import Options, Running, in_process, running
from local.sandboxes.qbo.settings import Settings
from tests.support.skipped_time import SkippedTime

QUIET: dict[str, Any] = {
    "throttle": False,
    "single_ms": 0.0,
    "query_ms": 0.0,
    "batch_ms": 0.0,
    "batch_item_ms": 0.0,
}


@dataclass(frozen=True)
class Books:
    """A company seen through the wire, and its sandbox seen from inside."""

    running: Running
    http: httpx.Client
    anybody: httpx.Client
    realm: str

    def post(self, path: str, body: Any, **params: str) -> httpx.Response:
        return self.http.post(path, json=body, params=params)

    def create(self, entity: str, body: dict[str, Any], **params: str) -> dict[str, Any]:
        answer = self.post(entity.lower(), body, **params)
        assert answer.status_code == 200, answer.text
        row: dict[str, Any] = answer.json()[entity]
        return row

    def delete(self, entity: str, row: dict[str, Any]) -> httpx.Response:
        token = {"Id": row["Id"], "SyncToken": row["SyncToken"]}
        return self.post(entity.lower(), token, operation="delete")

    def batch(self, *items: dict[str, Any], **params: str) -> list[dict[str, Any]]:
        """The answers of a batch, each without its tag."""
        tagged = [{"bId": f"b{n}", **item} for n, item in enumerate(items)]
        answer = self.post("batch", {"BatchItemRequest": tagged}, **params)
        assert answer.status_code == 200, answer.text
        answers: list[dict[str, Any]] = answer.json()["BatchItemResponse"]
        assert [a.pop("bId") for a in answers] == [item["bId"] for item in tagged]
        return answers

    def refused(self, entity: str, body: dict[str, Any], **params: str) -> str:
        """The code with which the ledger refuses a row, the same alone and inside a batch."""
        before = len(self.rows(entity))
        operation = "update" if "Id" in body else "create"
        (answer,) = self.batch({"operation": operation, entity: body}, **params)
        assert "Fault" in answer, answer
        code: str = answer["Fault"]["Error"][0]["code"]
        assert self.fault(self.post(entity.lower(), body, **params))[0] == code
        assert len(self.rows(entity)) == before
        return code

    def read(self, entity: str, row_id: str) -> dict[str, Any]:
        row: dict[str, Any] = self.http.get(f"{entity.lower()}/{row_id}").json()[entity]
        return row

    def update(self, entity: str, row: dict[str, Any], **changes: Any) -> dict[str, Any]:
        body = {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True, **changes}
        return self.create(entity, body)

    def query(self, statement: str) -> dict[str, Any]:
        answer = self.http.get("query", params={"query": statement})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["QueryResponse"]
        return found

    def fault(self, answer: httpx.Response) -> tuple[str, str]:
        """(code, detail) of a refused call."""
        assert answer.status_code == 400, answer.text
        error = answer.json()["Fault"]["Error"][0]
        return error["code"], error["Detail"]

    def admin(self, path: str, body: Any = None, method: str = "POST") -> dict[str, Any]:
        answer = self.anybody.request(method, f"/_sandbox{path}", json=body)
        assert answer.status_code == 200, answer.text
        value: dict[str, Any] = answer.json()
        return value

    def preferences(self, **blocks: Any) -> None:
        self.admin(f"/companies/{self.realm}/preferences", blocks)

    def rows(self, entity: str) -> list[dict[str, Any]]:
        found = self.admin(f"/companies/{self.realm}/{entity}", method="GET")
        rows: list[dict[str, Any]] = found["rows"]
        return rows

    def set(self, **settings: Any) -> None:
        self.admin("/settings", settings)


@pytest.fixture(scope="session")
def served() -> Iterator[Running]:
    with running(Options(settings=Settings().changed(QUIET))) as server:
        yield server


def plain_client(base: str, **more: Any) -> httpx.Client:
    """A client for loopback, without the certificates it would not use, that waits on a busy
    machine."""
    return httpx.Client(base_url=base, verify=False, timeout=None, **more)


@pytest.fixture(scope="session")
def anybody(served: Running) -> Iterator[httpx.Client]:
    """A client that is not signed in."""
    with plain_client(served.url) as client:
        yield client


_numbers = itertools.count(1)


@pytest.fixture
def books(served: Running, anybody: httpx.Client) -> Iterator[Books]:
    """A fresh sample company; settings, faults and clock are put back afterwards."""
    with company(served, anybody, "sample") as made:
        yield made


@pytest.fixture
def canada(served: Running, anybody: httpx.Client) -> Iterator[Books]:
    """A fresh company where taxes go by code."""
    with company(served, anybody, "canada") as made:
        yield made


@contextmanager
def company(served: Running, anybody: httpx.Client, seed: str) -> Iterator[Books]:
    sandbox = served.sandbox
    realm = f"46208165{next(_numbers):08d}"
    sandbox.add_company("Test", seed, realm)
    token = served.token(realm)["access_token"]
    headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
    with plain_client(f"{served.api}/{realm}/", headers=headers) as http:
        yield Books(served, http, anybody, realm)
    sandbox.change_settings(Settings().changed(QUIET).as_dict())
    sandbox.injections.clear()
    sandbox.limits.clear()
    sandbox.journal.clear()
    sandbox.webhooks.subscription = None
    sandbox.clock.change(1.0)
    if realm != DEFAULT_REALM:
        del sandbox.companies[realm], sandbox.requestids[realm]


def hours(**changes: Any) -> dict[str, Any]:
    """A time activity as the fact sheet's sample sends it."""
    return {
        "NameOf": "Employee",
        "EmployeeRef": {"value": "55"},
        "TxnDate": "2026-02-02",
        "Hours": 3,
        "Minutes": 30,
        "CustomerRef": {"value": "21"},
        "ItemRef": {"value": "8"},
        "BillableStatus": "Billable",
        "HourlyRate": 15,
        "Description": "Garden Lighting",
        **changes,
    }


def without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


def sales_line(amount: float = 100, item: str = "4", **more: Any) -> dict[str, Any]:
    return {
        "Amount": amount,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": item}},
        **more,
    }


def expense_line(amount: float = 50, **detail: Any) -> dict[str, Any]:
    kind = "AccountBasedExpenseLineDetail"
    inner = {"AccountRef": {"value": "7"}, **detail}
    return {"Amount": amount, "DetailType": kind, kind: inner}


def item_line(amount: float = 50, item: str = "5", **detail: Any) -> dict[str, Any]:
    kind = "ItemBasedExpenseLineDetail"
    return {
        "Amount": amount,
        "DetailType": kind,
        kind: {"ItemRef": {"value": item}, **detail},
    }


def bill(**changes: Any) -> dict[str, Any]:
    return {"VendorRef": {"value": "30"}, "Line": [expense_line()], **changes}


def purchase(**changes: Any) -> dict[str, Any]:
    body = {"PaymentType": "CreditCard", "AccountRef": {"value": "42"}, "Line": [expense_line()]}
    return {**body, **changes}


def invoice(**changes: Any) -> dict[str, Any]:
    return {"CustomerRef": {"value": "1"}, "Line": [sales_line()], **changes}


def billable_line(amount: float = 50, **detail: Any) -> dict[str, Any]:
    return expense_line(amount, BillableStatus="Billable", CustomerRef={"value": "3"}, **detail)


@pytest.fixture
def time() -> SkippedTime:
    return SkippedTime()


@pytest.fixture
def own(time: SkippedTime) -> Iterator[Books]:
    """The sample company in a sandbox of its own, whose waits are skipped."""
    clock = Clock(1.0, time.monotonic, time.wall)
    served = in_process(Options(clock=clock, settings=Settings().changed(QUIET)))
    with httpx.Client(base_url=served.url, transport=served.transport, timeout=None) as anybody:
        headers = {"authorization": f"Bearer {served.token()['access_token']}"}
        headers["accept"] = "application/json"
        url = f"{served.api}/{served.realm}/"
        with httpx.Client(
            base_url=url, headers=headers, transport=served.transport, timeout=None
        ) as http:
            yield Books(served, http, anybody, served.realm)
