"""Groups: source records that become one document, compared with the documents that own them now.

A document is posted whole: if one of its records is blocked, the whole group is blocked and the
documents that own its records stay as they are. No record is ever in two documents.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ledgerlink.domain.mapping.defects import UNPLANNABLE
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import ItemState, Operation
from ledgerlink.domain.model.posting_keys import posting_key
from ledgerlink.domain.model.reasons import Reason, Skipped, named, reason
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.domain.planning.diff import Differ, blocked_by
from ledgerlink.domain.planning.inputs import PlanInput

Compose = Callable[[Link | None], Document]
"""Makes the document, given its link if it is posted already. Raises Blocked or Skipped."""


@dataclass(frozen=True, slots=True)
class RecordGroup:
    """Records that become one document."""

    key: str
    """Posting key of the document."""
    members: tuple[str, ...]
    """Keys of the records."""
    compose: Compose


@dataclass(slots=True)
class Grouping:
    """Groups of one kind of record, on their way to operations."""

    given: PlanInput
    """What the plan is made from."""
    record: RecordKind
    """The kind of the records."""
    differ: Differ
    """Compares documents with the ledger."""
    owners: Mapping[str, Link]
    """Links of the documents that hold records now, by the key of each record."""
    blocked: dict[str, Reason] = field(default_factory=dict)
    """Records that cannot be posted, with the reason of each."""
    left_out: dict[str, Reason] = field(default_factory=dict)
    """Records that are not to be posted, with the reason of each."""
    gone: Sequence[str] = ()
    """Records that the product has deleted."""
    rejected: Collection[str] = frozenset()
    """Keys of the records that are not valid. Each stays in the document that it is in."""
    unidentified: str | None = None
    """The position of a record that is not valid and whose key cannot be read."""
    _live: dict[str, RecordGroup] = field(default_factory=dict)
    _documents: dict[str, Document] = field(default_factory=dict)
    _links: dict[str, list[Link]] = field(default_factory=dict)

    def operations(self, groups: Sequence[RecordGroup]) -> Iterator[Operation]:
        """One operation per document that is created, updated or deleted, and one per record that
        is in none."""
        for group in groups:
            self._take(group)
        self._block_sharing_groups()
        deletes = {link.key: self._to_delete(link) for link in self._links_without_records()}
        to_write = self._all_to_write(deletes)
        block_failed_transfers(to_write, deletes)
        yield from deletes.values()
        yield from to_write.values()
        yield from (self._settled(k, ItemState.BLOCKED, why) for k, why in self.blocked.items())
        yield from self._apart(to_write, deletes)

    def _take(self, group: RecordGroup) -> None:
        """Compose the document; if that fails, its records are blocked or left out."""
        try:
            document = group.compose(self.given.links.get(group.key))
        except UNPLANNABLE as failure:
            why = self.given.why_unplannable(group.key, failure)
            self.blocked |= dict.fromkeys(group.members, why)
        except Skipped as skipped:
            self.left_out |= dict.fromkeys(group.members, skipped.reason)
        else:
            self._live[group.key] = group
            self._documents[group.key] = replace(document, members=group.members)
            self._links[group.key] = self._links_of(group)

    def _links_of(self, group: RecordGroup) -> list[Link]:
        """Links of the document itself and of the documents that own its records."""
        some = [self.given.links.get(group.key), *(self.owners.get(m) for m in group.members)]
        return list({link.key: link for link in some if link is not None}.values())

    def _block_sharing_groups(self) -> None:
        """Block every group that shares a document with a blocked record, and then the groups that
        share one with its records. Each round blocks one group at least."""
        while blockers := self._obstacles():
            for key, why in blockers.items():
                self.blocked |= dict.fromkeys(self._live.pop(key).members, why)

    def _obstacles(self) -> Mapping[str, Reason]:
        """Why documents of groups cannot be changed, by the key of each such group."""
        mentioned = self._mentioned_keys()
        found = {key: self._first_obstacle(key, mentioned) for key in self._live}
        return {key: why for key, why in found.items() if why is not None}

    def _mentioned_keys(self) -> set[str]:
        """Keys of all records that this post mentions."""
        live = {member for group in self._live.values() for member in group.members}
        others = [self.blocked.keys(), self.left_out.keys(), self.gone, self.rejected]
        return live.union(*others)

    def _first_obstacle(self, key: str, mentioned: set[str]) -> Reason | None:
        reasons = (self._obstacle(link, mentioned) for link in self._links[key])
        return next((why for why in reasons if why is not None), None)

    def _obstacle(self, link: Link, mentioned: set[str]) -> Reason | None:
        """Why this document cannot be changed or deleted; None if it can."""
        unknown = sorted(set(link.members) - mentioned)
        if unknown and self.unidentified is not None:
            return reason("member_blocked", key=self.unidentified)
        if unknown:
            return reason("incomplete", keys=named(unknown))
        stuck = (m for m in link.members if m in self.blocked or m in self.rejected)
        blocked = next(stuck, None)
        return reason("member_blocked", key=blocked) if blocked else None

    def _links_without_records(self) -> list[Link]:
        """Links of the documents that lose all of their records."""
        some = [link for key in self._live for link in self._links[key]]
        no_more = [*self.gone, *self.left_out]
        some += [self.owners[member] for member in no_more if member in self.owners]
        mentioned = self._mentioned_keys()
        by_key = {link.key: link for link in some if link.key not in self._live}
        return [link for link in by_key.values() if self._obstacle(link, mentioned) is None]

    def _to_delete(self, link: Link) -> Operation:
        """The delete of this document, with the reasons why its records are not posted."""
        operation = self.differ.to_delete(self.given.linked_document(link))
        why = dict.fromkeys(self.left_out[m] for m in link.members if m in self.left_out)
        return replace(operation, warnings=(*operation.warnings, *why))

    def _all_to_write(self, deletes: dict[str, Operation]) -> dict[str, Operation]:
        """Creates and updates by key. The deletes of documents that are created again are added to
        `leaving`."""
        again, to_write = self._circular(), {}
        for key in self._live:
            *goes, last = self._to_write(key, again=key in again)
            to_write[key] = last
            if last.state is ItemState.PENDING:
                deletes.update({operation.key: operation for operation in goes})
        return to_write

    def _to_write(self, key: str, *, again: bool) -> list[Operation]:
        link = self.given.links.get(key)
        linked = self.given.linked_document(link) if link else None
        *goes, last = self.differ.to_write(self._documents[key], linked, again=again)
        return [*goes, replace(last, after=(*last.after, *self._others(key)))]

    def _others(self, key: str) -> list[str]:
        """Keys of the documents that this one takes records over from."""
        return [link.key for link in self._links[key] if link.key != key]

    def _circular(self) -> set[str]:
        """Documents to be deleted and created again, because they exchange records in a circle, in
        which each would wait for the next."""
        live = self._live.keys()
        return keys_in_cycles({key: [k for k in self._others(key) if k in live] for key in live})

    def _settled(self, member: str, state: ItemState, why: Reason) -> Operation:
        key = posting_key(self.record, member)
        return Operation.not_sent(key, state, why, kind=self.record, record=self.record)

    def _apart(
        self, to_write: Mapping[str, Operation], deletes: Mapping[str, Operation]
    ) -> Iterator[Operation]:
        """Operations of records that are to be in no document, except those that are deleted
        together with their document."""
        mentioned = self._mentioned_keys()
        stays = _keeping([*to_write.values(), *deletes.values()])
        for member in dict.fromkeys([*self.left_out, *self.gone]):
            link = self.owners.get(member)
            if link is not None and link.key in deletes and link.key not in to_write:
                continue
            why = self._obstacle(link, mentioned) if link else None
            if link is not None and link.key in stays:
                why = reason("stays_in_ledger", key=link.key)
            if why is not None:
                yield self._settled(member, ItemState.BLOCKED, why)
            elif member in self.left_out:
                yield self._settled(member, ItemState.SKIPPED, self.left_out[member])
            elif link is None:
                yield self._settled(member, ItemState.SKIPPED, reason("undeletable"))


def keys_in_cycles(waits: Mapping[str, Sequence[str]]) -> set[str]:
    """At least one key of every cycle, found by a depth-first search: once these wait for nothing,
    no cycle is left."""
    found: set[str] = set()
    done: set[str] = set()
    for start in waits:
        way = {} if start in done else {start: iter(waits[start])}
        while way:
            key = next(reversed(way))
            nearer = next(way[key], None)
            if nearer is None:
                done.add(key)
                del way[key]
            elif nearer in way:
                found.add(nearer)
            elif nearer not in done:
                way[nearer] = iter(waits[nearer])
    return found


def _keeping(operations: Iterable[Operation]) -> set[str]:
    """Keys of the documents that keep their records."""
    return {op.key for op in operations if not _releases(op)}


def block_failed_transfers(to_write: dict[str, Operation], deletes: dict[str, Operation]) -> None:
    """Block every document that takes records over from one that does not release them, and every
    one that would release records that are not taken over. Each round blocks one at least."""
    while blocked := _failed_takers(to_write, deletes) | _failed_givers(to_write, deletes):
        for key, why in blocked.items():
            if key in to_write:
                to_write[key] = blocked_by(to_write[key], why)
                deletes.pop(key, None)
            else:
                deletes[key] = blocked_by(deletes[key], why)


def _failed_takers(
    to_write: Mapping[str, Operation], deletes: Mapping[str, Operation]
) -> dict[str, Reason]:
    stays = _keeping([*to_write.values(), *deletes.values()])
    found: dict[str, Reason] = {}
    for key, operation in to_write.items():
        by = next((other for other in operation.after if other in stays), None)
        if by is not None and operation.state is ItemState.PENDING:
            found[key] = reason("stays_in_ledger", key=by)
    return found


def _failed_givers(
    to_write: Mapping[str, Operation], deletes: Mapping[str, Operation]
) -> dict[str, Reason]:
    found: dict[str, Reason] = {}
    for taker in to_write.values():
        for key in () if _owns_records(taker) else taker.after:
            giver = to_write.get(key) or deletes[key]
            if giver.state is ItemState.PENDING:
                found[key] = reason("member_blocked", key=taker.members[0])
    return found


def _owns_records(operation: Operation) -> bool:
    """Whether the document owns its records, or will: nothing keeps it from what was planned."""
    return operation.reason is None


def _releases(operation: Operation) -> bool:
    return operation.state is ItemState.PENDING or operation.was_already_gone
