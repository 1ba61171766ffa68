from collections import Counter
from decimal import Decimal
from io import StringIO

import pytest
from rich.console import Console
from rich.table import Table

from local.demo.answers import Item, Reason, Run
from local.demo.sandbox import Traffic
from local.demo.tables import (
    Effort,
    difference,
    effort_table,
    hours,
    problems_table,
    projects_table,
)
from local.demo.totals import Comparison, Totals

RUN = Run(id="r", state="completed", counts={}, calls={"batch": 2, "token": 1})


def shown(table: Table) -> str:
    screen = StringIO()
    Console(file=screen, width=120).print(table)
    return screen.getvalue()


def side(minutes: int) -> Totals:
    return Totals(1, minutes, Decimal("80.00"))


@pytest.mark.parametrize(
    ("totals", "words"),
    [
        (Totals(-1, -195, Decimal("-260.00")), "-1 entries, -3:15 hours, -260.00"),
        (Totals(0, 5, Decimal(0)), "+0:05 hours"),
        (Totals(0, 0, Decimal("0.01")), "+0.01"),
    ],
)
def test_a_difference_names_the_differing_fields(totals: Totals, words: str) -> None:
    assert difference(totals) == words


def test_hours_are_exact_to_the_minute() -> None:
    assert [hours(n) for n in (5, 60, 60_001)] == ["0:05", "1:00", "1,000:01"]


def test_the_fifteen_first_projects_are_shown_and_the_rest_is_summed() -> None:
    comparisons = [Comparison(f"Project {n}", side(60), side(60)) for n in range(18)]
    text = shown(projects_table(comparisons, everything=False))
    assert "Project 14" in text
    assert "Project 15" not in text
    assert "3 more projects" in text
    assert "Project 17" in shown(projects_table(comparisons, everything=True))


def test_projects_that_agree_have_no_difference() -> None:
    text = shown(projects_table([Comparison("A", side(60), side(60))], everything=False))
    assert text.count("none") == 2


def test_calls_of_both_sides_stand_beside_each_other() -> None:
    traffic = Traffic(Counter(batch=2, single=3, preferences=1), throttled=1, written=63)
    text = shown(effort_table(Effort(RUN, traffic, 60, 2.0, 10.0)))
    rows = [line.split() for line in text.splitlines()]
    assert ["batch", "calls", "2", "2"] in rows
    assert ["single", "calls", "0", "3"] in rows
    assert ["other", "calls", "1", "1"] in rows
    assert "10.0" in text
    assert "20 of the ledger's clock" in text


def test_entries_per_call_are_not_stated_when_nothing_was_written() -> None:
    effort = Effort(RUN, Traffic(Counter(read=2), 0, 0), 60, 1.0, 1.0)
    assert effort.entries_per_call == "-"


def test_a_problem_is_shown_with_its_remedy() -> None:
    item = Item(key="time:e1", state="blocked", reason=Reason(message="Too long.", remedy="Cut."))
    text = shown(problems_table([item]))
    assert all(words in text for words in ("time:e1", "blocked", "Too long.", "Cut."))
