"""A worker that syncs: python -m tests.bench.syncing, orders and results as JSON lines.

It runs the real handler over the real stores. The first order is one to connect
(`lane.connected`); the others are {"whole", "lists", "first_day", "last_day", "at_night"}. At night
nothing is read that was new just before the last sync: all of it is longer ago than the minutes by
which syncs overlap.
"""

import json
import os
import sys
import time
from datetime import date, timedelta
from typing import Any

from ledgerlink.bootstrap import client, dependencies
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.runs import Run
from ledgerlink.services.sync import pull
from ledgerlink.services.sync.request import request_sync, start_sync

from tests.bench.lane import USER, connected, drive
from tests.bench.meter import Meter
from tests.bench.peak import peak_mb
from tests.bench.synced import Synced


def sync(connection: Connection, order: dict[str, Any], key: str) -> Synced:
    """Bring lists in through lane and handler until the run has ended."""
    if order.get("at_night"):
        pull.OVERLAP = timedelta()
    meter = Meter()
    meter.attach(client("dynamodb"), client("s3"))
    begun, messages = time.monotonic(), 0
    for later in drive(_started(connection, order, key)):
        run = later
        messages += 1
    seconds = time.monotonic() - begun
    meter.detach()
    synced = _synced(run, seconds, messages)
    return synced.model_copy(update={"units": dict(meter.units), "requests": dict(meter.requests)})


def _started(connection: Connection, order: dict[str, Any], key: str) -> Run:
    """A sync of some days as a user asks for it; any other as it comes by itself, because one that
    is asked for reads the company, too."""
    wanted = tuple(ListType(kind) for kind in order.get("lists") or ()) or None
    whole, first_day = order.get("whole", False), _day(order.get("first_day"))
    if first_day is None:
        by_itself = (dependencies(), connection, USER, "webhook", key)
        return start_sync(*by_itself, whole=whole, wanted=wanted)
    return request_sync(
        dependencies(),
        connection.key,
        USER,
        key,
        whole=whole,
        wanted=wanted,
        first_day=first_day,
        last_day=_day(order.get("last_day")),
    )


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
