"""`query` functions and their conditions.

Source: the gateway's reference, query: a page has at most 2000 records, a list of values 1000.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import TypeAlias, TypeVar

from ledgerlink.connectors.intacct.protocol.requests import Function
from ledgerlink.connectors.intacct.protocol.values import DATE_FORMAT, TIMESTAMP_FORMAT
from ledgerlink.connectors.intacct.protocol.xml import Value

T = TypeVar("T")

PAGE_SIZE = 2000
"""Records of one page: the maximum, because Sage counts each page as a transaction."""
MAX_VALUES = 500
"""Values of one `in` condition."""
MAX_FUNCTIONS_PER_READ = 50
"""Functions of one request that reads, or conditions of one `or`."""

RECORDNO = "RECORDNO"
MAX_DIGITS = 18
"""Digits of a RECORDNO."""
WHENMODIFIED = "WHENMODIFIED"

Condition: TypeAlias = tuple[str, dict[str, Value]]
"""An operator and what it compares."""


def equals(field: str, value: str) -> Condition:
    """The field has this value."""
    return "equalto", {"field": field, "value": value}


def is_in(field: str, values: Iterable[str]) -> Condition:
    """The field has one of these values."""
    return "in", {"field": field, "value": list(values)}


def like(field: str, pattern: str) -> Condition:
    """The field matches this pattern, in which `%` is any text."""
    return "like", {"field": field, "value": pattern}


def greater_than(field: str, value: str) -> Condition:
    """The field has a greater value."""
    return "greaterthan", {"field": field, "value": value}


def at_or_after(field: str, moment: datetime) -> Condition:
    """The timestamp is this moment or later."""
    return "greaterthanorequalto", {"field": field, "value": moment.strftime(TIMESTAMP_FORMAT)}


def either(*conditions: Condition) -> Condition:
    """At least one of these conditions, of which there must be two or more, is met."""
    return "or", _grouped(conditions)


def day_range(field: str, first: date, last: date) -> Condition:
    """The day is between these two, or one of them."""
    days: Sequence[Value] = [day.strftime(DATE_FORMAT) for day in (first, last)]
    return "between", {"field": field, "value": days}


def query(
    control_id: str,
    entity: str,
    fields: Sequence[str],
    *conditions: Condition,
    size: int = PAGE_SIZE,
    newest_first: bool = False,
) -> Function:
    """The function that reads records of an object, private ones of entities included, in the order
    of RECORDNO, which never changes."""
    direction = "descending" if newest_first else "ascending"
    content: dict[str, Value] = {
        "select": {"field": list(fields)},
        "object": entity,
        "filter": _filter(conditions),
        "orderby": {"order": {"field": RECORDNO, direction: ""}},
        "options": {"showprivate": "true"},
        "pagesize": str(size),
        "offset": "0",
    }
    return Function(control_id, "query", content)


def number(value: str | None) -> str:
    """A RECORDNO in a response; empty for anything else."""
    text = value or ""
    return text if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else ""


def batches_of(values: Sequence[T], size: int = MAX_VALUES) -> Iterator[Sequence[T]]:
    """The values in batches of this size."""
    return (values[start : start + size] for start in range(0, len(values), size))


def _filter(conditions: Sequence[Condition]) -> Value:
    if len(conditions) < 2:
        return dict(conditions) or None
    return {"and": _grouped(conditions)}


def _grouped(conditions: Sequence[Condition]) -> dict[str, Value]:
    grouped: dict[str, list[Value]] = defaultdict(list)
    for operator, compared in conditions:
        grouped[operator].append(compared)
    return dict(grouped)
