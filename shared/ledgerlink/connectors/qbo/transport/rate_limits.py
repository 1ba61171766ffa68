"""What the ledger allows in a minute and in a second, and how much of it is used up.

Source: Intuit's limits page: 500 requests and 40 batch calls a minute per company, 10 at once (or
10 a second in its newest wording; both are kept), a minute's pause after a 429. Times are ledger
seconds. Nothing here waits.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Any

from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.ports import ConnectorState


class Lane(StrEnum):
    """The two kinds of call that are counted apart."""

    SINGLE = "single"
    BATCH = "batch"


@dataclass(frozen=True, slots=True)
class Limits:
    """The budgets. `window` is a minute and two percent, for what jitters on the way.

    `per_second` and `burst` pace the calls so that at most nine leave in any second: one less
    than allowed, for bunching on the way, and just fast enough for `per_minute`.
    """

    per_minute: int = 500
    batches_per_minute: int = 40
    window: float = 61.2
    per_second: float = 8.3
    burst: float = 1.5
    at_once: int = 10


class Window:
    """At most `limit` starts within any `seconds`."""

    def __init__(self, limit: int, seconds: float, times: Iterable[float] = ()) -> None:
        self._times = deque(sorted(times), maxlen=limit)
        self._seconds = seconds

    def opens_at(self) -> float:
        """When the next start is allowed."""
        full = len(self._times) == self._times.maxlen
        return self._times[0] + self._seconds if full else -inf

    def take(self, now: float) -> None:
        """Count a start."""
        self._times.append(now)

    def last(self) -> float:
        """The latest start."""
        return self._times[-1] if self._times else -inf

    def ages(self, now: float) -> list[float]:
        """How long ago each start was that still counts, oldest first."""
        return [now - time for time in self._times if now - time < self._seconds]


class Pace:
    """An even stream that may catch up by a fraction of a step (GCRA)."""

    def __init__(self, per_second: float, burst: float, last: float) -> None:
        self._step = 1 / per_second
        self._slack = (burst - 1) * self._step
        self._due = last + self._step + self._slack  # whether it had caught up is not known

    def opens_at(self) -> float:
        """When the next start is allowed."""
        return self._due - self._slack

    def take(self, now: float) -> None:
        """Count a start."""
        self._due = max(self._due, now) + self._step


class Limiter:
    """All budgets of one company together."""

    def __init__(
        self,
        limits: Limits,
        requests: Iterable[float] = (),
        batches: Iterable[float] = (),
        paused_until: float = -inf,
    ) -> None:
        self.limits = limits
        self._requests = Window(limits.per_minute, limits.window, requests)
        self._batches = Window(limits.batches_per_minute, limits.window, batches)
        self._pace = Pace(limits.per_second, limits.burst, self._requests.last())
        self._paused_until = paused_until

    def opens_at(self, lane: Lane) -> float:
        """When a call on this lane may leave."""
        opens = max(self._requests.opens_at(), self._pace.opens_at(), self._paused_until)
        return max(opens, self._batches.opens_at()) if lane is Lane.BATCH else opens

    def take(self, lane: Lane, now: float) -> None:
        """Count a call that leaves now."""
        self._requests.take(now)
        self._pace.take(now)
        if lane is Lane.BATCH:
            self._batches.take(now)

    def pause(self, until: float) -> None:
        """Let nothing leave before `until`."""
        self._paused_until = max(self._paused_until, until)

    def state(self, time: LedgerTime) -> ConnectorState:
        """The memory as JSON values: `at` is a wall-clock moment in ms since 1970, the rest are
        real ms before it (starts) or after it (the pause)."""
        now = time.now()
        return {
            "at": _milliseconds(time.wall().timestamp()),
            "requests": [_milliseconds(time.real(age)) for age in self._requests.ages(now)],
            "batches": [_milliseconds(time.real(age)) for age in self._batches.ages(now)],
            "paused": _milliseconds(time.real(max(self._paused_until - now, 0.0))),
        }

    @classmethod
    def restored(cls, state: ConnectorState, limits: Limits, time: LedgerTime) -> "Limiter":
        """The limiter that wrote `state`, some wall-clock time later."""
        if not state:
            return cls(limits)
        since = max(time.wall().timestamp() - state["at"] / 1000, 0.0)
        now = time.now()
        return cls(
            limits,
            requests=[now - age for age in _ages(state, "requests", since, time)],
            batches=[now - age for age in _ages(state, "batches", since, time)],
            paused_until=now + time.ledger(state["paused"] / 1000 - since),
        )


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)


def _ages(state: Mapping[str, Any], name: str, since: float, time: LedgerTime) -> list[float]:
    return [time.ledger(age / 1000 + since) for age in state[name]]
