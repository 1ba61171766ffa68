"""Levels: an operation refers only to what a lower level writes, and takes over only what one has
let go of."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ledgerlink.domain.documents import needs
from ledgerlink.domain.plan import Action, ItemState, Operation

GOING = -1
"""What goes is before everything."""


def rank(operations: list[Operation], levels: Mapping[str, int]) -> None:
    """Put every operation at its level, in place; `levels` are those of the new list records."""
    referred = {key for operation in operations for key in _before(operation)} - levels.keys()
    ranks = _Ranks({op.key: op for op in operations if op.key in referred}, dict(levels))
    for place, operation in enumerate(operations):
        level = ranks.of(operation)
        if level != operation.level:
            operations[place] = replace(operation, level=level)


def _before(operation: Operation) -> Iterator[str]:
    """What has to be written, or to let go, before it."""
    if operation.state is ItemState.PENDING and operation.action is not Action.DELETE:
        yield from needs(operation.body)
        yield from operation.after


class _Ranks:
    """The levels found so far. Documents that wait for each other in a circle stay at the level
    where the circle was met; they see it when they are applied."""

    def __init__(self, waited_for: Mapping[str, Operation], levels: dict[str, int]) -> None:
        self._waited_for = waited_for
        self._levels = levels
        self._open: set[str] = set()

    def of(self, operation: Operation) -> int:
        if operation.action is Action.DELETE:
            return GOING
        return 1 + max((self._of_key(key) for key in _before(operation)), default=GOING)

    def _of_key(self, key: str) -> int:
        if key not in self._levels:
            operation = self._waited_for.get(key)
            if operation is None or key in self._open:
                return GOING
            self._open.add(key)
            self._levels[key] = self.of(operation)
            self._open.discard(key)
        return self._levels[key]
