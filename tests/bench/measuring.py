"""What is measured, each as lines of the table."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from decimal import Decimal
from tempfile import TemporaryDirectory
from typing import NamedTuple

from infra.sizes import SMALL
from local.machine.layout import ROOT
from tests.bench import imports, public_clients
from tests.bench.budgets import Line
from tests.bench.costs import PRICES, Workers, cost
from tests.bench.measured_system import MeasuredSystem
from tests.bench.worker import Measured, Worker, child_environment

MANY, FEW, PLANNED = 10_000, 1_200, 100_000
PER_MINUTE = 40 * 30 + 460
"""Entries a minute that the ledger's limits allow: 40 batches of 30 and 460 single calls."""
LEDGER_MINUTE = 62.0
WALL_RATIO = 1.1
ENTRIES_PER_CALL = 25
CPU_MS = 1.0
IMPORT_MS, WIRED_MS, LAYERS_MB = 300, 600, 80
DOLLARS = Decimal("0.13")
RIVAL_SCALE, RIVAL_SINGLES = 3, 240
BATCHED_SCALE, BATCHED = 6, 3_600
MILLION = 1_000_000
PLAN_LIMIT_SECONDS = 1200


class PlanBudget(NamedTuple):
    """What a plan may take of CPU and memory."""

    cpu_seconds: float
    megabytes: float


FIRST, AGAIN = PlanBudget(8, 200), PlanBudget(18, 200)
"""For what was never posted; for what was, with its links and the ledger's copies to read."""
MILLION_FIRST, MILLION_AGAIN = PlanBudget(120, 512), PlanBudget(180, 512)
"""The same for a million entries in one import."""


def posting(worker: Worker, scale: int) -> Iterator[Line]:
    """Our posting, of few and of many entries, and the same sheet again."""
    worker.post("lists", 400)  # creates every list record, so that what follows is time only
    few = worker.post("few", FEW)
    calls = few.traffic.calls["batch"] + few.traffic.calls["single"]
    yield Line(
        f"calls to post {FEW:,} entries",
        f"at most {FEW // ENTRIES_PER_CALL}",
        f"{calls} ({FEW / calls:.1f} entries per call)",
        calls * ENTRIES_PER_CALL <= FEW,
        counted=True,
    )
    time.sleep(LEDGER_MINUTE / scale)  # the calls until here count against the limits, too
    many = worker.post("many", MANY)
    yield from _posted(many, scale)
    again = worker.post("many", MANY)
    yield Line(
        f"writes when the same {MANY:,} entries are posted again",
        "0",
        f"{again.traffic.written} ({again.posted.counts['unchanged']:,} unchanged)",
        again.traffic.written == 0 and again.posted.counts["unchanged"] == MANY,
        counted=True,
    )
    yield from _cost(many)


def _posted(many: Measured, scale: int) -> Iterator[Line]:
    posted, traffic = many.posted, many.traffic
    done = posted.counts["posted"]
    whole = done == MANY == traffic.written
    yield Line(
        f"entries posted of {MANY:,}",
        f"{MANY:,}, each written once",
        f"{done:,} posted, {traffic.written:,} written",
        whole,
        counted=True,
    )
    yield in_time(many, f"{MANY:,} entries", MANY, scale)
    calls = traffic.calls["batch"] + traffic.calls["single"]
    speed = MANY / (posted.seconds * scale) * 60
    yield Line(
        "ours: entries per minute of the ledger's clock",
        "",
        f"{speed:,.0f} ({calls:,} calls, {traffic.throttled} throttled)",
    )
    cpu = posted.cpu_seconds / MANY * 1000
    yield Line("our CPU per entry", f"{CPU_MS:.1f} ms", f"{cpu:.2f} ms", cpu <= CPU_MS)
    peak = posted.peak_mb
    yield Line("memory of the worker", f"{SMALL} MB", f"{peak:.0f} MB", peak <= SMALL)


def in_time(measured: Measured, what: str, documents: int, scale: int) -> Line:
    """How long so many documents took, beside what the ledger's limits ask for them."""
    posted = measured.posted
    bound = documents / PER_MINUTE * 60 / scale
    applying = posted.seconds - posted.planning_seconds
    return Line(
        f"time to post {what}, ledger {scale} times as fast",
        f"{bound * WALL_RATIO:.1f} s (1.1 x the limits' {bound:.1f} s)",
        f"{applying:.1f} s ({applying / bound:.2f} x), planning {posted.planning_seconds:.1f} s",
        applying <= bound * WALL_RATIO,
    )


