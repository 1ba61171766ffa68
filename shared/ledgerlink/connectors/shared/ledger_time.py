"""Ledger time: the clock port, at the pace of the ledger's clock."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

from ledgerlink.domain.errors import Interrupted
from ledgerlink.domain.ports import Clock, Stop, never

T = TypeVar("T")

SLICE = 1.0
"""Real seconds after which a wait asks `stop` again."""

GRACE = 20.0
"""Real seconds that a call in flight may still take once `stop` says so, because a worker that is
out of time cannot wait for the minutes that a ledger may take."""

INSTANT = 1e-6
"""Seconds too short to wait for; a float clock may not advance by less."""


class LedgerTime:
    """Time in ledger seconds, which are real seconds times the scale."""

    def __init__(self, clock: Clock, scale: float = 1.0) -> None:
        self._clock = clock
        self.scale = float(scale)
        """Ledger seconds in a real second."""

    def now(self) -> float:
        """Ledger seconds of a clock that never goes back."""
        return self._clock.monotonic() * self.scale

    def wall(self) -> datetime:
        """The current moment, UTC."""
        return self._clock.now()

    def real(self, seconds: float, at_least: float = 0.0) -> float:
        """Ledger seconds as real seconds, `at_least` so many."""
        return max(seconds / self.scale, at_least)

    def after(self, seconds: float) -> datetime:
        """The moment so many ledger seconds from now."""
        return self._clock.now() + timedelta(seconds=seconds / self.scale)

    def left(self, until: datetime) -> float:
        """Ledger seconds from now to a moment; negative if it has passed."""
        return (until - self._clock.now()).total_seconds() * self.scale

    async def sleep(self, seconds: float, stop: Stop = never) -> None:
        """Wait so many ledger seconds. Raises Interrupted when `stop` says so meanwhile."""
        until = self.now() + seconds
        while (left := until - self.now()) > INSTANT:
            if stop():
                raise Interrupted
            await self._clock.sleep(min(left / self.scale, SLICE))


async def in_time(work: Coroutine[Any, Any, T], stop: Stop) -> T:
    """The result of the work. Raises Interrupted if it takes longer than GRACE after `stop` says
    so."""
    task, grace = asyncio.ensure_future(work), GRACE
    try:
        while grace > 0 and not (await asyncio.wait({task}, timeout=SLICE))[0]:
            grace -= SLICE if stop() else 0.0
    finally:
        if task.cancel():
            await asyncio.wait({task})
    if task.cancelled():
        raise Interrupted
    return task.result()
