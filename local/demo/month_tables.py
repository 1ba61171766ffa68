"""The month on the screen: what a post would do, both sides by kind, what became of items."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from rich.table import Table

from local.demo.answers import Item, PostPlan
from local.demo.documents_by_kind import ByKind, Sum
from local.demo.ledger import Kind
from local.demo.tables import new_table

ACTIONS = ("create", "update", "delete", "unchanged", "skipped", "blocked")
SHORT = {"unchanged": "same"}
"""Shorter headings, for a screen of 80 columns."""


def preview_table(plan: PostPlan, words: Mapping[str, str]) -> Table:
    """What posting would do, by kind of record; `words` are a bookkeeper's for each kind."""
    table = new_table("Preview: what posting would do")
    table.add_column("in the ledger", overflow="fold")
    for heading in ACTIONS:
        table.add_column(SHORT.get(heading, heading), justify="right")
    table.add_column("total", justify="right", no_wrap=True)
    for kind in dict.fromkeys(item.kind for item in plan.items):
        some = [item for item in plan.items if item.kind == kind]
        counts = Counter(item.action if item.state == "pending" else item.state for item in some)
        numbers = (f"{counts[action]:,}" for action in ACTIONS)
        table.add_row(words.get(kind, kind), *numbers, _total(some))
    table.add_section()
    all_of = (f"{plan.counts.get(action, 0):,}" for action in ACTIONS)
    table.add_row("all", *all_of, _total(plan.items), style="bold")
    return table


def _total(items: Sequence[Item]) -> str:
    amounts = [item.total for item in items if item.total is not None]
    return f"{sum(amounts, Decimal(0)):,.2f}" if amounts else ""


def kinds_table(names: Mapping[Kind, str], month: ByKind, ledger: ByKind) -> Table:
    """A line per kind of document, by its name: both sides, and what is between them."""
    table = new_table("The month and the ledger, by kind")
    table.add_column("kind", overflow="fold")
    for heading in ("documents", "total"):
        table.add_column(f"{heading}\nmonth", justify="right", no_wrap=True)
        table.add_column(f"{heading}\nledger", justify="right", no_wrap=True)
    table.add_column("difference", justify="right", overflow="fold")
    for kind, name in names.items():
        table.add_row(name, *_sides(month[kind], ledger[kind]))
    return table


def _sides(month: Sum, ledger: Sum) -> tuple[str, ...]:
    documents, money = ledger.count - month.count, ledger.money - month.money
    difference = f"{money:,.2f}" + (f", {documents:+,} documents" if documents else "")
    counts = (f"{month.count:,}", f"{ledger.count:,}")
    return (*counts, _money(month.money), _money(ledger.money), difference)


def _money(amount: Decimal | None) -> str:
    """Nothing for what comes to nothing."""
    return f"{amount:,.2f}" if amount else ""


def outcomes_table(items: Sequence[Item], words: Mapping[str, str]) -> Table:
    """What became of the items of a run; `words` as in `preview_table`."""
    table = new_table("What became of it")
    for heading in ("item", "in the ledger", "action", "state"):
        table.add_column(heading, overflow="fold")
    for heading in ("comes to", "the ledger\nsays"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("why", overflow="fold")
    for item in items:
        why = item.reason.message if item.reason else ""
        totals = (_money(item.total), _money(item.ledger_total))
        kind = words.get(item.kind, item.kind)
        table.add_row(item.key, kind, item.action, item.state, *totals, why)
    return table
