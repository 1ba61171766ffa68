"""Bundles: source records that become one document, against the documents that carry them now.

A document is whole: one record that cannot be posted keeps its neighbours in the bundle from being
posted, and what stands for them in the ledger stays. No record is ever in two documents.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ledgerlink.domain.comparing import Comparer, why_not
from ledgerlink.domain.documents import Document
from ledgerlink.domain.inputs import PlanInput
from ledgerlink.domain.links import Link
from ledgerlink.domain.plan import ItemState, Operation
from ledgerlink.domain.ports import Blocked
from ledgerlink.domain.reasons import Reason, reason
from ledgerlink.domain.records import RecordKind
from ledgerlink.domain.resolver import Skipped, posting_key
from ledgerlink.domain.settled import settled

Compose = Callable[[Link | None], Document]
"""Makes the document, knowing where it stands now. Raises Blocked or Skipped."""
NAMED = 5
"""Keys that a reason names at most."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Records, by key, that become the document with this posting key."""

    key: str
    members: tuple[str, ...]
    compose: Compose


@dataclass(slots=True)
class Bundling:
    """Bundles of one kind of record, on their way to operations.

    `carried` are the links of the documents that carry records now, by the key of each. `stuck`
    records cannot be posted and `left_out` ones are not to be, each with its reason; `gone` ones
    the product has no more.
    """

    given: PlanInput
    record: RecordKind
    comparer: Comparer
    carried: Mapping[str, Link]
    stuck: dict[str, Reason] = field(default_factory=dict)
    left_out: dict[str, Reason] = field(default_factory=dict)
    gone: Sequence[str] = ()
    _live: dict[str, Bundle] = field(default_factory=dict)
    _documents: dict[str, Document] = field(default_factory=dict)
    _links: dict[str, list[Link]] = field(default_factory=dict)

    def operations(self, bundles: Sequence[Bundle]) -> Iterator[Operation]:
        """One operation per document that comes, changes or goes, and one per record that is in
        none."""
        for bundle in bundles:
            self._take(bundle)
        self._hold_together()
        leaving = {link.key: self._unwanted(link) for link in self._leaving()}
        wanted = {key: self._wanted(bundle) for key, bundle in self._live.items()}
        _release_first(wanted, leaving)
        yield from leaving.values()
        yield from wanted.values()
        yield from (self._settled(k, ItemState.BLOCKED, why) for k, why in self.stuck.items())
        yield from (self._settled(k, ItemState.SKIPPED, why) for k, why in self.left_out.items())
        yield from self._staying()

    def _take(self, bundle: Bundle) -> None:
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

    def _links_of(self, bundle: Bundle) -> list[Link]:
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
            return reason("incomplete", keys=", ".join(unknown[:NAMED]))
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
        return self.comparer.unwanted(self.given.held(link))

    def _wanted(self, bundle: Bundle) -> Operation:
        link = self.given.links.get(bundle.key)
        held = self.given.held(link) if link else None
        (operation,) = self.comparer.wanted(self._documents[bundle.key], held)
        others = (other.key for other in self._links[bundle.key] if other.key != bundle.key)
        return replace(operation, after=tuple(others))

    def _settled(self, member: str, state: ItemState, why: Reason) -> Operation:
        key = posting_key(self.record, member)
        return settled(key, state, why, kind=self.record, record=self.record)

    def _staying(self) -> Iterator[Operation]:
        """Records that are gone from the product, and of which nothing goes from the ledger."""
        known = self._known()
        for member in self.gone:
            link = self.carried.get(member)
            if link is None:
                yield self._settled(member, ItemState.SKIPPED, reason("undeletable"))
            elif why := self._hindrance(link, known):
                yield self._settled(member, ItemState.BLOCKED, why)


def _release_first(wanted: dict[str, Operation], leaving: Mapping[str, Operation]) -> None:
    """Block what takes records over from a document that does not let go of them. Each round
    blocks one at least, or is the last."""
    for _ in range(len(wanted) + 1):
        stays = {op.key for op in (*wanted.values(), *leaving.values()) if not _lets_go(op)}
        held = {key: next((k for k in op.after if k in stays), None) for key, op in wanted.items()}
        hindered = {k: by for k, by in held.items() if by and _lets_go(wanted[k])}
        if not hindered:
            return
        for key, by in hindered.items():
            wanted[key] = why_not(wanted[key], reason("stays_in_ledger", key=by))


def _lets_go(operation: Operation) -> bool:
    gone = operation.reason is not None and operation.reason.code == "gone_in_ledger"
    return operation.state is ItemState.PENDING or (gone and operation.state is ItemState.UNCHANGED)
