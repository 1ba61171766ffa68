"""A worker that posts: python -m tests.bench.posting, orders and results as JSON lines.

It runs the real handler over the real stores. The first order is one to connect
(`lane.connected`) with "rules" by kind and "settings"; the others are {"name", "count"} and what
else `sheet.lines` takes (post so many time entries) or {"name"} (post a month of expenses and
invoices).
"""

import gzip
import json
import os
import sys
import time
from collections.abc import Iterable
from typing import Any

import httpx
from ledgerlink.bootstrap import client, dependencies
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.rules import RuleKind
from ledgerlink.domain.model.runs import Run
from ledgerlink.services.posting import accept
from ledgerlink.services.settings.rules import put_rules
from ledgerlink.services.settings.settings import change_settings
from ledgerlink.wire.rules import mappings

from tests.bench import documents
from tests.bench.lane import USER, connected, drive
from tests.bench.meter import Meter
from tests.bench.peak import peak_mb
from tests.bench.posted import Posted
from tests.bench.sheet import lines
from tests.support.partition_limit import PartitionLimit


def set_rules(connection: Connection, order: dict[str, Any]) -> None:
    """The rules of the sheets, and their settings, as the first order has them."""
    change_settings(dependencies(), connection.key, USER, order["settings"])
    for kind, given in order["rules"].items():
        chosen = RuleKind(kind)
        put_rules(dependencies(), connection.key, USER, chosen, mappings(chosen, given))


def post(
    connection: Connection, records: Iterable[bytes], key: str, limit: PartitionLimit
) -> Posted:
    """Post these records through lane and handler until the run has ended."""
    upload, url = accept.upload(dependencies(), connection.key)
    httpx.put(url, content=gzip.compress(b"\n".join(records))).raise_for_status()
    meter = Meter()
    meter.attach(client("dynamodb"), client("s3"), client("sqs"), client("secretsmanager"))
    begun, cpu = time.monotonic(), time.process_time() - limit.cpu_seconds
    run = accept.post(dependencies(), connection.key, USER, key, upload)
    planned, planned_cpu, messages = 0.0, 0.0, 0
    for later in drive(run):
        run = later
        messages += 1
        planned = planned or time.monotonic() - begun
        planned_cpu = planned_cpu or time.process_time() - limit.cpu_seconds - cpu
    seconds = time.monotonic() - begun
    cpu = time.process_time() - limit.cpu_seconds - meter.cpu_seconds - cpu
    meter.detach()
    return _posted(
        run,
        meter,
        seconds=seconds,
        planned=planned,
        planned_cpu=planned_cpu,
        cpu=cpu,
        messages=messages,
    )


def _posted(
    run: Run,
    meter: Meter,
    *,
    seconds: float,
    planned: float,
    planned_cpu: float,
    cpu: float,
    messages: int,
) -> Posted:
    return Posted(
        records=run.records,
        state=run.state.value,
        reason=run.reason.message if run.reason else "",
        counts=run.counts(),
        calls=run.calls(),
        seconds=seconds,
        planning_seconds=planned,
        planning_cpu_seconds=planned_cpu,
        cpu_seconds=cpu,
        peak_mb=peak_mb(),
        messages=messages,
        requests=dict(meter.requests),
        units=dict(meter.units),
    )


def limit_partitions() -> PartitionLimit:
    """Have the table take 1,000 write units a second into one partition, as DynamoDB does."""
    table = client("dynamodb")
    limit = PartitionLimit(table.batch_write_item)
    table.batch_write_item = limit.batch_write_item
    return limit


def main() -> None:
    limit = limit_partitions()
    orders = (json.loads(line) for line in sys.stdin)
    results = os.fdopen(int(sys.argv[1]), "w")
    first = next(orders)
    connection = connected(first)
    set_rules(connection, first)
    print(json.dumps({"connection": connection.id}), file=results, flush=True)
    for number, order in enumerate(orders):
        records = lines(**order) if "count" in order else documents.lines(**order)
        posted = post(connection, records, f"post-{number}", limit)
        print(posted.model_dump_json(), file=results, flush=True)


if __name__ == "__main__":
    main()
