"""The rows of links, and the rows by which links are found.

A link has a row of its own, in one of several partitions. By day of work and by the ledger's id it
is found through packed rows, which name many links each. A packed row is named after its content
and never changed or deleted, so everybody may write it at any time, and twice. It may name links
that are gone or have got another day since; who reads it compares it with the link.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.storage import keys
from ledgerlink.storage.batches import parts
from ledgerlink.storage.table import Row, RowKey, Table
from ledgerlink.wire.stored import dump, load

RECEIPTS = f"{RecordKind.RECEIPT}:"
"""What the posting keys of receipts begin with."""
DIGEST = 16
"""Characters of the hash that a packed row is named after."""
MOST_PACKED = 500
"""Links that a packed row names at most."""
MOST_BYTES = 350_000
"""Bytes of what a packed row names; a row may have 400 KB. Only keys of characters that JSON writes
as six bytes come near it."""
NEAR_BLOCKS = 8
"""Blocks of ids that are not asked for and still read, so that two blocks take one query."""

Named = tuple[str, str]
"""An id of the ledger, and the posting key of a link that has it or had it."""


class LinkRows:
    """Links as they are stored now. Writes are made from the rows below."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, connection_key: ConnectionKey, wanted: Iterable[str]) -> dict[str, Link]:
        """The links with these posting keys."""
        rows = self._table.get_rows(place(connection_key, key) for key in wanted)
        return {link.key: link for link in map(link_of, rows)}

    def of_receipts(self, connection_key: ConnectionKey, starts: Iterable[str]) -> Iterator[str]:
        """The posting keys that begin with one of these beginnings of receipts' keys."""
        partitions = [(keys.links(connection_key, start), start) for start in starts]
        plain = self._table.query_many((pk, keys.row("key", start)) for pk, start in partitions)
        yield from (link_of(row).key for row in plain)
        long = self._table.query_many(
            (pk, keys.under("receipt", start)) for pk, start in partitions
        )
        yield from (row["key"] for row in long)

    def of_ids(
        self, connection_key: ConnectionKey, kind: str, ledger_ids: Collection[str]
    ) -> Iterator[Named]:
        """Those of these ids that links of that kind have or had."""
        pk, wanted = keys.written(connection_key, kind), set(ledger_ids)
        ranges = [(pk, *ends) for ends in _ranges(wanted)]
        if len(ranges) > 1 and not any(self._table.query(pk, "", limit=1, names=["sk"])):
            return
        for row in self._table.between_many(ranges):
            yield from (named for named in _unpacked(row) if named[0] in wanted)

    def all_ids(self, connection_key: ConnectionKey, kind: str) -> Iterator[Named]:
        """All ids that links of that kind have or had."""
        for row in self._table.query(keys.written(connection_key, kind), ""):
            yield from _unpacked(row)

    def of_days(self, connection_key: ConnectionKey, first: date, last: date) -> Iterator[str]:
        """The posting keys of links of time that are or were of these days, some of them twice."""
        ends = keys.row(_week(first).isoformat()), keys.under(last.isoformat()) + "~"
        for row in self._table.between(keys.worked(connection_key), *ends):
            for day, key in _unpacked(row):
                if first.isoformat() <= day <= last.isoformat():
                    yield key

    def owners(
        self, connection_key: ConnectionKey, record: RecordKind, members: Iterable[str]
    ) -> dict[str, str]:
        """The posting key of the document that has, or had last, each of these members."""
        if self._table.get(keys.connection(connection_key), keys.row("members", record)) is None:
            return {}
        rows = self._table.get_rows(_member_place(connection_key, record, m) for m in members)
        return {row["member"]: row["key"] for row in rows}

    def delete(self, connection_key: ConnectionKey, gone: Iterable[str]) -> None:
        """Delete the links with these posting keys."""
        self._table.delete_rows(place(connection_key, key) for key in gone)


def link_row(connection_key: ConnectionKey, link: Link) -> Row:
    """The row of a link."""
    pk, sk = place(connection_key, link.key)
    return {"pk": pk, "sk": sk, "data": dump(link).decode()}


def link_of(row: Row) -> Link:
    """The link of a row."""
    return load(Link, row["data"])


def day_rows(connection_key: ConnectionKey, days: Iterable[tuple[str, date]]) -> Iterator[Row]:
    """The rows by which these posting keys are found by day of work. A row holds days of a week, so
    that a month of one person takes few rows, as a day of many does."""
    weeks: dict[date, list[tuple[str, str]]] = defaultdict(list)
    for key, day in days:
        weeks[_week(day)].append((day.isoformat(), key))
    for week, named in weeks.items():
        for some in parts(sorted(named), MOST_PACKED):
            yield from _packed(keys.worked(connection_key), week.isoformat(), content=some)


