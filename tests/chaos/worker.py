"""Workers of a lane, each in a process of its own, forked from one that has loaded the code.

For each event, a line on standard input, the id of its process is printed. That begins when
another line comes. When it has ended, its exit code and what it printed follow as JSON.
"""

import json
import os
import sys
from tempfile import TemporaryFile
from types import SimpleNamespace
from typing import Any

from ledgerlink.bootstrap import dependencies

from functions.worker.handler import handler


def handle(event: dict[str, Any]) -> int:
    context = SimpleNamespace(
        function_name="worker",
        memory_limit_in_mb=1024,
        invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:worker",
        aws_request_id="chaos",
        get_remaining_time_in_millis=lambda: 300_000,
    )
    answer = handler(event, context)
    return 1 if answer["batchItemFailures"] else 0


def work(event: dict[str, Any], output: int) -> int:
    """In the new process: the exit code."""
    os.dup2(output, 1)
    os.dup2(output, 2)
    try:
        return handle(event)
    except Exception:
        sys.excepthook(*sys.exc_info())
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def main() -> None:
    dependencies()
    with open(0, "rb", buffering=0) as lines:  # nothing is read ahead: the processes share it
        while event := lines.readline():
            with TemporaryFile() as output:
                pid = os.fork()
                if pid == 0:
                    lines.readline()
                    os._exit(work(json.loads(event), output.fileno()))
                print(pid, flush=True)
                _, status = os.waitpid(pid, 0)
                output.seek(0)
                ended = os.waitstatus_to_exitcode(status), output.read().decode()
            print(json.dumps(ended), flush=True)


if __name__ == "__main__":
    main()
