"""The worker: handles the messages of the lane, and those that the queue has given up."""

import asyncio
import os
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from ledgerlink.bootstrap import count, dependencies, large_worker, metrics
from ledgerlink.services import lane
from ledgerlink.services.messages import Message
from ledgerlink.storage.queue import received

from functions.worker.lease import Lease
from functions.worker.sizes import needs_vcpu

logger = Logger()
MARGIN = 45_000
"""Milliseconds before the end at which a worker stops taking new requests: enough for the grace
that connectors give to those in flight, and for recording what came of them."""


@logger.inject_lambda_context(clear_state=True)
@metrics().log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """SQS FIFO: messages of one connection, in order. A message that fails is delivered again
    together with those behind it. A message from the dead-letter queue parks its run.
    """
    records = event["Records"]
    for position, record in enumerate(records):
        try:
            done = _work(record, context)
        except Exception:
            logger.exception("the message will be delivered again")
            count("MessagesFailed", 1)
            _delay(record)
            done = False
        if not done:
            return {"batchItemFailures": [_failure(left) for left in records[position:]]}
    return {"batchItemFailures": []}


def _delay(record: dict[str, Any]) -> None:
    """Bring the next delivery forward. Where that fails, the message still comes again after the
    queue's visibility timeout."""
    if record["eventSourceARN"] == os.environ["LEDGERLINK_DLQ_ARN"]:
        return
    try:
        dependencies().lane.delay(record["receiptHandle"], _attempt(record))
    except Exception:
        logger.exception("the message could not be delayed")


def _attempt(record: dict[str, Any]) -> int:
    """How often the message was delivered; 0 for one that cannot be parsed."""
    try:
        received(record["body"])
    except ValueError:
        return 0
    return int(record["attributes"]["ApproximateReceiveCount"])


def _failure(record: dict[str, Any]) -> dict[str, str]:
    return {"itemIdentifier": record["messageId"]}


def _work(record: dict[str, Any], context: LambdaContext) -> bool:
    """Whether the message is done. Where it is not, the next delivery is arranged already."""
    message = received(record["body"])
    _add_to_log(message)
    if record["eventSourceARN"] == os.environ["LEDGERLINK_DLQ_ARN"]:
        lane.give_up(dependencies(), message)
        count("MessagesGivenUp", 1)
        return True
    # What comes again may have been too large for the worker that had it.
    if (larger := large_worker()) and (_attempt(record) > 1 or needs_vcpu(dependencies(), message)):
        count("MessagesHandedOver", 1)
        return larger.handle(record)
    with Lease(partial(dependencies().lane.hold, record["receiptHandle"])) as lease:

        def stop() -> bool:
            return context.get_remaining_time_in_millis() < MARGIN or lease.is_lost()

        asyncio.run(lane.handle(dependencies(), message, stop))
    logger.info("done")
    count("MessagesDone", 1)
    return True


def _add_to_log(message: Message) -> None:
    logger.append_keys(
        firm=message.firm,
        connection=message.connection_id,
        run=message.run_id,
        step=message.step,
        chunk=message.chunk,
    )
