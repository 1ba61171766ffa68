"""Reading and setting rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.rules import Mapping as RuleMapping
from ledgerlink.domain.model.rules import Rule, RuleKind, refuse_shared_people
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.newest import repeat_until_stored, require_version
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
    of_version: int | None = None,
) -> "RulesSet":
    """Set these rules; the connection's other rules stay. A rule whose mapping is the same keeps
    its version.

    Raises Conflict when two users would be linked to the same person in the ledger,
    PreconditionFailed when the connection's rules are no longer `of_version`.
    """
    return put_all_rules(deps, connection_key, user, {kind: mappings}, of_version)


@dataclass(frozen=True, slots=True)
class RulesSet:
    """Rules that were set."""

    rules: Mapping[RuleKind, Sequence[Rule]]
    """In the order in which they were given."""
    version: int
    """The version of all the connection's rules."""


def put_all_rules(
    deps: Dependencies,
    connection_key: ConnectionKey,
    user: str,
    given: Mapping[RuleKind, Mapping[str, RuleMapping]],
    of_version: int | None = None,
) -> RulesSet:
    """Set rules of several kinds, like `put_rules`; when one is refused, none is set."""
    deps.connections.get(connection_key)
    change = _RuleChange(deps, connection_key, user, given, of_version)
    return repeat_until_stored(change.store)


@dataclass(slots=True)
class _RuleChange:
    """One request to set rules, which is repeated while others set rules, too."""

    deps: Dependencies
    connection_key: ConnectionKey
    user: str
    given: Mapping[RuleKind, Mapping[str, RuleMapping]]
    of_version: int | None

    def store(self) -> RulesSet:
        """Read, check and store. Raises ChangedMeanwhile when somebody else set rules meanwhile."""
        version = self.deps.rules.version(self.connection_key)  # before the rules: see `Rules.put`
        require_version(self.of_version, version)
        found: dict[RuleKind, Sequence[Rule]] = {}
        changed: list[Rule] = []
        for kind, mappings in self.given.items():
            current = {rule.key: rule for rule in self.deps.rules.list(self.connection_key, kind)}
            new = _changed(self.deps, self.user, kind, mappings, current)
            current |= {rule.key: rule for rule in new}
            refuse_shared_people(current.values())
            changed += new
            found[kind] = [current[key] for key in mappings]
        return RulesSet(found, self.deps.rules.put(self.connection_key, changed, version))


def keep_created_rules(
    deps: Dependencies, connection_key: ConnectionKey, created: Sequence[Rule]
) -> None:
    """Store the rules that posted records created. A rule that a user has set meanwhile stays,
    because a user decides."""

    def store() -> None:
        version = deps.rules.version(connection_key)
        stored = {(rule.kind, rule.key): rule for rule in deps.rules.list(connection_key)}
        still = [rule for rule in created if _still_follows(rule, stored)]
        deps.rules.put(connection_key, still, version)

    if created:
        repeat_until_stored(store)


def _still_follows(rule: Rule, stored: Mapping[tuple[RuleKind, str], Rule]) -> bool:
    """Whether the stored rule is the version before this one."""
    before = stored.get((rule.kind, rule.key))
    return rule.version == (before.version if before else 0) + 1


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
