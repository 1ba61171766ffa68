"""The gateway: sends one request at a time, signed in, until it has an answer."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

import httpx

from ledgerlink.connectors.intacct.auth.login import Session
from ledgerlink.connectors.intacct.auth.sessions import SIGN_IN, Sessions
from ledgerlink.connectors.intacct.protocol import error_codes
from ledgerlink.connectors.intacct.protocol.faults import main_fault
from ledgerlink.connectors.intacct.protocol.requests import (
    Call,
    Function,
    Sender,
    envelope,
)
from ledgerlink.connectors.intacct.protocol.response import Response, Result
from ledgerlink.connectors.intacct.transport import http_reply
from ledgerlink.connectors.intacct.transport.http_reply import Reply
from ledgerlink.connectors.intacct.transport.retry import Retry
from ledgerlink.connectors.shared import errors
from ledgerlink.connectors.shared.errors import Disposition, Meaning
from ledgerlink.connectors.shared.ledger_time import LedgerTime, in_time
from ledgerlink.connectors.shared.request_id import derived_id
from ledgerlink.connectors.shared.unanswered import UnansweredWrites
from ledgerlink.domain.errors import LedgerUnavailable
from ledgerlink.domain.ports import Stop, never

TIMEOUT = 300.0
"""Ledger seconds to wait for an answer, as the vendor's own clients do."""
CONNECT_TIMEOUT = 15.0

HEADERS = {"Content-Type": "application/xml", "Accept-Encoding": "gzip", "User-Agent": "Ledgerlink"}


class Unanswered(LedgerUnavailable):
    """Nobody knows whether this write was done; others may fare better."""


