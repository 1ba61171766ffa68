"""The records of a sheet as lines that sort by day."""

from dataclasses import dataclass

NO_DAY = " " * 10
"""The day of a record that belongs to none; it comes before all days."""
FIRST_DAY = "0"
"""Comes before all days, and after every record without one."""
AFTER_ALL_DAYS = "~"
"""The place after all others."""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A record in its place among all: by day, then as they were given."""

    place: str
    """Its day and its number."""
    cell: bytes
    text: bytes
    """The record as it was given."""

    @property
    def day(self) -> str:
        return self.place[: len(NO_DAY)]

    @property
    def number(self) -> int:
        """Its line in the file, from 1."""
        return int(self.place[len(NO_DAY) :])

    def stored(self) -> bytes:
        """As it is sorted."""
        return b"%s %s %s" % (self.place.encode(), self.cell.hex().encode(), self.text)

    @classmethod
    def read(cls, line: bytes) -> "SheetLine":
        day, number, cell, text = line[:10], line[11:20], line[21:37], line[38:]
        return cls(f"{day.decode()} {number.decode()}", bytes.fromhex(cell.decode()), text)
