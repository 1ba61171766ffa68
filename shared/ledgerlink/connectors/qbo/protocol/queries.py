"""Statements of QuickBooks' query language. No other module writes one."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

PAGE_SIZE = 1000
"""Rows per page; the most that QuickBooks returns."""

SMALLEST_PAGE = 31
"""Rows of the page that is asked for when larger ones take QuickBooks too long."""

MAX_IDS = 200
"""Ids in one statement."""

EXTRA_COLUMNS = {"Item": "*, Sku"}
"""Columns to select where `*` does not return all of them."""

WITH_INACTIVE = "Active IN (true,false)"
"""The condition without which inactive rows are hidden."""


def literal(text: str) -> str:
    r"""A quoted string; `\` and `'` are escaped with `\`."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def equals(name: str, value: str) -> str:
    """The condition that a property has this value."""
    return f"{name} = {literal(value)}"


def is_in(name: str, values: Iterable[str]) -> str:
    """The condition that a property has one of these values."""
    return f"{name} IN ({', '.join(literal(value) for value in values)})"


def at_or_after(name: str, moment: datetime) -> str:
    """The condition that a property is this moment or later; the offset is always written."""
    return f"{name} >= {literal(moment.isoformat(timespec='seconds'))}"


def day_range(name: str, first: date | None, last: date | None) -> list[str]:
    """The conditions that a property lies between these days; None leaves an end open."""
    first_day = [f"{name} >= {literal(first.isoformat())}"] if first else []
    last_day = [f"{name} <= {literal(last.isoformat())}"] if last else []
    return first_day + last_day


def select(entity: str, *conditions: str, start: int = 1, size: int = PAGE_SIZE) -> str:
    """Up to `size` rows from row `start` (from 1), in the order of their ids."""
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    paging = f"ORDERBY Id STARTPOSITION {start} MAXRESULTS {size}"
    return f"SELECT * FROM {entity}{where} {paging}"  # noqa: S608 - values come by `literal`


def select_unordered(entity: str, *conditions: str) -> str:
    """The rows of an entity that has no id to order by."""
    return f"SELECT * FROM {entity} WHERE {' AND '.join(conditions)}"  # noqa: S608 - as above


def page_from(
    entity: str, *conditions: str, start: int, order: str = "Id", size: int = PAGE_SIZE
) -> str:
    """A page of up to `size` rows that begins with row `start` (from 1) in this order."""
    columns = EXTRA_COLUMNS.get(entity, "*")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    paging = f"ORDERBY {order} STARTPOSITION {start} MAXRESULTS {size}"
    return f"SELECT {columns} FROM {entity}{where} {paging}"  # noqa: S608 - values come by `literal`


def smaller(size: int) -> int:
    """The size of the page that is tried when one of this size took QuickBooks too long."""
    return max(size // 2, SMALLEST_PAGE)


def larger(size: int) -> int:
    """The size of the page after one of this size: an eighth more, because each page that is too
    large costs a time-out."""
    return min(size + size // 8, PAGE_SIZE)


def batches_of(ids: Sequence[str], size: int = MAX_IDS) -> Iterable[Sequence[str]]:
    """The ids in batches of this size, as many as one statement may name."""
    return (ids[start : start + size] for start in range(0, len(ids), size))
