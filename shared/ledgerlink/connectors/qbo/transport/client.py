"""The company's REST endpoint: sends calls within the limits until they have an answer."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from ledgerlink.connectors.qbo.auth.bearer import Bearer
from ledgerlink.connectors.qbo.auth.token_refresh import Refresher
from ledgerlink.connectors.qbo.protocol import error_codes, queries
from ledgerlink.connectors.qbo.protocol.response import Reply, lost, read
from ledgerlink.connectors.qbo.transport.rate_limits import Lane, Limiter
from ledgerlink.connectors.qbo.transport.retry import Pauses, Retry
from ledgerlink.connectors.qbo.transport.throttle import Throttle
from ledgerlink.connectors.shared import errors
from ledgerlink.connectors.shared.errors import Disposition
from ledgerlink.connectors.shared.ledger_time import LedgerTime, in_time
from ledgerlink.connectors.shared.unanswered import UnansweredWrites
from ledgerlink.domain.ports import Stop, never

MINOR_VERSION = "minorversion=75"

TIMEOUT = 125.0
"""Ledger seconds to wait for an answer; the ledger itself cuts a call after 120."""

CONNECT_TIMEOUT = 15.0

MAX_PAGES = 1000
"""A million rows; no search needs more."""

UNCERTAIN = frozenset({Disposition.LOOK_UP, Disposition.RETRY})
"""Responses that leave open whether the ledger is still processing the request."""

JSON = "application/json"
STATEMENT = "application/text"

Entity = Mapping[str, Any]
"""A record of the ledger, as it came."""


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call below the company's address; the same call is the same bytes.

    `kind` is what it is counted as: single, batch, upload, query, read or cdc. `content` that is
    large reads itself when the call leaves, and again when it is repeated; what it raises then,
    the caller gets.
    """

    kind: str
    method: str
    path: str
    content: bytes | Callable[[], bytes] = b""
    content_type: str = JSON

    def body(self) -> bytes:
        """The bytes that are sent."""
        return self.content if isinstance(self.content, bytes) else self.content()

    @property
    def lane(self) -> Lane:
        """Which budget it draws on."""
        return Lane.BATCH if self.kind == "batch" else Lane.SINGLE

    @property
    def writes(self) -> bool:
        """Whether the ledger stores something because of it."""
        return self.kind in ("single", "batch", "upload")


def query(statement: str) -> Call:
    """The call that carries a statement of the query language."""
    path = f"/query?{MINOR_VERSION}"
    return Call("query", "POST", path, statement.encode(), STATEMENT)


def look(path: str) -> Call:
    """The call that reads one record."""
    return Call("read", "GET", f"{path}?{MINOR_VERSION}")


