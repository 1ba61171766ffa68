"""The throttle: calls wait here until the rate limits allow them."""

import asyncio

from ledgerlink.connectors.qbo.transport.rate_limits import Budget, RateLimiter
from ledgerlink.connectors.shared.ledger_time import INSTANT, LedgerTime
from ledgerlink.domain.errors import Interrupted
from ledgerlink.domain.ports import Stop, never

YIELD_SECONDS = 0.01
"""Ledger seconds for which a single call waits to let a batch go first."""


class Throttle:
    """One queue for each budget, first come, first served.

    A single call never waits for the batches' budget, but it lets a batch go first that may be
    sent. Otherwise the 40 batches of a minute would be spread to its end and delay the next
    minute's.
    """

    def __init__(self, limiter: RateLimiter, time: LedgerTime) -> None:
        self._limiter = limiter
        self._time = time
        self._queues = {budget: asyncio.Lock() for budget in Budget}
        self._in_flight = dict.fromkeys(Budget, 0)
        self._released = asyncio.Event()

    async def acquire(self, budget: Budget, stop: Stop = never) -> None:
        """Wait until a call may be sent; every call must be released. Raises Interrupted when
        `stop` says so before."""
        async with self._queues[budget]:
            now = self._time.now()
            while not self._may_send(budget, now, stop):
                await self._wait(budget, now, stop)
                now = self._time.now()
            self._limiter.count(budget, now)
            self._in_flight[budget] += 1

    def release(self, budget: Budget) -> None:
        """A call has ended."""
        self._in_flight[budget] -= 1
        self._released.set()

    async def wait_to_repeat(self, budget: Budget) -> None:
        """Wait until a call that was acquired may be sent once more."""
        while (wait := self._limiter.opens_at(budget) - self._time.now()) > INSTANT:
            await self._time.sleep(wait)
        self._limiter.count(budget, self._time.now())

    def _may_send(self, budget: Budget, now: float, stop: Stop) -> bool:
        if stop():
            raise Interrupted
        if budget is Budget.SINGLE and self._batch_may_go_first(now):
            return False
        return self._is_open(budget, now)

    def _batch_may_go_first(self, now: float) -> bool:
        return self._queues[Budget.BATCH].locked() and self._is_open(Budget.BATCH, now)

    def _is_open(self, budget: Budget, now: float) -> bool:
        return self._has_room(budget) and self._limiter.opens_at(budget) - now <= INSTANT

    async def _wait(self, budget: Budget, now: float, stop: Stop) -> None:
        if self._has_room(budget):
            opens_in = self._limiter.opens_at(budget) - now
            await self._time.sleep(max(opens_in, YIELD_SECONDS), stop)
        else:
            self._released.clear()
            await self._released.wait()

    def _has_room(self, budget: Budget) -> bool:
        """Whether another call may be in flight. Batches, which are slow, take half of the places
        at most while single calls wait."""
        at_once = self._limiter.limits.at_once
        if sum(self._in_flight.values()) >= at_once:
            return False
        singles_wait = budget is Budget.BATCH and self._queues[Budget.SINGLE].locked()
        return not singles_wait or self._in_flight[Budget.BATCH] < at_once // 2
