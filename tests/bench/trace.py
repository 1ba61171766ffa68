"""Prints the way of one record through the code: `python -m tests.bench.trace post|lists`.

One billable time entry from the API to its link, or the customers of a company from the ledger to
the feed of changes: the real functions, services and QuickBooks Online connector, the sandbox
behind a socket, and the tests' fakes for AWS. Each leg comes with its calls, its functions, its
files and how often a call leads into another file than the call before it. A call of a coroutine or
generator counts once, however often it is resumed; a second row counts its resumptions, too.
"""

import argparse
import asyncio
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from types import FrameType
from typing import NamedTuple, TypeVar
from unittest.mock import patch

from ledgerlink import bootstrap
from ledgerlink.connectors.qbo import Endpoints, QuickBooksOnline
from ledgerlink.domain.model.connections import Connection, ConnectionState
from ledgerlink.domain.model.rules import LinkTo, RuleKind
from ledgerlink.domain.ports import Tokens
from ledgerlink.services import lane
from rich.console import Console
from rich.table import Table

from functions.api import tokens
from local.machine.layout import ROOT
from local.sandboxes.qbo.server import Options, running
from local.sandboxes.qbo.settings import Settings
from tests.fakes.service import FIRM, USER, InMemoryService, in_memory_service
from tests.fakes.vaults import FakeVaults
from tests.support.signed_tokens import AUDIENCE, ISSUER, answers
from tests.unit.api.client import Api
from tests.unit.api.conftest import SETTINGS

T = TypeVar("T")
PRODUCT = tuple(f"{ROOT / folder}{os.sep}" for folder in ("shared", "functions"))
ENTRY = {
    "staff_key": "u1",
    "project_key": "p1",
    "labor_code_key": "l1",
    "work_date": "2026-02-02",
    "minutes": 90,
    "billable": True,
    "bill_rate": "50",
}
SANDBOX = Settings(throttle=False, single_ms=0.0, query_ms=0.0, batch_ms=0.0, batch_item_ms=0.0)
CREDENTIALS = {"client_id": SANDBOX.client_id, "client_secret": SANDBOX.client_secret}
SCALE = 40.0
"""Ledger seconds in one of this machine's, so that the ledger's pace is not waited for."""
WARM_UP = 1
"""Records whose way is not printed: caches are filled and modules are imported on it."""


class Call(NamedTuple):
    file: str
    function: str


@dataclass
class Trace:
    """The calls of the product's functions, by leg, in their order."""

    legs: dict[str, list[Call]] = field(default_factory=dict)
    resumed_legs: dict[str, list[Call]] = field(default_factory=dict)
    """The same with one more call for each time that a coroutine or generator is resumed."""

    def follow(self, leg: str, work: Callable[[], T]) -> T:
        """The result of the work, whose calls are kept under this leg."""
        calls, resumed = self.legs.setdefault(leg, []), self.resumed_legs.setdefault(leg, [])
        entered: set[FrameType] = set()

        def note(frame: FrameType, event: str, _argument: object) -> None:
            code = frame.f_code
            if event != "call" or not code.co_filename.startswith(PRODUCT):
                return
            if not code.co_name.startswith("<"):
                name = getattr(code, "co_qualname", code.co_name)
                resumed.append(Call(os.path.relpath(code.co_filename, ROOT), name))
                if frame not in entered:
                    entered.add(frame)
                    calls.append(resumed[-1])

        sys.setprofile(note)
        try:
            return work()
        finally:
            sys.setprofile(None)


class Figures(NamedTuple):
    calls: int
    functions: int
    files: int
    changes: int

    @classmethod
    def of(cls, calls: list[Call]) -> "Figures":
        return cls(
            len(calls),
            len(set(calls)),
            len({call.file for call in calls}),
            sum(1 for one, other in pairwise(calls) if one.file != other.file),
        )

    @classmethod
    def of_all(cls, legs: Iterable[list[Call]]) -> "Figures":
        """Of all legs; the step from one leg into the next is no change of file."""
        each = [*legs]
        whole = cls.of([call for calls in each for call in calls])
        return whole._replace(changes=sum(cls.of(calls).changes for calls in each))


@dataclass
class Service:
    """The API and a worker, connected to the sandbox's sample company."""

    place: InMemoryService
    api: Api

    def take_in(self, path: str, body: object, key: str) -> None:
        headers = {"idempotency-key": key}
        answer = self.api.post(f"/v1/connections/c1/{path}", body, headers=headers)
        assert answer.status == 202, answer.text

    def changes(self) -> None:
        answer = self.api.get("/v1/connections/c1/changes", query={"after": "0"})
        assert answer.status == 200, answer.text

    def work(self, trace: Trace) -> None:
        """What the lane holds, a leg for each step."""
        messages = self.place.lane.messages
        while messages:
            message = messages.pop(0)
            handled = lane.handle(self.place.deps, message, lambda: False)
            trace.follow(f"worker: {message.step}", partial(asyncio.run, handled))


