"""What firms chose, and the month's metered calls, in the table."""

from ledgerlink.domain.model.settings import Settings
from ledgerlink.storage import keys
from ledgerlink.storage.table import Table
from ledgerlink.wire.stored import dump, load


class DynamoSettings:
    """Implements `services.stores.SettingsStore`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, firm: str, connection_id: str) -> Settings:
        row = self._table.get(keys.connection(firm, connection_id), "settings")
        return load(Settings, row["data"]) if row else Settings()

    def put(self, firm: str, connection_id: str, settings: Settings) -> None:
        pk = keys.connection(firm, connection_id)
        self._table.put({"pk": pk, "sk": "settings", "data": dump(settings).decode()})


class DynamoUsage:
    """Implements `services.stores.Usage`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, ledger: str, firm: str, connection_id: str, month: str, calls: int) -> None:
        self._table.add(keys.usage(ledger), keys.row("usage", month), "calls", calls)
        pk = keys.connection(firm, connection_id)
        self._table.add(pk, keys.row("usage", month), "calls", calls)

    def of_application(self, ledger: str, month: str) -> int:
        return self._calls(keys.usage(ledger), month)

    def of_connection(self, firm: str, connection_id: str, month: str) -> int:
        return self._calls(keys.connection(firm, connection_id), month)

    def _calls(self, pk: str, month: str) -> int:
        row = self._table.get(pk, keys.row("usage", month))
        return int(row["calls"]) if row else 0
