"""The columns of a timesheet file and how each is read."""

from collections.abc import Callable, Mapping
from datetime import date

LONGEST_KEY = 200
MINUTES_PER_DAY = 1440


def _text(cell: str) -> str:
    return cell.strip()


def _key(cell: str) -> str:
    if len(cell.strip()) > LONGEST_KEY:
        raise ValueError(f"it is longer than {LONGEST_KEY} characters")
    return cell.strip()


def _needed(cell: str) -> str:
    if not cell.strip():
        raise ValueError("it is empty")
    return _key(cell)


def _day(cell: str) -> date:
    try:
        return date.fromisoformat(cell.strip())
    except ValueError:
        raise ValueError(f"{cell!r} is not a day like 2026-03-31") from None


def _minutes(cell: str) -> int:
    digits = cell.strip()
    if digits.isascii() and digits.isdigit() and 1 <= int(digits[:9]) <= MINUTES_PER_DAY:
        return int(digits)
    raise ValueError(f"{cell!r} is not a whole number from 1 to {MINUTES_PER_DAY}")


def _billable(cell: str) -> bool:
    known = {"true": True, "false": False}
    if cell.strip().lower() not in known:
        raise ValueError(f"{cell!r} is neither true nor false")
    return known[cell.strip().lower()]


COLUMNS: Mapping[str, Callable[[str], str | date | bool | int]] = {
    "entry_key": _needed,
    "work_date": _day,
    "staff_key": _needed,
    "staff": _text,
    "client_key": _key,
    "client": _text,
    "project_key": _key,
    "project": _text,
    "labor_code": _key,
    "billable": _billable,
    "minutes": _minutes,
    "task": _text,
    "notes": _text,
}
"""The columns and how each is read; a reader raises ValueError with the reason."""
