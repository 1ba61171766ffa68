"""Undo: the operations that reverse what an import wrote. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ledgerlink.domain.model.fingerprints import fields_sent
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Action, ItemState, Operation, Outcome
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.model.references import Body, needs
from ledgerlink.domain.model.snapshots import Snapshot
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.domain.planning.diff import Differ, LinkedDocument
from ledgerlink.domain.planning.grouping import block_failed_transfers
from ledgerlink.domain.planning.ordering import GOING, order_by_dependency

Done = tuple[Operation, Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoInput:
    """Everything that an undo is planned from."""

    run_id: str
    """The import to be undone."""
    done: Sequence[Done]
    """What it posted, in its order."""
    links: Mapping[str, Link]
    """Links of the posting keys as they are now."""
    snapshots: Mapping[str, Snapshot | None] = field(default_factory=dict)
    """What the ledger holds of them, by posting key: None for one that is gone; one that was not
    read is missing."""
    in_use: Collection[str] = ()
    """Ids of list records that time of other runs refers to."""
    closed_through: date | None = None
    """The last day of the closed books."""


def undo(given: UndoInput) -> tuple[Operation, ...]:
    """The operations in the order in which they may be applied, numbered from 0.

    A document that was billed, edited or written again since is blocked and stays as it is, and so
    do the documents that it replaced.
    """
    planner = UndoPlanner()
    operations = planner.part(given)
    operations += planner.list_records(given)
    ordered = sorted(operations, key=lambda op: (op.state is not ItemState.PENDING, op.level))
    return tuple(replace(op, seq=seq) for seq, op in enumerate(ordered))


class UndoPlanner:
    """Makes one undo in parts, one after the other: what was posted of time, then list records.
    Documents that exchanged records belong to the same part."""

    new_lists: tuple[str, ...] = ()
    asked: Mapping[str, RecordKind] = {}
    """An undo creates no list records."""

    def __init__(self, needed: Iterable[str] = (), highest: int = GOING) -> None:
        """`needed` and `highest` are those of the parts that another planner has made."""
        self.needed = dict.fromkeys(needed)
        """The ids of the list records that the time which stays refers to."""
        self.highest = highest
        """The highest level so far."""

    def part(self, given: UndoInput) -> list[Operation]:
        """The operations that reverse the time of this part, with their levels. The links are those
        of its documents and of all new list records."""
        undoing = _Undoing(given)
        operations = undoing.times()
        self.needed |= dict.fromkeys(undoing.still_used(operations))
        self.highest = max([self.highest, *(operation.level for operation in operations)])
        return operations

    def list_records(self, given: UndoInput) -> list[Operation]:
        """The operations that reverse list records, after those of all time."""
        return list(_Undoing(given).lists(self.needed, self.highest))


def names_of(operation: Operation) -> set[str]:
    """The document and the records of an operation, those before an update included. Operations
    that share some are undone together."""
    was = operation.was.members if operation.was else ()
    return {operation.key, *operation.members, *was}


class _Undoing:
    """One undo being made."""

    def __init__(self, given: UndoInput) -> None:
        self._given = given
        self._differ = Differ(closed_through=given.closed_through)
        self._times = [one for one in given.done if one[0].source is not None]
        self._lists = [one for one in given.done if one[0].source is None]
        self._holders: Mapping[str, str] = {}

    def times(self) -> list[Operation]:
        """The operations that reverse time. A document releases its entries before another gets
        them back."""
        written = [one for one in self._times if one[0].action is not Action.DELETE]
        self._holders = {member: op.key for op, _ in written for member in op.members}
        backs = {operation.key: self._back(operation, outcome) for operation, outcome in written}
        to_write = {op.key: backs[op.key] for op, _ in written if op.action is Action.UPDATE}
        leaving = {key: back for key, back in backs.items() if key not in to_write}
        for operation, _ in self._times:
            if operation.action is Action.DELETE:
                to_write[operation.key] = self._again(operation, backs)
        block_failed_transfers(to_write, leaving)
        operations = [*leaving.values(), *to_write.values()]
        order_by_dependency(operations, {})
        return operations

    def _instead(self, members: Collection[str]) -> tuple[str, ...]:
        """Keys of the import's documents that own these entries now."""
        return tuple(sorted({self._holders[m] for m in members if m in self._holders}))

    def lists(self, left: Collection[object], last: int) -> Iterator[Operation]:
        """Deletes of new list records that are not used, after the `last` level, children first."""
        levels = sorted({operation.level for operation, _ in self._lists}, reverse=True)
        for operation, outcome in self._lists:
            if operation.action is not Action.CREATE:
                continue
            base = self._based(operation, outcome)
            level = 1 + last + levels.index(operation.level)
            base = replace(base, action=Action.DELETE, body=None, level=level)
            link = self._given.links.get(operation.key)
            if link is None:
                yield _left(base, reason("gone_in_ledger"), ItemState.UNCHANGED)
            elif link.ledger_id in self._given.in_use or link.ledger_id in left:
                yield _left(base, reason("used_since"))
            else:
                yield replace(
                    base,
                    ledger_id=link.ledger_id,
                    version=link.version,
                    base_version=link.version,
                    base_fingerprint=link.expected_fingerprint,
                )

    def still_used(self, operations: Sequence[Operation]) -> Iterator[str]:
        """The ids of the list records that the time which stays refers to."""
        for operation in operations:
            if operation.state is ItemState.BLOCKED:
                waited = (self._given.links.get(key) for key in needs(operation.targets))
                yield from (link.ledger_id for link in waited if link is not None)
                yield from (target for target in operation.targets if isinstance(target, str))

    def _based(self, operation: Operation, outcome: Outcome) -> Operation:
        return replace(
            operation,
            state=ItemState.PENDING,
            reason=None,
            ledger_id=outcome.ledger_id,
            version=outcome.version,
            base_version=outcome.version,
            base_fingerprint=None,
            before=None,
            after=(),
            was=None,
            warnings=(),
        )

    def _back(self, operation: Operation, outcome: Outcome) -> Operation:
        """The reverse of a create (a delete) or of an update (an update to the former body)."""
        link = self._given.links.get(operation.key)
        base = self._based(operation, outcome)
        if link is None:
            return _left(base, reason("gone_in_ledger"), ItemState.UNCHANGED)
        if not link.was_written_by(self._given.run_id):
            return _left(base, reason("written_since"))
        was_read = operation.key in self._given.snapshots
        linked = LinkedDocument(link, self._given.snapshots.get(operation.key), was_read)
        to_delete = self._differ.to_delete(linked)
        if to_delete.state is not ItemState.PENDING or operation.action is Action.CREATE:
            return to_delete
        was = operation.was or link
        return replace(
            to_delete,
            action=Action.UPDATE,
            body=_restored(operation, linked.copy),
            warnings=(),
            after=tuple(key for key in self._instead(was.members) if key != operation.key),
            **was.facts() | {"group": to_delete.group, "restored": was.restored or was.run_id},
        )

    def _again(self, operation: Operation, backs: Mapping[str, Operation]) -> Operation:
        """The reverse of a delete: a create, once the documents that replaced it are gone."""
        own = [operation.key] if operation.key in backs else []
        again = replace(
            operation,
            action=Action.CREATE,
            body=operation.before,
            ledger_id=None,
            version=None,
            base_version=None,
            base_fingerprint=None,
            before=None,
            was=None,
            after=tuple(dict.fromkeys([*own, *self._instead(operation.members)])),
            restored=operation.was.restored or operation.was.run_id if operation.was else "",
        )
        if operation.key in self._given.links and operation.key not in again.after:
            return _left(again, reason("written_since"))
        closed = self._given.closed_through
        if operation.day and closed and operation.day <= closed:
            words = {"day": operation.day, "closed": closed}
            return _left(again, reason("closed_period", field="work_date", **words))
        return again


def _restored(operation: Operation, copy: Snapshot | None) -> Body | None:
    """The body from before an update: of the fields that the update did not send, only those that
    were ours and that nobody has filled in since. The others are not ours, so they stay as they
    are."""
    before, sent = operation.before, operation.body or {}
    if before is None or copy is None:
        return before
    recorded = operation.was.expected_fingerprint if operation.was else operation.base_fingerprint
    ours = set(fields_sent(before, copy.optional, recorded) or ()) - copy.body.keys()
    left_out = set(copy.optional) - sent.keys() - ours
    return {name: value for name, value in before.items() if name not in left_out}


def _left(operation: Operation, why: Reason, state: ItemState = ItemState.BLOCKED) -> Operation:
    return replace(operation, action=Action.NONE, body=None, state=state, reason=why)
