"""The cursor of a list that is read page by page while its rows may come and go.

A page begins with the last row of the page before. If that row is missing, rows have moved, and
reading goes back step by step until it meets a row that it has returned already.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ledgerlink.connectors.qbo.protocol.queries import PAGE_SIZE
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.shared import errors
from ledgerlink.domain.errors import Invalid

TAIL = 5
"""Rows of the page before that are remembered, because the last ones may vanish themselves."""

STEPS = (50, PAGE_SIZE - 1, PAGE_SIZE - 1, PAGE_SIZE - 1)
"""Rows to go back, step by step, before reading starts over; usually few rows vanish."""

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

    @classmethod
    def parse(cls, position: str | None) -> "Cursor":
        """The cursor that `position` has written. Raises Invalid for any other text."""
        if position is None:
            return cls()
        try:
            start, tail, restarts = json.loads(position)
            return cls(int(start), tuple(str(mark) for mark in tail), 0, int(restarts))
        except (ValueError, TypeError) as error:
            raise Invalid("unknown_position", "The position is not one of this ledger.") from error

    def position(self) -> str:
        """The cursor as text."""
        return json.dumps([self.start, self.tail, self.restarts], separators=(",", ":"))

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
        if len(rows) < PAGE_SIZE:
            return None
        tail = tuple(mark(row) for row in rows[-TAIL:])
        return Cursor(self.start + PAGE_SIZE - 1, tail, 0, self.restarts)

    def step_back(self) -> "Cursor":
        """A cursor further back, at last at the beginning. Raises LedgerUnavailable if the rows
        keep moving."""
        if self.back < len(STEPS) and self.start > 1:
            start = max(1, self.start - STEPS[self.back])
            return replace(self, start=start, back=self.back + 1)
        if self.restarts >= RESTARTS:
            raise errors.unavailable("the list keeps changing while it is read")
        return Cursor(restarts=self.restarts + 1)
