"""The services on stores in memory, wired as the program wires the real ones."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ledgerlink.domain.model.connections import Connection, ConnectionKey
from ledgerlink.domain.model.list_records import ListTraits, ListType
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import LinkTo, RuleKind, Skip
from ledgerlink.domain.model.rules import Mapping as RuleMapping
from ledgerlink.domain.model.runs import Run
from ledgerlink.domain.model.settings import Settings
from ledgerlink.services import lane
from ledgerlink.services.connections import connect
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.imports import state_machine
from ledgerlink.services.messages import Message
from ledgerlink.services.ports import Links
from ledgerlink.services.posting import accept
from ledgerlink.services.runs.history import Item, get_run, list_items
from ledgerlink.services.settings.rules import put_rules

from tests.fakes.clock import FakeClock, FakeIds
from tests.fakes.company import FakeCompany
from tests.fakes.executions import FakeExecutions
from tests.fakes.failure_plan import FailurePlan, WorkerDied, with_failures
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
from tests.fakes.rows import FakeConnections, FakeLinks, FakeRules
from tests.fakes.runs import FakeRuns
from tests.fakes.vaults import FakeVaults

FIRM, USER, COMPANY = "acme", "ada", "realm-1"
REDIRECT = "https://api.example/v1/oauth/fake/callback"
DELIVERIES = 400


@dataclass
class InMemoryService:
    """The dependencies of the services, and the fakes behind them that a test looks at."""

    deps: Dependencies
    clock: FakeClock
    failure_plan: FailurePlan
    connector: FakeConnector
    lane: FakeLane
    executions: FakeExecutions
    staging: FakeStaging
    links: FakeLinks
    runs: FakeRuns
    vaults: FakeVaults
    connections: FakeConnections
    bus: FakeBus
    counts: Counter[str]
    handled: list[Message] = field(default_factory=list)
    allows_defects: bool = False
    """Whether a test makes our program fail on a record on purpose."""

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

    def choose(self, connection_key: ConnectionKey, settings: Settings) -> None:
        """Store these settings, whatever was stored before."""
        version = self.deps.settings.get(connection_key).version
        self.deps.settings.put(connection_key, replace(settings, version=version))

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
                assert self.allows_defects or not self.counts["Defects"]
                return
            message = self.lane.messages[0]
            try:
                asyncio.run(lane.handle(self.deps, message, stop))
            except WorkerDied:
                self.failure_plan.dead = False
                self.clock.go_on(seconds=redelivered_after)
                continue
            self.handled.append(self.lane.messages.pop(0))
        raise AssertionError(f"the lane is still busy after {DELIVERIES} deliveries")

    def _machine_went_on(self) -> bool:
        """Have one machine do its next step, again when its worker died."""
        if not self.executions.steps:
            return False
        (firm, connection_id, run_id), name, step, token = self.executions.steps[0]
        try:
            run = self.runs.get(ConnectionKey(firm, connection_id), run_id)
            state_machine.do_step(self.deps, run, name, step, token)
        except WorkerDied:
            self.failure_plan.dead = False
            return True
        self.executions.steps.pop(0)
        return True

    def run(self, run: Run) -> Run:
        return get_run(self.deps, run.connection_key, run.id, run.created_by)

    def items(self, run: Run) -> list[Item]:
        return list(list_items(self.deps, self.run(run), 0, 10_000).items)

    def states(self, run: Run) -> dict[str, ItemState]:
        return {item.operation.key: item.state for item in self.items(run)}


def in_memory_service(
    failure_plan: FailurePlan | None = None,
    chunk_size: int = 4,
    lists: Mapping[ListType, ListTraits] | None = None,
    links: Links | None = None,
) -> InMemoryService:
    """The services in memory; every call of a store or ledger is a step of `failure_plan`. The
    ledger has the lists that are given, and none else. `links` are in memory unless given."""
    failure_plan, clock = failure_plan or FailurePlan(), FakeClock()
    connector = FakeConnector(clock, failure_plan, chunk_size, lists=lists or {})
    bus, counts = FakeBus(), Counter[str]()
    executions = FakeExecutions(clock)
    queue, staging, kept, runs = FakeLane(), FakeStaging(), FakeLinks(), FakeRuns()
    vaults, connections = FakeVaults(clock), FakeConnections()
    deps = Dependencies(
        connections=with_failures("connections", connections, failure_plan),
        rules=with_failures("rules", FakeRules(), failure_plan),
        links=with_failures("links", links or kept, failure_plan),
        runs=with_failures("runs", runs, failure_plan),
        staging=with_failures("staging", staging, failure_plan),
        vaults=with_failures("vaults", vaults, failure_plan),
        lane=with_failures("lane", queue, failure_plan),
        executions=with_failures("executions", executions, failure_plan),
        connector_states=with_failures("connector_states", FakeConnectorStates(), failure_plan),
        lists=with_failures("lists", FakeLists(), failure_plan),
        settings=with_failures("settings", FakeSettings(), failure_plan),
        schedules=with_failures("schedules", FakeSchedules(), failure_plan),
        usage=with_failures("usage", FakeUsage(), failure_plan),
        bus=with_failures("bus", bus, failure_plan),
        connectors={"fake": connector},
        clock=clock,
        ids=FakeIds(),
        metrics=FakeMetrics(counts),
    )
    return InMemoryService(
        deps=deps,
        clock=clock,
        failure_plan=failure_plan,
        connector=connector,
        lane=queue,
        executions=executions,
        staging=staging,
        links=kept,
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
