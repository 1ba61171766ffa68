"""Timesheet periods: on which day the sheet begins that a day of work belongs to."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SEMIMONTHLY, MONTH, WEEK = "semimonthly", "month", "week"
MIDDLE = 16
"""The day on which the second half of a month begins."""


@dataclass(frozen=True, slots=True)
class TimesheetPeriods:
    """How long a sheet is: a week from `weekday` (0 is Monday), half a month, or a month."""

    length: str = WEEK
    weekday: int = 0

    @classmethod
    def of(cls, text: str | None) -> "TimesheetPeriods":
        """What a text says: `week:sunday`, `semimonthly`, `month`; weeks from Monday without one.
        Raises ValueError for any other."""
        length, _, day = (text or "").partition(":")
        if length in (SEMIMONTHLY, MONTH):
            return cls(length)
        first = day or WEEKDAYS[0]
        if length in ("", WEEK) and first in WEEKDAYS:
            return cls(WEEK, WEEKDAYS.index(first))
        raise ValueError(f"{text} is no timesheet period")

    def __str__(self) -> str:
        return f"{WEEK}:{WEEKDAYS[self.weekday]}" if self.length == WEEK else self.length

    def first_day(self, day: date) -> date:
        """The first day of the period that holds this day."""
        if self.length == WEEK:
            return day - timedelta(days=(day.weekday() - self.weekday) % 7)
        half = self.length == SEMIMONTHLY and day.day >= MIDDLE
        return day.replace(day=MIDDLE if half else 1)


def observed(sheets: Iterable[tuple[date, date]]) -> TimesheetPeriods | None:
    """The periods that most of these sheets, by first and last day, are of; None without any."""
    counts = Counter(found for first, last in sheets if (found := _of(first, last)))
    return counts.most_common(1)[0][0] if counts else None


def _of(first: date, last: date) -> TimesheetPeriods | None:
    days = (last - first).days + 1
    if days == 7:
        return TimesheetPeriods(WEEK, first.weekday())
    if first.day in (1, MIDDLE) and 13 <= days <= MIDDLE:
        return TimesheetPeriods(SEMIMONTHLY)
    return TimesheetPeriods(MONTH) if first.day == 1 and 28 <= days <= 31 else None
