"""Ledger time, scaled and movable. Its days are California's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")


class Clock:
    """Ledger seconds pass `scale` times as fast as real ones and can be moved forward.

    Limits, latencies and lifetimes are counted in ledger seconds. Stamps in answers are
    wall-clock, so that they agree with the clocks of whoever reads them.
    """

    def __init__(
        self,
        scale: float = 1.0,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._monotonic, self._wall = monotonic, wall
        self.scale = scale
        self._real = monotonic()
        self._ledger = wall()

    def now(self) -> float:
        """Ledger seconds; starts at the wall clock's epoch seconds."""
        return self._ledger + (self._monotonic() - self._real) * self.scale

    def change(self, scale: float | None = None, advance: float = 0.0) -> None:
        self._ledger, self._real = self.now() + advance, self._monotonic()
        self.scale = self.scale if scale is None else scale

    def wall(self) -> float:
        return self._wall()

    async def sleep(self, ledger_seconds: float) -> None:
        if ledger_seconds > 0:
            await asyncio.sleep(ledger_seconds / self.scale)

    def today(self) -> date:
        return datetime.fromtimestamp(self._wall(), PACIFIC).date()
