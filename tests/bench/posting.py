"""A worker that posts: python -m tests.bench.posting, orders and results as JSON lines.

It runs the real handler over the real stores. An order is {"realm", "access_token",
"refresh_token", "account"} first (connect and set rules), then {"name", "count"} (post those).
"""

import gzip
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
from ledgerlink.bootstrap import client, house
from ledgerlink.domain.connections import Connection, ConnectionState
from ledgerlink.domain.ports import Tokens
from ledgerlink.domain.rules import RuleKind
from ledgerlink.domain.runs import FINISHED, Run, RunState
from ledgerlink.services import connect, posts
from ledgerlink.services.rules import put_rules
from ledgerlink.wire.rules import mappings

from functions.qbo.handler import handler
from tests.bench.meter import Meter
from tests.bench.posted import Posted
from tests.bench.sheet import lines, rules

FIRM, USER = "bench", "bench"
MOST_MESSAGES = 1000
QUEUE_ARN = "arn:aws:sqs:us-east-1:000000000000:bench.fifo"
LAMBDA_MS = 300_000
ENDED = FINISHED | {RunState.PARKED}


@dataclass(frozen=True, slots=True)
class Context:
    """What the handler asks of Lambda."""

    function_name: str = "bench"
    memory_limit_in_mb: int = 1769
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:bench"
    aws_request_id: str = "bench"

    def get_remaining_time_in_millis(self) -> int:
        return LAMBDA_MS


def connected(order: dict[str, str]) -> Connection:
    """A connection to that company, with rules."""
    found = house()
    consent = connect.connect(found, FIRM, USER, "qbo", "http://127.0.0.1/back")
    now = found.clock.now()
    tokens = Tokens(
        access_token=order["access_token"],
        refresh_token=order["refresh_token"],
        access_expires_at=now + timedelta(minutes=1),
    )
    connection = replace(
        consent.connection, state=ConnectionState.CONNECTED, company_id=order["realm"]
    )
    found.connections.claim(connection, order["realm"])
    found.vaults.put(FIRM, connection.id, tokens)
    found.connections.save(connection)
    for kind, given in rules(order["account"]).items():
        chosen = RuleKind(kind)
        put_rules(found, FIRM, USER, connection.id, chosen, mappings(chosen, given))
    return connection


def post(connection: Connection, name: str, count: int, key: str) -> Posted:
    """Post so many entries through lane and handler until the run has ended."""
    upload, url = posts.upload(house(), FIRM, connection.id)
    httpx.put(url, content=gzip.compress(b"\n".join(lines(name, count)))).raise_for_status()
    meter = Meter()
    meter.attach(client("dynamodb"), client("s3"), client("sqs"), client("secretsmanager"))
    begun, cpu = time.monotonic(), time.process_time()
    run = posts.post(house(), FIRM, USER, connection.id, key, upload)
    planned, messages = 0.0, 0
    for messages, message in enumerate(_messages(), start=1):  # noqa: B007 - counted
        _handle(message)
        planned = planned or time.monotonic() - begun
        run = house().runs.get(FIRM, connection.id, run.id)
        if run.state in ENDED:
            break
    seconds, cpu = time.monotonic() - begun, time.process_time() - cpu
    meter.detach()
    return _posted(run, meter, seconds=seconds, planned=planned, cpu=cpu, messages=messages)


def _posted(
    run: Run, meter: Meter, *, seconds: float, planned: float, cpu: float, messages: int
) -> Posted:
    return Posted(
        records=run.records,
        state=run.state.value,
        reason=run.reason.message if run.reason else "",
        counts=run.counts(),
        calls=run.calls(),
        seconds=seconds,
        planning_seconds=planned,
        cpu_seconds=cpu,
        messages=messages,
        requests=dict(meter.requests),
        units=dict(meter.units),
    )


def _messages() -> Iterator[dict[str, Any]]:
    """Messages of the lane, one by one."""
    url = os.environ["LEDGERLINK_LANE_URL"]
    sqs = client("sqs")
    for _ in range(MOST_MESSAGES):
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1, WaitTimeSeconds=5)
        if not received.get("Messages"):
            return
        yield received["Messages"][0]


def _handle(message: dict[str, Any]) -> None:
    """Have the handler do it, and delete it as the queue's poller does."""
    record = {
        "messageId": message["MessageId"],
        "body": message["Body"],
        "eventSourceARN": QUEUE_ARN,
    }
    answer = handler({"Records": [record]}, Context())
    if answer["batchItemFailures"]:
        raise RuntimeError(f"the handler failed on {message['Body']}")
    url = os.environ["LEDGERLINK_LANE_URL"]
    client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def main() -> None:
    orders = (json.loads(line) for line in sys.stdin)
    results = os.fdopen(int(sys.argv[1]), "w")
    connection = connected(next(orders))
    print(json.dumps({"connection": connection.id}), file=results, flush=True)
    for number, order in enumerate(orders):
        posted = post(connection, order["name"], order["count"], f"post-{number}")
        print(posted.model_dump_json(), file=results, flush=True)


if __name__ == "__main__":
    main()
