"""The dependencies of the use cases, wired once per process."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.retention import STANDARD, Retention
from ledgerlink.domain.ports import Clock, Connector, ConnectorState, Ledger, TimeSource
from ledgerlink.services.ports import (
    Bus,
    Connections,
    ConnectorStates,
    Ids,
    ImportExecutions,
    Lane,
    Links,
    Lists,
    Metrics,
    Rules,
    Runs,
    Schedules,
    SettingsStore,
    Staging,
    Usage,
    Vaults,
)


class NoMetrics:
    """Implements `services.ports.Metrics` and reports nothing."""

    def count(self, name: str, number: int) -> None: ...
    def add_up_per_ledger(self, ledger: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """The stores, the queue, the bus, the connectors and the clock that a use case may call."""

    connections: Connections
    rules: Rules
    links: Links
    runs: Runs
    staging: Staging
    vaults: Vaults
    lane: Lane
    executions: ImportExecutions
    connector_states: ConnectorStates
    lists: Lists
    settings: SettingsStore
    schedules: Schedules
    usage: Usage
    bus: Bus
    connectors: Mapping[str, Connector]
    """The connector of each ledger that this deployment knows, by the ledger's name."""
    sources: Mapping[str, TimeSource] = field(default_factory=dict)
    """Systems that an import can read time entries from, by name."""
    clock: Clock
    ids: Ids
    metrics: Metrics = field(default_factory=NoMetrics)
    retention: Retention = STANDARD

    def connector(self, ledger: str) -> Connector:
        """The connector of that ledger. Raises Invalid for an unknown ledger."""
        if ledger not in self.connectors:
            known = ", ".join(sorted(self.connectors))
            message, remedy = f"{ledger} is not a ledger.", f"Use one of: {known}."
            raise Invalid.at("/ledger", message, remedy, code="unknown_ledger")
        return self.connectors[ledger]

    def open(self, connection: Connection, state: ConnectorState) -> Ledger:
        """Open the connection's company in its ledger, with its keys and its stored state."""
        assert connection.company_id is not None
        key = connection.key
        return self.connector(connection.ledger).open(
            connection.company_id,
            self.vaults.of(key),
            self.vaults.credentials(connection.ledger),
            state,
            self.settings.get(key).ledger,
        )
