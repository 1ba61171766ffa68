"""Reading and setting rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.model.connections import Connection, ConnectionKey
from ledgerlink.domain.model.rules import Mapping as RuleMapping
from ledgerlink.domain.model.rules import Rule, RuleKind, refuse_shared_people
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.newest import repeat_until_stored, require_version
from ledgerlink.services.ports import Page
from ledgerlink.services.runs.history import bad_cursor
from ledgerlink.services.settings.references import unfit_rules


def list_rules(deps: Dependencies, connection_key: ConnectionKey, kind: RuleKind) -> Sequence[Rule]:
    """All rules of a kind. Raises NotFound for an unknown connection."""
    deps.connections.get(connection_key)
    return deps.rules.list(connection_key, kind)


def page_of_rules(
    deps: Dependencies, connection_key: ConnectionKey, kind: RuleKind, after: str | None, limit: int
) -> Page[Rule]:
    """At most `limit` rules of a kind in a stable order, after the key `after`."""
    deps.connections.get(connection_key)
    begin = None if after is None else (kind, after)
    found, more = deps.rules.page(connection_key, kind, begin, limit)
    return Page(found, found[-1].key if more else None)


def page_of_all_rules(
    deps: Dependencies, connection_key: ConnectionKey, after: str | None, limit: int
) -> Page[Rule]:
    """At most `limit` rules of all kinds, by kind. `after` is the cursor of the page before. Raises
    Invalid for another cursor."""
    deps.connections.get(connection_key)
    begin = None if after is None else _place(after)
    found, more = deps.rules.page(connection_key, None, begin, limit)
    return Page(found, f"{found[-1].kind}/{found[-1].key}" if more else None)


def _place(cursor: str) -> tuple[RuleKind, str]:
    kind, slash, key = cursor.partition("/")
    if not slash or kind not in list(RuleKind):
        raise bad_cursor()
    return RuleKind(kind), key


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

    Raises Conflict when two users would be linked to the same person in the ledger, Invalid naming
    each rule that points at a record that the lists know to be unusable for it, PreconditionFailed
    when the connection's rules are no longer `of_version`.
    """
    return _put(deps, connection_key, user, {kind: mappings}, of_version, kinds_named=False)


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
    return _put(deps, connection_key, user, given, of_version, kinds_named=True)


def _put(
    deps: Dependencies,
    connection_key: ConnectionKey,
    user: str,
    given: Mapping[RuleKind, Mapping[str, RuleMapping]],
    of_version: int | None,
    *,
    kinds_named: bool,
) -> RulesSet:
    connection = deps.connections.get(connection_key)
    change = _RuleChange(deps, connection, user, given, of_version, kinds_named)
    return repeat_until_stored(change.store)


@dataclass(slots=True)
class _RuleChange:
    """One request to set rules, which is repeated while others set rules, too."""

    deps: Dependencies
    connection: Connection
    user: str
    given: Mapping[RuleKind, Mapping[str, RuleMapping]]
    of_version: int | None
    kinds_named: bool = False
    """Whether the request names kinds, which its wrong places then begin with."""

    def store(self) -> RulesSet:
        """Read, check and store. Raises ChangedMeanwhile when somebody else set rules meanwhile."""
        key = self.connection.key
        version = self.deps.rules.version(key)  # before the rules: see `Rules.put`
        require_version(self.of_version, version)
        found: dict[RuleKind, Sequence[Rule]] = {}
        changed: list[Rule] = []
        for kind, mappings in self.given.items():
            current = self._current(kind, mappings)
            new = _changed(self.deps, self.user, kind, mappings, current)
            current |= {rule.key: rule for rule in new}
            refuse_shared_people(current.values())
            changed += new
            found[kind] = [current[key] for key in mappings]
        self._refuse_unfit(changed)
        return RulesSet(found, self.deps.rules.put(key, changed, version))

    def _current(self, kind: RuleKind, given: Iterable[str]) -> dict[str, Rule]:
        """The stored rules that the new ones are compared with: of people all, as they are
        one-to-one."""
        key, rules = self.connection.key, self.deps.rules
        if kind is RuleKind.USERS:
            return {rule.key: rule for rule in rules.list(key, kind)}
        return dict(rules.get(key, kind, given))

    def _refuse_unfit(self, changed: Sequence[Rule]) -> None:
        """Raise Invalid for rules that point at a record that cannot be used so. Rules that stay as
        they are are not checked: a record may have become inactive meanwhile."""
        if wrong := list(
            unfit_rules(self.deps, self.connection, changed, kinds_named=self.kinds_named)
        ):
            message = "Some of these rules point at records that cannot be used, so none was set."
            raise Invalid("wrong_rule", message, "Correct the rules that are named.", wrong)


def keep_created_rules(
    deps: Dependencies, connection_key: ConnectionKey, created: Sequence[Rule]
) -> None:
    """Store the rules that posted records created. A rule that a user has set meanwhile stays,
    because a user decides."""

    def store() -> None:
        version = deps.rules.version(connection_key)
        still: list[Rule] = []
        for kind in RuleKind:
            some = [rule for rule in created if rule.kind is kind]
            stored = deps.rules.get(connection_key, kind, [rule.key for rule in some])
            still += [rule for rule in some if _follows(rule, stored.get(rule.key))]
        deps.rules.put(connection_key, still, version)

    if created:
        repeat_until_stored(store)


def _follows(rule: Rule, before: Rule | None) -> bool:
    """Whether the stored rule is the version before this one."""
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
