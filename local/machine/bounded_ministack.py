"""MiniStack, with a bound on the calls of the HTTP API that run at once.

It starts a process for every call that finds no idle one. On one machine, fifty callers at once
would start fifty interpreters, and most of their calls would time out. Here they wait for their
turn.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

CALLS_AT_ONCE = 8
"""Calls of the HTTP API that run at once; on a machine of few cores more are not faster."""
API_PATH = "/_aws/execute-api/"
Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]


def bounded(app: App, calls: int) -> App:
    """The application, with at most so many calls of the HTTP API at a time. What the functions ask
    of AWS meanwhile does not wait, because the calls need it to come to their end."""
    free = asyncio.Semaphore(calls)

    async def one_of_few(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].startswith(API_PATH):
            async with free:
                await app(scope, receive, send)
        else:
            await app(scope, receive, send)

    return one_of_few


def main() -> None:
    """Run the emulator as its own command does."""
    import ministack.app

    ministack.app.app = bounded(ministack.app.app, CALLS_AT_ONCE)
    ministack.app.main()


if __name__ == "__main__":
    main()
