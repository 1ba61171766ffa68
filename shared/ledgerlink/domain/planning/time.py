"""Time entries: grouped into activities, compared with the activities that are in the ledger."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import cast

from ledgerlink.domain.mapping.combinations import Resolved
from ledgerlink.domain.mapping.defects import UNPLANNABLE
from ledgerlink.domain.mapping.resolver import Resolver
from ledgerlink.domain.model.document_facts import EntryAttributes
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.list_records import LEDGER_KEY
from ledgerlink.domain.model.plan import ItemState, Operation
from ledgerlink.domain.model.posting_keys import posting_key, time_key, time_key_of
from ledgerlink.domain.model.reasons import Blocked, Reason, Skipped, reason
from ledgerlink.domain.model.references import ExistingRecord
from ledgerlink.domain.model.source_records import MINUTES_PER_DAY, RecordKind, TimeEntry
from ledgerlink.domain.planning.diff import Differ, LinkedDocument, blocked_by
from ledgerlink.domain.planning.grouping import block_failed_transfers, keys_in_cycles
from ledgerlink.domain.planning.hindering import HinderingEntries, fields_of
from ledgerlink.domain.planning.inputs import PlanInput

MERGED = "merged"
"""Begins the posting keys of activities that several entries were merged into."""


@dataclass(slots=True)
class _EntryGroup:
    """Entries that become one activity."""

    key: str
    source: EntryAttributes
    resolved: Resolved
    entries: list[TimeEntry] = field(default_factory=list)


@dataclass(slots=True)
class _LinkedActivity:
    """An activity that is in the ledger already, or takes entries over from others there. What
    becomes of it depends on the rest of the plan."""

    group: _EntryGroup
    document: Document
    link: Link | None
    """Its own link; None where it is not there yet."""
    others: Mapping[str, Link]
    """Links of other activities that cover some of its entries, by their keys."""


class TimePlanner:
    """Plans the time entries of one plan."""

    def __init__(self, given: PlanInput, resolver: Resolver) -> None:
        self.given = given
        self.resolver = resolver
        self._differ = Differ(
            edits=given.posting.ledger_edits,
            closed_through=given.features.books_closed_through,
            rank=given.rank,
            anew=given.whole,
        )
        self._merging = given.whole and given.posting.merges()
        counts = Counter(entry.key for entry in given.entries)
        counts.update(given.deleted_keys[RecordKind.TIME])
        counts.update(given.rejected_keys(RecordKind.TIME))
        self._doubled = {key: count for key, count in counts.items() if count > 1}
        self._doubled |= given.others.doubled
        self._scope = {link.key: link for link in given.scope}
        self._dealt_with: set[str] = set()
        self._spared = {rejected.key for rejected in given.rejected}
        self._spared.update(given.others.rejected_keys)
        self._hindering = HinderingEntries()
        self._unidentified = given.unidentified(RecordKind.TIME) if given.whole else None
        self._rejected = frozenset(self._spared)

    @cached_property
    def _given_keys(self) -> Collection[str]:
        """The keys of the entries; only what is in the ledger already is compared with them."""
        return frozenset(entry.key for entry in self.given.entries)

    def operations(self) -> Iterator[Operation]:
        """The operations of all time: of the entries, of what an import wrote and is not wanted any
        more, and of entries that were deleted."""
        yield from self.times()
        yield from self.leftovers()
        yield from self.removals()

    def times(self) -> Iterator[Operation]:
        """The operations of the entries, each of which is in exactly one."""
        groups: dict[str, _EntryGroup] = {}
        for entry in self.given.entries:
            try:
                self._check(entry)
                group = self._group(entry)
            except UNPLANNABLE as failure:
                self._spare(entry)
                if entry.key in self._doubled:
                    self._hindering.add(fields_of(entry), entry.key)
                why = self.given.why_unplannable(time_key(entry), failure)
                yield _of_entry(entry, ItemState.BLOCKED, why)
            except Skipped as skipped:
                yield _of_entry(entry, ItemState.SKIPPED, skipped.reason)
            else:
                groups.setdefault(group.key, group).entries.append(entry)
        if self._merging:
            for key, why in self._hindered_groups(groups):
                yield from self._block(groups.pop(key), why)
        planned: dict[str, Operation | _LinkedActivity] = {}
        for key in tuple(groups):
            group = groups.pop(key)  # freed at once, as memory does not hold two of 100,000
            try:
                planned[key] = self._planned(group)
            except UNPLANNABLE as failure:
                why = self.given.why_unplannable(time_key(group.entries[0]), failure)
                yield from self._block(group, why)
            except Skipped as skipped:
                yield from (_of_entry(e, ItemState.SKIPPED, skipped.reason) for e in group.entries)
        groups.clear()
        # Only now is it known which entries are blocked; their activities have to stay.
        linked = {key: one for key, one in planned.items() if isinstance(one, _LinkedActivity)}
        for key, why in self._first_obstacle(linked):
            del planned[key]
            yield from self._block(linked.pop(key).group, why)
        yield from self._activities(planned, linked)

    def _planned(self, group: _EntryGroup) -> Operation | _LinkedActivity:
        """The operation that creates the activity, unless the ledger has something of it. Raises
        Blocked or Skipped."""
        link = self._link(group)
        document = self._document(group, link)
        others = self._standing(group)
        if not others and (operation := self._settled_alone(document, link)) is not None:
            return operation
        return _LinkedActivity(group, document, link, others)

    def _settled_alone(self, document: Document, link: Link | None) -> Operation | None:
        """The operation of an activity that is new, or as the ledger has it: no other record of the
        plan matters to it, because its link has no other entries. None for any other."""
        if link is not None:
            return self._differ.unchanged(document, self.given.linked_document(link))
        (create,) = self._differ.to_write(document, None)
        return create

    def _first_obstacle(
        self, linked: Mapping[str, _LinkedActivity]
    ) -> Iterator[tuple[str, Reason]]:
        """Groups whose activity in the ledger also covers a blocked entry. Rewriting it would drop
        that entry's time, so the group is blocked too. The caller takes what is found out of
        `linked` before it asks for the next."""
        while found := {key: why for key, one in linked.items() if (why := self._obstacle(one))}:
            yield from found.items()

    def _hindered_groups(self, groups: Mapping[str, _EntryGroup]) -> Sequence[tuple[str, Reason]]:
        """Groups that a blocked or rejected entry may belong to. Their activity would lack its
        time, so they are blocked, too."""
        for one in (*self.given.rejected, *self.given.others.unclear):
            if (read := one.readable_as.get(RecordKind.TIME)) is not None:
                self._hindering.add(read, one.key)
        found = ((key, self._hindering.of(group.entries)) for key, group in groups.items())
        return [(key, reason("member_blocked", key=by)) for key, by in found if by is not None]

    def leftovers(self) -> Iterator[Operation]:
        """Deletes of activities of the scope that an import wrote and that no entry needs any
        more. None is deleted while a record of the import cannot be identified, because it may be
        the missing entry."""
        for link in self._scope.values():
            if link.key in self._dealt_with or self._spared.intersection(link.members):
                continue
            operation = self._differ.to_delete(self.given.linked_document(link))
            if self._unidentified is not None and operation.state is ItemState.PENDING:
                operation = blocked_by(operation, _may_be_missing(self._unidentified))
            yield operation

    def removals(self) -> Iterator[Operation]:
        """Deletes of time that the product has deleted. An entry that shares its activity with
        others is blocked."""
        for key in self.given.deleted_keys[RecordKind.TIME]:
            link = self.given.links.get(time_key_of(key))
            if key in self._doubled:  # given, too
                continue
            if link is not None:
                yield self._differ.to_delete(self.given.linked_document(link))
            elif key in self.given.owners:
                why = reason("carried", day=self.given.owners[key].day or "its day")
                yield Operation.not_sent(time_key_of(key), ItemState.BLOCKED, why)
            else:
                yield Operation.not_sent(time_key_of(key), ItemState.SKIPPED, reason("undeletable"))

    def _check(self, entry: TimeEntry) -> None:
        if entry.key.startswith(LEDGER_KEY):
            raise Skipped(reason("came_from_ledger", field="key"))
        if entry.key in self._doubled:
            count = self._doubled[entry.key]
            raise Blocked(reason("duplicate_key", field="key", key=entry.key, count=count))
        approved = entry.approval in (None, "approved")
        refused = entry.approval == "rejected" or self.given.posting.approved_only
        if not approved and refused:
            why = reason("not_approved", field="approval", state=entry.approval)
            raise Skipped(why) if self.given.whole else Blocked(why)
        if not self.given.whole and entry.key in self.given.owners:
            raise Blocked(reason("carried", day=entry.work_date))
        if self.given.features.time_refused is not None:
            raise Blocked(self.given.features.time_refused)

    def _spare(self, entry: TimeEntry) -> None:
        """Keep the activity of a blocked entry in the ledger."""
        self._spared.add(entry.key)

    def _group(self, entry: TimeEntry) -> _EntryGroup:
        resolved = self.resolver.resolve(entry)
        source = entry_attributes(entry)
        if not self._merging:
            return _EntryGroup(time_key(entry), source, resolved)
        parts = [source.staff_key, source.work_date.isoformat(), source.client_key]
        parts += [source.project_key, source.labor_code_key, source.leave_type_key]
        parts += [f"{name} {each}" for name, each in asdict(resolved.dimensions).items() if each]
        if resolved.cost_rate is not None:
            parts.append(f"cost {resolved.cost_rate.normalize():f}")
        words = json.dumps([*parts, source.billable, str(resolved.rate)])
        name = hashlib.sha256(words.encode()).hexdigest()[:32]
        return _EntryGroup(posting_key(MERGED, name), source, resolved)

    def _link(self, group: _EntryGroup) -> Link | None:
        return self.given.links.get(group.key) or self._scope.get(group.key)

    def _block(self, group: _EntryGroup, why: Reason) -> Iterator[Operation]:
        for entry in group.entries:
            self._spare(entry)
            yield _of_entry(entry, ItemState.BLOCKED, why)

    def _activities(
        self,
        planned: dict[str, Operation | _LinkedActivity],
        linked: dict[str, _LinkedActivity],
    ) -> Iterator[Operation]:
        """The operations of the activities, whose members are the entries. An entry that moves to
        another activity is released first, and an activity that loses all entries is deleted.
        `linked` are those of `planned` that are no operations yet."""
        takes = {key: one.others for key, one in linked.items() if one.others}
        again = keys_in_cycles({key: [k for k in takes[key] if k in takes] for key in takes})
        written: dict[str, Operation] = {}
        deletes: dict[str, Operation] = {}
        for key in tuple(linked):
            activity = linked.pop(key)
            others = activity.others
            *goes, last = self._differ.to_write(
                activity.document, self._linked(activity.link), again=key in again
            )
            written[key] = replace(last, after=(*last.after, *others)) if others else last
            if last.state is ItemState.PENDING:
                deletes |= {operation.key: operation for operation in goes}
            going = [link for other, link in others.items() if other not in planned]
            deletes |= {k.key: self._differ.to_delete(self.given.linked_document(k)) for k in going}
        planned.update(written)  # in their places
        to_write = cast(dict[str, Operation], planned)
        self._dealt_with.update(key for key in self._scope if key in to_write or key in deletes)
        block_failed_transfers(to_write, deletes)
        yield from deletes.values()
        yield from to_write.values()

    def _linked(self, link: Link | None) -> LinkedDocument | None:
        return self.given.linked_document(link) if link else None

    def _document(self, group: _EntryGroup, link: Link | None) -> Document:
        closed, posting = self.given.features.books_closed_through, self.given.posting
        entries = group.entries
        worked = sum([entry.minutes for entry in entries])
        minutes = posting.minutes(worked)
        if minutes == 0:
            raise Skipped(reason("rounded_away", minutes=worked))
        if minutes > MINUTES_PER_DAY:
            raise Blocked(reason("day_too_long", field="minutes", minutes=minutes))
        day = posting.day(entries[0], closed, link.day if link else None)
        document = self.given.composer.time(
            group.resolved.time(group.key, entries, day, minutes, posting)
        )
        warnings = list(document.warnings)
        if day != entries[0].work_date:
            words = {"day": entries[0].work_date, "posted": day}
            warnings.append(reason("moved_date", field="work_date", **words))
        members = tuple(entry.key for entry in entries)
        rate = group.resolved.rate if group.resolved.billable else None
        if rate is not None and (foreign := self._currency(group.resolved)):
            home = self.given.features.home_currency or "the home currency"
            why = reason("foreign_currency", field="bill_rate", currency=foreign, home=home)
            warnings.append(why)
        return replace(
            document,
            members=members,
            rate=rate,
            source=group.source,
            targets=group.resolved.targets,
            warnings=tuple(warnings),
        )

    def _currency(self, resolved: Resolved) -> str | None:
        customer = resolved.customer
        return (
            self.given.currencies.get(customer.ledger_id)
            if isinstance(customer, ExistingRecord)
            else None
        )

    def _obstacle(self, activity: _LinkedActivity) -> Reason | None:
        own = {entry.key for entry in activity.group.entries}
        for link in (activity.link, *activity.others.values()):
            if link is None:
                continue
            if self._unidentified is not None and not self._mentions(link.members):
                return _may_be_missing(self._unidentified)
            blocked = sorted(self._spared.intersection(link.members) - own)
            if blocked:
                return reason("member_blocked", key=blocked[0])
        return None

    def _gives(self, members: Iterable[str]) -> bool:
        """Whether each of these entries is a valid one of the input."""
        return all(key in self._given_keys for key in members)

    def _mentions(self, members: Iterable[str]) -> bool:
        """Whether each of these entries is in the input, valid or not."""
        return all(key in self._given_keys or key in self._rejected for key in members)

    def _standing(self, group: _EntryGroup) -> dict[str, Link]:
        """Links of other activities that cover some of these entries. Raises Blocked if one also
        covers entries that are not in this plan."""
        found: dict[str, Link] = {}
        for entry in group.entries:
            for link in (self.given.links.get(time_key(entry)), self.given.owners.get(entry.key)):
                if link is not None and link.key != group.key:
                    found[link.key] = link
        for link in found.values():
            if link.key not in self._scope and not self._gives(link.members):
                raise Blocked(reason("carried", day=link.day or group.entries[0].work_date))
        return found


def _may_be_missing(unidentified: str) -> Reason:
    """Why time is kept that the records no longer contain."""
    return reason("unidentified_record", key=unidentified)


def entry_attributes(entry: TimeEntry) -> EntryAttributes:
    """The attributes of the entry: all its values but its length and its text."""
    return EntryAttributes(
        staff_key=entry.staff_key,
        work_date=entry.work_date,
        client_key=entry.client_key,
        project_key=entry.project_key,
        labor_code_key=entry.labor_code_key,
        leave_type_key=entry.leave_type_key,
        billable=entry.billable,
    )


def linked_keys(entries: Iterable[TimeEntry]) -> set[str]:
    """The posting keys of these entries when each is posted by itself."""
    return {time_key(entry) for entry in entries}


def _of_entry(entry: TimeEntry, state: ItemState, why: Reason) -> Operation:
    operation = Operation.not_sent(time_key(entry), state, why, minutes=entry.minutes)
    return replace(operation, members=(entry.key,), source=entry_attributes(entry))
