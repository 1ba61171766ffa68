"""Ten thousand connections in one night: python -m tests.bench.night

Drives the real scheduler and a model of the lane with a simulated clock, and prints what came of
it. `docs/scale.md` says what the numbers mean.
"""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from ledgerlink.domain.model.schedule import jitter
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from tests.bench.simulated import Night, Plan, Simulation

PIPE_WIDTH = 150
MIXED = (
    *["America/New_York"] * 5,
    *["America/Chicago"] * 4,
    *["America/Los_Angeles"] * 3,
    *["America/Denver"] * 2,
    "America/Phoenix",
    "Europe/London",
    "Europe/Berlin",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
)
ONE = ("America/New_York",)
NIGHTS_OF_A_MONTH = 30


def one_in_seven(name: str) -> bool:
    """Whether this is the night of the week in which that connection is compared in full."""
    return jitter(f"night {name}", timedelta(days=7)) < timedelta(days=1)


PLANS = (
    Plan("zones mixed", MIXED, whole=one_in_seven),
    Plan("one zone", ONE, whole=one_in_seven, begin=datetime(2026, 6, 1, 18, tzinfo=UTC)),
    Plan("one zone, the night that lacks the hour", ONE, whole=one_in_seven),
    Plan("one zone, ledger slow (60 s)", ONE, whole=one_in_seven, seconds=60),
    Plan("one zone, 100 workers", ONE, whole=one_in_seven, workers=100),
    Plan("one zone, 100 workers, 60 s", ONE, whole=one_in_seven, workers=100, seconds=60),
)


def shown(nights: Iterable[Night]) -> Table:
    """One column per night."""
    nights = list(nights)
    table = Table(title="A night of 10,000", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("")
    for night in nights:
        table.add_column(night.plan.name, justify="right", overflow="fold")
    columns = [measures(night) for night in nights]
    for name in columns[0]:
        table.add_row(name, *[column[name] for column in columns])
    return table


def measures(night: Night) -> dict[str, str]:
    """What is printed of one night."""
    waits = sorted(night.waits)
    month = night.metered * NIGHTS_OF_A_MONTH
    return {
        "connections synced": f"{len(night.done):,}",
        "synced more than once": str(sum(times > 1 for times in night.done.values())),
        "first to last end": _long(max(night.ends) - min(night.ends)),
        "last end after the firm's hour": _long(max(night.late)),
        "most workers at once": f"{night.at_once:,}",
        "most messages waiting": f"{night.backlog:,}",
        "longest wait": _long(waits[-1]),
        "wait of 99 in 100 at most": _long(waits[len(waits) * 99 // 100]),
        "most queued by a tick": str(night.tick_queued),
        "slowest tick, its CPU": f"{night.tick_cpu * 1000:,.0f} ms",
        "slowest tick, with round trips": f"{night.tick_time.total_seconds():.1f} s",
        "table and queue calls": f"{night.calls.total():,}",
        "metered calls that night": f"{night.metered:,}",
        "metered calls a month": f"{month:,}",
    }


def _long(span: timedelta) -> str:
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


def main() -> int:
    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPE_WIDTH)
    nights = []
    for plan in PLANS:
        nights.append(Simulation(plan).run())
        console.print(f"{plan.name}: {nights[-1].cpu:.0f} s of CPU", style="dim", highlight=False)
    console.print(shown(nights))
    return 0


if __name__ == "__main__":
    sys.exit(main())
