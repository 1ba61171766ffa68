"""Reading and setting rules."""

from collections.abc import Mapping, Sequence

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.rules import Mapping as RuleMapping
from ledgerlink.domain.model.rules import Rule, RuleKind, refuse_shared_people
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.ports import Page


def list_rules(deps: Dependencies, connection_key: ConnectionKey, kind: RuleKind) -> Sequence[Rule]:
    """All rules of a kind. Raises NotFound for an unknown connection."""
    deps.connections.get(connection_key)
    return deps.rules.list(connection_key, kind)


def page_of_rules(
    deps: Dependencies, connection_key: ConnectionKey, kind: RuleKind, after: str | None, limit: int
) -> Page[Rule]:
    """At most `limit` rules in the order of their keys, after the key `after`."""
    found = sorted(list_rules(deps, connection_key, kind), key=lambda rule: rule.key)
    rest = [rule for rule in found if after is None or rule.key > after]
    return Page(rest[:limit], rest[limit - 1].key if len(rest) > limit else None)


def rule_history(
    deps: Dependencies, connection_key: ConnectionKey, kind: RuleKind, key: str
) -> Sequence[Rule]:
    """All versions of one rule, oldest first."""
    deps.connections.get(connection_key)
    return deps.rules.history(connection_key, kind, key)


def put_rules(
    deps: Dependencies,
    connection_key: ConnectionKey,
    user: str,
    kind: RuleKind,
    mappings: Mapping[str, RuleMapping],
) -> Sequence[Rule]:
    """Set these rules and return them; the connection's other rules stay. A rule whose mapping is
    the same keeps its version.

    Raises Conflict when two users would be linked to the same person in the ledger.
    """
    return put_all_rules(deps, connection_key, user, {kind: mappings})[kind]


def put_all_rules(
    deps: Dependencies,
    connection_key: ConnectionKey,
    user: str,
    given: Mapping[RuleKind, Mapping[str, RuleMapping]],
) -> Mapping[RuleKind, Sequence[Rule]]:
    """Set rules of several kinds, like `put_rules`; when one is refused, none is set."""
    deps.connections.get(connection_key)
    found: dict[RuleKind, Sequence[Rule]] = {}
    changed: list[Rule] = []
    for kind, mappings in given.items():
        current = {rule.key: rule for rule in deps.rules.list(connection_key, kind)}
        new = _changed(deps, user, kind, mappings, current)
        current |= {rule.key: rule for rule in new}
        refuse_shared_people(current.values())
        changed += new
        found[kind] = [current[key] for key in mappings]
    deps.rules.put(connection_key, changed)
    return found


def _changed(
    deps: Dependencies,
    user: str,
    kind: RuleKind,
    mappings: Mapping[str, RuleMapping],
    current: Mapping[str, Rule],
) -> list[Rule]:
    return [
        Rule(
            kind=kind,
            key=key,
            mapping=mapping,
            set_by=user,
            set_at=deps.clock.now(),
            version=current[key].version + 1 if key in current else 1,
        )
        for key, mapping in mappings.items()
        if key not in current or current[key].mapping != mapping
    ]
