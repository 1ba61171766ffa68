"""A process that reads pages as the API does: python -m tests.bench.paging, orders and results as
JSON lines. The first order is one to connect (`lane.connected`), after which rules and runs are
stored; each other order names a page: {"page": "rules" | "mapping" | "runs"}.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from ledgerlink.bootstrap import client, dependencies
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.list_records import ListType, ListWork, Sync
from ledgerlink.domain.model.rules import LinkTo, Rule, RuleKind
from ledgerlink.domain.model.runs import Chunk, Progress, Run, RunState
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.runs.history import RunFilter, list_runs
from ledgerlink.services.settings.rules import page_of_rules
from ledgerlink.storage import keys
from ledgerlink.storage.rules import Count, _count_row, _newest
from ledgerlink.storage.runs import _rows
from ledgerlink.storage.table import Table
from pydantic import BaseModel

from functions.api.routes.runs import RUNS_A_PAGE
from functions.api.views.rules import RuleList, RuleView
from functions.api.views.runs import RunList, RunView
from tests.bench.lane import USER, connected
from tests.bench.meter import Meter

RULES, RUNS = 6000, 1000
RULE_PAGE, RUN_PAGE, TIMES = 100, RUNS_A_PAGE, 5
BEGUN = datetime(2026, 11, 30, tzinfo=UTC)
LISTS = tuple(ListType)[:15]


class ReadPage(BaseModel):
    """What one page took. `milliseconds` is the CPU of the median of some readings, `units` and
    `requests` are those of the first, by a process that has read nothing before."""

    milliseconds: float
    units: int
    requests: dict[str, int]


def store(connection_key: ConnectionKey) -> None:
    """Store rules and runs, written as rows, because transactions of that many take minutes in the
    emulator."""
    table, pk = Table(client("dynamodb"), os.environ["LEDGERLINK_TABLE"]), keys.connection
    rules = [_newest(pk(connection_key), _rule(number)) for number in range(RULES)]
    table.put_many([*rules, _count_row(pk(connection_key), Count(1, "bench"))])
    table.put_many(row for number in range(RUNS) for row in _rows(_run(connection_key, number)))
    dependencies().rules.keys(connection_key, RuleKind.PROJECTS)  # which stores their file


def _rule(number: int) -> Rule:
    mapping = LinkTo(ledger_id=str(number))
    key = f"project-{number:05d}"
    return Rule(
        kind=RuleKind.PROJECTS, key=key, mapping=mapping, set_by=USER, set_at=BEGUN, version=1
    )


def _run(connection_key: ConnectionKey, number: int) -> Run:
    """A post, or every second time a sync without changes."""
    begun = BEGUN + timedelta(minutes=number)
    run = Run(
        firm=connection_key.firm,
        connection_id=connection_key.id,
        id=f"{number:012x}",
        kind="post",
        state=RunState.COMPLETED,
        created_by=USER,
        created_at=begun,
        started_at=begun,
        finished_at=begun,
    )
    if number % 2:
        ended: dict[str, Any] = {
            "whole": False,
            "pulled": True,
            "done": True,
            "counts": {"unchanged": 0},
        }
        done = tuple(ListWork(type=kind, **ended) for kind in LISTS)
        return replace(run, kind="sync", sync=Sync(trigger="schedule", lists=done))
    progress = Progress(outcomes={"posted": 100}, calls={"batch": 4}, done=True)
    chunk = Chunk(number=0, first=0, count=100, pending=100)
    return replace(run, records=100, chunks=(chunk,), progress={0: progress})


def rules(deps: Dependencies, connection_key: ConnectionKey) -> None:
    """A page of rules, as its route answers it."""
    deps.rules.version(connection_key)
    page = page_of_rules(deps, connection_key, RuleKind.PROJECTS, "project-03000", RULE_PAGE)
    assert len(page.items) == RULE_PAGE
    RuleList(rules=[RuleView.of(rule) for rule in page.items], next=page.after).model_dump_json()


def mapping(deps: Dependencies, connection_key: ConnectionKey) -> None:
    """What the mapping page asks of rules: which entities have one, and those of a page."""
    ruled = deps.rules.keys(connection_key, RuleKind.PROJECTS)
    shown = [f"project-{number:05d}" for number in range(RULE_PAGE)]
    assert len(ruled) == RULES
    assert len(deps.rules.get(connection_key, RuleKind.PROJECTS, shown)) == RULE_PAGE


def runs(deps: Dependencies, connection_key: ConnectionKey) -> None:
    """A page of runs, as its route answers it."""
    page = list_runs(deps, connection_key, RunFilter(viewer=USER), None, RUN_PAGE)
    assert len(page.items) == RUN_PAGE
    RunList(runs=[RunView.of(run) for run in page.items], next=page.after).model_dump_json()


PAGES: dict[str, Callable[[Dependencies, ConnectionKey], None]] = {
    "rules": rules,
    "mapping": mapping,
    "runs": runs,
}


def read(page: str, connection_key: ConnectionKey) -> ReadPage:
    """Read the page some times."""
    meter = Meter()
    meter.attach(client("dynamodb"), client("s3"))
    PAGES[page](dependencies(), connection_key)
    meter.detach()
    times = []
    for _ in range(TIMES):
        begun = time.process_time()
        PAGES[page](dependencies(), connection_key)
        times.append((time.process_time() - begun) * 1000)
    units = meter.units["reads"]
    return ReadPage(milliseconds=median(times), units=units, requests=dict(meter.requests))


def main() -> None:
    orders = (json.loads(line) for line in sys.stdin)
    results = os.fdopen(int(sys.argv[1]), "w")
    connection_key = connected(next(orders)).key
    store(connection_key)
    print(json.dumps({"connection": connection_key.id}), file=results, flush=True)
    for order in orders:
        dependencies.cache_clear()  # as a process that has read nothing before
        print(read(order["page"], connection_key).model_dump_json(), file=results, flush=True)


if __name__ == "__main__":
    main()
