"""A QuickBooks company on a mock transport, which answers from a script or accepts everything."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx
from ledgerlink.connectors.qbo import Endpoints, QuickBooksOnline
from ledgerlink.connectors.qbo.ledger import QuickBooksLedger
from ledgerlink.domain.model.plan import Request

from tests.support.qbo.token_vault import InMemoryTokenVault, tokens
from tests.support.qbo.virtual_time import VirtualClock
from tests.support.qbo.writes import OutcomeCollector

CREDENTIALS = {"client_id": "app", "client_secret": "s3cret"}

REALM = "4620816365"

RESPONSE_TIME = "2026-03-02T01:00:00.405-08:00"
"""The time that responses state."""

Responder = Callable[[httpx.Request], httpx.Response]


@dataclass
class ScriptedCompany:
    """Answers from its script first, else accepts everything."""

    latency: Callable[[str], float] = lambda kind: 0.4
    script: list[Responder | Exception | None] = field(default_factory=list)
    poison: str | None = None
    """A request id that always fails."""
    log: list[tuple[float, str, httpx.Request]] = field(default_factory=list)
    """Virtual second, kind and request of every call; the kind is the last word of its path."""
    rows: Callable[[str], Mapping[str, Any]] = lambda statement: {}
    reads: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    token: int = 0
    serial: int = 100
    flying: int = 0
    most_flying: int = 0
    script_waits: bool = False
    """Whether the script begins with the first call that writes: records that are updated are read
    before."""

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        kind = request.url.path.rpartition("/")[2]
        self.log.append((asyncio.get_running_loop().time(), kind, request))
        self.flying += 1
        self.most_flying = max(self.most_flying, self.flying)
        try:
            await asyncio.sleep(self.latency(kind))
        finally:
            self.flying -= 1
        self.script_waits = self.script_waits and kind == "query"
        scripted = self.script.pop(0) if self.script and not self.script_waits else None
        if isinstance(scripted, Exception):
            raise scripted
        if self.poison and f"requestid={self.poison}" in str(request.url):
            return reply(fault_body("10000", "Payroll", type="SystemFault"), 500)
        return scripted(request) if scripted else self.accept(kind, request)

    def accept(self, kind: str, request: httpx.Request) -> httpx.Response:
        if kind == "bearer":
            return self.grant()
        if kind == "query":
            return reply(
                {"QueryResponse": self.rows(request.content.decode()), "time": RESPONSE_TIME}
            )
        if request.method == "GET":
            return reply(self.reads[kind])
        body = json.loads(request.content)
        if kind == "batch":
            items = [self._item(item) for item in body["BatchItemRequest"]]
            return reply({"BatchItemResponse": items, "time": "…"})
        deleting = parse_qs(request.url.query.decode()).get("operation") == ["delete"]
        return reply({KINDS[kind]: self.stored(body, deleting), "time": "…"})

    def _item(self, item: Mapping[str, Any]) -> Mapping[str, Any]:
        (kind,) = set(item) - {"bId", "operation"}
        return {kind: self.stored(item[kind], item["operation"] == "delete"), "bId": item["bId"]}

    def stored(self, body: Mapping[str, Any], deleting: bool = False) -> Mapping[str, Any]:
        if deleting:
            return {"domain": "QBO", "status": "Deleted", "Id": body["Id"]}
        self.serial += 1
        version = str(int(body.get("SyncToken", "-1")) + 1)
        return {"domain": "QBO", "Id": str(self.serial), **body, "SyncToken": version}

    def grant(self) -> httpx.Response:
        self.token += 1
        lives = {"expires_in": 3600, "x_refresh_token_expires_in": 8726400}
        pair = {"access_token": f"A{self.token}", "refresh_token": f"R{self.token}"}
        return reply({"token_type": "bearer", **pair, **lives})

    def calls(self, *kinds: str) -> list[httpx.Request]:
        return [request for _, kind, request in self.log if kind in kinds]

    def times(self, *kinds: str) -> list[float]:
        return [time for time, kind, _ in self.log if not kinds or kind in kinds]


LISTED = ("Customer", "Employee", "Vendor", "Item")

DOCUMENTS = ("TimeActivity", "Bill", "Purchase", "Invoice", "Attachable")

KINDS = {name.lower(): name for name in (*LISTED, *DOCUMENTS)}


def reply(payload: Mapping[str, Any], status: int = 200) -> httpx.Response:
    headers = {"intuit_tid": "1-tid", "Content-Type": "application/json;charset=utf-8"}
    return httpx.Response(status, headers=headers, content=json.dumps(payload).encode())


def fault(code: str, detail: str = "", status: int = 400, **more: str) -> Responder:
    """A response with a business fault."""
    return lambda request: reply(fault_body(code, detail, **more), status)


def fault_body(code: str, detail: str = "", type: str = "ValidationFault", **more: str) -> Any:
    error = {"Message": f"Message {code}", "Detail": detail, "code": code, "element": "", **more}
    return {"Fault": {"Error": [error], "type": type}, "time": "…"}


def open_ledger(
    company: ScriptedCompany,
    vault: InMemoryTokenVault | None = None,
    state: Mapping[str, Any] | None = None,
    *,
    scale: float = 1.0,
    clock: VirtualClock | None = None,
) -> QuickBooksLedger:
    """A ledger that calls this company."""
    endpoints = Endpoints(
        "https://qbo.example",
        "https://consent.example/connect/oauth2",
        "https://oauth.example/tokens/bearer",
        "https://oauth.example/tokens/revoke",
        clock_scale=scale,
    )
    transport = httpx.MockTransport(company)
    connector = QuickBooksOnline(endpoints, clock or VirtualClock(), transport, jitter=lambda: 1.0)
    return connector.open(REALM, vault or InMemoryTokenVault(tokens()), CREDENTIALS, state or {})


async def write_all(
    company: ScriptedCompany,
    requests: Sequence[Request],
    *,
    vault: InMemoryTokenVault | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> OutcomeCollector:
    """Write all requests, and collect what is reported. The script of the company begins with the
    first call that writes."""
    company.script_waits = True
    report = OutcomeCollector()
    ledger = open_ledger(company, vault)
    try:
        await ledger.write(requests, report, stop)
    finally:
        await ledger.close()
    return report
