"""Rows of a response, and how their values are read."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, TypeAlias

from ledgerlink.connectors.intacct.protocol.xml import Element

Row: TypeAlias = Mapping[str, Any]
"""A record: by upper-case name a text, a row, or a list of these; None for an empty element. Names
are in upper case because the gateway returns them in the case of the request."""

DATE_FORMAT = "%m/%d/%Y"
TIMESTAMP_FORMAT = "%m/%d/%Y %H:%M:%S"


def row(node: Element) -> Row:
    """The children of an element; several of one name become a list."""
    found: dict[str, Any] = {}
    for child in node:
        name = str(child.tag).upper()
        value = row(child) if len(child) else (child.text or "").strip() or None
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def text(row: Row, name: str) -> str | None:
    """The text of a field; None where it has none."""
    value = row.get(name)
    return value if isinstance(value, str) else None


def rows_at(row: Row, *names: str) -> Sequence[Row]:
    """The rows at this path of names."""
    found: list[Row] = [row]
    for name in names:
        values = [each.get(name) for each in found]
        flat = [v for value in values for v in (value if isinstance(value, list) else [value])]
        found = [each for each in flat if isinstance(each, Mapping)]
    return found


def flag(row: Row, name: str) -> bool:
    """A flag; False where it is empty."""
    return (text(row, name) or "").lower() in ("true", "t", "yes")


def decimal(row: Row, name: str) -> Decimal | None:
    """A number; None for any other text."""
    try:
        found = Decimal((text(row, name) or "").replace(",", ""))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def amount(row: Row, name: str) -> str | None:
    """A number as exact decimal text without trailing zeros."""
    found = decimal(row, name)
    return None if found is None else canonical_decimal(found)


def canonical_decimal(value: Decimal) -> str:
    """Decimal text without exponent and trailing zeros."""
    digits = format(value, "f")
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return "0" if digits in ("-0", "") else digits


def day(row: Row, name: str) -> date | None:
    """A day, also that of a timestamp."""
    found = moment(row, name)
    return found.date() if found else None


def moment(row: Row, name: str) -> datetime | None:
    """A timestamp. It has no offset and is read as UTC; the real time zone is not documented."""
    return _moment(text(row, name) or "")


@lru_cache(maxsize=4096)
def _moment(value: str) -> datetime | None:
    for form in (TIMESTAMP_FORMAT, DATE_FORMAT):
        try:
            return datetime.strptime(value, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