class Client:
    """One company's calls, one at a time. `calls` counts requests by kind (session, read, write),
    and the `transactions` that they are counted as."""

    def __init__(
        self,
        gateway_url: str,
        sender: Sender,
        sessions: Sessions,
        http: httpx.AsyncClient,
        time: LedgerTime,
        jitter: Callable[[], float],
        unanswered: UnansweredWrites,
    ) -> None:
        self.calls: Counter[str] = Counter()
        self.unanswered = unanswered
        self._gateway_url = gateway_url
        self._sender = sender
        self._sessions = sessions
        self._http = http
        self._time = time
        self._jitter = jitter
        self._alone = asyncio.Lock()

    async def call(self, call: Call, stop: Stop = never) -> Response:
        """The answer to a call: it has results, or failed as a whole over what was asked.

        Raises Interrupted, AuthorizationLost, LedgerStopped, LedgerUnavailable, and Unanswered for
        a write of which nobody knows whether it was done.
        """
        async with self._alone:
            return await self._answer(call, Retry(self._jitter), stop)

    async def read(self, functions: Sequence[Function], stop: Stop = never) -> list[Result]:
        """The results of functions that read, in their order, each of which may have failed; what
        may be a passing failure is tried once more, and what is refused as a whole by halves.
        Raises as `call`, and LedgerUnavailable for results that are missing."""
        patience, half = Retry(self._jitter), len(functions) // 2
        control_id = derived_id(*(f.control_id for f in functions))
        call = Call(control_id, functions, divisible=half > 0)
        retried = False
        while True:
            answer = await self.call(call, stop)
            if answer.failed is not None and half:
                parts = functions[:half], functions[half:]
                return [result for part in parts for result in await self.read(part, stop)]
            if answer.failed is not None:
                raise errors.stopped(f"it refused to be read: {main_fault(answer.faults)}")
            results = [answer.results.get(f.control_id) for f in functions]
            told = [result for result in results if result is not None]
            passing = any(map(_is_passing, told)) and not retried
            if len(told) == len(functions) and not passing:
                return told
            retried = True
            await self._time.sleep(patience.after_trouble("its answer lacks results"), stop)

    async def is_reachable(self, stop: Stop = never) -> bool:
        """Whether the gateway answers now, without repeats."""
        async with self._alone:
            reply = await self._send(SIGN_IN, None, stop)
            return reply.answer is not None and reply.failure is None

    async def _answer(self, call: Call, patience: Retry, stop: Stop) -> Response:
        renewed = False
        while True:
            session = self._sessions.current() or await self._sign_in(patience, stop)
            reply = await self._send(call, session, stop)
            failure = reply.failure
            if failure is None and reply.answer is not None:
                self._sessions.slide(reply.answer.expires_at)
                return reply.answer
            if failure is None and call.writes:
                raise unanswered(str(reply))
            if failure is not None and failure.disposition is Disposition.SIGN_IN and not renewed:
                renewed = True
                self._sessions.end()
                continue
            if failure is not None and reply.answer is not None and _concerns(call, failure):
                return reply.answer
            await self._wait(reply, failure, patience, stop)

    async def _sign_in(self, patience: Retry, stop: Stop) -> Session:
        """A new session. It always begins at the first address."""
        while True:
            reply = await self._send(SIGN_IN, None, stop)
            if reply.failure is None and reply.answer is not None:
                result = next(iter(reply.answer.results.values()), None)
                self._refuse(result)
                return self._sessions.begin(reply.answer)
            await self._wait(reply, reply.failure, patience, stop)

    def _refuse(self, result: Result | None) -> None:
        if result is not None and not result.succeeded:
            fault = main_fault(result.faults)
            raise error_codes.function_error(fault) or errors.stopped(str(fault))

    async def _wait(
        self, reply: Reply, failure: Meaning | None, patience: Retry, stop: Stop
    ) -> None:
        """Until the call may be sent again. Raises what the failure means when it never may."""
        if failure is not None and (
            error := errors.lane_error(failure.disposition, str(reply.fault), remedy=failure.remedy)
        ):
            raise error
        if failure is not None and failure.disposition is Disposition.THROTTLED:
            await self._time.sleep(patience.after_throttling(str(reply)), stop)
        elif failure is not None and failure.disposition is Disposition.REJECTED:
            raise errors.stopped(str(reply))
        else:
            await self._time.sleep(patience.after_trouble(str(reply)), stop)

    async def _send(self, call: Call, session: Session | None, stop: Stop) -> Reply:
        content = envelope(self._sender, call, session or self._sessions.login)
        url = session.endpoint if session else self._gateway_url
        began = self._time.now()
        self._count(call)
        try:
            reply = await in_time(self._post(url, content, call.control_id), stop)
        except BaseException:
            self._unanswered(call, began)
            raise
        if reply.answer is None and reply.failure is None:
            self._unanswered(call, began)
        return reply

    async def _post(self, url: str, content: bytes, control_id: str) -> Reply:
        try:
            response = await self._http.post(url, content=content, headers=HEADERS)
        except httpx.HTTPError as error:
            return http_reply.lost(error)
        return http_reply.read(response, control_id)

    def _unanswered(self, call: Call, began: float) -> None:
        if call.writes:
            self.unanswered.add(self._time.now() - began)

    def _count(self, call: Call) -> None:
        if call is SIGN_IN:
            self.calls["session"] += 1
            return
        self.calls["write" if call.writes else "read"] += 1
        self.calls["transactions"] += len(call.functions)


def timeout(time: LedgerTime) -> httpx.Timeout:
    """Ledger time, but never so short that this machine could not keep it."""
    connect = time.real(CONNECT_TIMEOUT, at_least=2.0)
    return httpx.Timeout(time.real(TIMEOUT, at_least=2.0), connect=connect)


def _concerns(call: Call, failure: Meaning) -> bool:
    """Whether a failure of a call as a whole is one of what it asks, not of the lane."""
    too_much = call.divisible and failure.disposition is Disposition.SPLIT
    return too_much or failure.disposition is Disposition.REJECTED


def _is_passing(result: Result) -> bool:
    """Whether a read failed in a way that trying again mends."""
    if result.succeeded:
        return False
    return error_codes.meaning(main_fault(result.faults)).disposition is Disposition.RETRY


def unanswered(detail: str) -> Unanswered:
    """That nobody knows of a write; `detail` says what there was instead of its answer."""
    down = errors.unavailable(detail)
    return Unanswered(down.code, down.message, down.remedy)
