"""Ledgerlink's HTTP API, as any client with a token uses it."""

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import httpx
from pydantic import BaseModel, ConfigDict

from local.demo.books import Json
from local.demo.errors import DemoError

MOST_PROBLEMS = 50
PROBLEM_STATES = ("failed", "blocked")


class Answer(BaseModel):
    """What the API answers; fields that the demonstration has no use for are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Reason(Answer):
    """Why, and what to do about it."""

    message: str
    remedy: str


class Connection(Answer):
    """A firm's tie to a company of the ledger."""

    id: str
    state: str
    created_at: str
    company_id: str | None = None
    company_name: str | None = None
    authorize_url: str | None = None
    reason: Reason | None = None


class ConnectionList(Answer):
    connections: list[Connection]


class Upload(Answer):
    """Where to PUT records."""

    upload_id: str
    url: str


class ListWork(Answer):
    """What a sync did with one list; `mode` is full or changes."""

    type: str
    mode: str
    counts: Mapping[str, int] = {}


class Sync(Answer):
    """What is told of a run that brings lists in."""

    trigger: str
    lists: list[ListWork]


class Run(Answer):
    """A run; `counts` are items by state, `calls` went to the ledger by kind."""

    id: str
    state: str
    kind: str = "post"
    sync: Sync | None = None
    metered: int | None = None
    counts: Mapping[str, int]
    calls: Mapping[str, int]
    reason: Reason | None = None


class RunList(Answer):
    runs: list[Run]


class Item(Answer):
    """One operation of a run that went wrong."""

    key: str
    state: str
    reason: Reason | None = None


class ItemList(Answer):
    items: list[Item]


class Suggestion(Answer):
    """A record of the ledger that an entity may be."""

    name: str
    type: str
    score: int
    reason: str


class Mapped(Answer):
    """An entity of an import, with its rule or what is suggested."""

    key: str
    name: str
    entries: int
    rule: Mapping[str, object] | None = None
    suggestions: list[Suggestion] = []


class MappingPage(Answer):
    entities: list[Mapped]
    next: str | None = None


class Import(Answer):
    """An import; `totals` are items and minutes of its plan by what becomes of them."""

    id: str
    state: str
    plan: int
    staged_at: str | None = None
    totals: Mapping[str, Mapping[str, int]]
    reason: Reason | None = None


class PlannedItem(Answer):
    """One operation of a plan."""

    action: str
    kind: str
    key: str
    day: str | None = None
    minutes: int
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None


class Preview(Answer):
    items: list[PlannedItem]


