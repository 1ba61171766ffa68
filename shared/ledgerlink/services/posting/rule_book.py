"""The rules that a plan is made with: those stored, and those that posted records create."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.posting_keys import posting_key
from ledgerlink.domain.model.rules import LinkTo, Rule, RuleBook, RuleKind, Skip, Unreadable
from ledgerlink.domain.model.source_records import ListPost, ProjectRecord, RecordKind
from ledgerlink.domain.planning.list_records import RULES, created_by, doubled, list_key
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.posting.staged_records import Records


def stored_rules(deps: Dependencies, connection: Connection) -> RuleBook:
    """All rules of the connection, by kind and key."""
    return {(rule.kind, rule.key): rule for rule in deps.rules.list(connection.key)}


def with_rules(stored: RuleBook, created: Iterable[Rule]) -> RuleBook:
    """The stored rules with the created ones, which replace those of the same kind and key."""
    return {**stored, **{(rule.kind, rule.key): rule for rule in created}}


def created_rules(
    deps: Dependencies,
    connection: Connection,
    stored: RuleBook,
    records: Records,
    user: str,
    read_at: datetime,
) -> Sequence[Rule]:
    """The rules that posted clients, projects and staff create.

    A record that was posted twice with different content creates none. A rule that links or skips
    stays, because a user has decided so. Each is set at `read_at`, when the `stored` rules were
    read, because it is part of a plan made with them and does not change it.
    """
    unclear = doubled(records.listed, records.deleted)
    listed = [r for r in records.listed if list_key(RecordKind(r.kind), r.key) not in unclear]
    posted = {(_rule_kind(record), record.key) for record in listed}
    posted |= {(RuleKind.PROJECTS, key) for key in _clients_posted_before(deps, connection, listed)}
    return [
        _rule(record, stored, user, read_at)
        for record in listed
        if _creates_a_rule(record, stored, posted)
    ]


def _creates_a_rule(
    record: ListPost, stored: RuleBook, posted: Collection[tuple[RuleKind, str]]
) -> bool:
    """Whether the record creates a rule or changes the one it created. A project creates one only
    if its client has a rule, a name, or is `posted` too."""
    rule = stored.get((_rule_kind(record), record.key))
    if rule is not None:
        decided = isinstance(rule.mapping, LinkTo | Skip | Unreadable)
        return not decided and rule.mapping != created_by(record, rule.mapping)
    if not isinstance(record, ProjectRecord) or record.client_key is None:
        return True
    client = (RuleKind.PROJECTS, record.client_key)
    return record.client_name is not None or client in stored or client in posted


def _clients_posted_before(
    deps: Dependencies, connection: Connection, listed: Sequence[ListPost]
) -> Sequence[str]:
    """The clients of these projects that were created together with an earlier project."""
    clients = {one.client_key for one in listed if isinstance(one, ProjectRecord)}
    keys = {posting_key(RecordKind.CLIENT, key): key for key in clients if key is not None}
    return [keys[link] for link in deps.links.get(connection.key, keys)]


def _rule(record: ListPost, stored: RuleBook, user: str, set_at: datetime) -> Rule:
    kind = _rule_kind(record)
    before = stored.get((kind, record.key))
    return Rule(
        kind=kind,
        key=record.key,
        mapping=created_by(record, before.mapping if before else None),
        set_by=user,
        set_at=set_at,
        version=before.version + 1 if before else 1,
    )


def _rule_kind(record: ListPost) -> RuleKind:
    return RULES[RecordKind(record.kind)]