def id_rows(connection_key: ConnectionKey, kind: str, named: Iterable[Named]) -> Iterator[Row]:
    """The rows by which links of that kind are found by the ledger's id."""
    blocks: dict[tuple[str, ...], list[Named]] = defaultdict(list)
    for ledger_id, key in named:
        blocks[_block(ledger_id)].append((ledger_id, key))
    for block, found in blocks.items():
        for some in parts(sorted(found), MOST_PACKED):
            yield from _packed(keys.written(connection_key, kind), *block, content=some)


def member_row(connection_key: ConnectionKey, record: RecordKind, member: str, key: str) -> Row:
    """The row by which a document is found by one of its members."""
    pk, sk = _member_place(connection_key, record, member)
    return {"pk": pk, "sk": sk, "member": member, "key": key}


def members_row(connection_key: ConnectionKey, record: RecordKind) -> Row:
    """The row that says that some documents are found by members."""
    return {"pk": keys.connection(connection_key), "sk": keys.row("members", record)}


def receipt_row(connection_key: ConnectionKey, key: str) -> Row:
    """The row by which a receipt whose posting key is stored as a hash is found."""
    start = _beginning(key)
    return {
        "pk": keys.links(connection_key, start),
        "sk": keys.row("receipt", start, key),
        "key": key,
    }


def is_hashed_receipt(key: str) -> bool:
    """Whether the posting key is that of a receipt and so long that it is stored as a hash."""
    return key.startswith(RECEIPTS) and keys.is_hashed(key)


def _packed(pk: str, *place: str, content: Sequence[tuple[str, str]]) -> Iterator[Row]:
    """A row that says for each day or id which posting keys have it; several where one would be too
    large."""
    packed: dict[str, list[str]] = defaultdict(list)
    for value, key in content:
        packed[value].append(key)
    data = json.dumps(packed, ensure_ascii=False, separators=(",", ":"))
    encoded = data.encode()
    if len(encoded) > MOST_BYTES and len(content) > 1:
        for half in parts(content, -(-len(content) // 2)):
            yield from _packed(pk, *place, content=half)
        return
    digest = hashlib.sha256(encoded).hexdigest()[:DIGEST]
    yield {"pk": pk, "sk": keys.row(*place, digest), "data": data}


def _unpacked(row: Row) -> Iterator[tuple[str, str]]:
    """The days or ids of a packed row, each with a posting key."""
    for value, some in load(dict[str, list[str]], row["data"]).items():
        for key in some:
            yield value, key


def place(connection_key: ConnectionKey, key: str) -> RowKey:
    """The keys of the row of the link with this posting key."""
    name = _beginning(key) if key.startswith(RECEIPTS) else key
    return keys.links(connection_key, name), keys.row("key", key)


def _member_place(connection_key: ConnectionKey, record: RecordKind, member: str) -> RowKey:
    return keys.links(connection_key, member), keys.row("member", record, member)


def _beginning(receipt: str) -> str:
    """What the keys of all receipts of one record begin with: `receipt:expense/<record>/`."""
    return "/".join(receipt.split("/", 2)[:2]) + "/"


def _week(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def _block(ledger_id: str) -> tuple[str, ...]:
    """The place of the rows by which this id is found."""
    number = keys.id_block(ledger_id)
    if number is None:
        return ("id", ledger_id)
    return ("block", _padded(number))


def _padded(block: int) -> str:
    return f"{block:0{keys.MOST_DIGITS}d}"


def _ranges(ledger_ids: Iterable[str]) -> Iterator[tuple[str, str]]:
    """First and last sort key of the rows by which these ids are found; blocks that are near each
    other share a range."""
    numbers = set()
    for ledger_id in ledger_ids:
        if (number := keys.id_block(ledger_id)) is None:
            start = keys.under(*_block(ledger_id))
            yield start, start + "~"
        else:
            numbers.add(number)
    for first, last in _runs(sorted(numbers)):
        yield keys.under("block", _padded(first)), keys.under("block", _padded(last)) + "~"


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of the sorted numbers that are near each other."""
    start = 0
    for place, number in enumerate(numbers):
        if place + 1 == len(numbers) or numbers[place + 1] - number > NEAR_BLOCKS:
            yield numbers[start], number
            start = place + 1
