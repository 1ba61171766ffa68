"""Settings of connections, and metered calls by month, in the table."""

from dataclasses import replace

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.settings import Settings
from ledgerlink.storage import keys
from ledgerlink.storage.table import Row, Table
from ledgerlink.wire.stored import dump, load


class DynamoSettings:
    """Implements `services.ports.SettingsStore`: one row per connection."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, connection_key: ConnectionKey) -> Settings:
        row = self._table.get(keys.connection(connection_key), "settings")
        return load(Settings, row["data"]) if row else Settings()

    def put(self, connection_key: ConnectionKey, settings: Settings) -> Settings:
        stored = replace(settings, version=settings.version + 1)
        row: Row = {
            "pk": keys.connection(connection_key),
            "sk": "settings",
            "data": dump(stored).decode(),
        }
        self._table.put_version(row, stored.version)
        return stored


class DynamoUsage:
    """Implements `services.ports.Usage`. Each call is counted for its connection and for all
    firms."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, ledger: str, connection_key: ConnectionKey, month: str, calls: int) -> None:
        self._table.add(keys.usage(ledger), keys.row("usage", month), "calls", calls)
        pk = keys.connection(connection_key)
        self._table.add(pk, keys.row("usage", month), "calls", calls)

    def of_application(self, ledger: str, month: str) -> int:
        return self._calls(keys.usage(ledger), month)

    def of_connection(self, connection_key: ConnectionKey, month: str) -> int:
        return self._calls(keys.connection(connection_key), month)

    def _calls(self, pk: str, month: str) -> int:
        row = self._table.get(pk, keys.row("usage", month))
        return int(row["calls"]) if row else 0
