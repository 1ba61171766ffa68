"""The writer: sends requests, each in a task of its own, and reports their outcomes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from ledgerlink.connectors.qbo.outcomes import duplicate_numbers, time_billing, version_conflicts
from ledgerlink.connectors.qbo.outcomes.accepted import adopted
from ledgerlink.connectors.qbo.outcomes.diagnosis import Diagnosis
from ledgerlink.connectors.qbo.outcomes.lost_writes import LostWrites
from ledgerlink.connectors.qbo.outcomes.rejected import Rejection, explain, failed
from ledgerlink.connectors.qbo.outcomes.time_billing import LinkMethod, TimeLinks
from ledgerlink.connectors.qbo.outcomes.version_conflicts import Verdict
from ledgerlink.connectors.qbo.posting.batching import call_for
from ledgerlink.connectors.qbo.posting.exchange import Exchange
from ledgerlink.connectors.qbo.posting.stored_records import StoredRecords
from ledgerlink.connectors.qbo.posting.uploads import UnsendableFile
from ledgerlink.connectors.qbo.transport.client import Client, Unanswered
from ledgerlink.domain.errors import Interrupted, LedgerError
from ledgerlink.domain.model.plan import Outcome, Request, Write
from ledgerlink.domain.ports import OnOutcomes, Stop

T = TypeVar("T")
Resolve = Callable[[Sequence[Rejection]], Awaitable[Verdict]]


class Writer:
    """Sends the requests of one chunk."""

    def __init__(
        self,
        client: Client,
        diagnosis: Diagnosis,
        time_links: TimeLinks,
        stored: StoredRecords,
        on_outcomes: OnOutcomes,
        stop: Stop,
    ) -> None:
        self._client = client
        self._diagnosis = diagnosis
        self._time_links = time_links
        self._stored = stored
        self._on_outcomes = on_outcomes
        self._stop = stop
        self._failure: Exception | None = None
        self._stopped = False

    async def send(self, requests: Sequence[Request]) -> None:
        """Send all requests. The first failure that concerns more than one record ends it, and is
        raised once every request in flight has been reported."""
        writes = (write for request in requests for write in request.writes)
        await self._stored.read(writes, self._must_stop)
        async with asyncio.TaskGroup() as group:
            for request in requests:
                group.create_task(self._send_one(request))
        if self._failure is not None:
            raise self._failure

    async def _send_one(self, request: Request) -> None:
        try:
            if (sent := self._mailed_before(request)) is not None:
                await self._report(request, [sent])
                return
            exchange = await self._exchange(request, self._time_links.method)
            if exchange is not None:
                await self._report(request, await self._outcomes(exchange, self._resolve))
        except Interrupted:
            return
        except UnsendableFile as unsendable:
            outcomes = [failed(write, unsendable.reason) for write in request.writes]
            await self._report(request, outcomes)
        except Exception as failure:  # raised by `send`, after what is in flight has ended
            self._fail(failure)

    def _mailed_before(self, request: Request) -> Outcome | None:
        """The outcome of an order to mail an invoice that has been mailed already."""
        write = request.writes[0]
        invoice = self._stored.mailed(write)
        return None if invoice is None else adopted(write, invoice)

    async def _exchange(self, request: Request, method: LinkMethod) -> Exchange | None:
        """The request with its response; None if it stays without one."""
        prepared = await self._time_links.prepared(request, method, self._must_stop)
        try:
            response = await self._client.call(
                call_for(self._stored.merged(prepared)), self._must_stop
            )
        except Unanswered as unanswered:
            await self._fail_if_down(unanswered)
            return None
        return Exchange(request, method, response)

    async def _fail_if_down(self, unanswered: Unanswered) -> None:
        """Stop if QuickBooks is down. If it can be read, only this request failed: its outcome is
        unknown, and the others go on."""
        if self._failure is None and not await self._client.is_reachable(self._must_stop):
            self._fail(unanswered)

    def _must_stop(self) -> bool:
        """Whether to send no more; once true it stays so, without asking `stop` again."""
        self._stopped = self._stopped or self._failure is not None or self._stop()
        return self._stopped

    def _fail(self, failure: Exception) -> None:
        self._failure = self._failure or failure

    async def _report(self, request: Request, outcomes: Sequence[Outcome]) -> None:
        await self._on_outcomes(request, sorted(outcomes, key=lambda outcome: outcome.seq))

    async def _outcomes(self, exchange: Exchange, resolve: Resolve) -> list[Outcome]:
        """The outcome of every write of the request that is known."""
        for error in exchange.lane_errors():
            self._fail(error)
        if exchange.has_internal_errors():
            self._client.note_internal_errors()
        outcomes = exchange.accepted()
        if exchange.all_rejections:
            outcomes += await self._rejected(exchange, resolve)
        return outcomes

    async def _rejected(self, exchange: Exchange, resolve: Resolve) -> list[Outcome]:
        """The outcome of every rejected write that is known, perhaps after a repeat."""
        outcomes: list[Outcome] = []
        for rejection in exchange.rejected_for_links():
            outcomes += await self._if_readable(self._relinked(exchange, rejection), [])
        verdict = await resolve(
            [r for r in exchange.rejections() if not exchange.is_about_links(r)]
        )
        outcomes += verdict.outcomes
        outcomes += await self._explained(verdict.rejections, exchange.response.trace_id)
        for write in verdict.repeats:
            repeat = version_conflicts.repeat_request(exchange.request, write)
            outcomes += await self._if_readable(self._repeated(repeat, exchange.method), [])
        return outcomes

    async def _resolve(self, rejections: Sequence[Rejection]) -> Verdict:
        """Decide on the rejections that depend on what QuickBooks holds now. If that cannot be
        read, their outcome stays unknown."""
        duplicates = [r for r in rejections if duplicate_numbers.applies_to(r)]
        conflicts = [r for r in rejections if version_conflicts.applies_to(r)]
        final = [r for r in rejections if r not in duplicates and r not in conflicts]
        numbers, versions = Verdict(), Verdict()
        if duplicates:
            resolved = duplicate_numbers.resolve(self._client, duplicates, self._must_stop)
            numbers = await self._if_readable(resolved, numbers)
        if conflicts:
            resolved = version_conflicts.resolve(self._client, conflicts, self._must_stop)
            versions = await self._if_readable(resolved, versions)
            self._stored.add(versions.current)
        return Verdict(
            outcomes=numbers.outcomes + versions.outcomes,
            repeats=versions.repeats,
            rejections=(*final, *numbers.rejections, *versions.rejections),
        )

    async def _resolve_repeated(self, rejections: Sequence[Rejection]) -> Verdict:
        """As `_resolve`, but what was sent twice is not sent a third time."""
        verdict = await self._resolve(rejections)
        repeats = {write.seq for write in verdict.repeats}
        final = tuple(r for r in rejections if r.write.seq in repeats)
        return replace(verdict, repeats=(), rejections=verdict.rejections + final)

    async def _repeated(self, request: Request, method: LinkMethod) -> list[Outcome]:
        """The outcome of a write that is sent once more; none if it stays unknown."""
        exchange = await self._exchange(request, method)
        return [] if exchange is None else await self._outcomes(exchange, self._resolve_repeated)

    async def _relinked(self, exchange: Exchange, rejection: Rejection) -> list[Outcome]:
        """The outcome of an invoice whose time links may have been rejected: what reading the time
        decides, what comes of the same request where the fault does not name the links, or of
        another link method; none if it stays unknown."""
        write = rejection.write
        check = await self._time_links.check(write, self._must_stop)
        if check.outcome is not None:
            return [check.outcome]
        request = time_billing.single_request(exchange.request, write)
        if not time_billing.names_links(rejection.fault):
            found = await self._found_after_trouble(write)
            if found is not None:
                return [found]
            again = await self._exchange(time_billing.repeated_request(request), exchange.method)
            if again is None or not again.rejected_for_links():
                return [] if again is None else await self._outcomes(again, self._resolve)
        for method in self._time_links.remaining_methods(exchange.method, write):
            retried = await self._exchange(request, method)
            if retried is None:
                return []
            if not retried.rejected_for_links():
                outcomes = await self._outcomes(retried, self._resolve)
                self._time_links.learn(method, write, check, outcomes)
                return outcomes
        return []

    async def _found_after_trouble(self, write: Write) -> Outcome | None:
        """The outcome of a write that QuickBooks has carried out although it answered a fault."""
        sent = await self._client.let_trouble_pass(self._must_stop)
        found = await LostWrites(self._client, sent, (), self._must_stop).find([write])
        return found.get(write.seq)

    async def _explained(self, rejections: Sequence[Rejection], trace_id: str) -> list[Outcome]:
        findings = await self._diagnosis.findings(rejections, self._must_stop)
        reasons = [explain(rejection, findings) for rejection in rejections]
        self._diagnosis.payroll.learn(reasons)
        pairs = zip(rejections, reasons, strict=True)
        return [failed(rejection.write, why, trace_id) for rejection, why in pairs]

    async def _if_readable(self, work: Awaitable[T], otherwise: T) -> T:
        """The result of the work; `otherwise` if it is interrupted or the ledger fails, so that the
        rest of the response is still reported."""
        try:
            return await work
        except Interrupted:
            return otherwise
        except LedgerError as failure:
            self._fail(failure)
            return otherwise
