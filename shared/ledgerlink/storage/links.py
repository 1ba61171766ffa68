"""Links, in the table, with the rows that lead to them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice, product

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.document_facts import EntryAttributes
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.storage import keys
from ledgerlink.storage.table import Row, Table
from ledgerlink.wire.stored import dump, load

AT_ONCE = 100
"""Links that are read at once while a caller may stop early."""
MANY_AT_ONCE = 1000
"""Links that are read at once while a caller wants all of them."""


RECEIPTS = f"{RecordKind.RECEIPT}:"
"""What the posting keys of receipts begin with."""


class DynamoLinks:
    """Implements `services.ports.Links`.

    A link has one row under its posting key, and index rows that contain that key: by the ledger's
    id, by day of work, and by member. An index row that a link no longer matches is not deleted, so
    every reader compares it with the link.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, connection_key: ConnectionKey, wanted: Iterable[str]) -> Mapping[str, Link]:
        pk = keys.connection(connection_key)
        rows = self._table.get_many(pk, (keys.row("link", key) for key in wanted))
        return {link.key: link for link in map(_link, rows)}

    def beginning(self, connection_key: ConnectionKey, starts: Iterable[str]) -> Mapping[str, Link]:
        pk, wanted = keys.connection(connection_key), list(starts)
        plain = self._table.query_many(pk, (keys.row("link", start) for start in wanted))
        found = {link.key: link for link in map(_link, plain)}
        hashed = self._table.query_many(pk, (keys.under("attached", start) for start in wanted))
        return {**found, **self.get(connection_key, {row["key"] for row in hashed})}

    def of_records(
        self, connection_key: ConnectionKey, kinds: Collection[str], ledger_ids: Iterable[str]
    ) -> Mapping[str, Link]:
        pk = keys.connection(connection_key)
        wanted = product(ledger_ids, kinds)
        rows = self._table.get_many(pk, (keys.row("written", kind, i) for i, kind in wanted))
        named = {row["ledger_id"]: row["key"] for row in rows}
        links = self.get(connection_key, named.values())
        found = {ledger_id: links.get(key) for ledger_id, key in named.items()}
        # The row of an earlier ledger record still exists after a link got another one.
        return {i: link for i, link in found.items() if link is not None and link.ledger_id == i}

    def ledger_ids(self, connection_key: ConnectionKey, kinds: Collection[str]) -> Iterator[str]:
        pk = keys.connection(connection_key)
        for kind in kinds:
            rows = self._table.query(pk, keys.under("written", kind))
            while ids := [row["ledger_id"] for row in islice(rows, AT_ONCE)]:
                yield from self.of_records(connection_key, [kind], ids)

    def between(self, connection_key: ConnectionKey, first: date, last: date) -> Iterator[Link]:
        pk = keys.connection(connection_key)
        rows = self._table.between(
            pk, keys.row("worked", first.isoformat()), keys.under("worked", last.isoformat()) + "~"
        )
        while some := {row["key"]: row["sk"] for row in islice(rows, MANY_AT_ONCE)}:
            for key, link in self.get(connection_key, some).items():
                # The row of an earlier day still exists after a link got another day.
                if link.source and _worked(link.source, key) == some[key]:
                    yield link

    def owner_documents(
        self,
        connection_key: ConnectionKey,
        members: Iterable[str],
        record: RecordKind = RecordKind.TIME,
    ) -> Mapping[str, Link]:
        pk = keys.connection(connection_key)
        if not any(self._table.query(pk, _owner_rows(record), limit=1, names=["member"])):
            return {}
        rows = self._table.get_many(pk, (_owner_row(record, member) for member in members))
        named = {row["member"]: row["key"] for row in rows}
        links = self.get(connection_key, set(named.values()))
        found = {member: links.get(key) for member, key in named.items()}
        # The row of an earlier member still exists after a document has lost it.
        return {m: link for m, link in found.items() if link is not None and m in link.members}

    def put(self, connection_key: ConnectionKey, links: Sequence[Link]) -> None:
        pk = keys.connection(connection_key)
        rows = {row["sk"]: row for link in links for row in _rows(pk, link)}
        self._table.put_many(rows.values())

    def delete(self, connection_key: ConnectionKey, gone: Sequence[str]) -> None:
        pk = keys.connection(connection_key)
        links = self.get(connection_key, gone)
        found = (row["sk"] for link in links.values() for row in _rows(pk, link))
        forward = (keys.row("link", key) for key in gone)
        self._table.delete_many(pk, dict.fromkeys([*forward, *found]))


def _worked(source: EntryAttributes, key: str) -> str:
    return keys.row("worked", source.work_date.isoformat(), key)


def _rows(pk: str, link: Link) -> Iterator[Row]:
    """The link's row, and its index rows: by the ledger's id if a sync reads such records, by day
    if it is time, by the record of a receipt if its key is stored as a hash, and by member if it is
    named after none of its members."""
    yield {"pk": pk, "sk": keys.row("link", link.key), "data": dump(link).decode()}
    named = {"pk": pk, "key": link.key}
    if link.listed:
        written = keys.row("written", link.kind, link.ledger_id)
        yield named | {"sk": written, "ledger_id": link.ledger_id}
    if link.source is not None:
        yield named | {"sk": _worked(link.source, link.key)}
    if link.key.startswith(RECEIPTS) and keys.is_hashed(link.key):
        yield named | {"sk": keys.row("attached", _beginning(link.key), link.key)}
    if link.is_found_by_members:
        for member in link.members:
            yield named | {"sk": _owner_row(link.record, member), "member": member}


def _beginning(receipt: str) -> str:
    """What the keys of all receipts of one record begin with: `receipt:expense/<record>/`."""
    kind, record, _ = receipt.split("/", 2)
    return f"{kind}/{record}/"


def _owner_row(record: RecordKind, member: str) -> str:
    return keys.row(*_owner_parts(record), member)


def _owner_rows(record: RecordKind) -> str:
    return keys.under(*_owner_parts(record))


def _owner_parts(record: RecordKind) -> tuple[str, ...]:
    """The first parts of the key. Rows of time have no kind, because they are older than the
    others."""
    return ("carrier",) if record is RecordKind.TIME else ("carrier", record)


def _link(row: Row) -> Link:
    return load(Link, row["data"])
