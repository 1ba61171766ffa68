"""Timesheet periods: on which day the timesheet begins that a day of work belongs to."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SEMIMONTHLY, MONTH, WEEK = "semimonthly", "month", "week"
SECOND_HALF = 16
"""The day on which the second half of a month begins."""


@dataclass(frozen=True, slots=True)
class TimesheetPeriods:
    """The periods of a company's timesheets."""

    length: str = WEEK
    """`week`, `semimonthly` or `month`."""
    weekday: int = 0
    """The first day of a week; 0 is Monday."""

    @classmethod
    def of(cls, text: str | None) -> "TimesheetPeriods":
        """Parse `week:sunday`, `semimonthly` or `month`; weeks from Monday without a text. Raises
        ValueError for any other."""
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
        """The first day of the period in which this day is."""
        if self.length == WEEK:
            return day - timedelta(days=(day.weekday() - self.weekday) % 7)
        half = self.length == SEMIMONTHLY and day.day >= SECOND_HALF
        return day.replace(day=SECOND_HALF if half else 1)


def most_common_periods(sheets: Iterable[tuple[date, date]]) -> TimesheetPeriods | None:
    """The periods that most of these timesheets have, given their first and last days; None
    without timesheets."""
    counts = Counter(found for first, last in sheets if (found := _periods_of(first, last)))
    return counts.most_common(1)[0][0] if counts else None


def _periods_of(first: date, last: date) -> TimesheetPeriods | None:
    days = (last - first).days + 1
    if days == 7:
        return TimesheetPeriods(WEEK, first.weekday())
    if first.day in (1, SECOND_HALF) and 13 <= days <= SECOND_HALF:
        return TimesheetPeriods(SEMIMONTHLY)
    return TimesheetPeriods(MONTH) if first.day == 1 and 28 <= days <= 31 else None
