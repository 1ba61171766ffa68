"""Entries, minutes and money by project, counted from the file and from the ledger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from local.demo.books import NO_PROJECT, Books
from local.demo.ledger import Activity
from local.demo.timesheet import Timesheet

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Totals:
    """How many entries, how long, and what they are worth (billable ones only)."""

    entries: int = 0
    minutes: int = 0
    money: Decimal = Decimal(0)

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            self.entries + other.entries, self.minutes + other.minutes, self.money + other.money
        )

    def __sub__(self, other: "Totals") -> "Totals":
        return Totals(
            self.entries - other.entries, self.minutes - other.minutes, self.money - other.money
        )


ByProject = Mapping[str, Totals]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The two sides of one project, or of several together."""

    project: str
    file: Totals
    ledger: Totals

    @property
    def difference(self) -> Totals:
        return self.ledger - self.file

    @property
    def agrees(self) -> bool:
        return self.difference == Totals()


def value(minutes: int, rate: Decimal) -> Decimal:
    """What so many minutes are worth at that rate per hour, to the cent."""
    return (rate * minutes / 60).quantize(CENT, ROUND_HALF_UP)


def of_file(timesheet: Timesheet, books: Books) -> ByProject:
    """Totals of the file, by the names that the projects have in the ledger."""
    return _sum(
        (books.full_name(row), Totals(1, row.minutes, value(row.minutes, books.rate(row))))
        for row in timesheet.rows
    )


def of_ledger(activities: Iterable[Activity], customers: Mapping[str, str]) -> ByProject:
    """Totals of what the ledger holds; `customers` are full names by id."""
    return _sum(
        (
            customers.get(activity.customer_id, NO_PROJECT),
            Totals(1, activity.minutes, value(activity.minutes, activity.rate)),
        )
        for activity in activities
    )


def compare(file: ByProject, ledger: ByProject) -> list[Comparison]:
    """Every project of either side, the longest first."""
    both = [
        Comparison(name, file.get(name, Totals()), ledger.get(name, Totals()))
        for name in file.keys() | ledger.keys()
    ]
    return sorted(both, key=lambda c: (c.agrees, -c.file.minutes, -c.ledger.minutes, c.project))


def together(name: str, comparisons: Iterable[Comparison]) -> Comparison:
    """Several projects as one."""
    file, ledger = Totals(), Totals()
    for comparison in comparisons:
        file, ledger = file + comparison.file, ledger + comparison.ledger
    return Comparison(name, file, ledger)


def _sum(parts: Iterable[tuple[str, Totals]]) -> dict[str, Totals]:
    sums: dict[str, Totals] = {}
    for name, part in parts:
        sums[name] = sums.get(name, Totals()) + part
    return sums
