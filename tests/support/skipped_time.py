"""Time whose waits are skipped: it passes as ever, and a sleep moves it on at once.

A clock that is scaled runs away from a busy machine, which then finds sessions ended and limits
forgotten. This one moves by itself only as real time does.
"""

import asyncio
import selectors
import time
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx

T = TypeVar("T")


class SkippedTime:
    """The clock of a connector and, by `monotonic` and `wall`, of the sandbox that it calls.

    In `run` every wait of the event loop is skipped as soon as nothing else is left to do, in
    the order of the waits' ends. Whatever is waited for must run in that loop.
    """

    def __init__(self) -> None:
        self.skipped = 0.0
        """Seconds."""
        self._due: list[tuple[float, Callable[[], object]]] = []

    def monotonic(self) -> float:
        return time.monotonic() + self.skipped

    def wall(self) -> float:
        return time.time() + self.skipped

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.wall(), UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def after(self, seconds: float, action: Callable[[], object]) -> None:
        """Do this once in the next `run`, when so many seconds of it have passed."""
        self._due.append((seconds, action))

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """What `asyncio.run` does, in this time."""
        with asyncio.Runner(loop_factory=self._loop) as runner:
            return runner.run(main)

    def _loop(self) -> "_Loop":
        loop, due, self._due = _Loop(self), self._due, []
        loop.set_default_executor(_InTheLoop())
        for seconds, action in due:
            loop.call_later(seconds, action)
        return loop


class _InTheLoop(ThreadPoolExecutor):
    """Does what `asyncio.to_thread` is given at once, so that no time is skipped meanwhile."""

    def submit(self, do: Callable[..., T], /, *given: Any, **named: Any) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(do(*given, **named))
        except BaseException as error:
            done.set_exception(error)
        return done


def send_together(
    time: SkippedTime,
    transport: httpx.AsyncBaseTransport | None,
    requests: Iterable[httpx.Request],
) -> list[httpx.Response]:
    """The answers, in the order of the requests."""

    async def main() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=transport, timeout=None) as http:
            return await asyncio.gather(*map(http.send, requests))

    return time.run(main())


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, time: SkippedTime) -> None:
        super().__init__(_Selector(time))
        self._skipped_time = time

    def time(self) -> float:
        return self._skipped_time.monotonic()

    async def shutdown_default_executor(self) -> None:
        """Nothing to end: `_InTheLoop` has no threads, and the method that this one replaces starts
        a thread to wait for them."""


class _Selector(selectors.DefaultSelector):
    """The loop asks it to wait until the next timer: it moves the time on instead."""

    def __init__(self, time: SkippedTime) -> None:
        super().__init__()
        self._time = time

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        events = super().select(0)
        if not events:
            self._time.skipped += timeout
        return events
