"""Partial records: the readable fields of a source record that its form refuses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialRecord:
    """The fields of a record that may otherwise be wrong. It decides which documents wait for the
    record, so a field that cannot be read may have any value."""

    values: Mapping[str, Any] = field(default_factory=dict)
    """The fields that can be read, with those that are left out at their default."""

    def may_have(self, name: str, value: object) -> bool:
        """Whether this field of the record may have that value."""
        return name not in self.values or self.values[name] == value

    def is_clear(self, name: str) -> bool:
        """Whether this field can be read."""
        return name in self.values


NOTHING_READ = PartialRecord()
"""A record of which nothing can be read."""
