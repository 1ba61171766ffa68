"""The client of the gateway: sends one request at a time, signed in, until it has a response."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

import httpx

from ledgerlink.connectors.intacct.auth.login import Session
from ledgerlink.connectors.intacct.auth.sessions import SIGN_IN, Sessions
from ledgerlink.connectors.intacct.protocol import error_codes
from ledgerlink.connectors.intacct.protocol.faults import main_fault
from ledgerlink.connectors.intacct.protocol.requests import Call, Function, Sender, envelope
from ledgerlink.connectors.intacct.protocol.response import Response, Result
from ledgerlink.connectors.intacct.transport.http_reply import HttpReply, no_response, read_reply
from ledgerlink.connectors.intacct.transport.retry import Retry
from ledgerlink.connectors.shared import errors
from ledgerlink.connectors.shared.errors import Disposition, Meaning
from ledgerlink.connectors.shared.ledger_time import LedgerTime, in_time
from ledgerlink.connectors.shared.request_id import derived_id
from ledgerlink.connectors.shared.unanswered import UnansweredWrites
from ledgerlink.domain.errors import AuthorizationLost, LedgerStopped, LedgerUnavailable
from ledgerlink.domain.ports import Stop, never

TIMEOUT = 300.0
"""Ledger seconds to wait for a response, as the vendor's own clients do."""
CONNECT_TIMEOUT = 15.0

HEADERS = {"Content-Type": "application/xml", "Accept-Encoding": "gzip", "User-Agent": "Ledgerlink"}


class Unanswered(LedgerUnavailable):
    """A write without a response: it may have been carried out. Other calls may still succeed."""


class TurnedAway(Exception):
    """The gateway says that it has not carried out a write. It may be sent again once the ledger
    was searched for what it would write."""


class Client:
    """Calls to one company, one at a time."""

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
        """Requests by kind (session, read, write), and the `transactions` that Sage counts."""
        self.unanswered = unanswered
        self._gateway_url = gateway_url
        self._sender = sender
        self._sessions = sessions
        self._http = http
        self._time = time
        self._jitter = jitter
        self._one_at_a_time = asyncio.Lock()

    def new_retry(self) -> Retry:
        """The waits of one call, for a caller that repeats it itself."""
        return Retry(self._jitter)

    async def call(self, call: Call, stop: Stop = never, retry: Retry | None = None) -> Response:
        """The response to a call. It has results, or failed as a whole because of what was asked.

        Raises Interrupted, AuthorizationLost, LedgerStopped, LedgerUnavailable, Unanswered for a
        write that may or may not have been carried out, and TurnedAway, when it may be tried again,
        for one that is not repeatable.
        """
        async with self._one_at_a_time:
            return await self._call(call, retry or self.new_retry(), stop)

    async def read(self, functions: Sequence[Function], stop: Stop = never) -> list[Result]:
        """The results of functions that only read, in their order; each may have failed. A failure
        that may pass is retried once. A call that fails as a whole is halved. Raises as `call`, and
        LedgerUnavailable when results are missing."""
        half = len(functions) // 2
        control_id = derived_id(*(function.control_id for function in functions))
        call = Call(control_id, functions, divisible=half > 0)
        retry = self.new_retry()
        is_first = True
        while True:
            response = await self.call(call, stop)
            if response.failed is not None:
                if not half:
                    fault = main_fault(response.faults)
                    raise errors.unreadable(str(fault))
                first = await self.read(functions[:half], stop)
                return [*first, *await self.read(functions[half:], stop)]
            results = _results_of(functions, response)
            if results is not None and not (is_first and any(map(_may_pass, results))):
                return results
            is_first = False
            await self._time.sleep(retry.after_failure("its answer lacks results"), stop)

    async def is_reachable(self, stop: Stop = never) -> bool:
        """Whether the gateway responds now, without repeats."""
        async with self._one_at_a_time:
            reply = await self._send(SIGN_IN, None, stop)
            return reply.response is not None and reply.failure is None

    async def _call(self, call: Call, retry: Retry, stop: Stop) -> Response:
        if retry.has_signed_in_again:  # the search in between may have used up the new session
            self._sessions.discard()
        while True:
            session = self._sessions.current() or await self._sign_in(retry, stop)
            reply = await self._send(call, session, stop)
            response, failure = reply.response, reply.failure
            if failure is None and response is not None:
                self._sessions.extend(response.expires_at)
                return response
            if failure is None and call.writes:
                raise unanswered(str(reply))
            if failure is not None:
                if failure.disposition is Disposition.SIGN_IN:
                    self._sessions.discard()
                    if retry.has_signed_in_again:
                        await self._time.sleep(retry.after_failure(str(reply)), stop)
                    retry.has_signed_in_again = True
                    _require_repeatable(call)
                    continue
                if response is not None and _is_callers_concern(call, failure):
                    return response
            await self._wait(reply, failure, retry, stop)
            if not reply.unsent:
                _require_repeatable(call)

    async def _sign_in(self, retry: Retry, stop: Stop) -> Session:
        """A new session, which is always requested at the first address."""
        while True:
            reply = await self._send(SIGN_IN, None, stop)
            if reply.failure is None and reply.response is not None:
                result = next(iter(reply.response.results.values()), None)
                if result is not None and not result.succeeded:
                    fault = main_fault(result.faults)
                    raise error_codes.function_error(fault) or errors.stopped(str(fault))
                return self._sessions.start(reply.response)
            try:
                await self._wait(reply, reply.failure, retry, stop)
            except (AuthorizationLost, LedgerStopped) as error:
                if self._sessions.has_signed_in:
                    raise
                raise _sign_in_rejected(error, reply) from error

    async def _wait(
        self, reply: HttpReply, failure: Meaning | None, retry: Retry, stop: Stop
    ) -> None:
        """Wait until the call may be sent again. Raises the failure's error if it never may."""
        if failure is not None:
            fault = str(reply.fault)
            if failure.disposition is Disposition.SIGN_IN:
                await self._time.sleep(retry.after_failure(str(reply)), stop)
                return
            error = errors.lane_error(failure.disposition, fault, remedy=failure.remedy)
            if error is not None:
                raise error
            if failure.disposition is Disposition.REJECTED:
                raise errors.stopped(str(reply))
        if failure is not None and failure.disposition is Disposition.THROTTLED:
            await self._time.sleep(retry.after_throttling(str(reply)), stop)
        else:
            await self._time.sleep(retry.after_failure(str(reply)), stop)

    async def _send(self, call: Call, session: Session | None, stop: Stop) -> HttpReply:
        content = envelope(self._sender, call, session or self._sessions.login)
        url = session.endpoint if session else self._gateway_url
        sent_at = self._time.now()
        self._count(call)
        try:
            reply = await in_time(self._post(url, content, call.control_id), stop)
        except BaseException:
            self._note_unanswered(call, sent_at)
            raise
        if reply.response is None and reply.failure is None:
            self._note_unanswered(call, sent_at)
        return reply

    async def _post(self, url: str, content: bytes, control_id: str) -> HttpReply:
        try:
            http_response = await self._http.post(url, content=content, headers=HEADERS)
        except httpx.HTTPError as error:
            return no_response(error)
        return read_reply(http_response, control_id)

    def _note_unanswered(self, call: Call, sent_at: float) -> None:
        if call.writes:
            self.unanswered.add(self._time.now() - sent_at)

    def _count(self, call: Call) -> None:
        if call is SIGN_IN:
            self.calls["session"] += 1
            return
        self.calls["write" if call.writes else "read"] += 1
        self.calls["transactions"] += len(call.functions)


