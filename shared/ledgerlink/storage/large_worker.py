"""The large worker: a second function of the worker's code, with a whole vCPU."""

import json
from collections.abc import Mapping
from typing import Any


class LargeWorker:
    """Handles a message of the lane in the place of the worker that received it, and holds the
    message's lease meanwhile. The receiving worker waits, so the lane stays the order."""

    def __init__(self, client: Any, function: str) -> None:
        self._client = client
        self._function = function

    def handle(self, record: Mapping[str, Any]) -> bool:
        """Whether it has handled this record of an event of SQS.

        False where it failed or died; the message then comes again when its delay or lease ends.
        Raises ClientError where Lambda did not start it.
        """
        event = json.dumps({"Records": [record]})
        answer = self._client.invoke(FunctionName=self._function, Payload=event)
        if "FunctionError" in answer:
            return False
        return not json.loads(answer["Payload"].read())["batchItemFailures"]
