"""The order of dependency: an operation refers only to documents of a lower level, and takes
records over only from documents of a lower level. List records are deleted last, because others may
still refer to them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from graphlib import TopologicalSorter

from ledgerlink.domain.model.documents import needs
from ledgerlink.domain.model.plan import Action, ItemState, Operation
from ledgerlink.domain.planning.list_records import RULES

GOING = -1
"""The level of deletes, before all others; list records are deleted last."""


def order_by_dependency(operations: list[Operation], levels: Mapping[str, int]) -> None:
    """Give every operation its level, in place. `levels` are those of the new list records. No
    operation may depend on itself, directly or through others."""
    going = {op.key for op in operations if op.action is Action.DELETE or op.was_already_gone}
    referred = {key for op in operations for key in _before(op, going)} - levels.keys()
    written = {op.key: op for op in operations if op.key in referred and op.writes_document}
    waits = {key: [k for k in _before(op, going) if k in written] for key, op in written.items()}
    found = dict(levels)
    for key in TopologicalSorter(waits).static_order():
        found[key] = _level(written[key], going, found)
    ranked = [_level(operation, going, found) for operation in operations]
    last = 1 + max([*ranked, *levels.values()], default=GOING)
    awaited = {key for operation in operations for key in operation.after}
    for place, operation in enumerate(operations):
        level = last if _leaves_last(operation, awaited) else ranked[place]
        if level != operation.level:
            operations[place] = replace(operation, level=level)


def _leaves_last(operation: Operation, awaited: Collection[str]) -> bool:
    """Whether it deletes a client, project or person that other operations may still refer to and
    that nothing replaces."""
    goes = operation.action is Action.DELETE and operation.record in RULES
    return goes and operation.key not in awaited


def _level(operation: Operation, going: Collection[str], found: Mapping[str, int]) -> int:
    if operation.action is Action.DELETE and not operation.after:
        return GOING
    before = (found.get(key, GOING) for key in _before(operation, going))
    return 1 + max(before, default=GOING)


def _before(operation: Operation, going: Collection[str]) -> Iterator[str]:
    """Posting keys of the operations that come before it, because it refers to their documents or
    takes records over from them."""
    if operation.state is not ItemState.PENDING:
        return
    if operation.action is not Action.DELETE:
        yield from needs(operation.body)
    yield from (key for key in operation.after if key not in going)
