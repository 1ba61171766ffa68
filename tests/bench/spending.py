"""Posting a month of expenses and invoices."""

import time
from collections.abc import Iterator

from tests.bench.budgets import Line
from tests.bench.documents import DOCUMENTS, EXPENSES, INVOICES, LINES, REPORTS
from tests.bench.measuring import LEDGER_MINUTE, WALL_RATIO, in_time
from tests.bench.worker import Worker

CALLS_PER_MINUTE, BATCHES, BATCH = 500, 40, 30
FEWEST_CALLS = BATCHES + DOCUMENTS - BATCHES * BATCH
"""A minute's batches, and single calls for what they do not hold."""


def spending(worker: Worker, scale: int) -> Iterator[Line]:
    """The month once, and once more."""
    worker.post("lists", 400)  # creates every list record, so that what follows is documents only
    time.sleep(LEDGER_MINUTE / scale)  # the calls until here count against the limits, too
    once = worker.post_papers("month")
    posted, traffic = once.posted, once.traffic
    yield Line(
        f"{EXPENSES:,} expenses in {REPORTS} reports, {INVOICES} invoices of {LINES} lines",
        f"{DOCUMENTS:,} documents, each written once",
        f"{posted.counts['posted']:,} posted, {traffic.written:,} written",
        posted.counts["posted"] == DOCUMENTS == traffic.written,
        counted=True,
    )
    yield in_time(once, f"{DOCUMENTS:,} documents", DOCUMENTS, scale)
    applying = posted.seconds - posted.planning_seconds
    least = FEWEST_CALLS / CALLS_PER_MINUTE * 60 / scale
    calls = traffic.calls["batch"] + traffic.calls["single"]
    yield Line(
        "calls for them, and their time at an even pace",
        f"at most {FEWEST_CALLS * WALL_RATIO:.0f}",
        f"{calls} ({traffic.throttled} throttled); {applying:.1f} s for {least:.1f} s",
        calls <= FEWEST_CALLS * WALL_RATIO,
        counted=True,
    )
    again = worker.post_papers("month")
    yield Line(
        "writes when the same month is posted again",
        "0",
        f"{again.traffic.written} ({again.posted.counts['unchanged']:,} unchanged, "
        f"{sum(again.traffic.calls.values())} calls)",
        again.traffic.written == 0 and again.posted.counts["unchanged"] == DOCUMENTS,
        counted=True,
    )
