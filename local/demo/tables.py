"""The proof on the screen: both sides by project, and what it took."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rich.box import SIMPLE_HEAD
from rich.table import Table

from local.demo.answers import Import, Item, Mapped, PlannedItem, Run
from local.demo.sandbox import Traffic
from local.demo.totals import Comparison, Totals, together

SHOWN_PROJECTS = 15
KINDS = ("batch", "single", "query", "read", "write")
NO_CALLS = ("transactions",)
"""What a run counts beside its calls."""


def projects_table(comparisons: Sequence[Comparison], everything: bool) -> Table:
    """A line per project; beyond the first few, the rest in one line unless all are wanted."""
    shown = comparisons if everything else comparisons[:SHOWN_PROJECTS]
    rest = comparisons[len(shown) :]
    table = new_table("The file and the ledger, by project")
    table.add_column("project", overflow="fold", min_width=8, max_width=40)
    for heading in ("entries", "hours", "amount"):
        table.add_column(f"{heading}\nfile", justify="right", no_wrap=True)
        table.add_column(f"{heading}\nledger", justify="right", no_wrap=True)
    table.add_column("differ-\nence", justify="right", overflow="fold")
    for comparison in shown:
        table.add_row(*_cells(comparison))
    if rest:
        table.add_row(*_cells(together(f"{len(rest)} more projects", rest)))
    table.add_section()
    table.add_row(*_cells(together("all", comparisons)), style="bold")
    return table


def new_table(title: str) -> Table:
    """A table in the demonstration's looks, which fits a screen of 80 columns."""
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )


def _cells(comparison: Comparison) -> Iterable[str]:
    file, ledger = comparison.file, comparison.ledger
    yield comparison.project
    yield from (f"{file.entries:,}", f"{ledger.entries:,}")
    yield from (hours(file.minutes), hours(ledger.minutes))
    yield from (f"{file.money:,.2f}", f"{ledger.money:,.2f}")
    yield "none" if comparison.agrees else difference(comparison.difference)


def difference(totals: Totals) -> str:
    """Ledger minus file, in words; only what differs."""
    minutes = f"{'-' if totals.minutes < 0 else '+'}{hours(abs(totals.minutes))} hours"
    parts = (
        (totals.entries, f"{totals.entries:+,} entries"),
        (totals.minutes, minutes),
        (totals.money, f"{totals.money:+,.2f}"),
    )
    return ", ".join(words for amount, words in parts if amount)


def hours(minutes: int) -> str:
    """Minutes as hours and minutes, to the minute."""
    return f"{minutes // 60:,}:{minutes % 60:02d}"


@dataclass(frozen=True, slots=True)
class Effort:
    """What one run took. `entries` were in the file, `seconds` passed, at that ledger speed."""

    run: Run
    traffic: Traffic
    entries: int
    seconds: float
    scale: float

    @property
    def entries_per_call(self) -> str:
        """Entries of the file per call that the ledger got; a dash when nothing was written."""
        if not self.traffic.written:
            return "-"
        return f"{Decimal(self.entries) / self.traffic.total:.1f}"


def effort_table(effort: Effort) -> Table:
    """Calls as the run counted them and as the ledger's journal has them."""
    table = new_table("What it took")
    table.add_column("")
    table.add_column("the run says", justify="right")
    table.add_column("the ledger's\njournal says", justify="right")
    for kind in KINDS:
        if kind in effort.run.calls or kind in effort.traffic.calls:
            table.add_row(f"{kind} calls", *_pair(effort, kind))
    others = sum(n for kind, n in effort.traffic.calls.items() if kind not in KINDS)
    ours = sum(n for kind, n in effort.run.calls.items() if kind not in (*KINDS, *NO_CALLS))
    table.add_row("other calls", f"{ours:,}", f"{others:,}")
    table.add_row("refused as too many", "", f"{effort.traffic.throttled:,}")
    table.add_row("records written", "", f"{effort.traffic.written:,}")
    table.add_row("entries per call", "", effort.entries_per_call)
    ledger_time = effort.seconds * effort.scale
    table.add_row("seconds", f"{effort.seconds:,.1f}", f"{ledger_time:,.0f} of the ledger's clock")
    return table


def _pair(effort: Effort, kind: str) -> tuple[str, str]:
    return f"{effort.run.calls.get(kind, 0):,}", f"{effort.traffic.calls[kind]:,}"


KINDS_OF_CHANGE = ("created", "changed", "deactivated", "reactivated", "deleted", "unchanged")


def lists_table(run: Run) -> Table:
    """What a sync brought in, by list."""
    table = new_table("The lists that came in")
    table.add_column("list")
    table.add_column("read")
    for kind in KINDS_OF_CHANGE:
        table.add_column(kind, justify="right")
    for work in run.sync.lists if run.sync else ():
        numbers = (f"{work.counts.get(kind, 0):,}" for kind in KINDS_OF_CHANGE)
        table.add_row(work.type.replace("_", " "), work.mode, *numbers)
    table.add_section()
    all_of = (f"{run.counts.get(kind, 0):,}" for kind in KINDS_OF_CHANGE)
    table.add_row("all", "", *all_of, style="bold")
    return table


MOST_SUGGESTIONS = 5


def suggestions_table(found: Sequence[tuple[str, Mapped]]) -> Table:
    """What the ledger's lists suggest for entities without a rule; nothing is applied."""
    table = new_table("Suggested, and left to the bookkeeper")
    for heading in ("kind", "in the product", "in the ledger", "score", "because"):
        table.add_column(heading, justify="right" if heading == "score" else "left")
    for kind, mapped in found[:MOST_SUGGESTIONS]:
        best = mapped.suggestions[0]
        table.add_row(kind, mapped.name, f"{best.type} {best.name}", str(best.score), best.reason)
    return table


def plan_table(planned: Import) -> Table:
    """What the plan would do."""
    table = new_table(f"Plan {planned.plan}")
    table.add_column("what becomes of it")
    for heading in ("items", "hours"):
        table.add_column(heading, justify="right")
    for name, numbers in planned.totals.items():
        minutes = numbers.get("minutes")
        time = "" if minutes is None else hours(minutes)
        table.add_row(name.replace("_", " "), f"{numbers['items']:,}", time)
    return table


def items_table(items: Sequence[PlannedItem]) -> Table:
    """Some operations of a plan, old and new side by side."""
    table = new_table("The difference, old and new side by side")
    for heading in ("item", "action", "day", "hours", "in the ledger", "will be"):
        table.add_column(heading, overflow="fold")
    for item in items:
        before, after = item.before or {}, item.after or {}
        differ = [n for n in {**before, **after} if before.get(n) != after.get(n)]
        sides = (_side(before, differ), _side(after, differ))
        shown = sides if before and after else (_all_of(before), _all_of(after))
        table.add_row(item.key, item.action, item.day or "", hours(item.minutes), *shown)
    return table


def _all_of(body: Mapping[str, object]) -> str:
    """What is deleted or created, in short: its plain values."""
    plain = (str(value) for value in body.values() if isinstance(value, str | int | float))
    return ", ".join(value for value in plain if value)


def _side(body: Mapping[str, object], names: Sequence[str]) -> str:
    return ", ".join(f"{name} {body.get(name, '-')}" for name in names)


def problems_table(items: Sequence[Item]) -> Table:
    """Items that went wrong, with reason and remedy."""
    table = new_table("Items that need somebody")
    for heading in ("item", "state", "why", "what to do"):
        table.add_column(heading, overflow="fold")
    for item in items:
        why = item.reason
        table.add_row(item.key, item.state, why.message if why else "", why.remedy if why else "")
    return table
