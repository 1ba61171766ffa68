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
from ledgerlink.storage.link_rows import LinkRows, Named
from ledgerlink.storage.shape import TableShape
from ledgerlink.storage.table import Row, Table

T = TypeVar("T")

AT_ONCE = 100
"""Links that are read at once while a caller may stop early."""
MANY_AT_ONCE = 1000
"""Links that are read at once while a caller wants all of them."""
NO_LINKS: Mapping[str, Link] = {}
NO_DAYS: Mapping[str, date] = {}


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
        self._table.put_many(_distinct(_index_rows(connection_key, links, before, days)))
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


def _index_rows(
    connection_key: ConnectionKey,
    links: Sequence[Link],
    before: Mapping[str, Link],
    days: Mapping[str, date],
) -> Iterator[Row]:
    """The rows by which these links are found: by day if they are time, by the ledger's id if a
    sync reads such records, by member if they are named after none of theirs, and by the record of
    a receipt if their key is stored as a hash."""
    yield from link_rows.day_rows(connection_key, _new_days(links, before, days))
    for kind, named in _new_ids(links, before).items():
        yield from link_rows.id_rows(connection_key, kind, named)
    owners = [link for link in links if link.is_found_by_members]
    for record in {link.record for link in owners}:
        yield link_rows.members_row(connection_key, record)
    for link in owners:
        for member in link.members:
            yield link_rows.member_row(connection_key, link.record, member, link.key)
    for link in links:
        if link_rows.is_hashed_receipt(link.key):
            yield link_rows.receipt_row(connection_key, link.key)


def _new_days(
    links: Iterable[Link], before: Mapping[str, Link], days: Mapping[str, date]
) -> Iterator[tuple[str, date]]:
    """The days of work by which these links are not found yet, with their posting keys."""
    for link in links:
        known = (days.get(link.key), before[link.key].work_date if link.key in before else None)
        if link.work_date is not None and link.work_date not in known:
            yield link.key, link.work_date


def _new_ids(links: Iterable[Link], before: Mapping[str, Link]) -> Mapping[str, Sequence[Named]]:
    """The ids by which these links are not found yet, with their posting keys, by kind."""
    found: dict[str, list[Named]] = {}
    for link in links:
        if link.listed and _listed_id(link) != _listed_id(before.get(link.key)):
            found.setdefault(link.kind, []).append((link.ledger_id, link.key))
    return found


def _listed_id(link: Link | None) -> Named | None:
    """Kind and id of a link that is found by them."""
    return (link.kind, link.ledger_id) if link is not None and link.listed else None


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
