"""The stored things: rows as the wire shows them, and the tables that hold them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

# A row is a JSON object whose members the entity's Shape describes. Decimals are Decimal.
Row: TypeAlias = dict[str, Any]


def clone(value: Any) -> Any:
    """A deep copy of JSON-like data, cheaper than copy.deepcopy."""
    if isinstance(value, dict):
        return {key: clone(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clone(item) for item in value]
    return value


@dataclass(slots=True)
class Record:
    """One stored row with its times in whole epoch seconds, as MetaData shows them."""

    row: Row
    created: int
    updated: int


@dataclass(slots=True)
class Table:
    """The rows of one entity by Id in order of creation, and the stubs of deleted ones."""

    records: dict[str, Record] = field(default_factory=dict)
    deleted: dict[str, Record] = field(default_factory=dict)

    def row(self, row_id: str) -> Row | None:
        record = self.records.get(row_id)
        return record.row if record else None

    def rows(self) -> Iterator[Row]:
        return (record.row for record in self.records.values())


@dataclass(slots=True)
class Sequence:
    """Hands out ids; remembers the last one so that a snapshot can continue it."""

    last: int = 0
    step: int = 1

    def next(self) -> str:
        self.last += self.step
        return str(self.last)

    def reserve(self, number: int) -> None:
        self.last = max(self.last, number)
