"""Virtual time: an event loop whose clock jumps to the next timer instead of waiting."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class InstantSelector(selectors.DefaultSelector):
    """Never waits: time jumps to the next timer."""

    jump: Callable[[float], None]

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if not events and timeout is None:
            raise RuntimeError("deadlock: nothing is scheduled")
        if not events and timeout:
            self.jump(timeout)
        return events


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock advances only when all tasks wait."""

    def __init__(self) -> None:
        selector = InstantSelector()
        selector.jump = self._jump
        self._moment = 0.0
        super().__init__(selector)

    def _jump(self, seconds: float) -> None:
        self._moment += seconds

    def time(self) -> float:
        return self._moment


class VirtualClock:
    """The clock port on a VirtualLoop; its wall clock starts `offset` seconds after START."""

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset

    def now(self) -> datetime:
        return START + timedelta(seconds=self.offset + self.monotonic())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
