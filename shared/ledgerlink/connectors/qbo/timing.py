"""Ledger time: the passed-in clock, seen at the ledger's own pace."""

from collections.abc import Callable
from datetime import datetime, timedelta

from ledgerlink.domain.ports import Clock

Stop = Callable[[], bool]

SLICE = 1.0
"""Real seconds after which a sleeper asks again whether to stop."""

INSTANT = 1e-6
"""Seconds too short to wait for; below this a float clock need not move."""


def never() -> bool:
    """The stop of those who finish what they began."""
    return False


class Interrupted(Exception):
    """Stop said so before the call was sent; the call is left alone."""


class LedgerTime:
    """Seconds as the ledger counts them: real seconds times the scale."""

    def __init__(self, clock: Clock, scale: float = 1.0) -> None:
        self._clock = clock
        self._scale = float(scale)

    def now(self) -> float:
        """Ledger seconds that never go back."""
        return self._clock.monotonic() * self._scale

    def wall(self) -> datetime:
        """The moment, UTC."""
        return self._clock.now()

    def real(self, seconds: float, at_least: float = 0.0) -> float:
        """Ledger seconds in real ones, but not fewer than `at_least`."""
        return max(seconds / self._scale, at_least)

    def ledger(self, seconds: float) -> float:
        """Real seconds in ledger ones."""
        return seconds * self._scale

    def after(self, seconds: float) -> datetime:
        """The moment so many ledger seconds from now."""
        return self._clock.now() + timedelta(seconds=seconds / self._scale)

    def left(self, until: datetime) -> float:
        """Ledger seconds from now to a moment; negative when it has passed."""
        return (until - self._clock.now()).total_seconds() * self._scale

    async def sleep(self, seconds: float, stop: Stop = never) -> None:
        """Wait so many ledger seconds. Raises Interrupted when `stop` says so meanwhile."""
        until = self.now() + seconds
        while (left := until - self.now()) > INSTANT:
            if stop():
                raise Interrupted
            await self._clock.sleep(min(left / self._scale, SLICE))
