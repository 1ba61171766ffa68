"""Sage Intacct: time of a quarter, and lists of a large company, beside sageintacctsdk."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from math import ceil

from ledgerlink.connectors.intacct.reads.catalog import LIST_SOURCES
from pydantic import BaseModel, ConfigDict

from local.demo.intacct.company import IntacctCompany
from local.machine.ledgers import SAGE_INTACCT
from tests.bench import intacct_clients, sheet
from tests.bench.budgets import Line, hottest
from tests.bench.lists import read
from tests.bench.measured_system import MeasuredSystem, system
from tests.bench.worker import Measured, Worker, sage_worker, signed_in, syncer

ENTRIES, PEOPLE, DAYS, LONGEST = 10_000, 22, 91, 96
"""A quarter's days from a Monday on, and minutes that five entries a day leave room for."""
QUARTER = {"people": PEOPLE, "days": DAYS, "longest": LONGEST}
SHEETS = PEOPLE * DAYS // 7
WARMING = 60
"""Entries that name every person, project and labor code."""
ENTRIES_PER_REQUEST = 100
WALL_RATIO, WRITE_UNITS = 1.15, 1.3
AT_ONCE = 100
"""Functions of one request: the ledger's maker names no number, but 15 minutes for all of it."""
TIME_SCALE, LISTS_SCALE = 1, 20
RIVAL_SHEETS = 40
PAGE = 2000
MOST_UNCHANGED = 3
MINUTES = 60


class Latency(BaseModel):
    """How long the ledger takes for a request, each function in it and each record, in
    milliseconds."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    request_ms: float
    function_ms: float
    object_ms: float


def sage() -> Iterator[Line]:
    """Every line about it."""
    with system(TIME_SCALE, SAGE_INTACCT) as ground:
        with sage_worker(ground, PEOPLE) as worker:
            yield from posting(ground, worker)
        yield from _one_sheet_per_request(ground)
    with system(LISTS_SCALE, SAGE_INTACCT) as ground:
        yield from lists(ground)


def posting(system: MeasuredSystem, worker: Worker) -> Iterator[Line]:
    """The quarter, and the same quarter again."""
    worker.post("lists", WARMING, **QUARTER)  # creates every list record; what follows is time
    many = worker.post("many", ENTRIES, **QUARTER)
    yield from _posted(many)
    yield from _written(many)
    yield _held(IntacctCompany(system.http, worker.company_id))
    yield _in_time(many, least_seconds(_latency(system), TIME_SCALE))
    again = worker.post("many", ENTRIES, **QUARTER)
    yield Line(
        f"Sage Intacct: writes when the same {ENTRIES:,} entries are posted again",
        "0",
        f"{again.traffic.written} ({again.posted.counts['unchanged']:,} unchanged, "
        f"{again.traffic.total} requests)",
        again.traffic.written == 0 and again.posted.counts["unchanged"] == ENTRIES,
        counted=True,
    )


def _posted(many: Measured) -> Iterator[Line]:
    traffic = many.traffic
    yield Line(
        f"Sage Intacct: requests to post {ENTRIES:,} entries of {PEOPLE} people in {SHEETS} sheets",
        f"at most {ENTRIES // ENTRIES_PER_REQUEST}",
        f"{traffic.total} ({traffic.calls['write']} write {traffic.written} sheets, "
        f"{ENTRIES / traffic.total:,.0f} entries per request)",
        traffic.total * ENTRIES_PER_REQUEST <= ENTRIES,
        counted=True,
    )
    speed = ENTRIES / (many.posted.seconds * TIME_SCALE) * 60
    cpu = many.posted.cpu_seconds / ENTRIES * 1000
    measured = f"{speed:,.0f} ({cpu:.2f} ms of CPU each)"
    yield Line("Sage Intacct: entries per minute of the ledger's clock", "", measured)


def _written(many: Measured) -> Iterator[Line]:
    """What was written into the table, which takes as much a second into one partition as
    DynamoDB does."""
    units = many.posted.units
    writes = units["writes"] / ENTRIES
    what = "Sage Intacct: write units of the table per entry"
    budget = f"at most {WRITE_UNITS}"
    yield Line(what, budget, f"{writes:.2f}", writes <= WRITE_UNITS, counted=True)
    yield hottest("Sage Intacct", units)


def _held(company: IntacctCompany) -> Line:
    """What the ledger's sheets hold, entry by entry, beside what was posted."""
    wanted = Counter(map(_entry, sheet.lines("many", ENTRIES, **QUARTER)))
    rows = company.rows("TIMESHEETENTRY", "RECORDNO", "NOTES", "QTY")
    held = Counter(entry for row in rows if (entry := _kept(row))[0].startswith("many-"))
    return Line(
        f"Sage Intacct: entries of {ENTRIES:,} in its sheets once and to the minute",
        f"{ENTRIES:,}",
        f"{(wanted & held).total():,}, {(held - wanted).total()} others",
        wanted == held,
        counted=True,
    )


