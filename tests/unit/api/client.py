"""The HTTP API called as API Gateway calls it: payload format 2.0, with signed tokens."""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast
from urllib.parse import urlencode

from aws_lambda_powertools.utilities.typing import LambdaContext
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.imports import Scope
from ledgerlink.domain.model.list_records import ListRecord, ListTraits, ListType, change
from ledgerlink.domain.model.runs import Run
from ledgerlink.services.imports import service
from ledgerlink.services.imports.service import ImportRequest, User

from functions.api.handler import handler
from tests.fakes.service import FIRM, USER, InMemoryService, entry
from tests.support.signed_tokens import signed

READ, POST, ADMIN = "ledger.read", "ledger.post", "ledger.admin"
ALL = (READ, POST, ADMIN)
FIRM_CLAIM = "firm_id"
FAR = "4102444800"
NEW_IMPORT = {"from": "2026-02-01", "to": "2026-02-28", "time_entries": []}


@dataclass(frozen=True)
class Context:
    """What a handler and its logger ask of a Lambda context."""

    function_name: str = "api"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:api"
    aws_request_id: str = "request"


@dataclass(frozen=True)
class Answer:
    """An answer of the API."""

    status: int
    headers: Mapping[str, str]
    text: str
    is_packed: bool = False

    @property
    def packed(self) -> bytes:
        """The bytes of a body that API Gateway takes in base64."""
        assert self.is_packed
        return base64.b64decode(self.text)

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def pointers(self) -> list[str]:
        return [error["pointer"] for error in self.json.get("errors", [])]


@dataclass
class Api:
    """A client of the API, with the services behind it at hand."""

    app: InMemoryService
    log: list[str] = field(default_factory=list)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        firm: str = FIRM,
        scopes: Sequence[str] = ALL,
        claims: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        packed: bool = False,
    ) -> Answer:
        token = {FIRM_CLAIM: firm, "sub": USER, "exp": FAR, "scope": " ".join(scopes)}
        given = token if claims is None else dict(claims)
        bearer = {"authorization": f"Bearer {signed(given)}"} if given else {}
        event = _event(method, path, body, {**bearer, **(headers or {})}, query or {})
        event["isBase64Encoded"] = packed
        answer = handler(event, cast(LambdaContext, Context()))
        found = answer.get("headers") or {}
        text, is_packed = str(answer.get("body", "")), bool(answer.get("isBase64Encoded"))
        return Answer(int(answer["statusCode"]), found, text, is_packed)

    def get(self, path: str, **given: Any) -> Answer:
        return self.call("GET", path, **given)

    def post(self, path: str, body: Any = None, **given: Any) -> Answer:
        return self.call("POST", path, body, **given)

    def form(self, path: str, fields: Mapping[str, str]) -> Answer:
        """Send a form as a browser does; API Gateway hands its body over in base64."""
        body = base64.b64encode(urlencode(fields).encode()).decode()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return self.call("POST", path, body, claims={}, headers=headers, packed=True)

    def send(self, connection_id: str, records: Any, key: str = "key", **given: Any) -> Answer:
        """Post time entries."""
        path = f"/v1/connections/{connection_id}/posts"
        headers = {"idempotency-key": key}
        return self.call("POST", path, {"time_entries": records}, headers=headers, **given)


def _event(
    method: str, path: str, body: Any, headers: Mapping[str, str], query: Mapping[str, str]
) -> dict[str, Any]:
    text = body if isinstance(body, str) else json.dumps(body)
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "&".join(f"{name}={value}" for name, value in query.items()),
        "headers": {"content-type": "application/json", **headers},
        "queryStringParameters": dict(query),
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": "api.example",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "test",
            },
            "requestId": "request",
            "routeKey": "$default",
            "stage": "$default",
        },
        "body": None if body is None else text,
        "isBase64Encoded": False,
    }


def filled(path: str, **places: str) -> str:
    """A path of the OpenAPI document with its places filled."""
    return re.sub(r"{(\w+)}", lambda match: places[match.group(1)], path)


def kind_in(path: str) -> str:
    """What `kind` stands for in that path."""
    return "users" if "rules" in path or "mapping" in path else "customer"


def query_of(path: str) -> dict[str, str]:
    """What has to be asked for there."""
    if path.endswith("history"):
        return {"key": "u1"}
    days = {"from": "2026-02-01", "to": "2026-02-28"}
    return days if path.endswith("reconciliation") else {}


def import_for(app: InMemoryService, connection: Connection, path: str) -> Run:
    """An import in the state in which that path can be called."""
    asks, deps = User(connection.firm, USER), app.deps
    scope = Scope(first_day=date(2026, 2, 1), last_day=date(2026, 2, 28))
    wanted = ImportRequest(scope=scope, records=[entry("t-of-a", project_key="p1")])
    run = service.create(deps, asks, connection.id, f"for {path}", wanted)
    if "imports" not in path:
        return run
    app.work()
    step = path.rpartition("/")[2]
    if step in ("start", "interrupt", "resume", "undo", "preview", "rules"):
        service.order_plan(deps, asks, connection.id, run.id)
        app.work()
    if step in ("interrupt", "resume", "undo"):
        service.start(deps, asks, connection.id, run.id, 1)
    if step == "resume":
        service.interrupt(deps, asks, connection.id, run.id)
    if step == "undo":
        app.work()
    return app.run(run)


def known_customer(app: InMemoryService, connection: Connection, name: str = "Rossi") -> None:
    """Customer 58 has come in."""
    customer = ListRecord(type=ListType.CUSTOMER, id="58", name=name)
    app.connector.lists = {
        customer.type: ListTraits(entities=("Customer",), by_changes=True, places=True)
    }
    created = change(None, customer, "r1", app.clock.now(), linked=False)
    assert created is not None
    app.deps.lists.record(connection.key, "r1", [created])