def timeout(time: LedgerTime) -> httpx.Timeout:
    """Timeouts in ledger time, but at least two real seconds, which this machine may need."""
    connect = time.real(CONNECT_TIMEOUT, at_least=2.0)
    return httpx.Timeout(time.real(TIMEOUT, at_least=2.0), connect=connect)


def unanswered(detail: str) -> Unanswered:
    """The error for a write without a response; `detail` says what there was instead."""
    error = errors.unavailable(detail)
    return Unanswered(error.code, error.message, error.remedy)


def _require_repeatable(call: Call) -> None:
    """Raises TurnedAway."""
    if not call.repeatable:
        raise TurnedAway


def _results_of(functions: Sequence[Function], response: Response) -> list[Result] | None:
    """The results of these functions; None when one is missing."""
    found = [response.results.get(function.control_id) for function in functions]
    results = [result for result in found if result is not None]
    return results if len(results) == len(functions) else None


def _is_callers_concern(call: Call, failure: Meaning) -> bool:
    """Whether a call failed as a whole because of what it asks, not because of the connection."""
    is_too_large = call.divisible and failure.disposition is Disposition.SPLIT
    return is_too_large or failure.disposition is Disposition.REJECTED


def _may_pass(result: Result) -> bool:
    """Whether a read failed in a way that a retry may mend."""
    if result.succeeded:
        return False
    return error_codes.meaning(main_fault(result.faults)).disposition is Disposition.RETRY


def _sign_in_rejected(
    error: AuthorizationLost | LedgerStopped, reply: HttpReply
) -> AuthorizationLost | LedgerStopped:
    """The error for a login that never worked; there is no connection yet to reconnect or stop."""
    message = f"Sage Intacct did not accept this sign-in: {reply.fault}"
    return type(error)(error.code, message, error.remedy, error.trace_id)
