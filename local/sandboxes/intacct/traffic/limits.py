"""How many requests of a company run at once, and how long the others wait."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from local.sandboxes.common.clock import Clock
from local.sandboxes.intacct.settings import Settings

MINUTE: Final = 60.0


class Busy(Exception):
    """Nobody made room in time."""


@dataclass(slots=True)
class CompanyTraffic:
    """The traffic of one company."""

    limit: int
    room: asyncio.Semaphore
    running: int = 0


@dataclass(slots=True)
class Limits:
    _companies: dict[str, CompanyTraffic] = field(default_factory=dict)
    _minutes: dict[str, deque[float]] = field(default_factory=dict)

    async def enter(self, company: str, clock: Clock, settings: Settings) -> CompanyTraffic:
        """Waits for room; raises Busy."""
        limit = settings.concurrent_requests if settings.throttle else 10_000
        traffic = self._companies.get(company)
        if traffic is None or traffic.limit != limit:
            traffic = self._companies[company] = CompanyTraffic(limit, asyncio.Semaphore(limit))
        try:
            seconds = settings.queue_seconds / clock.scale
            await asyncio.wait_for(traffic.room.acquire(), seconds)
        except TimeoutError as error:
            raise Busy from error
        traffic.running += 1
        return traffic

    @staticmethod
    def leave(traffic: CompanyTraffic) -> None:
        traffic.running -= 1
        traffic.room.release()

    def too_many(self, sender: str, now: float, settings: Settings) -> bool:
        """Whether a sender has used up this minute; counts the request if not."""
        limit = settings.requests_per_minute
        times = self._minutes.setdefault(sender, deque())
        while times and times[0] <= now - MINUTE:
            times.popleft()
        if settings.throttle and limit is not None and len(times) >= limit:
            return True
        times.append(now)
        return False

    def clear(self) -> None:
        self._companies.clear()
        self._minutes.clear()
