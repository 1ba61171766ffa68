"""The planner: from source records, rules and links to an ordered list of operations. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from itertools import chain
from operator import attrgetter

from ledgerlink.domain.mapping.resolver import Resolver
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Action, ItemState, Operation
from ledgerlink.domain.model.posting_keys import posting_key
from ledgerlink.domain.model.reasons import POSTED_BEFORE, reason_in_case
from ledgerlink.domain.model.references import needs
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.domain.planning.diff import Differ
from ledgerlink.domain.planning.inputs import PlanInput, Rejected
from ledgerlink.domain.planning.list_records import RULES, Listing
from ledgerlink.domain.planning.money_documents import documents
from ledgerlink.domain.planning.ordering import GOING, Keys, order_by_dependency, references
from ledgerlink.domain.planning.time import TimePlanner

LIST = "list"
"""The kind of a new list record that could not be composed."""
NEVER_CHANGED = (RecordKind.RECEIPT, RecordKind.EMAIL)
"""Records that are sent once."""


def plan(given: PlanInput) -> tuple[Operation, ...]:
    """The operations in the order in which they may be applied, numbered from 0: deletes, then
    creates and updates by dependency, then those for which nothing is sent."""
    planner = Planner(given)
    operations = planner.part(given)
    ordered = _ordered(chain(planner.list_records(), operations))
    for seq, operation in enumerate(ordered):
        operation.set_seq(seq)
    return tuple(ordered)


class Planner:
    """Makes one plan in parts, one after the other, because a million records do not fit into
    memory. Records that share a document, or exchange records between their documents, belong to
    the same part. The new list records are those of all parts."""

    def __init__(self, given: PlanInput) -> None:
        """`given` has the rules, the links of list records, and all else that holds for every
        part."""
        self.resolver = Resolver(
            given.rules,
            given.links,
            given.composer,
            given.posting,
            given.features,
            given.names,
            given.defaults,
            given.report_defect,
            given.targets,
        )
        self.asked: dict[str, RecordKind] = {}
        """The kinds of the new list records that are posted themselves, by posting key."""
        self.needed: dict[str, None] = {}
        """Posting keys of the new list records that are posted or that some operation refers to."""
        self.highest = GOING
        """The highest level so far."""

    @property
    def new_lists(self) -> tuple[str, ...]:
        """The posting keys of all list records that are new, those included that cannot be
        composed."""
        return (*self.resolver.created, *self.resolver.refused)

    def restore(
        self,
        new_lists: Iterable[str],
        needed: Iterable[str],
        asked: Mapping[str, RecordKind],
        highest: int,
    ) -> None:
        """Go on where another planner has stopped, with these of its values."""
        self.resolver.resolve_again(new_lists)
        self.needed |= {key: None for key in needed if key in self.resolver.created}
        self.asked |= asked
        self.highest = highest

    def part(self, given: PlanInput) -> list[Operation]:
        """The operations of a part, with their levels; those of new list records come last of all,
        by `list_records`."""
        times = TimePlanner(given, self.resolver)
        operations = list(times.operations())
        listing = Listing(given, self.resolver)
        operations += listing.operations()
        operations += documents(given, self.resolver, [*given.others.times, *operations])
        operations += [_rejected(rejected) for rejected in given.rejected]
        referred = references(operations)
        lists = _needed(referred, self.resolver, listing.asked)
        levels = {**_levels(lists), **{op.key: op.level for op in given.others.times}}
        order_by_dependency(operations, levels, referred, self.highest)
        self.asked |= listing.asked
        self.needed |= dict.fromkeys(lists)
        self.highest = max([self.highest, *(operation.level for operation in operations)])
        return [_in_case(given, operation) for operation in operations]

    def again(self) -> "Planner":
        """A planner that stands where this one does, to plan the next part another time."""
        other = copy(self)
        other.asked, other.needed = dict(self.asked), dict(self.needed)
        return other

    def list_records(self) -> list[Operation]:
        """The operations of the new list records that the parts need: those that cannot be
        composed, then those that are created."""
        refused = [
            Operation.not_sent(key, ItemState.BLOCKED, why, kind=LIST)
            for key, why in self.resolver.refused.items()
        ]
        lists = {key: self.resolver.created[key] for key in self.needed}
        return [*refused, *_creations(lists, _levels(lists), self.asked)]


def _in_case(given: PlanInput, operation: Operation) -> Operation:
    """The operation; one of a record that is not approved says whether the ledger has it."""
    why = operation.reason
    if why is None or why.code != "not_approved" or not _is_in_ledger(given, operation):
        return operation
    told = reason_in_case(why.code, POSTED_BEFORE, why.field, **why.parameters)
    return replace(operation, reason=told)


def _is_in_ledger(given: PlanInput, operation: Operation) -> bool:
    """Whether a document in the ledger covers the record of an operation that sends nothing."""
    name = operation.key.partition(":")[2]
    owned = name in given.owners or name in given.expense_owners
    return operation.key in given.links or owned


def unread_documents(given: PlanInput, operations: Iterable[Operation]) -> list[Link]:
    """Links of the documents that these operations of `given` would change or delete, and whose
    snapshot was not read. What becomes of such a document depends on what the ledger holds, because
    a user may have edited or deleted it there."""
    found = (given.links.get(op.key) for op in operations if _depends_on_ledger(op))
    unread = (link for link in found if link is not None and link.key not in given.snapshots)
    return list({link.key: link for link in unread}.values())


def _depends_on_ledger(operation: Operation) -> bool:
    """Whether the operation changes or deletes an existing document, or is blocked from it.
    Receipts and e-mails never change, and a list record is made inactive whatever a user did with
    it."""
    if operation.ledger_id is None or operation.record in NEVER_CHANGED:
        return False
    if operation.action is Action.DELETE and operation.record in RULES:
        return False
    return operation.state in (ItemState.PENDING, ItemState.BLOCKED)


def _rejected(rejected: Rejected) -> Operation:
    key = posting_key(rejected.kind, rejected.key)
    why, kind = rejected.reason, rejected.kind
    return Operation.not_sent(key, ItemState.BLOCKED, why, kind=kind, record=kind)


def _ordered(operations: Iterable[Operation]) -> list[Operation]:
    """By dependency and group; those for which nothing is sent come last."""
    levels: dict[tuple[bool, int], list[Operation]] = {}
    for operation in operations:
        place = (operation.state is not ItemState.PENDING, operation.level)
        levels.setdefault(place, []).append(operation)
    in_groups = (sorted(levels[place], key=attrgetter("group")) for place in sorted(levels))
    return [*chain.from_iterable(in_groups)]


def _needed(
    referred: Sequence[Keys], resolver: Resolver, asked: Iterable[str]
) -> dict[str, Document]:
    """The new list records that are posted themselves or that some operation refers to, with their
    parents."""
    needed: dict[str, Document] = {}
    distinct = [*dict.fromkeys(reversed(referred))]
    waiting = [*asked, *chain.from_iterable(reversed(distinct))]
    while waiting:
        key = waiting.pop()
        if key not in needed and key in resolver.created:
            needed[key] = resolver.created[key]
            waiting.extend(needs(needed[key].body))
    return needed


def _levels(documents: Mapping[str, Document]) -> dict[str, int]:
    """The level of each document: one more than the highest that it refers to."""
    levels: dict[str, int] = {}

    def depth(key: str) -> int:
        if key not in levels:
            levels[key] = 1 + max((depth(k) for k in needs(documents[key].body)), default=-1)
        return levels[key]

    for key in documents:
        depth(key)
    return levels


def _creations(
    documents: Mapping[str, Document], levels: Mapping[str, int], kinds: Mapping[str, RecordKind]
) -> Iterator[Operation]:
    """The operations that create list records, each at its level; `kinds` are those of posted
    ones."""
    for key, document in documents.items():
        members = (key.partition(":")[2],)
        differ = Differ(record=kinds.get(key, RecordKind.TIME))
        (create,) = differ.to_write(replace(document, members=members), None)
        create.set_level(levels[key])
        yield create
