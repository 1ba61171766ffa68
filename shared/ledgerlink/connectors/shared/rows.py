"""Mapping the rows of a list. A row with which our program makes a mistake stops no other."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeVar

from ledgerlink.domain.errors import DEFECTS
from ledgerlink.domain.model.list_records import ListRecord

Row = TypeVar("Row")


class MappedRows(NamedTuple):
    """The rows of a list as list records."""

    records: list[ListRecord]
    unreadable: Mapping[str, Exception]
    """Mistakes of our program, by the id of the record; empty for a row without one."""


def map_rows(
    rows: Iterable[Row], mapper: Callable[[Row], ListRecord], id_of: Callable[[Row], str]
) -> MappedRows:
    """The rows, each mapped by itself. `id_of` gives the id of the record of a row."""
    records: list[ListRecord] = []
    unreadable: dict[str, Exception] = {}
    for row in rows:
        try:
            records.append(mapper(row))
        except DEFECTS as defect:
            unreadable[_id(row, id_of)] = defect
    return MappedRows(records, unreadable)


def _id(row: Row, id_of: Callable[[Row], str]) -> str:
    try:
        return id_of(row)
    except DEFECTS:
        return ""
