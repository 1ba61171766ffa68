"""The lane as a measured worker sees it: a connected company, messages, the real handler."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ledgerlink.bootstrap import client, dependencies
from ledgerlink.domain.model.connections import Connection, ConnectionState
from ledgerlink.domain.model.runs import FINISHED, Run, RunState
from ledgerlink.domain.ports import Keys, Tokens

from functions.worker.handler import handler

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


def connected(order: dict[str, Any]) -> Connection:
    """A connection to the company of an order: {"ledger", "login"}, or {"ledger", "realm",
    "access_token", "refresh_token"}. No message is sent for it."""
    found = dependencies()
    now = found.clock.now()
    company_id, keys = _keys(order, now)
    connection = Connection(
        firm=FIRM,
        id=found.ids.new(now),
        ledger=order["ledger"],
        state=ConnectionState.CONNECTED,
        company_id=company_id,
        created_by=USER,
        created_at=now,
    )
    found.connections.claim(connection, company_id)
    found.vaults.put(connection.key, keys)
    found.connections.save(connection)
    return connection


def _keys(order: dict[str, Any], now: datetime) -> tuple[str, Keys]:
    if login := order.get("login"):
        return dependencies().connector(order["ledger"]).login(login)
    tokens = Tokens(
        access_token=order["access_token"],
        refresh_token=order["refresh_token"],
        access_expires_at=now + timedelta(minutes=1),
    )
    return order["realm"], tokens


def drive(run: Run) -> Iterator[Run]:
    """Hand the lane's messages to the handler until the run has ended; the run after each."""
    for message in _messages():
        _handle(message)
        run = dependencies().runs.get(run.connection_key, run.id)
        yield run
        if run.state in ENDED:
            return


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
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "eventSourceARN": QUEUE_ARN,
    }
    answer = handler({"Records": [record]}, Context())
    if answer["batchItemFailures"]:
        raise RuntimeError(f"the handler failed on {message['Body']}")
    url = os.environ["LEDGERLINK_LANE_URL"]
    client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
