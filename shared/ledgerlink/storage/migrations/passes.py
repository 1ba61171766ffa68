"""Passes of a migration over the whole table, page by page; each may be interrupted anywhere."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ledgerlink.storage import keys
from ledgerlink.storage.shape import SHAPE, TableShape
from ledgerlink.storage.table import Row, Table

PAGE = 1000
"""Rows that are looked at before the position is stored."""
MOST_PASSES = 5
"""Passes of one call. The last one finds nothing, unless an older program is still writing."""
ROWS_PER_SECOND = 200
"""Rows that are moved in a second. A link takes two write units of its old partition, which has
1,000 in a second; the work of the system has the rest."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of the rows of the earlier shape among some rows."""

    moved: int = 0
    left: int = 0
    """Rows that cannot be moved."""


Move = Callable[[Sequence[Row]], Moved]
"""Brings those of these rows that have the earlier shape to the new one. It may be repeated with
the same rows, also after a death anywhere in it."""


class NotFinished(Exception):
    """Rows of the earlier shape are left, so the table does not say that there are none: every
    pass found some, which an older program is still writing, or some cannot be moved."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a migration is."""

    number: int = 1
    """The pass, from 1."""
    looked_at: int = 0
    """Rows that this pass has looked at."""
    moved: int = 0
    """Rows of the earlier shape that this pass has found and moved."""
    left: int = 0
    """Those that cannot be moved."""
    position: Mapping[str, str] | None = None
    """The key of the row that was looked at last; None at the beginning and the end of a pass."""


def migrate(
    table: Table,
    move: Move,
    *,
    pause: Callable[[float], None] = time.sleep,
    rows_per_second: int = ROWS_PER_SECOND,
    page: int = PAGE,
) -> Iterator[Progress]:
    """Go on where the last call stopped, until a whole pass finds no row of the earlier shape; then
    the table says so. Yields the progress after each page. Raises NotFinished."""
    progress = _stored(table)
    for _ in range(MOST_PASSES):
        while True:
            moved = progress.moved
            progress = _next_page(table, move, progress, page)
            _store(table, progress)
            yield progress
            if progress.position is None:
                break
            pause((progress.moved - moved) / rows_per_second)
        if not progress.moved:
            table.take(keys.TABLE, _place())
            if progress.left:
                raise NotFinished(
                    f"All rows were moved but {progress.left:,}, which cannot be read."
                )
            TableShape(table).finish()
            return
        progress = Progress(number=progress.number + 1)
    raise NotFinished(
        f"Rows of an earlier shape were found in each of {MOST_PASSES} passes."
        " Is this release deployed? Run this again."
    )


def _next_page(table: Table, move: Move, progress: Progress, page: int) -> Progress:
    rows, position = table.page(progress.position, page)
    done = move(rows)
    return replace(
        progress,
        looked_at=progress.looked_at + len(rows),
        moved=progress.moved + done.moved,
        left=progress.left + done.left,
        position=position,
    )


def _stored(table: Table) -> Progress:
    """The progress of the last call; a pass that had ended is followed by the next."""
    row = table.get(keys.TABLE, _place())
    if row is None:
        return Progress()
    progress = Progress(
        number=int(row["number"]),
        looked_at=int(row["looked_at"]),
        moved=int(row["moved"]),
        left=int(row.get("left", 0)),
        position=json.loads(row["position"]),
    )
    return progress if progress.position else Progress(number=progress.number + 1)


def _store(table: Table, progress: Progress) -> None:
    table.put(
        {
            "pk": keys.TABLE,
            "sk": _place(),
            "number": progress.number,
            "looked_at": progress.looked_at,
            "moved": progress.moved,
            "left": progress.left,
            "position": json.dumps(progress.position),
        }
    )


def _place() -> str:
    return keys.row("migration", str(SHAPE))
