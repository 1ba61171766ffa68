"""The stored things: records, and the tables that hold them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

# Field name to value as the wire shows it; a field without a value is not in it.
Values: TypeAlias = dict[str, str]


def counting(text: str) -> int:
    """A number of digits alone, -1 for anything else."""
    return int(text) if text.isascii() and text.isdigit() else -1


@dataclass(frozen=True, slots=True)
class Record:
    """One record; a change makes another, so `values` is never written to.

    `entity` is the location that owns it privately, empty at the top level. `parent` is the
    record number of a line's document. Times are whole epoch seconds.
    """

    recordno: int
    values: Values
    entity: str = ""
    parent: int = 0
    created: int = 0
    modified: int = 0
    createdby: str = ""
    modifiedby: str = ""


@dataclass(slots=True)
class Table:
    """The records of one object in order of creation. `unique` finds one by the values that no
    two share, `children` the lines of a document."""

    records: dict[int, Record] = field(default_factory=dict)
    unique: dict[tuple[str, ...], int] = field(default_factory=dict)
    children: dict[int, dict[int, None]] = field(default_factory=dict)
    last: int = 0
    version: int = 0

    def next(self) -> int:
        self.last += 1
        return self.last

    def rows(self) -> Iterator[Record]:
        return iter(self.records.values())
