"""The shape of the table's rows: a number that the table itself keeps.

A program writes rows of its own shape and reads those of the shape before, too, until a migration
has moved all of them. A program that is older than the rows refuses to work, because it would not
find what later programs have written (docs/migrations.md).
"""

from contextlib import suppress
from functools import cached_property

from ledgerlink.storage import keys
from ledgerlink.storage.table import Table, Taken

SHAPE = 2
"""The shape in which this program writes rows. 1: each link has a row for each way to find it.
2: links are spread over partitions, and found through packed rows."""
NEW_TABLE = {"number": 1, "migrated": False}
"""What counts for a table that says nothing."""


class LaterShape(Exception):
    """The table has rows of a later shape than this program knows."""


class TableShape:
    """What a table says of its rows. A process reads it once; one that read it before a migration
    ended goes on reading both shapes."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._marked = False

    @cached_property
    def has_earlier_rows(self) -> bool:
        """Whether rows of the shape before may exist. Raises LaterShape."""
        stored = self._table.get(keys.TABLE, "shape") or NEW_TABLE
        if stored["number"] > SHAPE:
            raise LaterShape(f"The rows have shape {stored['number']}, this program has {SHAPE}.")
        return stored["number"] < SHAPE or not stored["migrated"]

    def mark(self) -> None:
        """Have the table say that it has rows of this shape, before the first one is written.
        Raises LaterShape."""
        if self.has_earlier_rows and not self._marked:
            self._store("#number < :number", migrated=False)
        self._marked = True

    def finish(self) -> None:
        """Have the table say that no row of an earlier shape is left."""
        self._store("#number <= :number", migrated=True)

    def reopen(self) -> None:
        """Have the table say that there may be rows of an earlier shape again, because some were
        copied back from a backup."""
        self._store("#number <= :number", migrated=False)

    def _store(self, condition: str, *, migrated: bool) -> None:
        """Store it unless the table says more already."""
        row = {"pk": keys.TABLE, "sk": "shape", "number": SHAPE, "migrated": migrated}
        with suppress(Taken):
            self._table.put_if(
                row,
                f"attribute_not_exists(pk) OR {condition}",
                {":number": SHAPE},
                names=["number"],
            )
