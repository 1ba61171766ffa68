"""Where a reading goes on, so that rows that come and go between pages cost nobody's place.

A page begins one row before where the last one ended; that row must be there again. If it is not,
rows moved, and the reading goes back step by step until it meets one that it has seen.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ledgerlink.connectors.qbo.protocol.queries import PAGE_SIZE
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.shared import errors
from ledgerlink.domain.errors import Invalid

TAIL = 5
"""Rows remembered of the page before: the last ones may vanish themselves."""

STEPS = (50, PAGE_SIZE - 1, PAGE_SIZE - 1, PAGE_SIZE - 1)
"""Rows to go back, step by step, before a reading starts over: mostly few rows vanish."""

RESTARTS = 3
"""Times that a reading starts over before the list is too restless to be read."""

RowMark = Callable[[Entity], str]
"""What tells that a row is the same one, at the same place in the order."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The page that begins with row `start` (from 1). `tail` marks the last rows that were
    delivered. `back` counts the steps back from there, `restarts` those
    to the beginning."""

    start: int = 1
    tail: tuple[str, ...] = ()
    back: int = 0
    restarts: int = 0

    @classmethod
    def at(cls, position: str | None) -> "Cursor":
        """The place that a position describes. Raises Invalid for any other text."""
        if position is None:
            return cls()
        try:
            start, tail, restarts = json.loads(position)
            return cls(int(start), tuple(str(mark) for mark in tail), 0, int(restarts))
        except (ValueError, TypeError) as error:
            raise Invalid("unknown_position", "The position is not one of this ledger.") from error

    def position(self) -> str:
        """Itself as text."""
        return json.dumps([self.start, self.tail, self.restarts], separators=(",", ":"))

    def fresh(self, rows: Sequence[Entity], mark: RowMark) -> Sequence[Entity] | None:
        """The rows of this page that come after those delivered; None when none of the latter is
        among them, so that some may have been passed over."""
        if not self.tail:
            return rows
        known = set(self.tail)
        seen = [number for number, row in enumerate(rows) if mark(row) in known]
        return rows[seen[-1] + 1 :] if seen else None

    def next(self, rows: Sequence[Entity], mark: RowMark) -> "Cursor | None":
        """The place after this page; None when it was the last one."""
        if len(rows) < PAGE_SIZE:
            return None
        tail = tuple(mark(row) for row in rows[-TAIL:])
        return Cursor(self.start + PAGE_SIZE - 1, tail, 0, self.restarts)

    def before(self) -> "Cursor":
        """A page that begins further back, at last at the beginning. Raises LedgerUnavailable when
        the rows keep moving."""
        if self.back < len(STEPS) and self.start > 1:
            start = max(1, self.start - STEPS[self.back])
            return replace(self, start=start, back=self.back + 1)
        if self.restarts >= RESTARTS:
            raise errors.unavailable("its rows keep moving while they are read")
        return Cursor(restarts=self.restarts + 1)
