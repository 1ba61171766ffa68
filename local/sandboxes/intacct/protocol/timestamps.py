"""Dates and times as the gateway writes them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo
from typing import Final

from local.sandboxes.common.clock import PACIFIC

ZONES: Final[dict[str, tzinfo]] = {"utc": UTC, "pacific": PACIFIC}
DAY: Final = "%m/%d/%Y"
WRITTEN: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
MOMENT: Final = "%m/%d/%Y %H:%M:%S"


def day_text(day: date) -> str:
    return day.strftime(DAY)


def day_of(text: str) -> date | None:
    """A date written MM/DD/YYYY, None for anything else."""
    parts = WRITTEN.fullmatch(text)
    if parts is None:
        return None
    month, number, year = (int(part) for part in parts.groups())
    try:
        return date(year, month, number)
    except ValueError:
        return None


def moment_text(epoch: int, zone: str) -> str:
    return datetime.fromtimestamp(epoch, ZONES[zone]).strftime(MOMENT)


def moment_of(text: str, zone: str) -> int | None:
    """Epoch seconds of MM/DD/YYYY with or without HH:MM:SS."""
    day, _, time = text.strip().partition(" ")
    parsed = day_of(day)
    if parsed is None:
        return None
    try:
        clock = datetime.strptime(time or "00:00:00", "%H:%M:%S").time()  # noqa: DTZ007
    except ValueError:
        return None
    return int(datetime.combine(parsed, clock, ZONES[zone]).timestamp())


def iso(epoch: float) -> str:
    """`2015-12-06T15:57:08-08:00`, as in the authentication block."""
    return datetime.fromtimestamp(int(epoch), ZONES["pacific"]).isoformat()
