"""The one place where statements of the query language are written."""

from collections.abc import Iterable
from datetime import datetime

PAGE = 1000
"""Rows per page; the ledger's maximum."""


def literal(text: str) -> str:
    r"""A quoted string; `\` and `'` are escaped with `\`."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


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
