"""A night in simulated time: the real tick and the real ends of syncs around a model of the lane.

What is modelled: the table (a round trip per call), the queue (one group per connection, in
order), its workers (how many, how fast they become more) and how long a sync takes.
"""

import heapq
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, cast

from ledgerlink.domain.model.connections import Connection, ConnectionKey, ConnectionState
from ledgerlink.domain.model.list_records import ListTraits, ListType
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.domain.model.schedule import NIGHTLY_SPREAD, Due, jitter
from ledgerlink.domain.model.settings import Schedule, ScheduleMode, Settings
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.messages import Message
from ledgerlink.services.sync import scheduler

from tests.fakes.clock import FakeClock, FakeIds
from tests.fakes.files import FakeLane
from tests.fakes.lists import FakeSettings
from tests.fakes.runs import FakeRuns
from tests.support.schedule_service import ConnectionsByCompany

TICK = timedelta(minutes=1)
ROUND_TRIP = timedelta(milliseconds=6)
"""One call of a table or queue from within its region."""
FIRST_WORKERS, MORE_WORKERS = 5, 300
"""Pollers at first, and more of them each minute; AWS says so of standard queues."""
ENDLESS = timedelta(days=3)
LISTS = {ListType.CUSTOMER: ListTraits(entities=("Customer",), by_changes=True, places=True)}
UNCHANGED_CALLS = 3
"""Change data capture for all lists that have it; tax codes and tax rates by a query each."""
WHOLE_CALLS = 14
"""Each list by a page or two, and the company by two reads."""


@dataclass(frozen=True)
class Plan:
    """A night to simulate: who has which zone, and what the lane is like."""

    name: str
    zones: Sequence[str]
    connections: int = 10_000
    workers: int = 1_000
    seconds: float = 6.0
    hour: int = 2
    begin: datetime = datetime(2026, 3, 7, 18, tzinfo=UTC)
    whole: Callable[[str], bool] = lambda _name: False


@dataclass
class Night:
    """What was seen. Waits are from a message's coming to its worker's start; `late` is from the
    firm's hour to the end of its sync."""

    plan: Plan
    done: Counter[str] = field(default_factory=Counter)
    waits: list[timedelta] = field(default_factory=list)
    late: list[timedelta] = field(default_factory=list)
    ends: list[datetime] = field(default_factory=list)
    at_once: int = 0
    backlog: int = 0
    tick_cpu: float = 0.0
    tick_time: timedelta = timedelta()
    tick_queued: int = 0
    cpu: float = 0.0
    calls: Counter[str] = field(default_factory=Counter)
    metered: int = 0


class Counted:
    """A store whose calls are counted by its name."""

    def __init__(self, name: str, inner: Any, calls: Counter[str]) -> None:
        self._name, self._inner, self._calls = name, inner, calls
        self._lock = threading.Lock()

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._inner, method)

        def call(*given: Any, **named: Any) -> Any:
            with self._lock:
                self._calls[self._name] += 1
            return found(*given, **named)

        return call


@dataclass
class Index:
    """Implements `services.ports.Schedules`, quick for many rows and many ticks."""

    rows: dict[ConnectionKey, Due] = field(default_factory=dict)
    heap: list[tuple[datetime, str, int, Due]] = field(default_factory=list)

    def get(self, connection_key: ConnectionKey) -> Due:
        plain = Due(firm=connection_key.firm, connection_id=connection_key.id)
        return self.rows.get(connection_key, plain)

    def put(self, due: Due) -> bool:
        if self.get(due.connection_key).version != due.version:
            return False
        stored = replace(due, version=due.version + 1)
        self.rows[due.connection_key] = stored
        if stored.at is not None:
            heapq.heappush(self.heap, (stored.at, stored.connection_id, stored.version, stored))
        return True

    def due(self, now: datetime, limit: int) -> Sequence[Due]:
        some: list[tuple[datetime, str, int, Due]] = []
        while self.heap and self.heap[0][0] <= now and len(some) < limit:
            entry = heapq.heappop(self.heap)
            if self.rows[entry[3].connection_key] == entry[3]:
                some.append(entry)
        for entry in some:
            heapq.heappush(self.heap, entry)
        return [entry[3] for entry in some]


@dataclass(frozen=True)
class Teller:
    """The only thing that scheduling asks of a connector."""

    lists: Mapping[ListType, ListTraits] = field(default_factory=lambda: dict(LISTS))


@dataclass
class Groups:
    """A FIFO queue: of each group one message at a time, in order."""

    waiting: dict[str, deque[tuple[datetime, Message]]] = field(default_factory=dict)
    ready: deque[str] = field(default_factory=deque)
    busy: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return sum(len(messages) for messages in self.waiting.values())

    def put(self, at: datetime, message: Message) -> None:
        group = message.connection_id
        mine = self.waiting.setdefault(group, deque())
        mine.append((at, message))
        if len(mine) == 1 and group not in self.busy:
            self.ready.append(group)

    def take(self) -> tuple[datetime, Message]:
        group = self.ready.popleft()
        self.busy.add(group)
        mine = self.waiting[group]
        taken = mine.popleft()
        if not mine:
            del self.waiting[group]
        return taken

    def finish(self, group: str) -> None:
        self.busy.remove(group)
        if group in self.waiting:
            self.ready.append(group)


