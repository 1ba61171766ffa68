"""A worker that syncs: python -m tests.bench.syncing, orders and results as JSON lines.

It runs the real handler over the real stores. The first order is one to connect
(`lane.connected`); the others are {"whole", "lists", "first_day", "last_day"}.
"""

import json
import os
import sys
import time
from datetime import date
from typing import Any

from ledgerlink.bootstrap import dependencies
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.runs import Run
from ledgerlink.services.sync.request import request_sync

from tests.bench.lane import USER, connected, drive
from tests.bench.peak import peak_mb
from tests.bench.synced import Synced


def sync(connection: Connection, order: dict[str, Any], key: str) -> Synced:
    """Bring lists in through lane and handler until the run has ended."""
    begun, messages = time.monotonic(), 0
    wanted = order.get("lists")
    run = request_sync(
        dependencies(),
        connection.key,
        USER,
        key,
        whole=order.get("whole", False),
        wanted=tuple(ListType(kind) for kind in wanted) if wanted else None,
        first_day=_day(order.get("first_day")),
        last_day=_day(order.get("last_day")),
    )
    for later in drive(run):
        run = later
        messages += 1
    return _synced(run, time.monotonic() - begun, messages)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _synced(run: Run, seconds: float, messages: int) -> Synced:
    assert run.sync is not None
    return Synced(
        state=run.state.value,
        reason=run.reason.message if run.reason else "",
        counts=run.counts(),
        lists={work.type.value: sum(work.counts.values()) for work in run.sync.lists},
        calls=run.calls(),
        metered=run.sync.metered,
        seconds=seconds,
        peak_mb=peak_mb(),
        messages=messages,
    )


def main() -> None:
    orders = (json.loads(line) for line in sys.stdin)
    results = os.fdopen(int(sys.argv[1]), "w")
    connection = connected(next(orders))
    print(json.dumps({"connection": connection.id}), file=results, flush=True)
    for number, order in enumerate(orders):
        synced = sync(connection, order, f"sync-{number}")
        print(synced.model_dump_json(), file=results, flush=True)


if __name__ == "__main__":
    main()
