"""Clients, projects and staff that are posted by themselves, at once."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ledgerlink.domain.mapping.defects import UNPLANNABLE
from ledgerlink.domain.mapping.new_list_records import new_person
from ledgerlink.domain.mapping.resolver import Resolver
from ledgerlink.domain.mapping.targets import references_of
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.new_records import NewListRecord
from ledgerlink.domain.model.plan import ItemState, Operation
from ledgerlink.domain.model.posting_keys import posting_key
from ledgerlink.domain.model.reasons import Blocked, Reason, Skipped, reason
from ledgerlink.domain.model.rules import (
    SINGULAR,
    Client,
    CreateProject,
    CreateUser,
    LinkTo,
    Mapping,
    RuleKind,
)
from ledgerlink.domain.model.source_records import (
    ClientRecord,
    Deleted,
    ListPost,
    ProjectRecord,
    RecordKind,
    StaffRecord,
)
from ledgerlink.domain.planning.diff import Differ
from ledgerlink.domain.planning.inputs import PlanInput

RULES = {
    RecordKind.CLIENT: RuleKind.PROJECTS,
    RecordKind.PROJECT: RuleKind.PROJECTS,
    RecordKind.STAFF: RuleKind.USERS,
}
"""Which rule says where each kind of record goes."""


def created_by(record: ListPost, before: Mapping | None = None) -> Mapping:
    """The rule that a record makes: it is created as it says of itself, but below the customer of
    the ledger whom the rule `before` names."""
    match record, before:
        case ClientRecord() | ProjectRecord(), CreateProject(parent_id=str()):
            return replace(before, name=record.name)
        case ClientRecord(), _:
            return CreateProject(name=record.name)
        case ProjectRecord(), _:
            client = None
            if record.client_key is not None:
                client = Client(key=record.client_key, name=record.client_name or record.client_key)
            return CreateProject(name=record.name, client=client)
        case StaffRecord(), _:
            return CreateUser(
                name=record.name,
                person=record.person,
                given_name=record.given_name,
                family_name=record.family_name,
                email=record.email,
            )


def list_key(kind: RecordKind, source_key: str) -> str:
    """The posting key of a client, project or member of staff."""
    return posting_key(SINGULAR[RULES[kind]], source_key)


def list_keys(kind: RecordKind, source_key: str) -> list[str]:
    """The posting keys that it may have: a client may have come with a project."""
    came = [posting_key(RecordKind.CLIENT, source_key)] if kind is RecordKind.CLIENT else []
    return [*came, list_key(kind, source_key)]


def doubled(listed: Iterable[ListPost], deleted: Iterable[Deleted]) -> dict[str, int]:
    """How often list records are given that are given more than once, by posting key: a client
    and a project may not have the same key."""
    given = {(one.kind, one.key) for one in deleted if one.kind in RULES}
    keys = [(RecordKind(one.kind), one.key) for one in listed]
    counts = Counter(list_key(kind, key) for kind, key in [*keys, *given])
    return {key: count for key, count in counts.items() if count > 1}


class Listing:
    """The list records of one plan. `asked` are those to be created, which the resolver holds with
    all others that are new: their kinds, by posting key."""

    def __init__(self, given: PlanInput, resolver: Resolver) -> None:
        self._given = given
        self._resolver = resolver
        self._doubled = doubled(given.listed, given.deleted)
        self.asked: dict[str, RecordKind] = {}

    def operations(self) -> Iterator[Operation]:
        """What is changed, made inactive, or ends as it is."""
        for record in self._given.listed:
            yield from self._posted(record)
        for kind in (RecordKind.STAFF, RecordKind.PROJECT, RecordKind.CLIENT):
            for key in self._given.deleted_keys[kind]:
                if list_key(kind, key) not in self._doubled:
                    yield self._removed(kind, key)

    def _posted(self, record: ListPost) -> Iterator[Operation]:
        kind = RecordKind(record.kind)
        rule = self._given.rules.get((RULES[kind], record.key))
        try:
            self._refuse_doubled(kind, record.key)
            if rule is None:
                raise Blocked(reason("no_client", key=_client(record)))
            if isinstance(rule.mapping, LinkTo):
                (reference,) = references_of(rule.kind, rule.mapping)
                name = self._given.targets.called(reference.purposes[0], reference.ledger_id)
                why = reason("linked_by_rule", name=name)
                yield self._settled(kind, record.key, ItemState.UNCHANGED, why)
                return
            self._ask(kind, record.key)
            yield from self._changed(kind, record.key, rule.mapping)
        except UNPLANNABLE as failure:
            key = list_key(kind, record.key)
            if key not in self._resolver.refused:
                why = self._given.why_unplannable(key, failure)
                yield self._settled(kind, record.key, ItemState.BLOCKED, why)
        except Skipped as skipped:
            yield self._settled(kind, record.key, ItemState.SKIPPED, skipped.reason)

    def _refuse_doubled(self, kind: RecordKind, source_key: str) -> None:
        if count := self._doubled.get(list_key(kind, source_key)):
            raise Blocked(reason("duplicate_key", field="key", key=source_key, count=count))

    def _ask(self, kind: RecordKind, source_key: str) -> None:
        """Have it created, with what it stands below, unless it is there. Raises Blocked or
        Skipped."""
        if kind is RecordKind.STAFF:
            self._resolver.staff(source_key)
        else:
            self._resolver.customer(source_key, None)
        self.asked[list_key(kind, source_key)] = kind

    def _changed(self, kind: RecordKind, source_key: str, mapping: Mapping) -> Iterator[Operation]:
        link = self._link(kind, source_key)
        if link is None:
            return
        record = self._new_record(source_key, mapping)
        if (twin := self._given.names.renamed_to(record, link.ledger_id)) is not None:
            raise Blocked(twin.reason)
        document = self._given.composer.list_record(record)
        document = replace(document, key=link.key, members=(source_key,))
        differ = Differ(edits=self._given.posting.ledger_edits, record=kind)
        yield from differ.to_write(document, self._given.linked_document(link))

    def _link(self, kind: RecordKind, source_key: str) -> Link | None:
        keys = list_keys(kind, source_key)
        return next((self._given.links[key] for key in keys if key in self._given.links), None)

    def _new_record(self, source_key: str, mapping: Mapping) -> NewListRecord:
        if isinstance(mapping, CreateUser):
            return new_person(source_key, mapping)
        assert isinstance(mapping, CreateProject)
        return self._resolver.new_customer(source_key, mapping)

    def _removed(self, kind: RecordKind, source_key: str) -> Operation:
        link = self._link(kind, source_key)
        if link is None:
            return self._settled(kind, source_key, ItemState.SKIPPED, reason("undeletable"))
        differ = Differ(edits=self._given.posting.ledger_edits, record=kind)
        return replace(differ.to_delete(self._given.linked_document(link)), record=kind)

    def _settled(
        self, kind: RecordKind, source_key: str, state: ItemState, why: Reason
    ) -> Operation:
        return Operation.not_sent(list_key(kind, source_key), state, why, kind=kind, record=kind)


def _client(record: ListPost) -> str:
    return (record.client_key if isinstance(record, ProjectRecord) else None) or record.key
