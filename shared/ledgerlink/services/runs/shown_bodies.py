"""Bodies of items as they are shown: new records by their id or name, existing ones named."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.posting_keys import posting_key
from ledgerlink.domain.model.references import Body, needs, resolve
from ledgerlink.domain.model.rules import SINGULAR
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.runs.history import Item

MOST_NAMED = 1000
"""Records of one list that are named in one answer; the others are shown by their ids."""

Reference = tuple[ListType, str]
"""List and id of a record."""


@dataclass(frozen=True, slots=True)
class ShownBodies:
    """The bodies of one item, side by side."""

    before: Body | None = None
    """What the ledger held; None where that is not known, or where nothing is replaced."""
    after: Body | None = None
    """What is sent. A record that is not created yet is shown by its name."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Names of the records that both refer to, by `type:id`."""


def shown_bodies(
    deps: Dependencies, connection: Connection, items: Sequence[Item]
) -> list[ShownBodies]:
    """The bodies of these items, in their order."""
    new_ids = _new_records(deps, connection, items)
    connector = deps.connector(connection.ledger)
    afters = [_resolved(item.operation.body, new_ids) for item in items]
    found: list[Collection[Reference]] = []
    for item, after in zip(items, afters, strict=True):
        bodies = [body for body in (item.operation.before, after) if body]
        kind = item.operation.kind
        found.append({each for body in bodies for each in connector.references(kind, body)})
    names = _listed_names(deps, connection, (one for some in found for one in some))
    return [
        ShownBodies(
            before=item.operation.before or None,
            after=after,
            names={_name_of(one): names[one] for one in sorted(references) if one in names},
        )
        for item, after, references in zip(items, afters, found, strict=True)
    ]


def _name_of(reference: Reference) -> str:
    kind, ledger_id = reference
    return f"{kind}:{ledger_id}"


def _resolved(body: Body | None, new_ids: Mapping[str, str]) -> Body | None:
    return None if body is None else resolve(body, lambda key: new_ids[key])


def _new_records(
    deps: Dependencies, connection: Connection, items: Iterable[Item]
) -> Mapping[str, str]:
    """What stands for each pending reference of these items, by posting key: the id, or the name
    while there is none."""
    pending: dict[str, str] = {}
    titles: dict[str, str] = {}
    for item in items:
        pending |= dict.fromkeys(needs(item.operation.body), "")
        if item.operation.title:
            titles[item.operation.key] = item.operation.title
    if not pending:
        return {}
    links = deps.links.get(connection.key, pending)
    if pending.keys() - titles.keys() - links.keys():
        titles = {**_titles_by_rules(deps, connection), **titles}
    return {
        key: links[key].ledger_id if key in links else f"{titles.get(key, key)} (new)"
        for key in pending
    }


def _titles_by_rules(deps: Dependencies, connection: Connection) -> dict[str, str]:
    """The names that rules give to new records, by posting key."""
    return dict(_named_by_rules(deps, connection))


def _named_by_rules(deps: Dependencies, connection: Connection) -> Iterator[tuple[str, str]]:
    for rule in deps.rules.list(connection.key):
        mapping: Any = rule.mapping
        if client := getattr(mapping, "client", None):
            yield posting_key("client", client.key), client.name
        if name := getattr(mapping, "name", None):
            yield posting_key(SINGULAR[rule.kind], rule.key), name


def _listed_names(
    deps: Dependencies, connection: Connection, wanted: Iterable[Reference]
) -> dict[Reference, str]:
    by_list: dict[ListType, list[str]] = {}
    for kind, ledger_id in dict.fromkeys(wanted):
        by_list.setdefault(kind, []).append(ledger_id)
    return {
        (kind, record.id): record.path or record.name
        for kind, ids in by_list.items()
        for record in deps.lists.get(connection.key, kind, ids[:MOST_NAMED]).values()
    }
