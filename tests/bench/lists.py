"""Lists of a large company, ours beside python-quickbooks."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from math import ceil

from tests.bench import public_clients
from tests.bench.budgets import Line
from tests.bench.measured_system import MeasuredSystem
from tests.bench.synced import Synced
from tests.bench.worker import syncer, tokens

SIZES = {"customers": 30_000, "items": 5_000, "employees": 50, "time_activities": 200_000}
PAGE = 1000
CALLS_RATIO = 1.1
PEAK_MB = 256
QUARTER = timedelta(days=90)
"""Of the year's time history: the emulator's tables take longer for it than all the rest does."""
COMPANY_READS = 2
NIGHT_UNITS = 40
WITHOUT_CHANGES = ("tax_code", "tax_rate")
"""Lists of which the ledger's change data capture says nothing."""


def lists(system: MeasuredSystem) -> Iterator[Line]:
    """Full sync, sync without change, time history, and the public client on the same lists."""
    realm = system.large_company("Large", SIZES)
    with syncer(system, tokens(system, realm)) as worker:
        full = worker.sync(whole=True)
        yield from read("full sync of the large company", full, *_calls(full))
        again = worker.sync(at_night=True)
        calls, most = sum(again.calls.values()), 1 + len(WITHOUT_CHANGES)
        unchanged = again.records == again.counts["unchanged"]
        yield Line(
            "calls of a sync without change",
            f"at most {most} (one for all lists with change capture, one for each other)",
            f"{calls} ({again.metered} metered)",
            calls <= most and unchanged,
            counted=True,
        )
        yield from _prices(full, again)
        today = datetime.now(UTC).date()
        days = {"first_day": str(today - QUARTER), "last_day": str(today)}
        time = worker.sync(lists=["time"], **days)
        yield from read("time history of a quarter", time, *_calls(time))
    yield from _rival(system, realm, full.lists)


def _prices(full: Synced, again: Synced) -> Iterator[Line]:
    """What the first sync, and every night after it, writes and reads."""
    yield Line(
        "write units of a sync without change",
        f"at most {NIGHT_UNITS}",
        f"{again.units['writes']} ({again.units['reads']} read units)",
        again.units["writes"] <= NIGHT_UNITS,
        counted=True,
    )
    for_each = full.units["writes"] / full.records
    yield Line(
        "write units of a first sync, per record",
        "",
        f"{for_each:.2f} ({full.units['writes']:,}; {full.units['reads']:,} read units)",
    )


def least_calls(read: Mapping[str, int]) -> int:
    """The fewest calls that could read so many records: a page at most per call, and one call for
    a list with nothing in it. The company and the custom fields' definitions come by two reads;
    invoices that we did not write are not asked for."""
    others = {kind: n for kind, n in read.items() if kind not in ("company", "custom_field")}
    pages = sum(max(ceil(n / PAGE), 1) for kind, n in others.items() if n or kind != "invoice")
    return pages + (COMPANY_READS if "company" in read else 0)


def _calls(synced: Synced) -> tuple[int, int]:
    """Its calls, and the fewest that it could have needed."""
    return sum(synced.calls.values()), least_calls(synced.lists)


def read(what: str, synced: Synced, calls: int, least: int) -> Iterator[Line]:
    """What a sync that reads a lot took."""
    yield Line(
        f"{what}: calls ÷ the least possible",
        f"at most {CALLS_RATIO}",
        f"{calls / least:.2f} ({calls} calls for {synced.records:,} records, {least} at least)",
        calls <= least * CALLS_RATIO,
        counted=True,
    )
    yield Line(
        f"{what}: records per second",
        "",
        f"{synced.records / synced.seconds:,.0f} ({synced.seconds:.0f} s, "
        f"{synced.messages} messages of the lane)",
    )
    yield Line(
        f"{what}: peak memory of the worker",
        f"at most {PEAK_MB} MB",
        f"{synced.peak_mb:.0f} MB",
        synced.peak_mb <= PEAK_MB,
        counted=True,
    )


def _rival(system: MeasuredSystem, realm: str, read: Mapping[str, int]) -> Iterator[Line]:
    theirs = public_clients.reading(system, realm)
    ours = sum(read.get(kind, 0) for kind in public_clients.READ)
    yield Line(
        "python-quickbooks, the same lists: records per second",
        "",
        f"{theirs.records / theirs.seconds:,.0f} ({theirs.records:,} of {ours:,} records, "
        f"{theirs.calls} calls, all in memory)",
    )
