"""Posting at the ledger's own speed, as in production: answers trickle in, so that little can be
stored together.

With a faster clock what is measured in seconds of this machine is hidden, because it brings as many
answers in less of them.
"""

import time
from collections.abc import Iterator

from tests.bench.budgets import Line, hottest
from tests.bench.measuring import CPU_MS, LEDGER_MINUTE, PER_MINUTE
from tests.bench.worker import Measured, Worker

SCALE = 1
ENTRIES = 2 * PER_MINUTE
"""What the limits allow in two minutes: one chunk."""
TABLE_CALLS, WRITE_UNITS, WALL_RATIO = 0.15, 1.3, 1.04


def own_speed(worker: Worker) -> Iterator[Line]:
    """Two minutes of posting."""
    worker.post("lists", 400)  # creates every list record, so that what follows is time only
    time.sleep(LEDGER_MINUTE)  # the calls until here count against the limits, too
    yield from _posted(worker.post("many", ENTRIES))


def _posted(many: Measured) -> Iterator[Line]:
    what = f"{ENTRIES:,} entries at the ledger's own speed"
    posted = many.posted
    cpu = posted.cpu_seconds / ENTRIES * 1000
    yield Line(f"{what}: our CPU per entry", f"{CPU_MS} ms", f"{cpu:.2f} ms", cpu <= CPU_MS)
    calls = {name: n for name, n in posted.requests.items() if name.startswith("dynamodb:")}
    each = sum(calls.values()) / ENTRIES
    most = sorted(calls.items(), key=lambda call: -call[1])[:3]
    named = ", ".join(f"{n} {name.partition(':')[2]}" for name, n in most)
    yield Line(
        f"{what}: calls to the table per entry",
        f"at most {TABLE_CALLS}",
        f"{each:.3f} ({named})",
        each <= TABLE_CALLS,
        counted=True,
    )
    bound = ENTRIES / PER_MINUTE * 60
    ratio = (posted.seconds - posted.planning_seconds) / bound
    measured = f"{ratio * bound:.1f} s ({ratio:.3f} x)"
    budget = f"{bound * WALL_RATIO:.1f} s ({WALL_RATIO} x the limits' {bound:.0f} s)"
    yield Line(f"{what}: time", budget, measured, ratio <= WALL_RATIO)
    writes = posted.units["writes"] / ENTRIES
    yield Line(
        f"{what}: write units of the table per entry",
        f"at most {WRITE_UNITS}",
        f"{writes:.2f} (and {posted.units['reads'] / ENTRIES:.2f} read units)",
        writes <= WRITE_UNITS,
        counted=True,
    )
    yield hottest(what, posted.units)