def post(service: Service, trace: Trace, number: int) -> None:
    body = {"time_entries": [{**ENTRY, "key": f"t{number}", "notes": f"Notes {number}"}]}
    trace.follow("API: take it in", lambda: service.take_in("posts", body, f"k{number}"))
    service.work(trace)


def lists(service: Service, trace: Trace, number: int) -> None:
    body = {"lists": ["customer"]}
    trace.follow("API: ask for a sync", lambda: service.take_in("syncs", body, f"s{number}"))
    service.work(trace)
    trace.follow("API: read the changes", service.changes)


WAYS = {"post": (post, WARM_UP), "lists": (lists, 0)}
"""What is traced, and how many of it before; a second sync would find nothing new."""


class MachineClock:
    """Not the product's own, so that asking for the time is no call of it."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Vaults(FakeVaults):
    def credentials(self, ledger: str) -> dict[str, str]:
        return CREDENTIALS


@contextmanager
def connected() -> Iterator[Service]:
    """The service in memory with a connection that was authorised and has rules."""
    with running(Options(seed="sample", settings=SANDBOX)) as served:
        place, clock = in_memory_service(), MachineClock()
        token_url = f"{served.url}/oauth2/v1/tokens/bearer"
        endpoints = Endpoints(served.url, token_url=token_url, clock_scale=SCALE)
        vaults, connectors = Vaults(clock), {"qbo": QuickBooksOnline(endpoints, clock)}
        place.deps = replace(place.deps, connectors=connectors, clock=clock, vaults=vaults)
        connection = Connection(
            firm=FIRM,
            id="c1",
            ledger="qbo",
            state=ConnectionState.CONNECTED,
            created_by=USER,
            created_at=datetime.now(UTC),
            company_id=served.realm,
        )
        place.deps.connections.save(connection)
        granted = served.token()
        access, refresh = granted["access_token"], granted["refresh_token"]
        never = datetime(2999, 1, 1, tzinfo=UTC)
        vaults.put(
            connection.key,
            Tokens(access_token=access, refresh_token=refresh, access_expires_at=never),
        )
        for kind, key, record in (
            (RuleKind.USERS, "u1", "55"),
            (RuleKind.PROJECTS, "p1", "1"),
            (RuleKind.LABOR_CODES, "l1", "8"),
        ):
            place.rules(connection, kind, {key: LinkTo(ledger_id=record)})
        verifier = tokens.TokenVerifier(ISSUER, [AUDIENCE], tokens.SigningKeys(ISSUER, answers))
        with (
            patch.dict(os.environ, SETTINGS),
            patch.object(tokens, "verifier", lambda: verifier),
            patch.object(bootstrap, "build", lambda _environment: place.deps),
        ):
            bootstrap.dependencies.cache_clear()
            yield Service(place, Api(place))
            bootstrap.dependencies.cache_clear()


def traced(name: str) -> Trace:
    """The way of one record, on a service that has seen others."""
    walk, before = WAYS[name]
    with connected() as service:
        for number in range(before):
            walk(service, Trace(), number)
        trace = Trace()
        walk(service, trace, before)
    return trace


def show(trace: Trace, console: Console, every_call: bool) -> None:
    table = Table("step", *Figures._fields)
    for leg, calls in trace.legs.items():
        table.add_row(leg, *map(str, Figures.of(calls)))
    table.add_section()
    table.add_row("in all", *map(str, Figures.of_all(trace.legs.values())))
    with_resumptions = Figures.of_all(trace.resumed_legs.values())
    table.add_row("with resumptions", *map(str, with_resumptions), style="dim")
    console.print(table)
    busiest = Counter(call.file for calls in trace.legs.values() for call in calls)
    for file, count in busiest.most_common(10):
        console.print(f"{count:5} {file}")
    if every_call:
        for leg, calls in trace.legs.items():
            console.print(f"\n{leg}")
            for call in calls:
                console.print(f"  {call.file} {call.function}", highlight=False, soft_wrap=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.trace", description=__doc__)
    parser.add_argument("way", choices=tuple(WAYS))
    parser.add_argument("--calls", action="store_true", help="every call, in order")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    show(traced(given.way), Console(), given.calls)
    return 0


if __name__ == "__main__":
    sys.exit(main())
