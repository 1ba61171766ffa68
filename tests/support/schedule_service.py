"""The dependencies of schedules and webhooks in memory: settings, records, runs, lane."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

from ledgerlink.domain.errors import Forbidden
from ledgerlink.domain.model.connections import Connection, ConnectionKey, ConnectionState
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.list_records import ListRecord, ListTraits, ListType, WebhookEvent
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.runs import FINISHED, Run, RunState
from ledgerlink.domain.model.schedule import Due
from ledgerlink.domain.model.settings import Settings
from ledgerlink.domain.model.targets import Targets
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.runs.parking import park

from tests.fakes.clock import FakeClock, FakeIds
from tests.fakes.failure_plan import FailurePlan, with_failures
from tests.fakes.files import FakeLane
from tests.fakes.lists import FakeMetrics, FakeSettings
from tests.fakes.rows import FakeConnections
from tests.fakes.runs import FakeRuns

FIRM, NAME, REALM = "acme", "c1", "realm-1"
SIGNED = {"signature": "right"}
LISTS = {
    ListType.CUSTOMER: ListTraits(entities=("Customer",), by_changes=True, places=True),
    ListType.ITEM: ListTraits(entities=("Item",), by_changes=True),
    ListType.TAX_RATE: ListTraits(entities=("TaxRate",), by_changes=False),
    ListType.TIME: ListTraits(entities=("TimeActivity",), by_changes=False, on_request=True),
    ListType.INVOICE: ListTraits(entities=("Invoice",), by_changes=True, linked_only=True),
}


@dataclass
class ContestedSchedules:
    """Implements `services.ports.Schedules`. `overtaken` are changes that other workers make just
    before the next puts, one each; `broken` names connections whose rows cannot be put."""

    rows: dict[ConnectionKey, Due] = field(default_factory=dict)
    overtaken: list[Callable[[], None]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    puts: int = 0

    def get(self, connection_key: ConnectionKey) -> Due:
        plain = Due(firm=connection_key.firm, connection_id=connection_key.id)
        return self.rows.get(connection_key, plain)

    def put(self, due: Due) -> bool:
        if self.overtaken:
            self.overtaken.pop(0)()
        if due.connection_id in self.broken:
            raise ConnectionError("the table is away")
        there = self.get(due.connection_key)
        if there.version != due.version:
            return False
        self.puts += 1
        self.rows[due.connection_key] = replace(due, version=due.version + 1)
        return True

    def due(self, now: datetime, limit: int) -> Sequence[Due]:
        some = [due for due in self.rows.values() if due.at is not None and due.at <= now]
        return sorted(some, key=lambda due: due.at or now)[:limit]


@dataclass
class FakeRecordsAndLinks:
    """The part of `services.ports.Lists` and `Links` that asks for single records."""

    records: list[ListRecord] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    asked: int = 0

    def get(
        self, connection_key: ConnectionKey, kind: ListType, ids: Iterable[str]
    ) -> Mapping[str, ListRecord]:
        self.asked += 1
        wanted = set(ids)
        return {r.id: r for r in self.records if r.type is kind and r.id in wanted}

    def of_records(
        self, connection_key: ConnectionKey, kinds: Collection[str], ledger_ids: Iterable[str]
    ) -> Mapping[str, Link]:
        self.asked += 1
        wanted = set(ledger_ids)
        return {x.ledger_id: x for x in self.links if x.kind in kinds and x.ledger_id in wanted}

    def ledger_ids(self, connection_key: ConnectionKey, kinds: Collection[str]) -> Iterable[str]:
        return iter([link.ledger_id for link in self.links if link.kind in kinds])


@dataclass
class ConnectionsByCompany(FakeConnections):
    """Fake connections that can also be found by their company."""

    def of_company(self, ledger: str, company_id: str) -> Connection | None:
        mine = [c for c in self.rows.values() if (c.ledger, c.company_id) == (ledger, company_id)]
        return mine[0] if mine else None


@dataclass
class WebhookConnector:
    """A connector with lists, whose webhooks carry the events that the test has set."""

    lists: Mapping[ListType, ListTraits] = field(default_factory=lambda: dict(LISTS))
    targets: Targets = field(default_factory=Targets)
    events: list[WebhookEvent] = field(default_factory=list)
    shows_closed_books: bool = True

    def webhook_events(
        self, headers: Mapping[str, str], body: bytes, credentials: Mapping[str, str]
    ) -> Sequence[WebhookEvent]:
        if headers != SIGNED:
            raise Forbidden("wrong_signature", "The signature is wrong.")
        return self.events


class FakeCredentials:
    def credentials(self, ledger: str) -> Mapping[str, str]:
        return {"client_id": ledger}


@dataclass
class ScheduleService:
    """The dependencies, and the fakes behind them."""

    deps: Dependencies
    clock: FakeClock
    schedules: ContestedSchedules
    choices: FakeSettings
    known: FakeRecordsAndLinks
    connections: ConnectionsByCompany
    runs: FakeRuns
    lane: FakeLane
    connector: WebhookConnector
    counted: Counter[str]

    def connect(self, name: str = NAME, realm: str = REALM, **given: Any) -> Connection:
        plain: dict[str, Any] = {
            "state": ConnectionState.CONNECTED,
            "company_id": realm,
            "firm": FIRM,
            "id": name,
        }
        plain |= {"ledger": "fake", "created_by": "ada", "created_at": self.clock.now()}
        there = self.connections.rows.get(ConnectionKey(FIRM, name))
        plain["version"] = there.version if there else 0
        return self.connections.save(Connection(**(plain | given)))

    def choose(self, connection: Connection, settings: Settings) -> None:
        version = self.choices.get(connection.key).version
        self.choices.put(connection.key, replace(settings, version=version))

    def write(self, connection: Connection, **given: Any) -> Due:
        """The connection's row, as an earlier hour left it."""
        key = connection.key
        row = Due(firm=connection.firm, connection_id=connection.id, **given)
        self.schedules.rows[key] = replace(row, version=self.row(connection).version + 1)
        return self.schedules.rows[key]

    def row(self, connection: Connection) -> Due:
        return self.schedules.get(connection.key)

    def in_minutes(self, minutes: float) -> datetime:
        return self.clock.now() + timedelta(minutes=minutes)

    def syncs(self, connection: Connection) -> list[Run]:
        """Oldest first."""
        runs = self.runs.rows.get(connection.key, {})
        return [run for _, run in sorted(runs.items()) if run.sync is not None]

    def set(self, run: Run, **given: Any) -> Run:
        self.runs.save(replace(run, **given))
        return self.runs.get(run.connection_key, run.id)

    def end(self, run: Run) -> None:
        self.set(run, state=RunState.COMPLETED)

    def park(self, run: Run, code: str) -> None:
        assert run.state not in FINISHED
        park(self.deps, run, reason(code, detail="away"))

    def posted(self, connection: Connection, name: str) -> Run:
        now = self.clock.now()
        run = Run(
            firm=connection.firm,
            connection_id=connection.id,
            id=name,
            kind="post",
            state=RunState.QUEUED,
            created_by="ada",
            created_at=now,
        )
        return self.runs.create(run, name, name)


def schedule_service(failure_plan: FailurePlan | None = None) -> ScheduleService:
    """A new service; every call of its stores is a step of `failure_plan`."""
    failure_plan, clock, counted = failure_plan or FailurePlan(), FakeClock(), Counter[str]()
    schedules, choices, known, companies = (
        ContestedSchedules(),
        FakeSettings(),
        FakeRecordsAndLinks(),
        ConnectionsByCompany(),
    )
    runs, lane, connector = FakeRuns(), FakeLane(), WebhookConnector()
    stores: dict[str, Any] = {
        "connections": companies,
        "runs": runs,
        "lane": lane,
        "lists": known,
        "links": known,
        "settings": choices,
        "schedules": schedules,
        "vaults": FakeCredentials(),
    }
    others = ("rules", "staging", "connector_states", "usage", "bus", "executions")
    unused = dict.fromkeys(others, cast(Any, None))
    deps = Dependencies(
        **{name: with_failures(name, store, failure_plan) for name, store in stores.items()},
        **unused,
        connectors={"fake": cast(Any, connector)},
        clock=clock,
        ids=FakeIds(),
        metrics=FakeMetrics(counted),
    )
    return ScheduleService(
        deps, clock, schedules, choices, known, companies, runs, lane, connector, counted
    )
