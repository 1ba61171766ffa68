"""A clock that stands still until it is told to go on, and ids that repeat from run to run."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class FakeClock:
    """Implements `domain.ports.Clock`; sleeping moves the clock and takes no time."""

    moment: datetime = START

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return (self.moment - START).total_seconds()

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    def go_on(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class FakeIds:
    """Implements `services.ports.Ids`."""

    count: int = 0

    def new(self, at: datetime) -> str:
        self.count += 1
        return f"{int(at.timestamp() * 1000):012x}{self.count:016x}"

    def secret(self) -> str:
        self.count += 1
        return f"state-{self.count}"
