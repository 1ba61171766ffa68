"""Bundles: source records that become one document, against the documents that carry them now.

A document is whole: one record that cannot be posted keeps its neighbours in the bundle from being
posted, and what stands for them in the ledger stays. No record is ever in two documents.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ledgerlink.domain.mapping.resolver import posting_key
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import ItemState, Operation
from ledgerlink.domain.model.reasons import Blocked, Reason, Skipped, named, reason
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.domain.planning.diff import Differ, why_not
from ledgerlink.domain.planning.inputs import PlanInput

Compose = Callable[[Link | None], Document]
"""Makes the document, knowing where it stands now. Raises Blocked or Skipped."""


@dataclass(frozen=True, slots=True)
class Group:
    """Records, by key, that become the document with this posting key."""

    key: str
    members: tuple[str, ...]
    compose: Compose


@dataclass(slots=True)
class Grouping:
    """Groups of one kind of record, on their way to operations."""

    given: PlanInput
    """What the plan is made from."""
    record: RecordKind
    """The kind of the records."""
    comparer: Differ
    """Compares documents with the ledger."""
    carried: Mapping[str, Link]
    """Links of the documents that hold records now, by the key of each record."""
    stuck: dict[str, Reason] = field(default_factory=dict)
    """Records that cannot be posted, with the reason of each."""
    left_out: dict[str, Reason] = field(default_factory=dict)
    """Records that are not to be posted, with the reason of each."""
    gone: Sequence[str] = ()
    """Records that the product has deleted."""
    _live: dict[str, Group] = field(default_factory=dict)
    _documents: dict[str, Document] = field(default_factory=dict)
    _links: dict[str, list[Link]] = field(default_factory=dict)

    def operations(self, bundles: Sequence[Group]) -> Iterator[Operation]:
        """One operation per document that comes, changes or goes, and one per record that is in
        none."""
        for bundle in bundles:
            self._take(bundle)
        self._hold_together()
        leaving = {link.key: self._unwanted(link) for link in self._leaving()}
        wanted = self._all_wanted(leaving)
        release_first(wanted, leaving)
        yield from leaving.values()
        yield from wanted.values()
        yield from (self._settled(k, ItemState.BLOCKED, why) for k, why in self.stuck.items())
        yield from self._apart(wanted, leaving)

    def _take(self, bundle: Group) -> None:
        """Compose the document; where there is none, its records are stuck or left out."""
        try:
            document = bundle.compose(self.given.links.get(bundle.key))
        except Blocked as blocked:
            self.stuck |= dict.fromkeys(bundle.members, blocked.reason)
        except Skipped as skipped:
            self.left_out |= dict.fromkeys(bundle.members, skipped.reason)
        else:
            self._live[bundle.key] = bundle
            self._documents[bundle.key] = replace(document, members=bundle.members)
            self._links[bundle.key] = self._links_of(bundle)

    def _links_of(self, bundle: Group) -> list[Link]:
        """What has its name now, and what carries its records."""
        some = [self.given.links.get(bundle.key), *(self.carried.get(m) for m in bundle.members)]
        return list({link.key: link for link in some if link is not None}.values())

    def _hold_together(self) -> None:
        """Take out every bundle that has to do with a stuck record, and those that have to do with
        its records in turn. Each round takes one out at least, or is the last."""
        for _ in range(len(self._live) + 1):
            known = self._known()
            hindered = {key: self._hindered(key, known) for key in self._live}
            if not any(hindered.values()):
                return
            for key, why in hindered.items():
                if why is not None:
                    members = self._live.pop(key).members
                    self.stuck |= {m: why for m in members if m not in self.stuck}

    def _known(self) -> set[str]:
        """The records of which something is said."""
        live = {member for bundle in self._live.values() for member in bundle.members}
        return live | self.stuck.keys() | self.left_out.keys() | set(self.gone)

    def _hindered(self, key: str, known: set[str]) -> Reason | None:
        reasons = (self._hindrance(link, known) for link in self._links[key])
        return next((why for why in reasons if why is not None), None)

    def _hindrance(self, link: Link, known: set[str]) -> Reason | None:
        """Why this document has to stay as it is."""
        if unknown := sorted(set(link.members) - known):
            return reason("incomplete", keys=named(unknown))
        stuck = next((member for member in link.members if member in self.stuck), None)
        return reason("member_blocked", key=stuck) if stuck else None

    def _leaving(self) -> list[Link]:
        """The documents that nothing of what they carry is to stay in."""
        some = [link for key in self._live for link in self._links[key]]
        no_more = [*self.gone, *self.left_out]
        some += [self.carried[member] for member in no_more if member in self.carried]
        known = self._known()
        by_key = {link.key: link for link in some if link.key not in self._live}
        return [link for link in by_key.values() if self._hindrance(link, known) is None]

    def _unwanted(self, link: Link) -> Operation:
        """The operation that takes it out, with the reasons why its records are not posted."""
        operation = self.comparer.unwanted(self.given.held(link))
        why = dict.fromkeys(self.left_out[m] for m in link.members if m in self.left_out)
        return replace(operation, warnings=(*operation.warnings, *why))

    def _all_wanted(self, leaving: dict[str, Operation]) -> dict[str, Operation]:
        """What comes or changes, by key; what goes so that it comes again is added to `leaving`."""
        again, wanted = self._circular(), {}
        for key in self._live:
            *goes, last = self._wanted(key, again=key in again)
            wanted[key] = last
            if last.state is ItemState.PENDING:
                leaving.update({operation.key: operation for operation in goes})
        return wanted

    def _wanted(self, key: str, *, again: bool) -> list[Operation]:
        link = self.given.links.get(key)
        held = self.given.held(link) if link else None
        *goes, last = self.comparer.wanted(self._documents[key], held, again=again)
        return [*goes, replace(last, after=(*last.after, *self._others(key)))]

    def _others(self, key: str) -> list[str]:
        """The documents that this one takes records over from."""
        return [link.key for link in self._links[key] if link.key != key]

    def _circular(self) -> set[str]:
        """Documents to be made again, because they take records over in a circle, in which each
        would wait for the other."""
        live = self._live.keys()
        return met_again({key: [k for k in self._others(key) if k in live] for key in live})

    def _settled(self, member: str, state: ItemState, why: Reason) -> Operation:
        key = posting_key(self.record, member)
        return Operation.not_sent(key, state, why, kind=self.record, record=self.record)

    def _apart(
        self, wanted: Mapping[str, Operation], leaving: Mapping[str, Operation]
    ) -> Iterator[Operation]:
        """Records that are to be in no document, but for those that go with their document."""
        known, stays = self._known(), _staying(wanted, leaving)
        for member in dict.fromkeys([*self.left_out, *self.gone]):
            link = self.carried.get(member)
            if link is not None and link.key in leaving and link.key not in wanted:
                continue
            why = self._hindrance(link, known) if link else None
            if why is None and link is not None and link.key in stays:
                why = reason("stays_in_ledger", key=link.key)
            if why is not None:
                yield self._settled(member, ItemState.BLOCKED, why)
            elif member in self.left_out:
                yield self._settled(member, ItemState.SKIPPED, self.left_out[member])
            elif link is None:
                yield self._settled(member, ItemState.SKIPPED, reason("undeletable"))


def met_again(waits: Mapping[str, Sequence[str]]) -> set[str]:
    """Keys that are met again on a way that goes through them: where nobody waits for these,
    nobody waits in a circle."""
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


def _staying(wanted: Mapping[str, Operation], leaving: Mapping[str, Operation]) -> set[str]:
    """The documents that keep what they carry."""
    return {op.key for op in (*wanted.values(), *leaving.values()) if not _lets_go(op)}


def release_first(wanted: dict[str, Operation], leaving: dict[str, Operation]) -> None:
    """Block what takes records over from a document that does not let go of them, and have a
    document keep the records that another does not take over. Each round blocks one at least, or
    is the last."""
    for _ in range(len(wanted) + len(leaving) + 1):
        blocked = {**dict(_kept_out(wanted, leaving)), **dict(_kept_in(wanted, leaving))}
        if not blocked:
            return
        for key, why in blocked.items():
            if key in wanted:
                wanted[key] = why_not(wanted[key], why)
                leaving.pop(key, None)
            else:
                leaving[key] = why_not(leaving[key], why)


def _kept_out(
    wanted: Mapping[str, Operation], leaving: Mapping[str, Operation]
) -> Iterator[tuple[str, Reason]]:
    stays = _staying(wanted, leaving)
    for key, operation in wanted.items():
        by = next((other for other in operation.after if other in stays), None)
        if by is not None and operation.state is ItemState.PENDING:
            yield key, reason("stays_in_ledger", key=by)


def _kept_in(
    wanted: Mapping[str, Operation], leaving: Mapping[str, Operation]
) -> Iterator[tuple[str, Reason]]:
    for taker in wanted.values():
        for key in () if _holds(taker) else taker.after:
            giver = wanted.get(key) or leaving[key]
            if giver.state is ItemState.PENDING:
                yield key, reason("member_blocked", key=taker.members[0])


def _holds(operation: Operation) -> bool:
    """Whether the document holds its records, or will."""
    same = operation.state is ItemState.UNCHANGED and operation.reason is None
    return same or operation.state is ItemState.PENDING


def _lets_go(operation: Operation) -> bool:
    return operation.state is ItemState.PENDING or operation.is_over
