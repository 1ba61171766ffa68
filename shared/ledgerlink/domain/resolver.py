"""Resolving source records by rules: which ledger record does each of them point at?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ledgerlink.domain.documents import (
    Document,
    Known,
    NewCustomer,
    NewItem,
    NewListRecord,
    NewPerson,
    Pending,
    ResolvedTime,
    Target,
)
from ledgerlink.domain.links import Link as PostedLink
from ledgerlink.domain.ports import Blocked, Composer
from ledgerlink.domain.reasons import Reason, reason
from ledgerlink.domain.records import TimeEntry
from ledgerlink.domain.rules import (
    Client,
    CreateLaborCode,
    CreateProject,
    CreateUser,
    Link,
    PersonType,
    Rule,
    RuleKind,
    Skip,
)

RuleBook = Mapping[tuple[RuleKind, str], Rule]

_SINGULAR = {
    RuleKind.USERS: "user",
    RuleKind.PROJECTS: "project",
    RuleKind.LABOR_CODES: "labor-code",
}


class Skipped(Exception):
    """A rule says that the record is not posted."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.message)
        self.reason = reason


def posting_key(kind: str, source_key: str) -> str:
    """The name of a document within its connection, made of its kind and its source key."""
    return f"{kind}:{source_key}"


def time_key(entry: TimeEntry) -> str:
    """The posting key of a time entry."""
    return posting_key("time", entry.key)


@dataclass(slots=True)
class Resolver:
    """Resolves time entries and collects the list records that would have to be created.

    `created` holds the documents of new list records, `refused` the reasons of those that the
    ledger could not take; both by posting key.
    """

    rules: RuleBook
    links: Mapping[str, PostedLink]
    composer: Composer
    created: dict[str, Document] = field(default_factory=dict)
    refused: dict[str, Reason] = field(default_factory=dict)

    def time(self, entry: TimeEntry) -> ResolvedTime:
        """The entry with its references. Raises Blocked or Skipped."""
        staff, person = self._staff(entry)
        project_key = entry.project_key or entry.client_key
        customer = self._project(project_key) if project_key else None
        item: Target | None = None
        rate: Decimal | None = None
        if entry.labor_code_key:
            item, rate = self._labor_code(entry.labor_code_key)
        return ResolvedTime(
            key=time_key(entry),
            entry=entry,
            staff=staff,
            person=person,
            customer=customer,
            item=item,
            rate=entry.bill_rate if entry.bill_rate is not None else rate,
        )

    def _staff(self, entry: TimeEntry) -> tuple[Target, PersonType]:
        rule = self._rule(RuleKind.USERS, entry.staff_key)
        match rule.mapping:
            case Link(ledger_id=ledger_id, person=person):
                return Known(ledger_id), person
            case CreateUser() as new:
                key = posting_key("user", rule.key)
                record = NewPerson(
                    key=key,
                    name=new.name,
                    person=new.person,
                    given_name=new.given_name,
                    family_name=new.family_name,
                    email=new.email,
                )
                return self._new(record), new.person
        raise _incomplete(rule)

    def _project(self, source_key: str) -> Target:
        rule = self._rule(RuleKind.PROJECTS, source_key)
        match rule.mapping:
            case Link(ledger_id=ledger_id):
                return Known(ledger_id)
            case CreateProject() as new:
                parent = Known(new.parent_id) if new.parent_id else self._client(new.client)
                key = posting_key("project", rule.key)
                return self._new(NewCustomer(key=key, name=new.name, parent=parent))
        raise _incomplete(rule)

    def _client(self, client: Client | None) -> Target | None:
        if client is None:
            return None
        return self._new(NewCustomer(key=posting_key("client", client.key), name=client.name))

    def _labor_code(self, source_key: str) -> tuple[Target, Decimal | None]:
        rule = self._rule(RuleKind.LABOR_CODES, source_key)
        match rule.mapping:
            case Link(ledger_id=ledger_id, rate=rate):
                return Known(ledger_id), rate
            case CreateLaborCode() as new:
                record = NewItem(
                    key=posting_key("labor-code", rule.key),
                    name=new.name,
                    income_account_id=new.income_account_id,
                    rate=new.rate,
                )
                return self._new(record), new.rate
        raise _incomplete(rule)

    def _rule(self, kind: RuleKind, source_key: str) -> Rule:
        rule = self.rules.get((kind, source_key))
        if rule is None:
            raise Blocked(reason("no_rule", kind=_SINGULAR[kind], key=source_key))
        if isinstance(rule.mapping, Skip):
            raise Skipped(reason("skipped_by_rule", kind=_SINGULAR[kind], key=source_key))
        return rule

    def _new(self, record: NewListRecord) -> Target:
        """The target of a `create` rule: the record it created once, or one still to be created."""
        if (link := self.links.get(record.key)) is not None:
            return Known(link.ledger_id)
        if record.key not in self.created and record.key not in self.refused:
            try:
                self.created[record.key] = self.composer.list_record(record)
            except Blocked as blocked:
                self.refused[record.key] = blocked.reason
        if record.key in self.refused:
            raise Blocked(reason("dependency_failed", key=record.key))
        return Pending(record.key)


def _incomplete(rule: Rule) -> Blocked:
    kind = _SINGULAR[rule.kind]
    return Blocked(
        reason("rule_incomplete", field="a mapping of its kind", kind=kind, key=rule.key)
    )


def linkable_keys(rules: RuleBook, entries: Mapping[str, TimeEntry]) -> set[str]:
    """The posting keys whose links a plan of these entries may ask for."""
    keys = set(entries)
    for rule in rules.values():
        if isinstance(rule.mapping, CreateUser | CreateProject | CreateLaborCode):
            keys.add(posting_key(_SINGULAR[rule.kind], rule.key))
        if isinstance(rule.mapping, CreateProject) and rule.mapping.client:
            keys.add(posting_key("client", rule.mapping.client.key))
    return keys
