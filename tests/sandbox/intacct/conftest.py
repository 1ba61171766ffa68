"""One real server for the whole folder; a company of its own for each test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from lxml import etree

from local.sandboxes.common.clock import Clock
from local.sandboxes.intacct.sandbox import DEFAULT_COMPANY
from local.sandboxes.intacct.server import Options, Running, in_process, running
from local.sandboxes.intacct.settings import Settings
from tests.sandbox.intacct.xml import Errors, el, els, errors, function, login, record, request
from tests.support.skipped_time import SkippedTime

QUIET: dict[str, Any] = {
    "request_ms": 0.0,
    "function_ms": 0.0,
    "object_ms": 0.0,
    "bill_numbers": "optional",
}
USER, PASSWORD = "sandbox-user", "user-secret"


@dataclass
class Books:
    """A company seen through the wire, and its sandbox seen from inside."""

    running: Running
    http: httpx.Client
    company: str
    session: str = ""
    endpoint: str = ""
    entity: str = ""
    sessions: dict[str, tuple[str, str]] = field(default_factory=dict)

    def login(self, entity: str | None = None) -> str:
        return login(USER, self.company, PASSWORD, entity)

    def post(self, body: str, url: str | None = None) -> httpx.Response:
        headers = {"content-type": "application/xml"}
        return self.http.post(url or self.running.api, content=body.encode(), headers=headers)

    def xml(self, body: str, url: str | None = None) -> etree._Element:
        answer = self.post(body, url)
        assert answer.status_code == 200, answer.text
        return etree.fromstring(answer.content)

    def sign_in(self, entity: str = "") -> None:
        """Signs in once for each entity and keeps the session."""
        if entity not in self.sessions:
            login_at = self.login(entity or None)
            api = self.xml(request(login_at, function("<getAPISession/>"))).find(".//api")
            assert api is not None
            found = api.findtext("sessionid"), api.findtext("endpoint")
            self.sessions[entity] = (str(found[0]), str(found[1]))
        self.session, self.endpoint = self.sessions[entity]

    def send(self, *functions: str, **control: Any) -> list[etree._Element]:
        """The results of functions within a session."""
        if not self.session:
            self.sign_in(self.entity)
        body = request(el("sessionid", self.session), *functions, **control)
        return self.xml(body, self.endpoint).findall("operation/result")

    def call(self, body: str) -> etree._Element:
        return self.send(function(body))[0]

    def ok(self, body: str) -> etree._Element:
        result = self.call(body)
        assert result.findtext("status") == "success", etree.tostring(result).decode()
        return result

    def refused(self, body: str) -> Errors:
        result = self.call(body)
        assert result.findtext("status") == "failure", etree.tostring(result).decode()
        return errors(result)

    def create(self, name: str, **values: Any) -> dict[str, str]:
        result = self.ok(el("create", el(name, els(**values))))
        return record(result.find("data")[0])  # type: ignore[index]

    def update(self, name: str, **values: Any) -> dict[str, str]:
        result = self.ok(el("update", el(name, els(**values))))
        return record(result.find("data")[0])  # type: ignore[index]

    def refused_create(self, name: str, **values: Any) -> Errors:
        return self.refused(el("create", el(name, els(**values))))

    def refused_update(self, name: str, **values: Any) -> Errors:
        return self.refused(el("update", el(name, els(**values))))

    def key(self, body: str) -> str:
        """What a legacy function returns."""
        return self.ok(body).findtext("key") or ""

    def read(self, name: str, key: str, fields: str = "*") -> dict[str, str]:
        return record(self.item(name, key, fields))

    def item(self, name: str, key: str, fields: str = "*") -> etree._Element:
        found = self.ok(el("read", els(object=name, keys=key, fields=fields)))
        return found.find("data")[0]  # type: ignore[index]

    def query(self, name: str, fields: str, where: str = "", **more: Any) -> list[dict[str, str]]:
        data = self.queried(name, fields, where, **more).find("data")
        assert data is not None
        return [record(row) for row in data]

    def queried(self, name: str, fields: str, where: str = "", **more: Any) -> etree._Element:
        return self.ok(query(name, fields, where, **more))

    def admin(self, path: str, body: Any = None, method: str = "POST") -> dict[str, Any]:
        url = f"{self.running.url}/_sandbox{path}"
        answer = self.http.request(method, url, json=body)
        assert answer.status_code == 200, answer.text
        value: dict[str, Any] = answer.json()
        return value

    def about(self, path: str = "", body: Any = None, method: str = "POST") -> dict[str, Any]:
        """A call about this company."""
        return self.admin(f"/companies/{self.company}{path}", body, method)

    def rows(self, name: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.about(f"/{name}", method="GET")["rows"]
        return rows

    def set(self, **settings: Any) -> None:
        self.admin("/settings", settings)

    def prefer(self, **preferences: Any) -> None:
        self.about(body={"preferences": preferences})

    def journal(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.admin("/journal", method="GET")["entries"]
        return entries


def query(name: str, fields: str, where: str = "", **more: Any) -> str:
    """`more`: order (`FIELD` or `-FIELD`), options, pagesize, offset."""
    order = [
        {"field": one.lstrip("-"), ("descending" if one.startswith("-") else "ascending"): ""}
        for one in more.pop("order", "").split()
    ]
    inner = el("select", els(field=fields.split())) + els(object=name)
    inner += el("filter", where) if where else ""
    inner += el("orderby", els(order=order)) if order else ""
    return el("query", inner, els(**more))


def op(operator: str, name: str, *values: Any) -> str:
    """One operator of a filter."""
    return el(operator, els(field=name, value=list(values)))


@pytest.fixture(scope="session")
def served() -> Iterator[Running]:
    with running(Options(settings=Settings().changed(QUIET))) as server:
        yield server


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    """A client for loopback, without the certificates it would not use, that waits on a busy
    machine."""
    with httpx.Client(verify=False, timeout=None) as client:
        yield client


_companies = itertools.count(1)


def _fresh(served: Running, http: httpx.Client, **more: Any) -> Iterator[Books]:
    sandbox = served.sandbox
    company = f"company{next(_companies)}"
    sandbox.add_company(company, "sample", **more)
    yield Books(served, http, company)
    sandbox.change_settings(Settings().changed(QUIET).as_dict())
    sandbox.injections.clear()
    sandbox.limits.clear()
    sandbox.journal.clear()
    sandbox.clock.change(1.0)
    sandbox.sessions.expire(company)
    if company != DEFAULT_COMPANY:
        del sandbox.companies[company]


@pytest.fixture
def books(served: Running, http: httpx.Client) -> Iterator[Books]:
    """A fresh sample company; settings, faults and clock are put back afterwards."""
    yield from _fresh(served, http)


@pytest.fixture
def group(served: Running, http: httpx.Client) -> Iterator[Books]:
    """The same with two entities, US and UK."""
    yield from _fresh(served, http, multi_entity=True)


@pytest.fixture
def time() -> SkippedTime:
    return SkippedTime()


@pytest.fixture
def own(time: SkippedTime) -> Iterator[Books]:
    """The sample company in a sandbox of its own, whose waits are skipped."""
    clock = Clock(1.0, time.monotonic, time.wall)
    served = in_process(Options(clock=clock, settings=Settings().changed(QUIET)))
    with httpx.Client(transport=served.transport, timeout=None) as http:
        yield Books(served, http, DEFAULT_COMPANY)
