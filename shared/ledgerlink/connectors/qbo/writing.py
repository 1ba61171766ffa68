"""Sending requests: both budgets side by side, each request in a task of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from ledgerlink.connectors.qbo import answers, errors, stale
from ledgerlink.connectors.qbo.batches import Answer, call_of
from ledgerlink.connectors.qbo.batches import answers as answers_in
from ledgerlink.connectors.qbo.client import Client
from ledgerlink.connectors.qbo.errors import Disposition
from ledgerlink.connectors.qbo.faults import Fault
from ledgerlink.connectors.qbo.inquiry import Inquiry
from ledgerlink.connectors.qbo.patience import OutOfPatience
from ledgerlink.connectors.qbo.refusals import Refusal, failed
from ledgerlink.connectors.qbo.replies import Reply
from ledgerlink.connectors.qbo.stale import Verdict
from ledgerlink.domain.errors import LedgerError
from ledgerlink.domain.plan import Outcome, Request, Write
from ledgerlink.domain.ports import Answered, Interrupted, Stop

T = TypeVar("T")
Look = Callable[[Sequence[Refusal]], Awaitable[Verdict]]


class Writing:
    """One write: what goes wrong with the lane as a whole ends it, in order."""

    def __init__(self, client: Client, inquiry: Inquiry, answered: Answered, stop: Stop) -> None:
        self._client = client
        self._inquiry = inquiry
        self._answered = answered
        self._stop = stop
        self._failure: Exception | None = None
        self._stopped = False

    async def send(self, requests: Sequence[Request]) -> None:
        """Send all; raise the first failure once everything in flight is reported."""
        async with asyncio.TaskGroup() as group:
            for request in requests:
                group.create_task(self._send(request))
        if self._failure is not None:
            raise self._failure

    async def _send(self, request: Request) -> None:
        try:
            reply = await self._answer(request)
            if reply is not None:
                await self._report(request, reply)
        except Interrupted:
            return
        except Exception as failure:  # kept, so that those in flight can finish; raised by `send`
            self._fail(failure)

    async def _answer(self, request: Request) -> Reply | None:
        try:
            return await self._client.call(call_of(request), self._halted)
        except OutOfPatience as down:
            await self._blame(down)
            return None

    async def _blame(self, down: OutOfPatience) -> None:
        """Was it the ledger or this request? A ledger that can be read is up; the outcome of the
        request is then unknown, and its neighbours go on."""
        if self._failure is None and not await self._client.alive(self._halted):
            self._fail(down)

    def _halted(self) -> bool:
        """Once stopped it stays so, and nobody is asked again."""
        self._stopped = self._stopped or self._failure is not None or self._stop()
        return self._stopped

    def _fail(self, failure: Exception) -> None:
        self._failure = self._failure or failure

    async def _report(self, request: Request, reply: Reply) -> None:
        outcomes = await self._outcomes(request, reply, self._look)
        await self._answered(request, sorted(outcomes, key=lambda outcome: outcome.seq))

    async def _outcomes(self, request: Request, reply: Reply, look: Look) -> list[Outcome]:
        told = list(answers_in(request, reply))
        outcomes = [
            answers.posted(answer.write, answer.entity, reply.trace_id)
            for answer in told
            if not answer.faults
        ]
        verdict = await look(self._final([a for a in told if a.faults], reply))
        outcomes += verdict.outcomes
        outcomes += await self._explained(verdict.refusals, reply)
        for write in verdict.repeats:
            outcomes += await self._unless_cut(self._repeated(request, write), [])
        return outcomes

    def _final(self, told: Sequence[Answer], reply: Reply) -> list[Refusal]:
        """What failed for good; what is unknown is left out, and what concerns the lane ends the
        write."""
        refusals = [Refusal(a.write, errors.gravest(a.faults)) for a in told]
        for refusal in refusals:
            self._heed(refusal.fault, reply.trace_id)
        return [r for r in refusals if _disposition(r.fault) is Disposition.RECORD]

    async def _look(self, refused: Sequence[Refusal]) -> Verdict:
        """Refusals that depend on what the ledger holds now; what cannot be read stays unknown."""
        suspect = [refusal for refusal in refused if stale.is_stale(refusal)]
        verdict = await self._unless_cut(stale.look(self._client, suspect, self._halted), Verdict())
        plain = tuple(refusal for refusal in refused if not stale.is_stale(refusal))
        return replace(verdict, refusals=plain + verdict.refusals)

    async def _repeated(self, request: Request, write: Write) -> list[Outcome]:
        """The outcome of a write that is sent once more; none when it stays unknown."""
        again = stale.repeated(request, write)
        reply = await self._answer(again)
        return [] if reply is None else await self._outcomes(again, reply, self._look_again)

    async def _look_again(self, refused: Sequence[Refusal]) -> Verdict:
        """As `_look`, for what was repeated and is not sent a third time."""
        verdict = await self._look(refused)
        again = {write.seq for write in verdict.repeats}
        told = tuple(refusal for refusal in refused if refusal.write.seq in again)
        return replace(verdict, repeats=(), refusals=verdict.refusals + told)

    async def _explained(self, refused: Sequence[Refusal], reply: Reply) -> list[Outcome]:
        findings = await self._inquiry.findings(refused, self._halted)
        return [failed(refusal, findings, reply.trace_id) for refusal in refused]

    async def _unless_cut(self, work: Awaitable[T], otherwise: T) -> T:
        """What the work gives; `otherwise` when it is cut short, so that the rest of the answer is
        still reported."""
        try:
            return await work
        except Interrupted:
            return otherwise
        except LedgerError as trouble:
            self._fail(trouble)
            return otherwise

    def _heed(self, fault: Fault, trace_id: str) -> None:
        if error := errors.lane_error(_disposition(fault), str(fault), trace_id):
            self._fail(error)


def _disposition(fault: Fault) -> Disposition:
    return errors.meaning(fault).disposition
