"""From shape 1 to 2: links, and the rows by which they are found.

A link is moved in a transaction, so it is never at no place, and does not come back after it was
deleted. An index row is deleted after the row that replaces it is written, and those of the new
shape are never deleted. Each link is indexed before it is moved, because a worker of the release
before may have died after it wrote the link and before its index rows.
"""

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from itertools import groupby
from urllib.parse import unquote

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.storage import keys, link_rows
from ledgerlink.storage.batches import parts
from ledgerlink.storage.link_index import index_rows, member_rows
from ledgerlink.storage.migrations.passes import Moved
from ledgerlink.storage.table import Row, Table, Taken
from ledgerlink.wire.stored import Unreadable

logger = logging.getLogger(__name__)

MOVED_TOGETHER = 50
"""Rows that are moved in one transaction; each is two writes of at most 100."""

Rows = Sequence[Row]


class LinkMigration:
    """Moves the rows of links."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def move(self, rows: Rows) -> Moved:
        """Bring those of these rows that are of links in shape 1 to shape 2, and say how many there
        were. A link whose posting key nobody knows is left and logged."""
        earlier = [row for row in rows if _is_earlier(row)]
        known = [row for row in earlier if not _is_lost(row)]
        for (pk, name), some in groupby(known, key=_partition_and_name):
            self._move(_connection_key(pk), name, list(some))
        return Moved(len(known), left=len(earlier) - len(known))

    def _move(self, connection_key: ConnectionKey, name: str, rows: Rows) -> None:
        if name in REPLACED:
            self._table.put_many(REPLACED[name](connection_key, rows))
            self._table.delete_rows((row["pk"], row["sk"]) for row in rows)
            return
        if name == "link":
            self._index(connection_key, rows)
        if name == "carrier":
            records = {_record(row) for row in rows}
            self._table.put_many(link_rows.members_row(connection_key, one) for one in records)
        moves = [(row, MOVED[name](connection_key, row)) for row in rows]
        for some in parts(moves, MOVED_TOGETHER):
            self._together(some)

    def _index(self, connection_key: ConnectionKey, rows: Rows) -> None:
        """Write the rows by which these links are found; those by member only where there is none,
        because one that is there is newer."""
        links = [link for link in map(_readable, rows) if link is not None]
        made = {(row["pk"], row["sk"]): row for row in index_rows(connection_key, links)}
        owners = {(row["pk"], row["sk"]): row for row in member_rows(connection_key, links)}
        self._table.put_many(row for place, row in made.items() if place not in owners)
        there = {(row["pk"], row["sk"]) for row in self._table.get_rows(owners)}
        for place, row in owners.items():
            if place not in there:
                with suppress(Taken):
                    self._table.put_if(row, "attribute_not_exists(pk)")

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
    pk, sk = link_rows.place(connection_key, _key(row))
    return row | {"pk": pk, "sk": sk}


def _key(row: Row) -> str:
    """The posting key of a link; empty where it is stored as a hash and the link cannot be read. A
    link whose key is known is moved as it is."""
    named = _parts(row)[1]
    if not keys.is_a_hash(named):
        return unquote(named)
    try:
        key = str(json.loads(row["data"])["key"])
    except (LookupError, TypeError, ValueError):
        return ""
    return key if keys.row("link", key) == row["sk"] else ""


def _is_lost(row: Row) -> bool:
    """Whether nobody knows where the row belongs; that is logged."""
    lost = _parts(row)[0] == "link" and not _key(row)
    if lost:
        logger.error("the link %s %s cannot be read and was left", row["pk"], row["sk"])
    return lost


def _readable(row: Row) -> Link | None:
    """The link of a row, if it can be read."""
    try:
        return link_rows.link_of(row)
    except (Unreadable, LookupError):
        return None


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
