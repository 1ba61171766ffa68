"""python -m ledgerlink.storage.migrations TABLE: bring the rows of a table to this program's shape.

Run it 15 minutes after a release that changed the shape was deployed (docs/migrations.md). It may
be interrupted and run again at any time, also twice at once, and goes on where it was.
"""

import argparse
import sys
from collections.abc import Sequence

import boto3

from ledgerlink.storage.migrations.links import LinkMigration
from ledgerlink.storage.migrations.passes import ROWS_PER_SECOND, NotFinished, Progress, migrate
from ledgerlink.storage.shape import SHAPE, TableShape
from ledgerlink.storage.table import Table


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m ledgerlink.storage.migrations", description=__doc__
    )
    parser.add_argument("table", help="name of the table (a stack output)")
    parser.add_argument(
        "--rows-per-second", type=int, default=ROWS_PER_SECOND, help="how fast rows are moved"
    )
    parser.add_argument(
        "--again",
        action="store_true",
        help="look at every row again, because rows of an earlier shape were copied back",
    )
    options = parser.parse_args(arguments)
    return run(
        Table(boto3.client("dynamodb"), options.table), options.rows_per_second, again=options.again
    )


def run(table: Table, rows_per_second: int, *, again: bool) -> int:
    """Migrate the table, with a line for each page; the exit code."""
    shape = TableShape(table)
    if again:
        shape.reopen()
    elif not shape.has_earlier_rows:
        print(f"All rows have shape {SHAPE}.")
        return 0
    move = LinkMigration(table).move
    try:
        for progress in migrate(table, move, rows_per_second=rows_per_second):
            print(line(progress), flush=True)
    except NotFinished as error:
        print(error, file=sys.stderr)
        return 1
    print(f"All rows have shape {SHAPE}.")
    return 0


def line(progress: Progress) -> str:
    """How far the migration is, for people."""
    done = f"pass {progress.number}: {progress.looked_at:,} rows, {progress.moved:,} moved"
    return done if progress.position else f"{done}, end of the table"


if __name__ == "__main__":
    sys.exit(main())
