from collections.abc import Callable
from decimal import Decimal

import pytest

from local.demo.books import NO_PROJECT, Books
from local.demo.ledger import Activity
from local.demo.timesheet import Timesheet
from local.demo.totals import Comparison, Totals, compare, of_file, of_ledger, together, value

Make = Callable[..., Timesheet]
RATE = Decimal("80.00")


@pytest.mark.parametrize(
    ("minutes", "rate", "money"),
    [(90, "80.00", "120.00"), (1, "80.10", "1.34"), (7, "85.50", "9.98"), (3, "0.10", "0.01")],
)
def test_value_is_rounded_half_up_to_the_cent(minutes: int, rate: str, money: str) -> None:
    assert value(minutes, Decimal(rate)) == Decimal(money)


def test_the_file_is_summed_by_project(sheet: Make) -> None:
    timesheet = sheet({}, {"minutes": 30, "billable": False}, {"project_key": "p2"})
    assert of_file(timesheet, Books.of(timesheet)) == {
        "Brandt:Hall": Totals(2, 120, Decimal("120.00")),
        "Brandt:Hall (p2)": Totals(1, 90, Decimal("120.00")),
    }


def test_the_ledger_is_summed_by_the_names_of_its_customers() -> None:
    activities = [Activity("7", 90, RATE), Activity("", 30, Decimal(0))]
    assert of_ledger(activities, {"7": "Brandt:Hall"}) == {
        "Brandt:Hall": Totals(1, 90, Decimal("120.00")),
        NO_PROJECT: Totals(1, 30, Decimal(0)),
    }


def test_equal_sides_agree() -> None:
    side = {"a": Totals(1, 60, RATE)}
    assert all(comparison.agrees for comparison in compare(side, dict(side)))


@pytest.mark.parametrize(
    "other", [Totals(2, 60, RATE), Totals(1, 61, RATE), Totals(1, 60, Decimal("80.01"))]
)
def test_an_entry_a_minute_or_a_cent_is_a_difference(other: Totals) -> None:
    [comparison] = compare({"a": Totals(1, 60, RATE)}, {"a": other})
    assert not comparison.agrees


def test_time_only_in_the_ledger_is_a_difference_and_comes_first() -> None:
    file = {"a": Totals(1, 600, RATE)}
    first, _ = compare(file, file | {"b": Totals(1, 5, Decimal(0))})
    assert (first.project, first.difference) == ("b", Totals(1, 5, Decimal(0)))


def test_several_projects_add_up() -> None:
    one = Comparison("a", Totals(1, 10, RATE), Totals(1, 12, RATE))
    both = together("both", [one, one])
    assert (both.file.entries, both.difference.minutes) == (2, 4)
