"""Undoing: the operations that take back what an import wrote. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ledgerlink.domain.model.documents import Snapshot, fingerprint, needs
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Action, ItemState, Operation, Outcome
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.planning.diff import Differ, Held
from ledgerlink.domain.planning.grouping import release_first
from ledgerlink.domain.planning.ordering import order_by_dependency

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
    copies: Mapping[str, Snapshot | None] = field(default_factory=dict)
    """What the ledger holds of them, by posting key: None for one that is gone; one that was not
    read is missing."""
    in_use: Collection[str] = ()
    """Ids of list records that time of other runs refers to."""
    closed_through: date | None = None
    """The last day of the closed books."""


def undo(given: UndoInput) -> tuple[Operation, ...]:
    """The operations in the order in which they may be applied, numbered from 0.

    What was billed, edited or written again since is listed and left as it is, and so is what it
    took the place of.
    """
    undoing = _Undoing(given)
    operations = undoing.times()
    left = set(undoing.still_used(operations))
    last = max((operation.level for operation in operations), default=0)
    operations += undoing.lists(left, last)
    ordered = sorted(operations, key=lambda op: (op.state is not ItemState.PENDING, op.level))
    return tuple(replace(op, seq=seq) for seq, op in enumerate(ordered))


class _Undoing:
    """One undo being made."""

    def __init__(self, given: UndoInput) -> None:
        self._given = given
        self._comparer = Differ(closed_through=given.closed_through)
        self._times = [one for one in given.done if one[0].source is not None]
        self._lists = [one for one in given.done if one[0].source is None]
        self._holders: Mapping[str, str] = {}

    def times(self) -> list[Operation]:
        """What takes the time back. Each lets go of its records before another has them again."""
        written = [one for one in self._times if one[0].action is not Action.DELETE]
        self._holders = {member: op.key for op, _ in written for member in op.members}
        backs = {operation.key: self._back(operation, outcome) for operation, outcome in written}
        wanted = {op.key: backs[op.key] for op, _ in written if op.action is Action.UPDATE}
        leaving = {key: back for key, back in backs.items() if key not in wanted}
        for operation, _ in self._times:
            if operation.action is Action.DELETE:
                wanted[operation.key] = self._again(operation, backs)
        release_first(wanted, leaving)
        operations = [*leaving.values(), *wanted.values()]
        order_by_dependency(operations, {})
        return operations

    def _instead(self, members: Collection[str]) -> tuple[str, ...]:
        """What holds these now, of what was written."""
        return tuple(sorted({self._holders[m] for m in members if m in self._holders}))

    def lists(self, left: Collection[object], last: int) -> Iterator[Operation]:
        """What makes new list records inactive, after the `last` level, those below others first,
        unless they are used."""
        deepest = 1 + last + max((operation.level for operation, _ in self._lists), default=0)
        for operation, outcome in self._lists:
            if operation.action is not Action.CREATE:
                continue
            base = self._based(operation, outcome)
            base = replace(base, action=Action.DELETE, body=None, level=deepest - base.level)
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
                )

    def still_used(self, operations: Sequence[Operation]) -> Iterator[str]:
        """The ids of the list records that time points at which stays."""
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
            base_fingerprint=fingerprint(operation.body or {}),
            before=None,
            after=(),
            was=None,
            warnings=(),
        )

    def _back(self, operation: Operation, outcome: Outcome) -> Operation:
        """What takes back something written: a delete, or an update to what it was."""
        link = self._given.links.get(operation.key)
        base = self._based(operation, outcome)
        if link is None:
            return _left(base, reason("gone_in_ledger"), ItemState.UNCHANGED)
        if not link.is_of(self._given.run_id):
            return _left(base, reason("written_since"))
        looked = operation.key in self._given.copies
        held = Held(link, self._given.copies.get(operation.key), looked)
        unwanted = self._comparer.unwanted(held)
        if unwanted.state is not ItemState.PENDING or operation.action is Action.CREATE:
            return unwanted
        was = operation.was or link
        return replace(
            unwanted,
            action=Action.UPDATE,
            body=operation.before,
            after=tuple(key for key in self._instead(was.members) if key != operation.key),
            **was.facts() | {"group": unwanted.group, "restored": was.restored or was.run_id},
        )

    def _again(self, operation: Operation, backs: Mapping[str, Operation]) -> Operation:
        """What creates again something deleted, once what came instead of it is gone."""
        own = [operation.key] if operation.key in backs else []
        again = replace(
            operation,
            action=Action.CREATE,
            body=operation.before,
            level=0,
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


def _left(operation: Operation, why: Reason, state: ItemState = ItemState.BLOCKED) -> Operation:
    return replace(operation, action=Action.NONE, body=None, state=state, reason=why)
