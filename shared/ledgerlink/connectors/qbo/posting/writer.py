"""Sending requests: both budgets side by side, each request in a task of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from ledgerlink.connectors.qbo.outcomes import duplicate_numbers, time_billing, version_conflicts
from ledgerlink.connectors.qbo.outcomes.diagnosis import Inquiry
from ledgerlink.connectors.qbo.outcomes.rejected import Refusal, failed
from ledgerlink.connectors.qbo.outcomes.time_billing import TimeLinks, Way
from ledgerlink.connectors.qbo.outcomes.version_conflicts import Verdict
from ledgerlink.connectors.qbo.posting.batching import call_of
from ledgerlink.connectors.qbo.posting.exchange import Exchange
from ledgerlink.connectors.qbo.posting.uploads import Unsendable
from ledgerlink.connectors.qbo.protocol.response import Reply
from ledgerlink.connectors.qbo.transport.client import Client
from ledgerlink.connectors.qbo.transport.retry import RetriesExhausted
from ledgerlink.domain.errors import LedgerError
from ledgerlink.domain.model.plan import ItemState, Outcome, Request, Write
from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.ports import Answered, Interrupted, Stop

T = TypeVar("T")
Look = Callable[[Sequence[Refusal]], Awaitable[Verdict]]


class Writing:
    """One write: what goes wrong with the lane as a whole ends it, in order."""

    def __init__(
        self,
        client: Client,
        inquiry: Inquiry,
        links: TimeLinks,
        answered: Answered,
        stop: Stop,
    ) -> None:
        self._client = client
        self._inquiry = inquiry
        self._links = links
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
            exchange = await self._answer(request, self._links.way)
            if exchange is not None:
                await self._tell(request, await self._outcomes(exchange, self._look))
        except Interrupted:
            return
        except Unsendable as unsendable:
            outcomes = [_unsent(write, unsendable.reason) for write in request.writes]
            await self._tell(request, outcomes)
        except Exception as failure:  # kept, so that those in flight can finish; raised by `send`
            self._fail(failure)

    async def _answer(self, request: Request, way: Way) -> Exchange | None:
        sent = await self._links.said(request, way, self._halted)
        try:
            return Exchange(request, way, await self._client.call(call_of(sent), self._halted))
        except RetriesExhausted as down:
            await self._blame(down)
            return None

    async def _blame(self, down: RetriesExhausted) -> None:
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

    async def _tell(self, request: Request, outcomes: Sequence[Outcome]) -> None:
        await self._answered(request, sorted(outcomes, key=lambda outcome: outcome.seq))

    async def _outcomes(self, exchange: Exchange, look: Look) -> list[Outcome]:
        for error in exchange.lane_errors():
            self._fail(error)
        outcomes = exchange.posted()
        for write in exchange.unlinked():
            outcomes += await self._unless_cut(self._relinked(exchange, write), [])
        verdict = await look([r for r in exchange.refused() if not exchange.is_about_links(r)])
        outcomes += verdict.outcomes
        outcomes += await self._explained(verdict.refusals, exchange.reply)
        for write in verdict.repeats:
            again = version_conflicts.repeated(exchange.request, write)
            outcomes += await self._unless_cut(self._repeated(again, exchange.way), [])
        return outcomes

    async def _look(self, refused: Sequence[Refusal]) -> Verdict:
        """Refusals that depend on what the ledger holds now; what cannot be read stays unknown."""
        doubled = [refusal for refusal in refused if duplicate_numbers.is_double(refusal)]
        suspect = [refusal for refusal in refused if version_conflicts.is_stale(refusal)]
        plain = [r for r in refused if r not in doubled and r not in suspect]
        numbered = await self._unless_cut(
            duplicate_numbers.look(self._client, doubled, self._halted), Verdict()
        )
        verdict = await self._unless_cut(
            version_conflicts.look(self._client, suspect, self._halted), Verdict()
        )
        return Verdict(
            outcomes=numbered.outcomes + verdict.outcomes,
            repeats=verdict.repeats,
            refusals=(*plain, *numbered.refusals, *verdict.refusals),
        )

    async def _repeated(self, again: Request, way: Way) -> list[Outcome]:
        """The outcome of a write that is sent once more; none when it stays unknown."""
        exchange = await self._answer(again, way)
        return [] if exchange is None else await self._outcomes(exchange, self._look_again)

    async def _look_again(self, refused: Sequence[Refusal]) -> Verdict:
        """As `_look`, for what was repeated and is not sent a third time."""
        verdict = await self._look(refused)
        again = {write.seq for write in verdict.repeats}
        told = tuple(refusal for refusal in refused if refusal.write.seq in again)
        return replace(verdict, repeats=(), refusals=verdict.refusals + told)

    async def _relinked(self, exchange: Exchange, write: Write) -> list[Outcome]:
        """The outcome of an invoice whose time the ledger may not have liked: what a look decides,
        or what becomes of it when the time is said another way."""
        look = await self._links.look(write, self._halted)
        if look.outcome is not None:
            return [look.outcome]
        request = time_billing.alone(exchange.request, write)
        for way in self._links.after(exchange.way, write):
            again = await self._answer(request, way)
            if again is None:
                return []
            if not again.unlinked():
                outcomes = await self._outcomes(again, self._look)
                self._links.learn(way, write, look, outcomes)
                return outcomes
        return []

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


def _unsent(write: Write, why: Reason) -> Outcome:
    return Outcome(seq=write.seq, state=ItemState.FAILED, reason=why)