class Simulation:
    """One plan, run until every connection has had its night."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.night = plan, Night(plan)
        self.clock, self.runs, self.lane = FakeClock(plan.begin), FakeRuns(), FakeLane()
        self.choices, self.companies, self.index = FakeSettings(), ConnectionsByCompany(), Index()
        self.groups, self.limit = Groups(), FIRST_WORKERS
        self.events: list[tuple[datetime, int, Callable[[], None]]] = []
        self.order = count()
        self.deps = self._deps()

    def _deps(self) -> Dependencies:
        stores = {
            "connections": self.companies,
            "runs": self.runs,
            "settings": self.choices,
            "schedules": self.index,
            "lane": self.lane,
        }
        names = (
            "rules",
            "links",
            "staging",
            "vaults",
            "connector_states",
            "lists",
            "usage",
            "bus",
            "executions",
        )
        unused = dict.fromkeys(names, cast(Any, None))
        return Dependencies(
            **{n: cast(Any, Counted(n, s, self.night.calls)) for n, s in stores.items()},
            **unused,
            connectors={"fake": cast(Any, Teller())},
            clock=self.clock,
            ids=FakeIds(),
        )

    def run(self) -> Night:
        """Raises AssertionError when the night does not end."""
        begun = time.process_time()
        for number in range(self.plan.connections):
            self._connect(number)
        self.night.calls.clear()
        self._at(self.plan.begin, self._tick)
        while len(self.night.done) < self.plan.connections:
            moment, _, happen = heapq.heappop(self.events)
            assert moment < self.plan.begin + ENDLESS, "the night does not end"
            self.clock.moment = moment
            happen()
        self.night.cpu = time.process_time() - begun
        return self.night

    def _connect(self, number: int) -> None:
        zone = self.plan.zones[number % len(self.plan.zones)]
        nightly = Schedule(mode=ScheduleMode.NIGHTLY, hour=self.plan.hour, time_zone=zone)
        connection = Connection(
            firm=f"firm-{number}",
            id=f"connection-{number}",
            ledger="fake",
            state=ConnectionState.CONNECTED,
            created_by="ada",
            created_at=self.plan.begin,
        )
        self.companies.save(connection)
        self.choices.put(connection.key, Settings(schedule=nightly))
        scheduler.replan(self.deps, connection)

    def _at(self, moment: datetime, happen: Callable[[], None]) -> None:
        heapq.heappush(self.events, (moment, next(self.order), happen))

    def _tick(self) -> None:
        before, begun = self.night.calls.total(), time.process_time()
        queued = scheduler.tick(self.deps, lambda: False)
        self.night.tick_cpu = max(self.night.tick_cpu, time.process_time() - begun)
        calls = self.night.calls.total() - before
        took = ROUND_TRIP * calls / scheduler.WORKERS
        self.night.tick_time = max(self.night.tick_time, took)
        self.night.tick_queued = max(self.night.tick_queued, queued)
        self._deliver(took)
        more = self.limit + MORE_WORKERS if self.groups.ready else FIRST_WORKERS
        self.limit = min(self.plan.workers, max(more, len(self.groups.busy)))
        self._work()
        self._at(self.clock.now() + TICK, self._tick)

    def _deliver(self, took: timedelta) -> None:
        """The messages that a tick sent come one by one while it works."""
        sent, now = list(self.lane.messages), self.clock.now()
        self.lane.messages.clear()
        for number, message in enumerate(sent, 1):
            at = now + took * number / len(sent)
            self._at(at, lambda at=at, message=message: self._arrive(at, message))  # type: ignore[misc]

    def _arrive(self, at: datetime, message: Message) -> None:
        self.groups.put(at, message)
        self._work()
        self.night.backlog = max(self.night.backlog, len(self.groups))

    def _work(self) -> None:
        while self.groups.ready and len(self.groups.busy) < self.limit:
            came, message = self.groups.take()
            now = self.clock.now()
            self.night.waits.append(now - came)
            run = self.runs.get(message.connection_key, message.run_id)
            self.runs.save(replace(run, state=RunState.APPLYING))
            self._at(now + self._lasts(message.connection_id), lambda run=run: self._end(run))  # type: ignore[misc]
        self.night.at_once = max(self.night.at_once, len(self.groups.busy))

    def _lasts(self, name: str) -> timedelta:
        """Nine in ten syncs are quick, one in a hundred lasts twenty times as long."""
        share = jitter(f"lasts {name}", timedelta(seconds=100)) / timedelta(seconds=1)
        times = 1 if share < 90 else 4 if share < 99 else 20
        return timedelta(seconds=self.plan.seconds * times)

    def _end(self, run: Run) -> None:
        now, night = self.clock.now(), self.night
        self.runs.save(replace(run, state=RunState.COMPLETED, finished_at=now))
        connection = self.companies.get(run.connection_key)
        scheduler.reschedule(self.deps, connection, changed=False)
        night.done[connection.id] += 1
        night.ends.append(now)
        planned = run.created_at - jitter(connection.id, NIGHTLY_SPREAD)
        night.late.append(now - planned)
        night.metered += WHOLE_CALLS if self.plan.whole(connection.id) else UNCHANGED_CALLS
        self.groups.finish(connection.id)
        self._work()
