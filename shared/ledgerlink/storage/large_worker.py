"""The large worker: a second function of the worker's code, with a whole vCPU."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
)

logger = logging.getLogger(__name__)
REFUSED = range(400, 500)
"""HTTP statuses of requests that Lambda did not carry out."""


class LargeWorker:
    """Handles a message of the lane in the place of the worker that received it, and holds the
    message's lease meanwhile. The receiving worker waits, so the lane stays the order."""

    def __init__(self, client: Any, function: str) -> None:
        self._client = client
        self._function = function

    def handle(self, record: Mapping[str, Any]) -> bool:
        """Whether it has handled this record of an event of SQS.

        False where it failed or died, and where its answer was lost, because it may still be at
        work then. The message comes again when its delay or lease ends. Raises botocore's errors
        where Lambda did not start it, so that nobody else has the message.
        """
        event = json.dumps({"Records": [record]})
        try:
            answer = self._client.invoke(FunctionName=self._function, Payload=event)
            payload = answer["Payload"].read()
        except (ClientError, BotoCoreError) as error:
            if _says_that_nothing_began(error):
                raise
            logger.exception("the answer of the large worker was lost")
            return False
        return "FunctionError" not in answer and not json.loads(payload)["batchItemFailures"]


def _says_that_nothing_began(error: Exception) -> bool:
    """Whether Lambda was not reached or refused the invocation. An internal error of its own leaves
    that open."""
    if isinstance(error, ClientError):
        return int(error.response["ResponseMetadata"]["HTTPStatusCode"]) in REFUSED
    return isinstance(error, EndpointConnectionError | ConnectTimeoutError)
