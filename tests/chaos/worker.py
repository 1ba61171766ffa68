"""A worker in a process of its own: the lane's handler on one event from standard input."""

import json
import sys
from types import SimpleNamespace

from functions.worker.handler import handler


def main() -> int:
    event = json.load(sys.stdin)
    context = SimpleNamespace(
        function_name="worker",
        memory_limit_in_mb=1024,
        invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:worker",
        aws_request_id="chaos",
        get_remaining_time_in_millis=lambda: 300_000,
    )
    answer = handler(event, context)
    return 1 if answer["batchItemFailures"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
