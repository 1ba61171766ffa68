"""The rows by which links are found, made from the links."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.links import Link
from ledgerlink.storage import link_rows
from ledgerlink.storage.link_rows import Named
from ledgerlink.storage.table import Row

NO_LINKS: Mapping[str, Link] = {}
NO_DAYS: Mapping[str, date] = {}


def index_rows(
    connection_key: ConnectionKey,
    links: Sequence[Link],
    before: Mapping[str, Link] = NO_LINKS,
    days: Mapping[str, date] = NO_DAYS,
) -> Iterator[Row]:
    """The rows by which these links are found: by day if they are time, by the ledger's id if a
    sync reads such records, by member if they are named after none of theirs, and by the record of
    a receipt if their key is stored as a hash."""
    yield from link_rows.day_rows(connection_key, _new_days(links, before, days))
    for kind, named in _new_ids(links, before).items():
        yield from link_rows.id_rows(connection_key, kind, named)
    for record in {link.record for link in links if link.is_found_by_members}:
        yield link_rows.members_row(connection_key, record)
    yield from member_rows(connection_key, links)
    for link in links:
        if link_rows.is_hashed_receipt(link.key):
            yield link_rows.receipt_row(connection_key, link.key)


def member_rows(connection_key: ConnectionKey, links: Iterable[Link]) -> Iterator[Row]:
    """The rows by which these links are found by member. Unlike the others they say what holds
    last: a member may have got another document since."""
    for link in links:
        for member in link.members if link.is_found_by_members else ():
            yield link_rows.member_row(connection_key, link.record, member, link.key)


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
