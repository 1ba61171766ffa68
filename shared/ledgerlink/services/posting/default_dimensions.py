"""Dimensions from the ledger's lists: defaults of tasks, projects and people, and what accounts
require."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.dimensions import Defaults, merged, required
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.list_records import ListRecord, ListType
from ledgerlink.domain.model.posting_keys import posting_key
from ledgerlink.domain.model.rules import SINGULAR, LinkTo, RuleBook, RuleKind
from ledgerlink.domain.model.source_records import ExpenseEntry, Invoice, TimeEntry
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.posting.ledger_names import records_of

Records = Iterable[TimeEntry | ExpenseEntry | Invoice]


def defaults_for(
    deps: Dependencies,
    connection: Connection,
    entities: Iterable[tuple[RuleKind, str]],
    rules: RuleBook,
    links: Mapping[str, Link],
) -> Defaults:
    """The default dimensions of the ledger's tasks, projects and people that records with these
    entities refer to, and of their parents."""
    lists = _lists(deps, connection, defaults=True)
    if not lists:
        return Defaults()
    found = _read(deps, connection, lists, set(_referenced_ids(entities, rules, links)))
    above = set(Defaults.of_records(found).above.values()) - {one.id for one in found}
    return Defaults.of_records([*found, *_read(deps, connection, lists, above)])


def with_required_dimensions(
    deps: Dependencies, connection: Connection, features: Features
) -> Features:
    """The features with the dimensions that lines must have according to the lists."""
    lists = _lists(deps, connection, requires=True)
    requiring = chain.from_iterable(records_of(deps, connection, kind) for kind in lists)
    existing = (record for record in requiring if record.gone is None)
    return replace(features, required=merged(required(existing), features.required))


def _lists(
    deps: Dependencies, connection: Connection, *, defaults: bool = False, requires: bool = False
) -> list[ListType]:
    offered = deps.connector(connection.ledger).lists
    return [
        kind
        for kind, traits in offered.items()
        if (defaults and traits.defaults) or (requires and traits.requires)
    ]


def named_in(records: Records) -> Iterable[tuple[RuleKind, str]]:
    """The people and projects that these records name."""
    return dict.fromkeys(each for record in records for each in _keys(record))


def _referenced_ids(
    entities: Iterable[tuple[RuleKind, str]], rules: RuleBook, links: Mapping[str, Link]
) -> Iterator[str]:
    """The ledger ids of the projects and people among these entities, as far as they exist."""
    for kind, key in entities:
        if kind not in (RuleKind.USERS, RuleKind.PROJECTS):
            continue
        rule = rules.get((kind, key))
        if rule is not None and isinstance(rule.mapping, LinkTo):
            yield rule.mapping.ledger_id
        for name in (SINGULAR[kind], "client"):
            if (made := links.get(posting_key(name, key))) is not None:
                yield made.ledger_id


def _keys(record: TimeEntry | ExpenseEntry | Invoice) -> Iterator[tuple[RuleKind, str]]:
    if not isinstance(record, Invoice):
        yield RuleKind.USERS, record.staff_key
    if key := record.project_key or record.client_key:
        yield RuleKind.PROJECTS, key


def _read(
    deps: Dependencies, connection: Connection, lists: Iterable[ListType], ids: Collection[str]
) -> list[ListRecord]:
    if not ids:
        return []
    pages = (deps.lists.get(connection.key, kind, ids) for kind in lists)
    return [record for page in pages for record in page.values() if record.gone is None]
