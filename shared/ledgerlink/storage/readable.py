"""Rows that our program cannot read: they are left out and logged, so that they stop no others."""

import logging
from collections.abc import Iterable, Iterator
from typing import TypeVar

from ledgerlink.storage.table import Row
from ledgerlink.wire.stored import Unreadable, load

T = TypeVar("T")
logger = logging.getLogger(__name__)


def readable(kind: type[T], rows: Iterable[Row]) -> Iterator[T]:
    """The values of those of these rows that can be read."""
    for row in rows:
        try:
            yield load(kind, row["data"])
        except Unreadable as defect:
            logger.error("the row %s %s was left out: %s", row["pk"], row["sk"], defect)
