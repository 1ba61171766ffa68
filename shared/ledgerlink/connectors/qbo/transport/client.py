"""The client of one company's REST API: sends calls within the rate limits and retries them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import httpx

from ledgerlink.connectors.qbo.auth.token_refresh import TokenRefresher
from ledgerlink.connectors.qbo.protocol import queries, values
from ledgerlink.connectors.qbo.protocol.response import (
    UNSENT_ERRORS,
    Response,
    no_response,
    parse,
)
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.qbo.transport.rate_limits import Budget, RateLimiter
from ledgerlink.connectors.qbo.transport.retry import Pauses, Retry
from ledgerlink.connectors.qbo.transport.throttle import Throttle
from ledgerlink.connectors.shared import errors
from ledgerlink.connectors.shared.errors import Disposition
from ledgerlink.connectors.shared.ledger_time import LedgerTime, in_time
from ledgerlink.connectors.shared.unanswered import UnansweredWrites
from ledgerlink.domain.errors import LedgerUnavailable
from ledgerlink.domain.ports import Stop, never

Unavailable = TypeVar("Unavailable", bound=LedgerUnavailable)

MINOR_VERSION = "minorversion=75"

TIMEOUT = 125.0
"""Ledger seconds to wait for an answer; QuickBooks itself ends a call after 120."""

CONNECT_TIMEOUT = 15.0
"""Ledger seconds to wait for a connection."""

TROUBLE = 5.0
"""Ledger seconds before a write is tried again that has failed inside QuickBooks."""

ENDED = TIMEOUT
"""The age, in ledger seconds, of a write that QuickBooks says has failed inside it. It is looked up
a few seconds later, and not at once, because the trouble has to pass."""

MAX_PAGES = 1000
"""Pages of one search, which is a million rows."""

REPEATED = frozenset({Disposition.RETRY, Disposition.THROTTLED})
"""Responses after which a call that reads is sent again; one that writes only if QuickBooks cannot
have begun it."""

UNCERTAIN = frozenset({Disposition.LOOK_UP, Disposition.RETRY})
"""Responses after which QuickBooks may still be processing the request."""

JSON = "application/json"
STATEMENT = "application/text"


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call. Equal calls send the same bytes."""

    kind: str
    """What it is counted as: single, batch, upload, query, read or cdc."""
    method: str
    path: str
    """Below the company's address."""
    content: bytes | Callable[[], bytes] = b""
    """A function for content that is large: it is called each time the call is sent. What it raises
    is passed on to the caller."""
    content_type: str = JSON
    may_be_smaller: bool = False
    """Whether less can be asked for if it takes QuickBooks too long."""

    def body(self) -> bytes:
        """The bytes to send."""
        return self.content if isinstance(self.content, bytes) else self.content()

    @property
    def budget(self) -> Budget:
        """The rate limit that the call counts against."""
        return Budget.BATCH if self.kind == "batch" else Budget.SINGLE

    @property
    def writes(self) -> bool:
        """Whether the call changes something in the ledger."""
        return self.kind in ("single", "batch", "upload")


def query(statement: str, *, may_be_smaller: bool = False) -> Call:
    """A call that runs a statement of the query language."""
    path = f"/query?{MINOR_VERSION}"
    return Call("query", "POST", path, statement.encode(), STATEMENT, may_be_smaller)


def get(path: str) -> Call:
    """A call that reads one record."""
    return Call("read", "GET", f"{path}?{MINOR_VERSION}")


class Unanswered(LedgerUnavailable):
    """A write without a response: it may have been carried out. Other calls may still succeed."""


class TooLong(LedgerUnavailable):
    """A page took QuickBooks too long. A smaller one may not."""