class Client:
    """One company's calls. `calls` counts every request that left, by kind."""

    def __init__(
        self,
        company_url: str,
        http: httpx.AsyncClient,
        refresher: Refresher,
        limiter: Limiter,
        time: LedgerTime,
        jitter: Callable[[], float],
        calls: Counter[str],
        unanswered: UnansweredWrites,
    ) -> None:
        self.calls = calls
        self.unanswered = unanswered
        self._url = company_url
        self._http = http
        self._refresher = refresher
        self._limiter = limiter
        self._turnstile = Throttle(limiter, time)
        self._time = time
        self._jitter = jitter
        self._pauses = Pauses()
        self._timeout = {"timeout": timeout(time).as_dict()}

    async def call(self, call: Call, stop: Stop = never) -> Reply:
        """The answer to a call, which is repeated unchanged until it has one.

        The reply was accepted, or carries faults of the record or the look-up kind. Raises
        Interrupted when `stop` says so before a request leaves or a while before its answer,
        AuthorizationLost, LedgerStopped, or LedgerUnavailable when patience is at its end.
        """
        patience = Retry(self._jitter, self._pauses)
        while True:
            reply = await self._attempt(call, stop)
            match error_codes.disposition(reply):
                case Disposition.THROTTLED:
                    now = self._time.now()
                    self._limiter.pause(now + patience.after_throttling(reply, now))
                case Disposition.RETRY:
                    await self._time.sleep(patience.after_trouble(reply), stop)
                case what:
                    self._pauses.end()
                    return _unless_fatal(what, reply)

    async def rows(self, entity: str, statement: str, stop: Stop = never) -> Sequence[Entity]:
        """The rows of a query. Raises as `call`, and LedgerStopped for a statement refused."""
        reply = await self.call(query(statement), stop)
        rows: Sequence[Entity] = accepted(reply, "QueryResponse").get(entity, ())
        return rows

    async def pages(
        self, entity: str, *conditions: str, most: int = MAX_PAGES, stop: Stop = never
    ) -> AsyncIterator[Sequence[Entity]]:
        """All rows that meet these conditions, page by page. Raises as `rows`, and
        LedgerUnavailable past so many pages."""
        for page in range(most):
            rows = await self.rows(entity, queries.select(entity, *conditions, page=page), stop)
            yield rows
            if len(rows) < queries.PAGE:
                return
        raise errors.unavailable(f"too many {entity} records to search")

    async def read(self, entity: str, path: str, stop: Stop = never) -> Entity:
        """One record by its address. Raises as `rows`."""
        reply = await self.call(look(path), stop)
        return accepted(reply, entity)

    async def alive(self, stop: Stop = never) -> bool:
        """Whether the ledger answers one read now, without repeats."""
        reply = await self._attempt(look("/preferences"), stop)
        return error_codes.disposition(reply) is Disposition.ACCEPTED

    async def _attempt(self, call: Call, stop: Stop) -> Reply:
        await self._turnstile.enter(call.lane, stop)
        try:
            return await self._answer(call, self._request(call), stop)
        finally:
            self._turnstile.leave(call.lane)

    async def _answer(self, call: Call, request: httpx.Request, stop: Stop) -> Reply:
        try:
            reply = await in_time(self._send(call, request), stop)
        except BaseException as error:
            self._unanswered(call, _age(error))
            if isinstance(error, httpx.RequestError):
                return lost(error)
            raise
        if error_codes.disposition(reply) in UNCERTAIN:
            self._unanswered(call)
        return reply

    def _unanswered(self, call: Call, age: float = 0.0) -> None:
        if call.writes:
            self.unanswered.add(age)

    async def _send(self, call: Call, request: httpx.Request) -> Reply:
        async def again() -> None:
            await self._turnstile.again(call.lane)
            self.calls[call.kind] += 1

        self.calls[call.kind] += 1
        auth = Bearer(self._refresher, again)
        return read(await self._http.send(request, auth=auth))

    def _request(self, call: Call) -> httpx.Request:
        headers = [
            ("Accept", JSON),
            ("Accept-Encoding", "gzip, deflate"),
            ("Content-Type", call.content_type),
        ]
        url = self._url + call.path
        return httpx.Request(
            call.method, url, headers=headers, content=call.body(), extensions=self._timeout
        )


def timeout(time: LedgerTime) -> httpx.Timeout:
    """Ledger time, but never so short that this machine could not keep it."""
    connect = time.real(CONNECT_TIMEOUT, at_least=2.0)
    return httpx.Timeout(time.real(TIMEOUT, at_least=2.0), connect=connect)


def _unless_fatal(what: Disposition, reply: Reply) -> Reply:
    if error := errors.lane_error(what, str(reply), trace_id=reply.trace_id):
        raise error
    return reply


def accepted(reply: Reply, name: str) -> Entity:
    """This part of an answer. Raises LedgerStopped for faults, LedgerUnavailable without it."""
    if error_codes.disposition(reply) is not Disposition.ACCEPTED:
        raise errors.stopped(f"it refused to be read: {reply}", trace_id=reply.trace_id)
    part = reply.payload.get(name)
    if not isinstance(part, Mapping):
        raise errors.unavailable(f"its answer has no {name}", trace_id=reply.trace_id)
    return part


def _age(error: BaseException) -> float:
    """How many ledger seconds ago the request was sent at least, by the error that ended it."""
    return TIMEOUT if isinstance(error, httpx.ReadTimeout) else 0.0
