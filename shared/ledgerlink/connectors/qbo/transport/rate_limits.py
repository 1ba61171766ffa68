"""QuickBooks' rate limits: how many calls a company may send, and when the next one may be sent.

Source: Intuit's page on limits: 500 requests and 40 batch calls a minute for each company, 10 at
once (10 a second in its newest version; we keep both), a minute's pause after a 429. Times are
ledger seconds. Nothing in this module waits.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import inf

from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.ports import ConnectorState


class Budget(StrEnum):
    """The two kinds of call that are limited separately."""

    SINGLE = "single"
    BATCH = "batch"


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one company."""

    per_minute: int = 500
    batches_per_minute: int = 40
    window: float = 61.2
    """A minute and two percent, because requests do not arrive as evenly as they are sent."""
    per_second: float = 8.3
    burst: float = 1.5
    """With `per_second`, at most nine calls are sent in any second: one less than allowed, because
    some arrive closer together, and just fast enough for `per_minute`."""
    at_once: int = 10
    """Calls in flight."""


class SlidingWindow:
    """Allows `limit` calls within any period of so many `seconds`."""

    def __init__(self, limit: int, seconds: float, times: Iterable[float] = ()) -> None:
        self._times = deque(sorted(times), maxlen=limit)
        self._seconds = seconds

    def opens_at(self) -> float:
        """When the next call is allowed."""
        full = len(self._times) == self._times.maxlen
        return self._times[0] + self._seconds if full else -inf

    def count(self, now: float) -> None:
        """Count a call that is sent now."""
        self._times.append(now)

    def last(self) -> float:
        """When the latest call was sent."""
        return self._times[-1] if self._times else -inf

    def ages(self, now: float) -> list[float]:
        """How long ago each call was sent that still counts, oldest first."""
        return [now - time for time in self._times if now - time < self._seconds]


class Pace:
    """Allows an even stream of calls that may catch up by part of a step (GCRA)."""

    def __init__(self, per_second: float, burst: float, last: float) -> None:
        self._step = 1 / per_second
        self._slack = (burst - 1) * self._step
        self._due = last + self._step + self._slack  # it may have caught up already

    def opens_at(self) -> float:
        """When the next call is allowed."""
        return self._due - self._slack

    def count(self, now: float) -> None:
        """Count a call that is sent now."""
        self._due = max(self._due, now) + self._step


class RateLimiter:
    """All limits of one company together."""

    def __init__(
        self,
        limits: Limits,
        requests: Iterable[float] = (),
        batches: Iterable[float] = (),
        paused_until: float = -inf,
    ) -> None:
        self.limits = limits
        self._requests = SlidingWindow(limits.per_minute, limits.window, requests)
        self._batches = SlidingWindow(limits.batches_per_minute, limits.window, batches)
        self._pace = Pace(limits.per_second, limits.burst, self._requests.last())
        self._paused_until = paused_until

    def opens_at(self, budget: Budget) -> float:
        """When a call may be sent."""
        opens = max(self._requests.opens_at(), self._pace.opens_at(), self._paused_until)
        return max(opens, self._batches.opens_at()) if budget is Budget.BATCH else opens

    def count(self, budget: Budget, now: float) -> None:
        """Count a call that is sent now."""
        self._requests.count(now)
        self._pace.count(now)
        if budget is Budget.BATCH:
            self._batches.count(now)

    def pause(self, until: float) -> None:
        """Send nothing before `until`."""
        self._paused_until = max(self._paused_until, until)

    def state(self, time: LedgerTime) -> ConnectorState:
        """What the next worker has to know, as JSON values: `at` is a wall-clock moment in ms since
        1970; calls are real ms before it, the pause is real ms after it."""
        now, scale = time.now(), time.scale
        return {
            "at": int(time.wall().timestamp() * 1000),
            "requests": [int(age / scale * 1000) for age in self._requests.ages(now)],
            "batches": [int(age / scale * 1000) for age in self._batches.ages(now)],
            "paused": int(max(self._paused_until - now, 0.0) / scale * 1000),
        }

    @classmethod
    def restored(cls, state: ConnectorState, limits: Limits, time: LedgerTime) -> "RateLimiter":
        """The limiter that returned `state`, some wall-clock time later."""
        if not state:
            return cls(limits)
        since = max(time.wall().timestamp() - state["at"] / 1000, 0.0)
        now, scale = time.now(), time.scale
        return cls(
            limits,
            requests=[now - (age / 1000 + since) * scale for age in state["requests"]],
            batches=[now - (age / 1000 + since) * scale for age in state["batches"]],
            paused_until=now + (state["paused"] / 1000 - since) * scale,
        )
