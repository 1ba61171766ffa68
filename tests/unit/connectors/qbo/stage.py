"""A stage for the connector: virtual time, a vault in memory, and a company that answers."""

import asyncio
import json
import selectors
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qs

import httpx
from ledgerlink.connectors.qbo import Endpoints, QuickBooksOnline
from ledgerlink.connectors.qbo.ledger import QuickBooksLedger
from ledgerlink.domain.model.plan import Action, Outcome, Request, Write
from ledgerlink.domain.ports import Tokens

T = TypeVar("T")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CREDENTIALS = {"client_id": "app", "client_secret": "s3cret"}
REALM = "4620816365"
TIME = "2026-03-02T01:00:00.405-08:00"
"""The time that the ledger puts on its answers."""


class InstantSelector(selectors.DefaultSelector):
    """Never waits: time jumps to the next timer."""

    jump: Callable[[float], None]

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if not events and timeout is None:
            raise RuntimeError("everybody waits for somebody else")
        if not events and timeout:
            self.jump(timeout)
        return events


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock runs only when nobody is busy."""

    def __init__(self) -> None:
        selector = InstantSelector()
        selector.jump = self._jump
        self._moment = 0.0
        super().__init__(selector)

    def _jump(self, seconds: float) -> None:
        self._moment += seconds

    def time(self) -> float:
        return self._moment


class VirtualClock:
    """The clock port on the virtual loop; `offset` is the wall clock's distance from START."""

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset

    def now(self) -> datetime:
        return START + timedelta(seconds=self.offset + self.monotonic())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


@dataclass
class Vault:
    """A vault in memory that keeps what happened to it."""

    tokens: Tokens
    events: list[str] = field(default_factory=list)
    held_elsewhere: int = 0

    def load(self) -> Tokens:
        return self.tokens

    def save(self, tokens: Tokens) -> None:
        self.events.append(f"save {tokens.access_token}")
        self.tokens = tokens

    def claim(self, seconds: float) -> bool:
        self.events.append("claim")
        self.held_elsewhere -= 1
        return self.held_elsewhere < 0

    def release(self) -> None:
        self.events.append("release")


def tokens(name: str = "A0", seconds: float = 3600.0) -> Tokens:
    return Tokens(
        access_token=name,
        refresh_token=f"R-{name}",
        access_expires_at=START + timedelta(seconds=seconds),
    )


Answer = Callable[[httpx.Request], httpx.Response]


@dataclass
class Company:
    """Answers like the company would: from its script first, else by accepting everything.

    `log` holds (virtual second, kind, request) of every call; kind is the path's last word.
    """

    latency: Callable[[str], float] = lambda kind: 0.4
    script: list[Answer | Exception | None] = field(default_factory=list)
    poison: str | None = None
    """A request id that is never answered well."""
    log: list[tuple[float, str, httpx.Request]] = field(default_factory=list)
    rows: Callable[[str], Mapping[str, Any]] = lambda statement: {}
    reads: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    token: int = 0
    serial: int = 100
    flying: int = 0
    most_flying: int = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        kind = request.url.path.rpartition("/")[2]
        self.log.append((asyncio.get_running_loop().time(), kind, request))
        self.flying += 1
        self.most_flying = max(self.most_flying, self.flying)
        try:
            await asyncio.sleep(self.latency(kind))
        finally:
            self.flying -= 1
        scripted = self.script.pop(0) if self.script else None
        if isinstance(scripted, Exception):
            raise scripted
        if self.poison and f"requestid={self.poison}" in str(request.url):
            return reply(faulty("10000", "Payroll", type="SystemFault"), 500)
        return scripted(request) if scripted else self.accept(kind, request)

    def accept(self, kind: str, request: httpx.Request) -> httpx.Response:
        if kind == "bearer":
            return self.grant()
        if kind == "query":
            return reply({"QueryResponse": self.rows(request.content.decode()), "time": TIME})
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


def fault(code: str, detail: str = "", status: int = 400, **more: str) -> Answer:
    """A business fault in the shape of the ledger."""
    return lambda request: reply(faulty(code, detail, **more), status)


def faulty(code: str, detail: str = "", type: str = "ValidationFault", **more: str) -> Any:
    error = {"Message": f"Message {code}", "Detail": detail, "code": code, "element": "", **more}
    return {"Fault": {"Error": [error], "type": type}, "time": "…"}


def activity(number: int = 0, **changes: Any) -> dict[str, Any]:
    """The body of a time activity, told apart by its notes."""
    body = {
        "NameOf": "Employee",
        "EmployeeRef": {"value": "55"},
        "TxnDate": "2026-02-02",
        "Hours": 3,
        "Minutes": 30,
        "CustomerRef": {"value": "21"},
        "ItemRef": {"value": "8"},
        "BillableStatus": "Billable",
        "HourlyRate": "15.25",
        "Taxable": False,
        "Description": f"Garden Lighting {number}",
    }
    return {name: value for name, value in {**body, **changes}.items() if value is not None}


def create(seq: int, body: Mapping[str, Any] | None = None, kind: str = "TimeActivity") -> Write:
    body = activity(seq) if body is None else body
    return Write(
        seq=seq, action=Action.CREATE, key=f"k{seq}", kind=kind, body=body, day=date(2026, 2, 2)
    )


def change(seq: int, action: Action, ledger_id: str = "7", version: str = "2") -> Write:
    return Write(
        seq=seq,
        action=action,
        key=f"k{seq}",
        kind="TimeActivity",
        body=activity(seq) if action is Action.UPDATE else None,
        ledger_id=ledger_id,
        version=version,
        day=date(2026, 2, 2),
    )


def requests(sizes: Sequence[int]) -> list[Request]:
    """Requests of these sizes over creates, in order."""
    made, seq = [], 0
    for number, size in enumerate(sizes):
        made.append(Request(f"req-{number}", tuple(create(seq + n) for n in range(size))))
        seq += size
    return made


@dataclass
class Report:
    """Collects what is answered."""

    requests: list[str] = field(default_factory=list)
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    async def __call__(self, request: Request, outcomes: Sequence[Outcome]) -> None:
        self.requests.append(request.id)
        self.outcomes.update({outcome.seq: outcome for outcome in outcomes})


def opened(
    company: Company,
    vault: Vault | None = None,
    state: Mapping[str, Any] | None = None,
    *,
    scale: float = 1.0,
    clock: VirtualClock | None = None,
) -> QuickBooksLedger:
    """A ledger whose calls end at the company."""
    endpoints = Endpoints(
        "https://qbo.example",
        "https://consent.example/connect/oauth2",
        "https://oauth.example/tokens/bearer",
        "https://oauth.example/tokens/revoke",
        scale,
    )
    transport = httpx.MockTransport(company)
    connector = QuickBooksOnline(endpoints, clock or VirtualClock(), transport, jitter=lambda: 1.0)
    return connector.open(REALM, vault or Vault(tokens()), CREDENTIALS, state or {})


async def written(
    company: Company,
    requests: Sequence[Request],
    *,
    vault: Vault | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Report:
    """What one write reports."""
    report = Report()
    ledger = opened(company, vault)
    try:
        await ledger.write(requests, report, stop)
    finally:
        await ledger.close()
    return report
