"""Connector states, in the table."""

import json

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.ports import ConnectorState
from ledgerlink.storage import keys
from ledgerlink.storage.table import Table


class DynamoConnectorStates:
    """Implements `services.ports.ConnectorStates`: one row per connection, without an expiry."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self, connection_key: ConnectionKey) -> ConnectorState:
        row = self._table.get(keys.connection(connection_key), "lane")
        state: ConnectorState = json.loads(row["data"]) if row else {}
        return state

    def save(self, connection_key: ConnectionKey, state: ConnectorState) -> None:
        pk = keys.connection(connection_key)
        self._table.put({"pk": pk, "sk": "lane", "data": json.dumps(state)})
