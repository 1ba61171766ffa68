"""Undoing: the operations that take back what an import wrote, newest first. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ledgerlink.domain.comparing import Comparer, Held
from ledgerlink.domain.documents import Copy, fingerprint
from ledgerlink.domain.links import Link
from ledgerlink.domain.plan import Action, ItemState, Operation, Outcome
from ledgerlink.domain.reasons import Reason, reason

Done = tuple[Operation, Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoInput:
    """What an undo is made of.

    `done` is what the import posted, in its order. `links` are those of the posting keys as they
    are now, `copies` what the ledger holds of them (None is gone). `in_use` are ids of list
    records that time of other runs points at. `closed_through` is the last day of closed books.
    """

    run_id: str
    done: Sequence[Done]
    links: Mapping[str, Link]
    copies: Mapping[str, Copy | None] = field(default_factory=dict)
    in_use: Collection[str] = ()
    closed_through: date | None = None


def undo(given: UndoInput) -> tuple[Operation, ...]:
    """The operations in the order in which they may be applied, numbered from 0.

    What was billed, edited or written again since is listed and left as it is.
    """
    undoing = _Undoing(given)
    latest = {operation.key: (operation, outcome) for operation, outcome in given.done}
    times = [one for one in latest.values() if one[0].source is not None]
    lists = [one for one in latest.values() if one[0].source is None]
    operations = list(undoing.times(times))
    left = {t for op in operations if op.state is ItemState.BLOCKED for t in op.targets if t}
    operations += undoing.lists(lists, left)
    ordered = sorted(operations, key=lambda op: (op.state is not ItemState.PENDING, op.level))
    return tuple(replace(op, seq=seq) for seq, op in enumerate(ordered))


class _Undoing:
    """One undo being made."""

    def __init__(self, given: UndoInput) -> None:
        self._given = given
        self._comparer = Comparer(closed_through=given.closed_through)

    def times(self, done: Sequence[Done]) -> Iterator[Operation]:
        """What takes the time back: what was written goes before what was deleted comes again."""
        for operation, outcome in done:
            if operation.action is Action.DELETE:
                yield self._again(operation)
            else:
                yield self._back(operation, outcome)

    def lists(self, done: Sequence[Done], left: Collection[object]) -> Iterator[Operation]:
        """What makes new list records inactive, those below others first, unless they are used."""
        deepest = max((operation.level for operation, _ in done), default=0)
        for operation, outcome in done:
            if operation.action is not Action.CREATE:
                continue
            base = self._based(operation, outcome)
            base = replace(base, action=Action.DELETE, body=None, level=1 + deepest - base.level)
            link = self._given.links.get(operation.key)
            if link is None:
                yield _left(base, reason("gone_in_ledger"), ItemState.UNCHANGED)
            elif link.ledger_id in self._given.in_use or link.ledger_id in left:
                yield _left(base, reason("used_since"))
            else:
                yield replace(base, ledger_id=link.ledger_id, version=link.version)

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
            warnings=(),
        )

    def _back(self, operation: Operation, outcome: Outcome) -> Operation:
        """What takes back something written: a delete, or an update to what it was."""
        link = self._given.links.get(operation.key)
        base = self._based(operation, outcome)
        if link is None:
            return _left(base, reason("gone_in_ledger"), ItemState.UNCHANGED)
        if link.run_id != self._given.run_id:
            return _left(base, reason("written_since"))
        looked = operation.key in self._given.copies
        held = Held(link, self._given.copies.get(operation.key), looked)
        unwanted = self._comparer.unwanted(held)
        if unwanted.state is not ItemState.PENDING or operation.action is Action.CREATE:
            return replace(unwanted, level=-1)
        return replace(
            unwanted,
            action=Action.UPDATE,
            body=operation.before,
            level=0,
            targets=operation.targets,
            members=operation.members,
        )

    def _again(self, operation: Operation) -> Operation:
        """What creates again something deleted."""
        if operation.key in self._given.links:
            return _left(operation, reason("written_since"))
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
            after=(),
        )
        closed = self._given.closed_through
        if operation.day and closed and operation.day <= closed:
            words = {"day": operation.day, "closed": closed}
            return _left(again, reason("closed_period", field="work_date", **words))
        return again


def _left(operation: Operation, why: Reason, state: ItemState = ItemState.BLOCKED) -> Operation:
    return replace(operation, action=Action.NONE, body=None, state=state, reason=why)