class Client:
    """Calls to one company."""

    def __init__(
        self,
        company_url: str,
        network: httpx.AsyncBaseTransport,
        refresher: TokenRefresher,
        limiter: RateLimiter,
        time: LedgerTime,
        jitter: Callable[[], float],
        calls: Counter[str],
        unanswered: UnansweredWrites,
    ) -> None:
        """`network` carries the requests; a client of httpx before it, which does nothing more for
        them, takes as much CPU as aiohttp. `calls` counts every request that was sent, by kind.
        `jitter` returns numbers from 0 to 1 for the waits between retries."""
        self.calls = calls
        self.unanswered = unanswered
        self._url = company_url
        self._network = network
        self._refresher = refresher
        self._limiter = limiter
        self._throttle = Throttle(limiter, time)
        self._time = time
        self._jitter = jitter
        self._pauses = Pauses()
        self._extensions = {"timeout": timeout(time).as_dict()}
        self._probe: asyncio.Task[bool] | None = None
        """Finds out whether QuickBooks can be reached; writes wait for it."""

    async def call(self, call: Call, stop: Stop = never) -> Response:
        """Send a call, and repeat it unchanged until it has an answer. A write that may have been
        carried out is not repeated, because QuickBooks may not recognise its request id.

        The response is accepted, or has faults that reject the record or leave open whether it was
        written. Raises Interrupted when `stop` says so, AuthorizationLost, LedgerStopped,
        LedgerUnavailable when the retries are exhausted, and Unanswered for a write that may or may
        not have been carried out.
        """
        response = await self._attempt(call, stop)
        if _is_repeated(call, response):
            response = await self._repeated(call, response, stop)
        self._pauses.end()
        if response.disposition is not Disposition.ACCEPTED:
            _raise_lane_error(response)
        return response

    async def rows(self, entity: str, statement: str, stop: Stop = never) -> Sequence[Entity]:
        """The rows that a statement selects. Raises as `call`, and LedgerStopped if QuickBooks
        rejects the statement."""
        response = await self.call(query(statement), stop)
        return values.rows(response, entity)

    async def pages(
        self, entity: str, *conditions: str, most: int = MAX_PAGES, stop: Stop = never
    ) -> AsyncIterator[Sequence[Entity]]:
        """All rows that meet the conditions, page by page. Raises as `rows`, and LedgerUnavailable
        if there are more than `most` pages."""
        start, size = 1, queries.PAGE_SIZE
        for _ in range(most):
            statement = partial(queries.select, entity, *conditions, start=start)
            response, size = await self.page(statement, size, stop)
            rows = values.rows(response, entity)
            yield rows
            if len(rows) < size:
                return
            start, size = start + size, queries.larger(size)
        raise errors.unavailable(f"QuickBooks has too many {entity} records to search")

    async def page(
        self, statement: Callable[..., str], size: int, stop: Stop = never
    ) -> tuple[Response, int]:
        """The response to `statement(size=…)` for a page of so many rows, and how many were asked
        for in the end. A page that takes QuickBooks too long is halved, down to SMALLEST_PAGE.
        Raises as `call`."""
        while size > queries.SMALLEST_PAGE:
            try:
                return await self.call(query(statement(size=size), may_be_smaller=True), stop), size
            except TooLong:
                size = queries.smaller(size)
        return await self.call(query(statement(size=size)), stop), size

    async def read(self, entity: str, path: str, stop: Stop = never) -> Entity:
        """One record by its path. Raises as `rows`."""
        response = await self.call(get(path), stop)
        return response.part(entity)

    async def is_reachable(self, stop: Stop = never) -> bool:
        """Whether QuickBooks can be read, perhaps after repeats. Those who ask at the same time
        share the answer, and writes are held back until it is there. Raises as `call`."""
        if self._probe is None:
            self._probe = asyncio.create_task(self._can_read(stop))
            self._probe.add_done_callback(self._end_probe)
        return await self._probe

    async def _can_read(self, stop: Stop) -> bool:
        try:
            return (await self.call(get("/preferences"), stop)).disposition is Disposition.ACCEPTED
        except LedgerUnavailable:
            return False

    def _end_probe(self, _probe: "asyncio.Task[bool]") -> None:
        self._probe = None

    async def _repeated(self, call: Call, response: Response, stop: Stop) -> Response:
        """The response to a call that is repeated as long as its responses ask for it."""
        retry = Retry(self._jitter, self._pauses)
        while _is_repeated(call, response):
            if call.writes and response.may_have_begun:
                raise _error_of(Unanswered, response)
            if call.may_be_smaller and response.timed_out:
                raise _error_of(TooLong, response)
            if response.disposition is Disposition.THROTTLED:
                now = self._time.now()
                self._limiter.pause(now + retry.after_throttling(response, now))
            else:
                await self._time.sleep(retry.after_failure(response), stop)
            response = await self._attempt(call, stop)
        return response

    async def _attempt(self, call: Call, stop: Stop) -> Response:
        await self._acquire(call, stop)
        try:
            return await self._response(call, self._request(call), stop)
        finally:
            self._throttle.release(call.budget)

    async def _acquire(self, call: Call, stop: Stop) -> None:
        """Wait until the call may be sent; a write also until it is known whether QuickBooks can be
        reached."""
        await self._throttle.acquire(call.budget, stop)
        while self._probe is not None and call.writes:
            self._throttle.release(call.budget)
            await asyncio.wait({self._probe})
            await self._throttle.acquire(call.budget, stop)

    async def _response(self, call: Call, request: httpx.Request, stop: Stop) -> Response:
        try:
            response = await in_time(self._send(call, request), stop)
        except BaseException as error:
            if not isinstance(error, UNSENT_ERRORS):
                self._count_unanswered(call, _age(error))
            if isinstance(error, httpx.RequestError):
                return no_response(error)
            raise
        if response.disposition in UNCERTAIN:
            self._count_unanswered(call, ENDED if response.has_ended else 0.0)
        return response

    async def let_trouble_pass(self, stop: Stop) -> datetime:
        """Wait a moment before a write is tried again that QuickBooks has failed to carry out;
        returns when the write was sent at the earliest. Raises Interrupted."""
        sent = self._time.wall() - timedelta(minutes=5)
        await self._time.sleep(TROUBLE, stop)
        return sent

    def note_internal_errors(self) -> None:
        """Count writes of an answered batch that have failed inside QuickBooks."""
        self.unanswered.add(ENDED)

    def _count_unanswered(self, call: Call, age: float = 0.0) -> None:
        if call.writes:
            self.unanswered.add(age)

    async def _send(self, call: Call, request: httpx.Request) -> Response:
        """The response to a request with the access token; after a 401 it is sent once more with a
        new one, which counts against the limits, too."""
        token = await self._refresher.access_token()
        response = await self._sent(call, request, token)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            token = await self._refresher.renewed(token)
            await self._throttle.wait_to_repeat(call.budget)
            response = await self._sent(call, request, token)
        return parse(response)

    async def _sent(self, call: Call, request: httpx.Request, token: str) -> httpx.Response:
        self.calls[call.kind] += 1
        request.headers["Authorization"] = f"Bearer {token}"
        response = await self._network.handle_async_request(request)
        await response.aread()
        return response

    def _request(self, call: Call) -> httpx.Request:
        headers = [
            ("Accept", JSON),
            ("Accept-Encoding", "gzip, deflate"),
            ("Content-Type", call.content_type),
        ]
        url = self._url + call.path
        return httpx.Request(
            call.method, url, headers=headers, content=call.body(), extensions=self._extensions
        )


def timeout(time: LedgerTime) -> httpx.Timeout:
    """The timeouts in real seconds, at least two, because a faster clock must not ask more of this
    machine than it can do."""
    connect = time.real(CONNECT_TIMEOUT, at_least=2.0)
    return httpx.Timeout(time.real(TIMEOUT, at_least=2.0), connect=connect)


def _is_repeated(call: Call, response: Response) -> bool:
    """Whether the call may have to be sent again; an internal error of a read passes, too."""
    return response.disposition in REPEATED or (response.has_ended and not call.writes)


def _error_of(kind: type[Unavailable], response: Response) -> Unavailable:
    error = errors.unavailable(str(response), trace_id=response.trace_id)
    return kind(error.code, error.message, error.remedy, error.trace_id)


def _raise_lane_error(response: Response) -> None:
    """Raises the error that ends all work for the connection, if the response is one."""
    error = errors.lane_error(response.disposition, str(response), trace_id=response.trace_id)
    if error is not None:
        raise error


def _age(error: BaseException) -> float:
    """Ledger seconds since the request was sent, at least, by the error that ended it."""
    return TIMEOUT if isinstance(error, httpx.ReadTimeout) else 0.0
