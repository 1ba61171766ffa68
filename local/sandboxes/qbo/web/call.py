"""One request to the accounting API, read once and classified."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine.change import Context
from local.sandboxes.qbo.protocol.errors import Fault
from local.sandboxes.qbo.sandbox import Sandbox
from local.sandboxes.qbo.schema.registry import BY_PATH
from local.sandboxes.qbo.settings import Settings
from local.sandboxes.qbo.web.wire import load

SPECIAL: Final = {
    "query": "query",
    "batch": "batch",
    "cdc": "cdc",
    "upload": "upload",
    "preferences": "preferences",
    "taxservice": "taxservice",
    "download": "download",
    "reports": "report",
}
PREFIX: Final = "/v3/company/"


@dataclass(slots=True)
class Call:
    """`parts` are the path's segments after the realm; `kind` is the journal's word; `rows` how
    many a query asks for."""

    sandbox: Sandbox
    method: str
    path: str
    query: str
    realm: str
    parts: list[str]
    params: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""
    kind: str = ""
    entity: str = ""
    operation: str = ""
    items: int = 0
    rows: int = 0
    app: str = ""
    document: Row | None = None
    include: frozenset[str] = field(default_factory=frozenset)

    @property
    def wants_json(self) -> bool:
        accept = self.headers.get("accept", "")
        return "json" in accept or self.settings.default_format == "json"

    @property
    def settings(self) -> Settings:
        """Those of the company, as far as there is such a company."""
        known = self.realm in self.sandbox.companies
        return self.sandbox.settings_of(self.realm) if known else self.sandbox.settings

    @property
    def now(self) -> float:
        return self.sandbox.clock.wall()

    def json(self) -> Row:
        """The body as a JSON object, read once; raises Fault 2010."""
        if self.document is None:
            self.document = load(self.body)
        return self.document

    def statement(self) -> str:
        """The query, wherever it was put."""
        if self.method == "GET":
            return self.params.get("query", "")
        return self.body.decode("utf-8", "replace")

    def context(self) -> Context:
        return self.sandbox.context(self.realm, include=self.include)

    def facts(self) -> dict[str, str]:
        """What a failure on demand can be matched with."""
        return {
            "kind": self.kind,
            "entity": self.entity,
            "operation": self.operation,
            "realm": self.realm,
            "path": self.path,
            "rows": str(self.rows),
        }


def from_scope(sandbox: Sandbox, scope: Scope) -> Call:
    """The call without its body; path is `/v3/company/{realm}/...`."""
    path: str = scope["path"]
    query = scope["query_string"].decode("latin-1")
    realm, *parts = path.removeprefix(PREFIX).split("/")
    params = dict(parse_qsl(query, keep_blank_values=True))
    headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
    call = Call(sandbox, scope["method"], path, query, realm, parts, params, headers)
    call.include = frozenset(x.strip().lower() for x in params.get("include", "").split(",") if x)
    _classify(call)
    return call


def _classify(call: Call) -> None:
    first = call.parts[0] if call.parts else ""
    entity = BY_PATH.get(first)
    call.kind = SPECIAL.get(first, "single" if call.method == "POST" else "read")
    if call.kind in ("upload", "download"):
        call.entity = "Attachable"
    if entity is not None:
        call.entity = entity.name
        if len(call.parts) == 3 and call.parts[2] in ("pdf", "send"):
            call.kind = call.parts[2]
    call.operation = call.params.get("operation", "read" if call.method == "GET" else "create")
    if call.operation == "update" and "void" in call.include:
        call.operation = "void"


async def read_body(receive: Receive, limit: int) -> bytes:
    """The whole request body. Raises Fault 6030 over the limit, once the caller has sent it all,
    and ClientDisconnect where the caller never does."""
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        size += len(message.get("body", b""))
        if size <= limit:
            chunks.append(message.get("body", b""))
        more = bool(message.get("more_body"))
    if size > limit:
        raise Fault("6030", f"The request exceeds {limit:,} bytes. Supplied: {size:,}")
    return b"".join(chunks)
