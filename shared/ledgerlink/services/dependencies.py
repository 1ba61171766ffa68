"""Everything that a use case may reach, wired once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.ports import Clock, Connector, Ledger, TimeSource
from ledgerlink.services.ports import (
    Bus,
    Connections,
    ConnectorStates,
    Ids,
    Lane,
    Links,
    Lists,
    Machines,
    Rules,
    Runs,
    Schedules,
    SettingsStore,
    Staging,
    Usage,
    Vaults,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """The stores, the connectors and the clock."""

    connections: Connections
    rules: Rules
    links: Links
    runs: Runs
    staging: Staging
    vaults: Vaults
    lane: Lane
    machines: Machines
    connector_states: ConnectorStates
    lists: Lists
    settings: SettingsStore
    schedules: Schedules
    usage: Usage
    bus: Bus
    connectors: Mapping[str, Connector]
    sources: Mapping[str, TimeSource] = field(default_factory=dict)
    clock: Clock
    ids: Ids
    count: Callable[[str, int], None] = lambda _name, _number: None
    """Adds to a named metric."""
    count_for: Callable[[str], None] = lambda _ledger: None
    """Names the ledger that this invocation's metrics concern, so that they add up per ledger."""

    def connector(self, ledger: str) -> Connector:
        """The connector of that ledger. Raises Invalid when there is none."""
        if ledger not in self.connectors:
            known = ", ".join(sorted(self.connectors))
            message, remedy = f"{ledger} is not a ledger.", f"Use one of: {known}."
            raise Invalid.at("/ledger", message, remedy, code="unknown_ledger")
        return self.connectors[ledger]

    def open(self, connection: Connection) -> Ledger:
        """The connection's company, over the network."""
        assert connection.company_id is not None
        connector = self.connector(connection.ledger)
        return connector.open(
            connection.company_id,
            self.vaults.of(connection.key),
            self.vaults.credentials(connection.ledger),
            self.connector_states.load(connection.key),
            self.settings.get(connection.key).ledger,
        )
