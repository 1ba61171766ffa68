"""Rows: records of the ledger as its answers hold them, and how their values read."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, TypeAlias

from ledgerlink.connectors.intacct.protocol.xml import Element

Row: TypeAlias = Mapping[str, Any]
"""A record: text, a row, or a list of them by upper-case name; None for what is empty. The gateway
answers in the case of the request, so names are compared without it."""

DATE_FORMAT = "%m/%d/%Y"
TIMESTAMP_FORMAT = "%m/%d/%Y %H:%M:%S"


def row(node: Element) -> Row:
    """The children of an element; of several with one name all are kept."""
    told: dict[str, Any] = {}
    for child in node:
        name = str(child.tag).upper()
        value = row(child) if len(child) else (child.text or "").strip() or None
        if name not in told:
            told[name] = value
        elif isinstance(told[name], list):
            told[name].append(value)
        else:
            told[name] = [told[name], value]
    return told


def text(row: Row, name: str) -> str | None:
    """The text of a field; None where it has none."""
    value = row.get(name)
    return value if isinstance(value, str) else None


def part(row: Row, *names: str) -> Sequence[Row]:
    """The rows below these names, one below the other."""
    found: list[Row] = [row]
    for name in names:
        values = [each.get(name) for each in found]
        flat = [v for value in values for v in (value if isinstance(value, list) else [value])]
        found = [each for each in flat if isinstance(each, Mapping)]
    return found


def flag(row: Row, name: str) -> bool:
    """A switch; what is not said is off."""
    return (text(row, name) or "").lower() in ("true", "t", "yes")


def number(row: Row, name: str) -> Decimal | None:
    """A number; None for what is none."""
    try:
        found = Decimal((text(row, name) or "").replace(",", ""))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def amount(row: Row, name: str) -> str | None:
    """A number as exact decimal text without needless zeros."""
    found = number(row, name)
    return None if found is None else plain(found)


def plain(number: Decimal) -> str:
    """Decimal text without exponent and needless zeros."""
    digits = format(number, "f")
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return "0" if digits in ("-0", "") else digits


def day(row: Row, name: str) -> date | None:
    """A day; a stamp gives its day."""
    found = moment(row, name)
    return found.date() if found else None


def moment(row: Row, name: str) -> datetime | None:
    """A stamp. It comes without an offset and is taken for UTC, of which nobody is certain."""
    return _moment(text(row, name) or "")


@lru_cache(maxsize=4096)
def _moment(said: str) -> datetime | None:
    for form in (TIMESTAMP_FORMAT, DATE_FORMAT):
        try:
            return datetime.strptime(said, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
