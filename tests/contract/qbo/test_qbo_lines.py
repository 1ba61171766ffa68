"""The connector over real sockets on this machine."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ledgerlink.connectors.qbo import Endpoints, QuickBooksOnline
from ledgerlink.domain.ports import Tokens

from tests.support.qbo.scripted_company import CREDENTIALS, REALM
from tests.support.qbo.token_vault import InMemoryTokenVault
from tests.support.qbo.writes import OutcomeCollector, requests

Streams = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class MachineClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass
class Door:
    """Accepts every activity; hangs up instead of answering the first `cuts` requests."""

    cuts: int = 0
    connections: int = 0
    lines: list[bytes] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await self._answer(reader, writer):
                pass
        except asyncio.IncompleteReadError:
            pass  # the client hung up
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        lengths = (
            int(line.partition(b":")[2])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length")
        )
        body = await reader.readexactly(next(lengths, 0))
        self.lines.append(head.partition(b"\r\n")[0])
        if self.cuts:
            self.cuts -= 1
            return False
        made = {"TimeActivity": {**json.loads(body), "Id": "5", "SyncToken": "0"}} if body else {}
        answer = json.dumps(made or {"Preferences": {}}).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)
        await writer.drain()
        return True


async def posted(door: Streams, count: int) -> OutcomeCollector:
    server = await asyncio.start_server(door, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    connector = QuickBooksOnline(
        Endpoints(f"http://127.0.0.1:{port}", clock_scale=500.0), MachineClock()
    )
    expiry = datetime(2999, 1, 1, tzinfo=UTC)
    vault = InMemoryTokenVault(
        Tokens(access_token="A", refresh_token="R", access_expires_at=expiry)
    )
    ledger, report = connector.open(REALM, vault, CREDENTIALS, {}), OutcomeCollector()
    try:
        await ledger.write(requests([1] * count), report, lambda: False)
    finally:
        await ledger.close()
        server.close()
        await server.wait_closed()
    return report


async def test_connections_are_kept_and_never_more_than_ten() -> None:
    door = Door()
    report = await posted(door, 100)
    assert len(report.outcomes) == 100
    assert len(door.lines) == 100
    assert door.connections <= 10


async def test_a_write_is_not_repeated_over_a_connection_that_was_cut_before_the_answer() -> None:
    door = Door(cuts=1)
    report = await posted(door, 1)
    assert report.outcomes == {}
    assert [b"/timeactivity" in line for line in door.lines] == [True, False]
