"""Links, in the table, with the rows that lead to them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import TypeVar

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.storage import link_rows
from ledgerlink.storage.earlier_link_rows import EarlierLinkRows
from ledgerlink.storage.link_index import NO_DAYS, NO_LINKS, index_rows
from ledgerlink.storage.link_rows import LinkRows, Named
from ledgerlink.storage.shape import TableShape
from ledgerlink.storage.table import Row, Table

T = TypeVar("T")

AT_ONCE = 100
"""Links that are read at once while a caller may stop early."""
MANY_AT_ONCE = 1000
"""Links that are read at once while a caller wants all of them."""


class DynamoLinks:
    """Implements `services.ports.Links`.

    The rows by which a link is found are written before the link, so that a link which exists is
    always found. While the table may have rows of the earlier shape, those are read, too, and
    before the others: a row that a migration moves meanwhile is then seen at one place or both.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._shape = TableShape(table)

    def get(self, connection_key: ConnectionKey, wanted: Iterable[str]) -> Mapping[str, Link]:
        posting_keys = list(wanted)
        found: dict[str, Link] = {}
        for rows in self._stored():
            found |= rows.get(connection_key, posting_keys)
        return found

    def beginning(self, connection_key: ConnectionKey, starts: Iterable[str]) -> Mapping[str, Link]:
        wanted = list(starts)
        named = (key for rows in self._stored() for key in rows.of_receipts(connection_key, wanted))
        return self.get(connection_key, set(named))

    def of_records(
        self, connection_key: ConnectionKey, kinds: Collection[str], ledger_ids: Iterable[str]
    ) -> Mapping[str, Link]:
        wanted = set(ledger_ids)
        named = (
            pair
            for rows in self._stored()
            for kind in kinds
            for pair in rows.of_ids(connection_key, kind, wanted)
        )
        return {link.ledger_id: link for link in self._matching(connection_key, kinds, named)}

    def ledger_ids(self, connection_key: ConnectionKey, kinds: Collection[str]) -> Iterator[str]:
        named = (
            pair
            for rows in self._stored()
            for kind in kinds
            for pair in rows.all_ids(connection_key, kind)
        )
        fresh = _once(named)
        while some := list(islice(fresh, AT_ONCE)):
            yield from (link.ledger_id for link in self._matching(connection_key, kinds, some))

    def _matching(
        self, connection_key: ConnectionKey, kinds: Collection[str], named: Iterable[Named]
    ) -> Iterator[Link]:
        """The links of these ids and posting keys that still have the id."""
        pairs = set(named)
        links = self.get(connection_key, {key for _, key in pairs})
        for link in links.values():
            if (link.ledger_id, link.key) in pairs and link.kind in kinds:
                yield link

    def between(self, connection_key: ConnectionKey, first: date, last: date) -> Iterator[Link]:
        named = (
            key for rows in self._stored() for key in rows.of_days(connection_key, first, last)
        )
        fresh = _once(named)
        while some := list(islice(fresh, MANY_AT_ONCE)):
            for link in self.get(connection_key, some).values():
                if link.work_date is not None and first <= link.work_date <= last:
                    yield link

    def owner_documents(
        self,
        connection_key: ConnectionKey,
        members: Iterable[str],
        record: RecordKind = RecordKind.TIME,
    ) -> Mapping[str, Link]:
        wanted = list(members)
        named: dict[str, str] = {}
        for rows in self._stored():
            named |= rows.owners(connection_key, record, wanted)
        links = self.get(connection_key, set(named.values()))
        found = {member: links.get(key) for member, key in named.items()}
        # The row of an earlier member still exists after a document has lost it.
        return {m: link for m, link in found.items() if link is not None and m in link.members}

    def index_days(self, connection_key: ConnectionKey, days: Mapping[str, date]) -> None:
        self._shape.mark()
        self._table.put_many(link_rows.day_rows(connection_key, days.items()))

    def put(
        self,
        connection_key: ConnectionKey,
        links: Sequence[Link],
        before: Mapping[str, Link] = NO_LINKS,
        days: Mapping[str, date] = NO_DAYS,
    ) -> None:
        self._shape.mark()
        self._table.put_many(_distinct(index_rows(connection_key, links, before, days)))
        self._table.put_many(_distinct(link_rows.link_row(connection_key, link) for link in links))

    def delete(self, connection_key: ConnectionKey, gone: Sequence[str]) -> None:
        # The earlier rows first: a migration could move one of them to a place that is empty again.
        for rows in self._stored():
            rows.delete(connection_key, gone)

    def _stored(self) -> Iterator[EarlierLinkRows | LinkRows]:
        """The shapes that the table's rows may have, the earlier one first."""
        if self._shape.has_earlier_rows:
            yield EarlierLinkRows(self._table)
        yield LinkRows(self._table)


def _once(named: Iterable[T]) -> Iterator[T]:
    """Each of them once."""
    seen: set[T] = set()
    for one in named:
        if one not in seen:
            seen.add(one)
            yield one


def _distinct(rows: Iterable[Row]) -> Iterable[Row]:
    """The last row of each key, because a call may not write a row twice."""
    return {(row["pk"], row["sk"]): row for row in rows}.values()
