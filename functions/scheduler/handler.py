"""The handler of the scheduler's tick."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from ledgerlink.bootstrap import count, dependencies, metrics
from ledgerlink.services.sync import scheduler

logger = Logger()
MARGIN = 10_000
"""Milliseconds before the end at which a tick takes no further connection; the next one does."""


@logger.inject_lambda_context(clear_state=True)
@metrics().log_metrics
def handler(_event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """EventBridge, once a minute: queue the work of the connections that are due.

    `queued` counts those connections. What a failed tick left out, the next one queues.
    """
    queued = scheduler.tick(dependencies(), lambda: context.get_remaining_time_in_millis() < MARGIN)
    logger.info("ticked", extra={"queued": queued})
    count("ConnectionsDue", queued)
    return {"queued": queued}
