"""The cursor of a list that is read page by page while its rows may come and go.

A page begins with the last row of the page before. If that row is missing, rows have moved, and
reading goes back step by step until it meets a row that it has returned already.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ledgerlink.connectors.qbo.protocol.queries import PAGE_SIZE, larger
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.shared import errors
from ledgerlink.domain.errors import Invalid

TAIL = 5
"""Rows of the page before that are remembered, because the last ones may vanish themselves."""

FIRST_STEP, MAX_STEPS = 50, 4
"""Rows to go back at first, because usually few rows vanish, and how often reading goes back, by
nearly a page each time, before it starts over."""

RESTARTS = 3
"""How often reading starts over before it is given up."""

RowMark = Callable[[Entity], str]
"""Identifies a row and its place in the order."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The next page to read."""

    start: int = 1
    """The row that the page begins with, from 1."""
    tail: tuple[str, ...] = ()
    """Marks of the last rows that were returned."""
    back: int = 0
    """Steps taken back from there."""
    restarts: int = 0
    """How often reading has started over."""
    size: int = PAGE_SIZE
    """Rows to ask for."""

    @classmethod
    def parse(cls, position: str | None) -> "Cursor":
        """The cursor that `position` has written. Raises Invalid for any other text."""
        if position is None:
            return cls()
        try:
            start, tail, restarts, *size = json.loads(position)
            rows = min(max(int(size[0]), 1), PAGE_SIZE) if size else PAGE_SIZE
            return cls(int(start), tuple(str(mark) for mark in tail), 0, int(restarts), rows)
        except (ValueError, TypeError) as error:
            raise Invalid("unknown_position", "The position is not one of this ledger.") from error

    def position(self) -> str:
        """The cursor as text."""
        size = [self.size] if self.size != PAGE_SIZE else []
        return json.dumps([self.start, self.tail, self.restarts, *size], separators=(",", ":"))

    def new_rows(self, rows: Sequence[Entity], mark: RowMark) -> Sequence[Entity] | None:
        """The rows of this page that follow those already returned; None if none of those is on the
        page, so that some rows may be missing in between."""
        if not self.tail:
            return rows
        returned = set(self.tail)
        indexes = [index for index, row in enumerate(rows) if mark(row) in returned]
        return rows[indexes[-1] + 1 :] if indexes else None

    def next(self, rows: Sequence[Entity], mark: RowMark) -> "Cursor | None":
        """The cursor of the page after this one; None if this was the last."""
        if len(rows) < self.size:
            return None
        tail = tuple(mark(row) for row in rows[-TAIL:])
        return Cursor(self.start + self.size - 1, tail, 0, self.restarts, larger(self.size))

    def step_back(self) -> "Cursor":
        """A cursor further back, at last at the beginning. Raises LedgerUnavailable if the rows
        keep moving."""
        if self.back < MAX_STEPS and self.start > 1:
            step = self.size - 1 if self.back else min(FIRST_STEP, self.size - 1)
            return replace(self, start=max(1, self.start - step), back=self.back + 1)
        if self.restarts >= RESTARTS:
            raise errors.unavailable("the list keeps changing while it is read")
        return Cursor(restarts=self.restarts + 1, size=self.size)
