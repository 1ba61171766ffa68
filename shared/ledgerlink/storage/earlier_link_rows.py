"""Links as they were stored in shape 1, with a row of its own for each way to find one.

These rows are read until a migration has moved them (docs/migrations.md), and never written.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.storage import keys
from ledgerlink.storage.link_rows import Named, link_of
from ledgerlink.storage.table import Table


class EarlierLinkRows:
    """Reads what `LinkRows` reads, from rows of shape 1. All of them are in the partition of the
    connection: link#key, written#kind#id, worked#day#key, carrier#record#member and, of time,
    carrier#member, attached#beginning#key."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, connection_key: ConnectionKey, wanted: Iterable[str]) -> dict[str, Link]:
        pk = keys.connection(connection_key)
        rows = self._table.get_many(pk, (keys.row("link", key) for key in wanted))
        return {link.key: link for link in map(link_of, rows)}

    def of_receipts(self, connection_key: ConnectionKey, starts: Iterable[str]) -> Iterator[str]:
        pk, wanted = keys.connection(connection_key), list(starts)
        plain = self._table.query_many((pk, keys.row("link", start)) for start in wanted)
        yield from (link_of(row).key for row in plain)
        long = self._table.query_many((pk, keys.under("attached", start)) for start in wanted)
        yield from (row["key"] for row in long)

    def of_ids(
        self, connection_key: ConnectionKey, kind: str, ledger_ids: Collection[str]
    ) -> Iterator[Named]:
        pk = keys.connection(connection_key)
        for row in self._table.get_many(pk, (keys.row("written", kind, i) for i in ledger_ids)):
            yield row["ledger_id"], row["key"]

    def all_ids(self, connection_key: ConnectionKey, kind: str) -> Iterator[Named]:
        pk = keys.connection(connection_key)
        for row in self._table.query(pk, keys.under("written", kind)):
            yield row["ledger_id"], row["key"]

    def of_days(self, connection_key: ConnectionKey, first: date, last: date) -> Iterator[str]:
        ends = keys.row("worked", first.isoformat()), keys.under("worked", last.isoformat()) + "~"
        for row in self._table.between(keys.connection(connection_key), *ends):
            yield row["key"]

    def owners(
        self, connection_key: ConnectionKey, record: RecordKind, members: Iterable[str]
    ) -> dict[str, str]:
        pk = keys.connection(connection_key)
        kind = () if record is RecordKind.TIME else (record,)
        if not any(self._table.query(pk, keys.under("carrier", *kind), limit=1, names=["member"])):
            return {}
        rows = self._table.get_many(pk, (keys.row("carrier", *kind, m) for m in members))
        return {row["member"]: row["key"] for row in rows}

    def delete(self, connection_key: ConnectionKey, gone: Iterable[str]) -> None:
        pk = keys.connection(connection_key)
        self._table.delete_many(pk, (keys.row("link", key) for key in gone))
