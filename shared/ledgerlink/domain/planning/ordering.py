"""Levels: an operation refers only to what a lower level writes, and takes over only what one has
let go of. Of lists, what others may still point at is let go of last."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from graphlib import TopologicalSorter

from ledgerlink.domain.model.documents import needs
from ledgerlink.domain.model.plan import Action, ItemState, Operation
from ledgerlink.domain.planning.list_records import RULES

GOING = -1
"""What goes is before everything, but for list records."""


def order_by_dependency(operations: list[Operation], levels: Mapping[str, int]) -> None:
    """Put every operation at its level, in place; `levels` are those of the new list records. No
    operation may wait for itself, be it by others."""
    going = {op.key for op in operations if op.action is Action.DELETE or op.is_over}
    referred = {key for op in operations for key in _before(op, going)} - levels.keys()
    comes = {op.key: op for op in operations if op.key in referred and op.comes}
    waits = {key: [k for k in _before(op, going) if k in comes] for key, op in comes.items()}
    found = dict(levels)
    for key in TopologicalSorter(waits).static_order():
        found[key] = _level(comes[key], going, found)
    ranked = [_level(operation, going, found) for operation in operations]
    last = 1 + max([*ranked, *levels.values()], default=GOING)
    awaited = {key for operation in operations for key in operation.after}
    for place, operation in enumerate(operations):
        level = last if _leaves_last(operation, awaited) else ranked[place]
        if level != operation.level:
            operations[place] = replace(operation, level=level)


def _leaves_last(operation: Operation, awaited: Collection[str]) -> bool:
    """A client, project or person whom something else of the plan may still be for, and whom
    nothing comes instead of."""
    goes = operation.action is Action.DELETE and operation.record in RULES
    return goes and operation.key not in awaited


def _level(operation: Operation, going: Collection[str], found: Mapping[str, int]) -> int:
    if operation.action is Action.DELETE and not operation.after:
        return GOING
    before = (found.get(key, GOING) for key in _before(operation, going))
    return 1 + max(before, default=GOING)


def _before(operation: Operation, going: Collection[str]) -> Iterator[str]:
    """What has to be written, or to let go by being written, before it."""
    if operation.state is not ItemState.PENDING:
        return
    if operation.action is not Action.DELETE:
        yield from needs(operation.body)
    yield from (key for key in operation.after if key not in going)