@dataclass(frozen=True, slots=True)
class Api:
    """The API at `http`'s base address, with a token in its headers.

    `files` is for uploads, whose addresses carry their own right.
    """

    http: httpx.Client
    files: httpx.Client

    def connections(self) -> list[Connection]:
        return ConnectionList.model_validate_json(self._ask("GET", "/v1/connections")).connections

    def connection(self, connection_id: str) -> Connection:
        return Connection.model_validate_json(self._ask("GET", f"/v1/connections/{connection_id}"))

    def connect(self) -> Connection:
        """A new connection to QuickBooks Online, with the address of its consent."""
        return Connection.model_validate_json(
            self._ask("POST", "/v1/connections", json={"ledger": "qbo"})
        )

    def reconnect(self, connection_id: str) -> Connection:
        path = f"/v1/connections/{connection_id}/reconnect"
        return Connection.model_validate_json(self._ask("POST", path))

    def put_rules(self, connection_id: str, kind: str, rules: Mapping[str, Json]) -> None:
        path = f"/v1/connections/{connection_id}/rules/{kind}"
        self._ask("PUT", path, json={"rules": dict(rules)})

    def upload(self, connection_id: str, lines: bytes) -> str:
        """Put the records where the API says; the id of the upload."""
        answer = self._ask("POST", f"/v1/connections/{connection_id}/uploads")
        upload = Upload.model_validate_json(answer)
        put = self.files.put(upload.url, content=gzip.compress(lines, mtime=0))
        if not put.is_success:
            raise DemoError(f"The upload was refused ({put.status_code}): {put.text[:500]}")
        return upload.upload_id

    def post(self, connection_id: str, idempotency_key: str, body: Mapping[str, Json]) -> Run:
        """A run that posts the entries of the body, or of the upload that it names."""
        answer = self._ask(
            "POST",
            f"/v1/connections/{connection_id}/posts",
            json=dict(body),
            headers={"Idempotency-Key": idempotency_key},
        )
        return Run.model_validate_json(answer)

    def run(self, connection_id: str, run_id: str) -> Run:
        path = f"/v1/connections/{connection_id}/runs/{run_id}"
        return Run.model_validate_json(self._ask("GET", path))

    def syncs(self, connection_id: str) -> list[Run]:
        """The newest runs that brought lists in, newest first."""
        path = f"/v1/connections/{connection_id}/runs"
        runs = RunList.model_validate_json(self._ask("GET", path)).runs
        return [run for run in runs if run.kind == "sync"]

    def sync(self, connection_id: str, idempotency_key: str) -> Run:
        """A run that brings in what changed."""
        answer = self._ask(
            "POST",
            f"/v1/connections/{connection_id}/syncs",
            json={},
            headers={"Idempotency-Key": idempotency_key},
        )
        return Run.model_validate_json(answer)

    def stop_schedule(self, connection_id: str) -> None:
        """From now on lists come in when asked for, or when the ledger's webhook says so."""
        path = f"/v1/connections/{connection_id}/settings"
        self._ask("PATCH", path, json={"schedule": {"mode": "off"}})

    def new_import(self, connection_id: str, key: str, body: Mapping[str, object]) -> Import:
        return self._import("POST", f"{connection_id}/imports", body, key)

    def get_import(self, connection_id: str, import_id: str) -> Import:
        return self._import("GET", f"{connection_id}/imports/{import_id}")

    def order_plan(self, connection_id: str, import_id: str) -> Import:
        return self._import("POST", f"{connection_id}/imports/{import_id}/plan")

    def start(self, connection_id: str, import_id: str, plan: int) -> Import:
        return self._import("POST", f"{connection_id}/imports/{import_id}/start", {"plan": plan})

    def undo(self, connection_id: str, import_id: str, key: str) -> Import:
        return self._import("POST", f"{connection_id}/imports/{import_id}/undo", None, key)

    def mapping(self, connection_id: str, import_id: str, kind: str) -> Iterator[Mapped]:
        """Page by page."""
        path = f"/v1/connections/{connection_id}/imports/{import_id}/mapping/{kind}?limit=1000"
        page = MappingPage.model_validate_json(self._ask("GET", path))
        yield from page.entities
        while page.next:
            page = MappingPage.model_validate_json(self._ask("GET", f"{path}&after={page.next}"))
            yield from page.entities

    def preview(self, connection_id: str, import_id: str, limit: int) -> list[PlannedItem]:
        """The first items that the plan would send."""
        path = f"/v1/connections/{connection_id}/imports/{import_id}/preview"
        answer = self._ask("GET", f"{path}?state=pending&limit={limit}")
        return Preview.model_validate_json(answer).items

    def _import(
        self, method: str, path: str, body: Mapping[str, object] | None = None, key: str = ""
    ) -> Import:
        headers = {"Idempotency-Key": key} if key else None
        answer = self._ask(method, f"/v1/connections/{path}", json=body, headers=headers)
        return Import.model_validate_json(answer)

    def problems(self, connection_id: str, run_id: str) -> Iterator[Item]:
        """The first items of the run that failed or are blocked."""
        path = f"/v1/connections/{connection_id}/runs/{run_id}/items"
        for state in PROBLEM_STATES:
            query = f"{path}?state={state}&limit={MOST_PROBLEMS}"
            yield from ItemList.model_validate_json(self._ask("GET", query)).items

    def _ask(
        self,
        method: str,
        path: str,
        json: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        answer = self.http.request(method, path, json=json, headers=headers)
        if not answer.is_success:
            raise DemoError(f"{method} {path} was refused ({answer.status_code}): {_words(answer)}")
        return answer.content


class Problem(Answer):
    """An RFC 9457 problem document."""

    detail: str
    remedy: str = ""


def _words(answer: httpx.Response) -> str:
    if "problem+json" not in answer.headers.get("content-type", ""):
        return answer.text[:500]
    problem = Problem.model_validate_json(answer.content)
    return f"{problem.detail} {problem.remedy}".strip()
