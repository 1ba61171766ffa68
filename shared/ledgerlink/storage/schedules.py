"""The times at which connections are due, with an index over all firms, in the table
(`docs/adr/0009`)."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.schedule import Due
from ledgerlink.storage import keys
from ledgerlink.storage.table import Row, Table, Taken
from ledgerlink.wire.stored import dump, load

READERS = 8
"""Partitions of the index that are read at the same time."""


class DynamoSchedules:
    """Implements `services.ports.Schedules`. A connection's row and its entry in the index are
    written in one transaction."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, connection_key: ConnectionKey) -> Due:
        row = self._table.get(keys.connection(connection_key), "schedule")
        return (
            load(Due, row["data"])
            if row
            else Due(firm=connection_key.firm, connection_id=connection_key.id)
        )

    def put(self, due: Due) -> bool:
        before = self.get(due.connection_key)
        if before.version != due.version:
            return False
        after = replace(due, version=due.version + 1)
        row: Row = {
            "pk": keys.connection(due.connection_key),
            "sk": "schedule",
            "version": after.version,
            "data": dump(after).decode(),
        }
        old, new = _entry(before), _entry(after)
        moved = [old] if old and (new is None or old["sk"] != new["sk"]) else []
        try:
            self._table.together(
                [row],
                beside=[new] if new else [],
                delete=[{"pk": entry["pk"], "sk": entry["sk"]} for entry in moved],
                new=due.version == 0,
                held={"version": due.version} if due.version else None,
            )
        except Taken:
            return False
        return True

    def due(self, now: datetime, limit: int) -> Sequence[Due]:
        with ThreadPoolExecutor(READERS) as readers:
            shards = readers.map(lambda shard: self._due_in(shard, now, limit), keys.DUE_SHARDS)
            found = [due for some in shards for due in some]
        return found[:limit]

    def _due_in(self, shard: int, now: datetime, limit: int) -> list[Due]:
        # "$" follows "#", so that entries of this very moment are included.
        last = f"{_moment(now)}$"
        rows = self._table.between(keys.due(shard), "0", last, limit=limit)
        return [load(Due, row["data"]) for row in rows]


def _entry(due: Due) -> Row | None:
    """The row's entry in the index; None for a connection that is not due at any time."""
    if due.at is None:
        return None
    return {
        "pk": keys.due(keys.due_shard(due.connection_key)),
        "sk": keys.row(_moment(due.at), due.firm, due.connection_id),
        "data": dump(due).decode(),
    }


def _moment(at: datetime) -> str:
    """A time as text that sorts by time."""
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%S%f")
