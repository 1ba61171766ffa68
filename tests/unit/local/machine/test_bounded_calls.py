"""Callers of the HTTP API wait for their turn; what functions ask of AWS does not."""

import asyncio
from typing import Any

from local.machine.bounded_ministack import API_PATH, Scope, bounded


class Stack:
    """An application that notes how many calls it has at once."""

    def __init__(self) -> None:
        self.running = self.most = self.done = 0
        self.go_on = asyncio.Event()

    async def __call__(self, scope: Scope, _receive: Any, _send: Any) -> None:
        if scope["path"].startswith(API_PATH):
            self.running += 1
            self.most = max(self.most, self.running)
            await self.go_on.wait()
            self.running -= 1
        self.done += 1
        if scope["path"].endswith("/fails"):
            raise ConnectionError


async def test_fifty_callers_at_once_are_served_a_few_at_a_time() -> None:
    """Case security 15."""
    stack = Stack()
    app = bounded(stack, 3)

    def call(path: str, kind: str = "http") -> asyncio.Task[None]:
        async def one() -> None:
            await app({"type": kind, "path": path}, None, None)

        return asyncio.create_task(one())

    calls = [call(f"{API_PATH}ledgerlink/{n if n % 5 else 'fails'}") for n in range(50)]
    await asyncio.sleep(0)
    await asyncio.gather(call("/table"), call("/", "lifespan"))
    assert (stack.running, stack.done) == (3, 2)
    stack.go_on.set()
    ended = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(one, ConnectionError) for one in ended) == 10
    assert (stack.most, stack.done) == (3, 52)
