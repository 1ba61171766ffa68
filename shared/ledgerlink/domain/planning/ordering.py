"""The order of dependency: an operation refers only to documents of a lower level, and takes
records over only from documents of a lower level. List records are deleted last, because others may
still refer to them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from graphlib import TopologicalSorter
from itertools import chain

from ledgerlink.domain.model.plan import Action, ItemState, Operation
from ledgerlink.domain.model.references import needs
from ledgerlink.domain.planning.list_records import RULES

GOING = -1
"""The level of deletes, before all others; list records are deleted last."""

Keys = tuple[str, ...]
"""Posting keys."""


def references(operations: Iterable[Operation]) -> list[Keys]:
    """The posting keys that each operation refers to in what it sends. Operations that refer to the
    same share one tuple, because most of 100,000 do."""
    shared: dict[Keys, Keys] = {}
    found = (tuple(_references(operation)) for operation in operations)
    return [shared.setdefault(keys, keys) for keys in found]


def _references(operation: Operation) -> Sequence[str]:
    return needs(operation.body) if operation.state is ItemState.PENDING else ()


def order_by_dependency(
    operations: Sequence[Operation],
    levels: Mapping[str, int],
    referred: Sequence[Keys] | None = None,
    highest: int = GOING,
) -> None:
    """Give every operation its level, in place. `levels` are those of the new list records,
    `referred` the `references` of the operations, where they are known already, `highest` is the
    highest level in the other parts of the plan. No operation may depend on itself, directly or
    through others."""
    if referred is None:
        referred = references(operations)
    going = {op.key for op in operations if op.action is Action.DELETE or op.was_already_gone}
    before = [_before(op, keys, going) for op, keys in zip(operations, referred, strict=True)]
    found = dict(levels)

    @cache
    def level_after(keys: Keys) -> int:
        return 1 + max((found.get(key, GOING) for key in keys), default=GOING)

    needed = set(chain.from_iterable(set(before))) - levels.keys()
    written = {
        op.key: keys
        for op, keys in zip(operations, before, strict=True)
        if op.key in needed and op.writes_document
    }
    waits = {key: [k for k in keys if k in written] for key, keys in written.items()}
    for key in TopologicalSorter(waits).static_order():
        found[key] = level_after(written[key])
    ranked = [
        GOING if _goes_first(op) else level_after(keys)
        for op, keys in zip(operations, before, strict=True)
    ]
    last = 1 + max([highest, *ranked, *levels.values()])
    awaited = {key for operation in operations for key in operation.after}
    for operation, level in zip(operations, ranked, strict=True):
        operation.set_level(last if _leaves_last(operation, awaited) else level)


def _goes_first(operation: Operation) -> bool:
    return operation.action is Action.DELETE and not operation.after


def _leaves_last(operation: Operation, awaited: Collection[str]) -> bool:
    """Whether it deletes a client, project or person that other operations may still refer to and
    that nothing replaces."""
    goes = operation.action is Action.DELETE and operation.record in RULES
    return goes and operation.key not in awaited


def _before(operation: Operation, referred: Keys, going: Collection[str]) -> Keys:
    """Posting keys of the operations that come before it, because it refers to their documents or
    takes records over from them."""
    if operation.state is not ItemState.PENDING or not operation.after:
        return referred
    return (*referred, *(key for key in operation.after if key not in going))
