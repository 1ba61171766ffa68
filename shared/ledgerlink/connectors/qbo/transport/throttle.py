"""Where calls wait until the limits let them through."""

import asyncio

from ledgerlink.connectors.qbo.transport.rate_limits import Lane, Limiter
from ledgerlink.connectors.shared.ledger_time import INSTANT, LedgerTime
from ledgerlink.domain.ports import Interrupted, Stop, never

GIVE_WAY = 0.01
"""Ledger seconds that a single steps aside for."""


class Throttle:
    """One door per lane, first come first served.

    A single never waits behind the batches' budget, but lets a batch go first that may leave: 40
    batches spread to the end of a minute would leave the next minute's waiting.
    """

    def __init__(self, limiter: Limiter, time: LedgerTime) -> None:
        self._limiter = limiter
        self._time = time
        self._doors = {lane: asyncio.Lock() for lane in Lane}
        self._inside = dict.fromkeys(Lane, 0)
        self._room = asyncio.Event()

    async def enter(self, lane: Lane, stop: Stop = never) -> None:
        """Wait for room and budget; whoever enters must `leave`.

        `stop` is asked before the call is let through. Raises Interrupted when it says so.
        """
        async with self._doors[lane]:
            while not self._may_enter(lane, stop):
                await self._wait(lane, stop)
            self._admit(lane)
            self._inside[lane] += 1

    def leave(self, lane: Lane) -> None:
        """Make room."""
        self._inside[lane] -= 1
        self._room.set()

    async def again(self, lane: Lane) -> None:
        """Wait for the budget of one more call by somebody who is inside."""
        while (wait := self._opens_in(lane)) > INSTANT:
            await self._time.sleep(wait)
        self._admit(lane)

    def _may_enter(self, lane: Lane, stop: Stop) -> bool:
        if stop():
            raise Interrupted
        if lane is Lane.SINGLE and self._doors[Lane.BATCH].locked() and self._open(Lane.BATCH):
            return False
        return self._open(lane)

    def _open(self, lane: Lane) -> bool:
        return self._has_room(lane) and self._opens_in(lane) <= INSTANT

    async def _wait(self, lane: Lane, stop: Stop) -> None:
        if self._has_room(lane):
            await self._time.sleep(max(self._opens_in(lane), GIVE_WAY), stop)
        else:
            self._room.clear()
            await self._room.wait()

    def _has_room(self, lane: Lane) -> bool:
        """Slow batches take no more than half the places while singles wait."""
        places = self._limiter.limits.at_once
        if sum(self._inside.values()) >= places:
            return False
        shared = lane is Lane.BATCH and self._doors[Lane.SINGLE].locked()
        return not shared or self._inside[Lane.BATCH] < places // 2

    def _opens_in(self, lane: Lane) -> float:
        return self._limiter.opens_at(lane) - self._time.now()

    def _admit(self, lane: Lane) -> None:
        self._limiter.take(lane, self._time.now())
