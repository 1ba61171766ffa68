"""The one place where statements of the query language are written."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

PAGE = 1000
"""Rows per page; the ledger's maximum."""

AT_ONCE = 200
"""Ids in one statement."""

COLUMNS = {"Item": "*, Sku"}
"""What is asked for where all columns are not all of them."""

WITH_INACTIVE = "Active IN (true,false)"
"""The condition without which inactive rows stay hidden."""


def literal(text: str) -> str:
    r"""A quoted string; `\` and `'` are escaped with `\`."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def equal(name: str, value: str) -> str:
    """The property has this value."""
    return f"{name} = {literal(value)}"


def among(name: str, values: Iterable[str]) -> str:
    """The property has one of these values."""
    return f"{name} IN ({', '.join(literal(value) for value in values)})"


def since(name: str, moment: datetime) -> str:
    """The property is this moment or later; the offset is always written."""
    return f"{name} >= {literal(moment.isoformat(timespec='seconds'))}"


def select(entity: str, *conditions: str, page: int = 0) -> str:
    """All columns of an entity, a page (from 0) at a time, in the order of ids."""
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    paging = f"ORDERBY Id STARTPOSITION {page * PAGE + 1} MAXRESULTS {PAGE}"
    return f"SELECT * FROM {entity}{where} {paging}"  # noqa: S608 - values come by `literal`


def where(entity: str, *conditions: str) -> str:
    """All columns of what has no id to be put in order by."""
    return f"SELECT * FROM {entity} WHERE {' AND '.join(conditions)}"  # noqa: S608 - as above


def window(entity: str, *conditions: str, start: int, order: str = "Id") -> str:
    """A page of rows that begins with row `start` (from 1) in that order."""
    columns = COLUMNS.get(entity, "*")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    paging = f"ORDERBY {order} STARTPOSITION {start} MAXRESULTS {PAGE}"
    return f"SELECT {columns} FROM {entity}{where} {paging}"  # noqa: S608 - values come by `literal`


def days(name: str, first: date | None, last: date | None) -> list[str]:
    """The property is a day of this range; either end may be open."""
    first_day = [f"{name} >= {literal(first.isoformat())}"] if first else []
    last_day = [f"{name} <= {literal(last.isoformat())}"] if last else []
    return first_day + last_day


def portions(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """The ids, as many at a time as one statement names."""
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
