"""What the ledger's lists say of dimensions: the defaults of work and people, and what accounts ask
for."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from ledgerlink.domain.mapping.resolver import RuleBook, posting_key
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.dimensions import Defaults, merged, required
from ledgerlink.domain.model.links import Link as Posted
from ledgerlink.domain.model.list_records import ListRecord, ListType
from ledgerlink.domain.model.rules import SINGULAR, Link, RuleKind
from ledgerlink.domain.model.source_records import ExpenseEntry, Invoice, TimeEntry
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.posting.ledger_names import records_of

Records = Iterable[TimeEntry | ExpenseEntry | Invoice]


def defaults_for(
    deps: Dependencies,
    connection: Connection,
    records: Records,
    rules: RuleBook,
    links: Mapping[str, Posted],
) -> Defaults:
    """The defaults of the tasks, projects and people of the ledger that these records go to, and
    of what stands above them."""
    lists = _lists(deps, connection, defaults=True)
    if not lists:
        return Defaults()
    found = _found(deps, connection, lists, set(_named(records, rules, links)))
    above = set(Defaults.told(found).above.values()) - {one.id for one in found}
    return Defaults.told([*found, *_found(deps, connection, lists, above)])


def demanding(deps: Dependencies, connection: Connection, features: Features) -> Features:
    """What the company offers, with what the lists say that lines have to say."""
    lists = _lists(deps, connection, requires=True)
    asking = chain.from_iterable(records_of(deps, connection, kind) for kind in lists)
    there = (record for record in asking if record.gone is None)
    return replace(features, required=merged(required(there), features.required))


def _lists(
    deps: Dependencies, connection: Connection, *, defaults: bool = False, requires: bool = False
) -> list[ListType]:
    offered = deps.connector(connection.ledger).lists
    return [
        kind
        for kind, traits in offered.items()
        if (defaults and traits.defaults) or (requires and traits.requires)
    ]


def _named(records: Records, rules: RuleBook, links: Mapping[str, Posted]) -> Iterator[str]:
    """The ids of the ledger's work and people that the records go to, as far as they are there."""
    for kind, key in dict.fromkeys(each for record in records for each in _keys(record)):
        rule = rules.get((kind, key))
        if rule is not None and isinstance(rule.mapping, Link):
            yield rule.mapping.ledger_id
        for name in (SINGULAR[kind], "client"):
            if (made := links.get(posting_key(name, key))) is not None:
                yield made.ledger_id


def _keys(record: TimeEntry | ExpenseEntry | Invoice) -> Iterator[tuple[RuleKind, str]]:
    if not isinstance(record, Invoice):
        yield RuleKind.USERS, record.staff_key
    if key := record.project_key or record.client_key:
        yield RuleKind.PROJECTS, key


def _found(
    deps: Dependencies, connection: Connection, lists: Iterable[ListType], ids: Collection[str]
) -> list[ListRecord]:
    if not ids:
        return []
    pages = (deps.lists.get(connection.key, kind, ids) for kind in lists)
    return [record for page in pages for record in page.values() if record.gone is None]
