"""From shape 1 to 2: links, and the rows by which they are found.

A link is moved in a transaction, so it is never at no place, and does not come back after it was
deleted. An index row is deleted after the row that replaces it is written, and those of the new
shape are never deleted.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from urllib.parse import unquote

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.storage import keys, link_rows
from ledgerlink.storage.batches import parts
from ledgerlink.storage.table import Row, Table, Taken

MOVED_TOGETHER = 50
"""Rows that are moved in one transaction; each is two writes of at most 100."""

Rows = Sequence[Row]


class LinkMigration:
    """Moves the rows of links."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def move(self, rows: Rows) -> int:
        """Bring those of these rows that are of links in shape 1 to shape 2, and say how many there
        were."""
        earlier = [row for row in rows if _is_earlier(row)]
        for (pk, name), some in groupby(earlier, key=_partition_and_name):
            self._move(_connection_key(pk), name, list(some))
        return len(earlier)

    def _move(self, connection_key: ConnectionKey, name: str, rows: Rows) -> None:
        if name in REPLACED:
            self._table.put_many(REPLACED[name](connection_key, rows))
            self._table.delete_rows((row["pk"], row["sk"]) for row in rows)
            return
        if name == "carrier":
            records = {_record(row) for row in rows}
            self._table.put_many(link_rows.members_row(connection_key, one) for one in records)
        moves = [(row, MOVED[name](connection_key, row)) for row in rows]
        for some in parts(moves, MOVED_TOGETHER):
            self._together(some)

    def _together(self, moves: Sequence[tuple[Row, Row]]) -> None:
        """Move these rows; one by one if some of them are gone or at their new place already."""
        try:
            self._table.move(moves)
        except Taken:
            if len(moves) > 1:
                for move in moves:
                    self._together([move])
                return
            ((old, new),) = moves
            # What was written at the new place is newer, and whoever deletes there has deleted the
            # old row before.
            if self._table.get(new["pk"], new["sk"]) is not None:
                self._table.delete_rows([(old["pk"], old["sk"])])


def _link(connection_key: ConnectionKey, row: Row) -> Row:
    named = _parts(row)[1]
    # A link that cannot be read is moved as it is, unless its key is stored as a hash.
    key = json.loads(row["data"])["key"] if keys.is_a_hash(named) else unquote(named)
    pk, sk = link_rows.place(connection_key, key)
    return {"pk": pk, "sk": sk, "data": row["data"]}


def _carrier(connection_key: ConnectionKey, row: Row) -> Row:
    return link_rows.member_row(connection_key, _record(row), row["member"], row["key"])


def _worked(connection_key: ConnectionKey, rows: Rows) -> Iterable[Row]:
    days = ((row["key"], date.fromisoformat(_parts(row)[1])) for row in rows)
    return link_rows.day_rows(connection_key, days)


def _written(connection_key: ConnectionKey, rows: Rows) -> Iterator[Row]:
    for kind, some in groupby(rows, key=lambda row: unquote(_parts(row)[1])):
        named = ((row["ledger_id"], row["key"]) for row in some)
        yield from link_rows.id_rows(connection_key, kind, named)


def _attached(connection_key: ConnectionKey, rows: Rows) -> Iterable[Row]:
    return [link_rows.receipt_row(connection_key, row["key"]) for row in rows]


MOVED: Mapping[str, Callable[[ConnectionKey, Row], Row]] = {"link": _link, "carrier": _carrier}
"""Rows with a place of their own, which somebody may have written meanwhile."""
REPLACED: Mapping[str, Callable[[ConnectionKey, Rows], Iterable[Row]]] = {
    "worked": _worked,
    "written": _written,
    "attached": _attached,
}
"""Rows that are replaced by rows which are named after their content."""


def _is_earlier(row: Row) -> bool:
    """Whether the row is of a link in shape 1: those are in the partition of the connection."""
    partition, name = row["pk"].split("#"), _parts(row)[0]
    in_connection = len(partition) == 4 and partition[::2] == ["firm", "connection"]
    return in_connection and (name in MOVED or name in REPLACED)


def _partition_and_name(row: Row) -> tuple[str, str]:
    return row["pk"], _parts(row)[0]


def _connection_key(pk: str) -> ConnectionKey:
    _, firm, _, connection_id = pk.split("#")
    connection_key = ConnectionKey(unquote(firm), unquote(connection_id))
    assert keys.connection(connection_key) == pk, f"{pk} is not the partition of a connection"
    return connection_key


def _record(row: Row) -> RecordKind:
    """The kind of the members that a document is found by; not said in rows of time."""
    found = _parts(row)
    return RecordKind(found[1]) if len(found) == 3 else RecordKind.TIME


def _parts(row: Row) -> list[str]:
    return str(row["sk"]).split("#")
