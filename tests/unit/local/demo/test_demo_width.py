"""The demonstration on a screen of 80 columns. Case product 13."""

from collections import Counter
from decimal import Decimal
from io import StringIO

import pytest
from rich.console import Console
from rich.table import Table

from local.demo.answers import Item, PlannedItem, PostPlan, Reason, Run
from local.demo.documents_by_kind import Sum
from local.demo.ledger import Kind
from local.demo.month_tables import kinds_table, outcomes_table, preview_table
from local.demo.qbo.company import TRAITS
from local.demo.sandbox import Traffic
from local.demo.tables import Effort, effort_table, items_table, problems_table, projects_table
from local.demo.totals import Comparison, Totals

MONEY, HOURS, ENTRIES = "1,234,567.89", "12,345:59", "123,456"
LARGE = Totals(123_456, 12_345 * 60 + 59, Decimal("1234567.89"))
LONG = "Very Long Client Name Incorporated:Website relaunch, second phase"
WHY = Reason(message="The client is inactive in QuickBooks.", remedy="Activate it there.")


def item(key: str, state: str, total: str = "1234567.89") -> Item:
    amount = Decimal(total)
    return Item(key=key, state=state, kind="Invoice", total=amount, ledger_total=amount, reason=WHY)


def planned(key: str) -> PlannedItem:
    sides = {"before": {"Description": LONG}, "after": {"Description": f"{LONG}."}}
    return PlannedItem.model_validate(
        {
            "key": key,
            "kind": "TimeActivity",
            "action": "update",
            "state": "pending",
            "minutes": 90,
            **sides,
        }
    )


RUN = Run(id="r", state="completed", counts={}, calls={"batch": 123_456})
TRAFFIC = Traffic(calls=Counter({"batch": 123_456}), written=123_456, throttled=12)
MONTH = dict.fromkeys(Kind, Sum(123_456, Decimal("1234567.89")))
NUMBERS = {
    "projects": (
        projects_table([Comparison(LONG, LARGE, LARGE)] * 3, everything=True),
        (MONEY, HOURS, ENTRIES),
    ),
    "effort": (effort_table(Effort(RUN, TRAFFIC, 123_456, 12.5, 8.0)), (ENTRIES,)),
    "kinds": (kinds_table(TRAITS.names, MONTH, MONTH), (MONEY, ENTRIES)),
    "preview": (
        preview_table(PostPlan(counts={"create": 1}, items=[item("a", "pending")]), TRAITS.words),
        (MONEY,),
    ),
    "outcomes": (outcomes_table([item("expense:e1", "blocked")], TRAITS.words), (MONEY,)),
    "problems": (problems_table([item("invoice:i1", "failed")]), ("Activate",)),
    "items": (items_table([planned("time:t1")]), ("1:30",)),
}


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("width", [80, 120])
def test_every_number_is_whole_and_nothing_is_cut_off(name: str, width: int) -> None:
    table, numbers = NUMBERS[name]
    text = shown(table, width)
    assert "…" not in text
    for number in numbers:
        assert number in text
    assert max(map(len, text.splitlines())) <= width


def shown(table: Table, width: int) -> str:
    screen = StringIO()
    Console(file=screen, width=width).print(table)
    return screen.getvalue()