def _entry(line: bytes) -> tuple[str, int]:
    entry = json.loads(line)
    return entry["key"], entry["minutes"]


def _kept(row: Mapping[str, str]) -> tuple[str, int]:
    key = row["NOTES"].rpartition("[time:")[2].removesuffix("]")
    return key, round(Decimal(row["QTY"]) * MINUTES)


def _latency(system: MeasuredSystem) -> Latency:
    answer = system.http.get("/_sandbox/settings")
    return Latency.model_validate_json(answer.raise_for_status().content)


def least_seconds(latency: Latency, scale: int) -> float:
    """What one worker, one request at a time, needs at least: a request that looks for the sheets;
    one that reads what is in those that are there, one of each person, since the ledger keeps
    nothing that is not sent; and for every hundred sheets one that writes them and one that reads
    what they became."""
    rounds = ceil(SHEETS / AT_ONCE)
    requests, functions = 2 * rounds + 2, SHEETS + rounds + 2
    objects = 2 * SHEETS + 2 * PEOPLE
    took = requests * latency.request_ms + functions * latency.function_ms
    return (took + objects * latency.object_ms) / 1000 / scale


def _in_time(many: Measured, bound: float) -> Line:
    posted = many.posted
    applying = posted.seconds - posted.planning_seconds
    return Line(
        f"Sage Intacct: time to post {ENTRIES:,} entries",
        f"{bound * WALL_RATIO:.1f} s ({WALL_RATIO} x the {bound:.1f} s that the ledger takes)",
        f"{applying:.1f} s ({applying / bound:.2f} x), planning {posted.planning_seconds:.1f} s, "
        f"our CPU {posted.cpu_seconds:.1f} s",
        applying <= bound * WALL_RATIO,
    )


def _one_sheet_per_request(system: MeasuredSystem) -> Iterator[Line]:
    company = system.sage_company("rival", seed="large")
    per_sheet = ENTRIES // SHEETS
    theirs = intacct_clients.sheet_by_sheet(system, company, TIME_SCALE, RIVAL_SHEETS, per_sheet)
    yield Line(
        "sageintacctsdk, one timesheet per request: entries per minute",
        "",
        f"{theirs.entries_per_minute:,.0f} over {theirs.entries:,} entries "
        f"({theirs.calls} requests)",
    )


def lists(system: MeasuredSystem) -> Iterator[Line]:
    """Full sync, sync without change, and the public client on the same lists."""
    company = system.sage_company("large", seed="large")
    with syncer(system, signed_in(company.id)) as worker:
        full = worker.sync(whole=True)
        least = least_reads(full.lists)
        yield from read("Sage Intacct, full sync", full, full.calls["read"], least)
        again = worker.sync()
    calls = again.calls["read"]
    yield Line(
        "Sage Intacct: requests of a sync without change",
        f"at most {MOST_UNCHANGED}",
        f"{calls} ({again.metered} metered)",
        calls <= MOST_UNCHANGED and again.records == again.counts["unchanged"],
        counted=True,
    )
    theirs = intacct_clients.reading(system, company)
    ours = sum(full.lists.get(kind, 0) for kind in intacct_clients.READ)
    yield Line(
        "sageintacctsdk, the same lists: records per second",
        "",
        f"{theirs.records / theirs.seconds:,.0f} ({theirs.records:,} of {ours:,} records, "
        f"{theirs.calls} requests, all in memory)",
    )


def least_reads(read: Mapping[str, int]) -> int:
    """The fewest requests that read so many records, a page of one object each, as large as the
    ledger gives them, and one request for an object with nothing in it. The company and the custom
    fields' definitions come by one each."""
    pages = {
        kind: max(ceil(read[kind] / PAGE), len(sources))
        for kind, sources in LIST_SOURCES.items()
        if kind in read
    }
    return sum(pages.values()) + 2
