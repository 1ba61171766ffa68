"""Sending requests: both budgets side by side, each request in a task of its own."""

import asyncio
from collections.abc import Sequence

from ledgerlink.connectors.qbo import answers, errors
from ledgerlink.connectors.qbo.batches import Answer, call_of
from ledgerlink.connectors.qbo.batches import answers as answers_in
from ledgerlink.connectors.qbo.client import Client
from ledgerlink.connectors.qbo.errors import Disposition
from ledgerlink.connectors.qbo.faults import Fault
from ledgerlink.connectors.qbo.inquiry import Inquiry
from ledgerlink.connectors.qbo.patience import OutOfPatience
from ledgerlink.connectors.qbo.refusals import Refusal, failed
from ledgerlink.connectors.qbo.replies import Reply
from ledgerlink.connectors.qbo.timing import Interrupted, Stop
from ledgerlink.domain.plan import Outcome, Request
from ledgerlink.domain.ports import Answered


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
            reply = await self._client.call(call_of(request), self._halted)
            await self._report(request, reply)
        except Interrupted:
            return
        except OutOfPatience as down:
            await self._blame(down)
        except Exception as failure:  # kept, so that those in flight can finish; raised by `send`
            self._fail(failure)

    async def _blame(self, down: OutOfPatience) -> None:
        """Was it the ledger or this request? A ledger that can be read is up; the outcome of the
        request is then unknown, and its neighbours go on."""
        if self._failure is None and not await self._client.alive():
            self._fail(down)

    def _halted(self) -> bool:
        """Once stopped it stays so, and nobody is asked again."""
        self._stopped = self._stopped or self._failure is not None or self._stop()
        return self._stopped

    def _fail(self, failure: Exception) -> None:
        self._failure = self._failure or failure

    async def _report(self, request: Request, reply: Reply) -> None:
        told = list(answers_in(request, reply))
        outcomes = [
            answers.posted(answer.write, answer.entity, reply.trace_id)
            for answer in told
            if not answer.faults
        ]
        outcomes += await self._refused([a for a in told if a.faults], reply)
        await self._answered(request, sorted(outcomes, key=lambda outcome: outcome.seq))

    async def _refused(self, told: Sequence[Answer], reply: Reply) -> list[Outcome]:
        """Outcomes of what failed for good; what is unknown has none, and what concerns the lane
        ends the write."""
        refusals = [Refusal(a.write, errors.gravest(a.faults)) for a in told]
        for refusal in refusals:
            self._heed(refusal.fault, reply.trace_id)
        final = [r for r in refusals if _disposition(r.fault) is Disposition.RECORD]
        findings = await self._inquiry.findings(final, self._halted)
        return [failed(refusal, findings, reply.trace_id) for refusal in final]

    def _heed(self, fault: Fault, trace_id: str) -> None:
        if error := errors.lane_error(_disposition(fault), str(fault), trace_id):
            self._fail(error)


def _disposition(fault: Fault) -> Disposition:
    return errors.meaning(fault).disposition