def _cost(many: Measured) -> Iterator[Line]:
    """Scaled from the counted requests. The large worker plans, for its CPU time here; the small
    one waits for that, and then as long as the ledger's limits ask."""
    posted, times = many.posted, Decimal(PLANNED) / MANY
    planning = Decimal(posted.planning_cpu_seconds)
    waiting = Decimal(MANY * 60) / PER_MINUTE
    workers = Workers(posted.messages + 1, waiting + planning, planning)
    parts = cost(posted.requests, posted.units, posted.messages, workers)
    dollars = sum(parts.values(), Decimal(0)) * times
    largest = sorted(parts.items(), key=lambda part: -part[1])[:3]
    words = ", ".join(f"{name} {amount * times:.3f}" for name, amount in largest)
    yield Line(
        f"AWS cost of {PLANNED:,} entries ({PRICES.region}, {PRICES.as_of})",
        f"at most ${DOLLARS}",
        f"${dollars:.3f} ({words})",
        dollars <= DOLLARS,
        counted=True,
    )


def rival_clients(system: MeasuredSystem) -> Iterator[Line]:
    """The public client, one call at a time and in batches."""
    single = public_clients.one_by_one(system, RIVAL_SCALE, RIVAL_SINGLES)
    yield _rival("python-quickbooks, one create at a time", single)
    batched = public_clients.in_batches(system, BATCHED_SCALE, BATCHED)
    yield _rival("python-quickbooks, its batch helper", batched)


def _rival(name: str, public_client: public_clients.PublicClient) -> Line:
    measured = f"{public_client.entries_per_minute:,.0f} over {public_client.entries:,} entries"
    return Line(
        f"{name}: entries per minute",
        "",
        f"{measured} ({public_client.calls:,} calls, {public_client.throttled} throttled)",
    )


def planning() -> Iterator[Line]:
    """Planning a large sheet, each time in a process of its own."""
    with TemporaryDirectory(prefix="ledgerlink-bench-") as folder:
        post = _child("tests.bench.planning", "post", str(PLANNED), folder)
    yield from _plan_lines(f"planning a post of {PLANNED:,}", post, FIRST)
    yield from _imports(PLANNED, FIRST, AGAIN)
    yield from _imports(MILLION, MILLION_FIRST, MILLION_AGAIN)


def _imports(count: int, budget: PlanBudget, budget_again: PlanBudget) -> Iterator[Line]:
    """One import of so many entries, and the same again."""
    what = f"planning one import of {count:,}"
    with TemporaryDirectory(prefix="ledgerlink-bench-") as folder:
        first, again = (
            _child("tests.bench.planning", mode, str(count), folder) for mode in ("first", "again")
        )
    yield from _plan_lines(what, first, budget)
    yield from _plan_lines(f"{what} again", again, budget_again)
    sent = again["to_send"]
    yield Line(f"{what} again: to be sent", "0", f"{sent:.0f}", not sent, counted=True)


def _child(module: str, *arguments: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=child_environment({}),
        capture_output=True,
        text=True,
        timeout=PLAN_LIMIT_SECONDS,
        check=True,
    )
    result: dict[str, float] = json.loads(done.stdout)
    return result


def _plan_lines(what: str, result: Mapping[str, float], budget: PlanBudget) -> Iterator[Line]:
    seconds, peak = result["cpu_seconds"], result["peak_mb"]
    for name, measured, most, met in (
        ("CPU", f"{seconds:.1f} s", f"{budget.cpu_seconds} s", seconds <= budget.cpu_seconds),
        ("memory", f"{peak:.0f} MB", f"{budget.megabytes} MB", peak <= budget.megabytes),
    ):
        yield Line(f"{what}: {name}", most, measured, met)


def starting() -> Iterator[Line]:
    """Cold imports and the layers."""
    for function in imports.functions():
        bare, whole = (imports.cold_import(function, deps) for deps in (False, True))
        yield Line(
            f"CPU of a cold import of {function}",
            f"{IMPORT_MS} ms, {WIRED_MS} ms with its AWS clients",
            f"{bare:.0f} ms, {whole:.0f} ms",
            bare <= IMPORT_MS and whole <= WIRED_MS,
        )
    size = imports.layers_mb()
    measured = "not built; run python -m layers.build" if size is None else f"{size:.1f} MB"
    met = None if size is None else size <= LAYERS_MB
    yield Line("unzipped layers", f"{LAYERS_MB} MB", measured, met, counted=True)
