"""A whole house in memory, wired as the program wires the real one, and ways to live in it."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledgerlink.domain.model.connections import Connection, ConnectionKey
from ledgerlink.domain.model.list_records import ListTraits, ListType
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import LinkTo, RuleKind, Skip
from ledgerlink.domain.model.rules import Mapping as RuleMapping
from ledgerlink.domain.model.runs import Run
from ledgerlink.services import lane
from ledgerlink.services.connections import connect
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.imports import state_machine
from ledgerlink.services.messages import Message
from ledgerlink.services.posting import accept
from ledgerlink.services.runs.history import Item, get_run, list_items
from ledgerlink.services.settings.rules import put_rules

from tests.fakes.clock import FakeClock, FakeIds
from tests.fakes.company import FakeCompany
from tests.fakes.fate import Died, Fate, mortal
from tests.fakes.files import FakeConnectorStates, FakeLane, FakeStaging
from tests.fakes.ledger import FakeConnector
from tests.fakes.lists import (
    FakeBus,
    FakeLists,
    FakeMetrics,
    FakeSchedules,
    FakeSettings,
    FakeUsage,
)
from tests.fakes.machines import FakeMachines
from tests.fakes.rows import FakeConnections, FakeLinks, FakeRules
from tests.fakes.runs import FakeRuns
from tests.fakes.vaults import FakeVaults

FIRM, USER, COMPANY = "acme", "ada", "realm-1"
REDIRECT = "https://api.example/v1/oauth/fake/callback"
DELIVERIES = 400


@dataclass
class InMemoryService:
    """A house and everything around it that a test wants to look at."""

    deps: Dependencies
    clock: FakeClock
    fate: Fate
    connector: FakeConnector
    lane: FakeLane
    machines: FakeMachines
    staging: FakeStaging
    links: FakeLinks
    runs: FakeRuns
    vaults: FakeVaults
    connections: FakeConnections
    bus: FakeBus
    counts: Counter[str]
    handled: list[Message] = field(default_factory=list)

    def company(self, company_id: str = COMPANY) -> FakeCompany:
        return self.connector.company(company_id)

    def connected(self, firm: str = FIRM, company_id: str = COMPANY) -> Connection:
        """A connection that was authorised and read back, with two people and two projects."""
        consent = connect.connect(self.deps, firm, USER, "fake", REDIRECT)
        state = consent.authorize_url.partition("state=")[2].partition("&")[0]
        connection = connect.complete(self.deps, state, "code", company_id)
        self.work()
        self.rules(connection, RuleKind.USERS, {"u1": LinkTo(ledger_id="P1"), "u2": Skip()})
        self.rules(connection, RuleKind.PROJECTS, {"p1": LinkTo(ledger_id="C1")})
        return self.deps.connections.get(ConnectionKey(firm, connection.id))

    def rules(self, connection: Connection, kind: RuleKind, given: dict[str, RuleMapping]) -> None:
        put_rules(self.deps, connection.key, USER, kind, given)

    def post(self, connection: Connection, key: str, records: Sequence[Any] | str) -> Run:
        return accept.post(self.deps, connection.key, USER, key, records)

    def work(self, stop: Callable[[], bool] = lambda: False, redelivered_after: int = 0) -> None:
        """Deliver what is in the lane, in order, each message again until it is done.

        `redelivered_after` is the seconds between a death and the next delivery.
        """
        for _ in range(DELIVERIES):
            if self._machine_went_on():
                continue
            if not self.lane.messages:
                return
            message = self.lane.messages[0]
            try:
                asyncio.run(lane.handle(self.deps, message, stop))
            except Died:
                self.fate.dead = False
                self.clock.go_on(seconds=redelivered_after)
                continue
            self.handled.append(self.lane.messages.pop(0))
        raise AssertionError(f"the lane is still busy after {DELIVERIES} deliveries")

    def _machine_went_on(self) -> bool:
        """Have one machine do its next step, again when its worker died."""
        if not self.machines.steps:
            return False
        (firm, connection_id, run_id), name, step, token = self.machines.steps[0]
        try:
            run = self.runs.get(ConnectionKey(firm, connection_id), run_id)
            state_machine.do_step(self.deps, run, name, step, token)
        except Died:
            self.fate.dead = False
            return True
        self.machines.steps.pop(0)
        return True

    def run(self, run: Run) -> Run:
        return get_run(self.deps, run.connection_key, run.id, run.created_by)

    def items(self, run: Run) -> list[Item]:
        return list(list_items(self.deps, self.run(run), 0, 10_000).items)

    def states(self, run: Run) -> dict[str, ItemState]:
        return {item.operation.key: item.state for item in self.items(run)}


def in_memory_service(
    fate: Fate | None = None,
    chunk_size: int = 4,
    lists: Mapping[ListType, ListTraits] | None = None,
) -> InMemoryService:
    """A town with one house; every call of its stores and ledgers is a step of `fate`. Its
    ledger has the lists that are given, and none else."""
    fate, clock = fate or Fate(), FakeClock()
    connector = FakeConnector(clock, fate, chunk_size, lists=lists or {})
    bus, counts = FakeBus(), Counter[str]()
    machines = FakeMachines(clock)
    queue, staging, links, runs = FakeLane(), FakeStaging(), FakeLinks(), FakeRuns()
    vaults, connections = FakeVaults(clock), FakeConnections()
    deps = Dependencies(
        connections=mortal("connections", connections, fate),
        rules=mortal("rules", FakeRules(), fate),
        links=mortal("links", links, fate),
        runs=mortal("runs", runs, fate),
        staging=mortal("staging", staging, fate),
        vaults=mortal("vaults", vaults, fate),
        lane=mortal("lane", queue, fate),
        machines=mortal("machines", machines, fate),
        connector_states=mortal("connector_states", FakeConnectorStates(), fate),
        lists=mortal("lists", FakeLists(), fate),
        settings=mortal("settings", FakeSettings(), fate),
        schedules=mortal("schedules", FakeSchedules(), fate),
        usage=mortal("usage", FakeUsage(), fate),
        bus=mortal("bus", bus, fate),
        connectors={"fake": connector},
        clock=clock,
        ids=FakeIds(),
        metrics=FakeMetrics(counts),
    )
    return InMemoryService(
        deps=deps,
        clock=clock,
        fate=fate,
        connector=connector,
        lane=queue,
        machines=machines,
        staging=staging,
        links=links,
        runs=runs,
        vaults=vaults,
        connections=connections,
        bus=bus,
        counts=counts,
    )


def entry(key: str, **given: Any) -> dict[str, Any]:
    """A time entry as the product posts it."""
    plain = {"key": key, "staff_key": "u1", "work_date": "2026-02-27", "minutes": 60}
    return plain | {"project_key": "p1", "notes": f"work {key}"} | given
