"""Ledgerlink's HTTP API, as any client with a token uses it."""

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

import httpx

from local.demo.answers import (
    Change,
    ChangeList,
    Connection,
    ConnectionList,
    Import,
    Item,
    ItemList,
    Listed,
    ListedPage,
    Mapped,
    MappingPage,
    PlannedItem,
    PostPlan,
    Preview,
    Problem,
    Run,
    RunList,
    Upload,
)
from local.demo.books import Json
from local.demo.errors import DemoError

PAGE = 1000
MOST_PAGES = 1000
MOST_PROBLEMS = 50
PROBLEM_STATES = ("failed", "blocked")


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

    def sign_in(self, ledger: str, login: Mapping[str, str]) -> Connection:
        """A new connection to the company that this login opens."""
        body = {"ledger": ledger, "login": dict(login)}
        return Connection.model_validate_json(self._ask("POST", "/v1/connections", json=body))

    def sign_in_again(self, connection_id: str, login: Mapping[str, str]) -> Connection:
        path = f"/v1/connections/{connection_id}/reconnect"
        answer = self._ask("POST", path, json={"login": dict(login)})
        return Connection.model_validate_json(answer)

    def put_all_rules(self, connection_id: str, body: Mapping[str, Json]) -> None:
        """Rules of several kinds, as the body has them."""
        self._ask("PUT", f"/v1/connections/{connection_id}/rules", json=body)

    def put_rules(self, connection_id: str, kind: str, rules: Mapping[str, Json]) -> None:
        path = f"/v1/connections/{connection_id}/rules/{kind}"
        self._ask("PUT", path, json={"rules": dict(rules)})

    def upload(self, connection_id: str, lines: bytes) -> str:
        """Put the records where the API says; the id of the upload."""
        return self.upload_file(connection_id, gzip.compress(lines, mtime=0))

    def upload_file(self, connection_id: str, content: bytes) -> str:
        """Put a file where the API says; the id of the upload."""
        answer = self._ask("POST", f"/v1/connections/{connection_id}/uploads")
        upload = Upload.model_validate_json(answer)
        put = self.files.put(upload.url, content=content)
        if not put.is_success:
            raise DemoError(f"The upload was refused ({put.status_code}): {put.text[:500]}")
        return upload.upload_id

    def post(self, connection_id: str, idempotency_key: str, body: Mapping[str, Json]) -> Run:
        """A run that posts the records of the body, or of the upload that it names."""
        answer = self._ask(
            "POST",
            f"/v1/connections/{connection_id}/posts",
            json=dict(body),
            headers={"Idempotency-Key": idempotency_key},
        )
        return Run.model_validate_json(answer)

    def preview_post(self, connection_id: str, body: Mapping[str, Json]) -> PostPlan:
        """What posting the records of the body would do."""
        path = f"/v1/connections/{connection_id}/posts?preview=true"
        return PostPlan.model_validate_json(self._ask("POST", path, json=body))

    def run(self, connection_id: str, run_id: str) -> Run:
        path = f"/v1/connections/{connection_id}/runs/{run_id}"
        return Run.model_validate_json(self._ask("GET", path))

    def syncs(self, connection_id: str) -> list[Run]:
        """The newest runs that brought lists in, newest first."""
        path = f"/v1/connections/{connection_id}/runs"
        runs = RunList.model_validate_json(self._ask("GET", path)).runs
        return [run for run in runs if run.kind == "sync"]

    def sync(self, connection_id: str, idempotency_key: str, *lists: str) -> Run:
        """A run that brings in what changed, of all lists or of these."""
        answer = self._ask(
            "POST",
            f"/v1/connections/{connection_id}/syncs",
            json={"lists": list(lists)} if lists else {},
            headers={"Idempotency-Key": idempotency_key},
        )
        return Run.model_validate_json(answer)

    def stop_schedule(self, connection_id: str) -> None:
        """From now on lists come in when asked for, or when the ledger's webhook says so."""
        self.change_settings(connection_id, {"schedule": {"mode": "off"}})

    def change_settings(self, connection_id: str, patch: Mapping[str, Json]) -> None:
        self._ask("PATCH", f"/v1/connections/{connection_id}/settings", json=patch)

    def records(self, connection_id: str, kind: str) -> Iterator[Listed]:
        """The active records of a list of the ledger, page by page."""
        path = f"/v1/connections/{connection_id}/records/{kind}?limit={PAGE}"
        after = ""
        for _ in range(MOST_PAGES):
            page = ListedPage.model_validate_json(self._ask("GET", path + after))
            yield from page.records
            if page.next is None:
                return
            after = f"&after={quote(page.next)}"
        raise DemoError(f"The list {kind} has more than {MOST_PAGES} pages.")

    def changes(self, connection_id: str) -> Iterator[Change]:
        """The whole feed, oldest entry first."""
        path, after = f"/v1/connections/{connection_id}/changes?limit={PAGE}", "0"
        for _ in range(MOST_PAGES):
            page = ChangeList.model_validate_json(self._ask("GET", f"{path}&after={after}"))
            yield from page.changes
            if not page.changes:
                return
            after = page.next
        raise DemoError(f"The feed has more than {MOST_PAGES} pages.")

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

    def items(self, connection_id: str, run_id: str) -> list[Item]:
        """The first items of the run, in the order of its plan."""
        path = f"/v1/connections/{connection_id}/runs/{run_id}/items?limit={PAGE}"
        return ItemList.model_validate_json(self._ask("GET", path)).items

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


def _words(answer: httpx.Response) -> str:
    if "problem+json" not in answer.headers.get("content-type", ""):
        return answer.text[:500]
    problem = Problem.model_validate_json(answer.content)
    return f"{problem.detail} {problem.remedy}".strip()
