"""Starts workers that can be killed: see tests/chaos/worker.py for the other end."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LONGEST = 600.0
"""Seconds after which a worker hangs, however busy this machine is."""


class WorkerProcesses:
    """One process per event. They are forked, because loading the code takes longer than most
    workers live."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=dict(environment),
            cwd=ROOT,
            text=True,
        )

    def handle(self, event: dict[str, Any], started: Callable[[int], None]) -> int:
        """The exit code of a worker that handles this event, negative when it was killed. It
        begins when `started` has returned, which is given its process id."""
        timer = threading.Timer(LONGEST, self._parent.kill)
        timer.start()
        try:
            self._tell(json.dumps(event))
            started(int(self._line()))
            self._tell("begin")
            code, output = json.loads(self._line())
        finally:
            timer.cancel()
        assert code <= 0, output[-3000:]
        return int(code)

    def close(self) -> None:
        self._parent.communicate()

    def _tell(self, line: str) -> None:
        assert self._parent.stdin is not None
        print(line, file=self._parent.stdin, flush=True)

    def _line(self) -> str:
        assert self._parent.stdout is not None
        line = self._parent.stdout.readline()
        assert line, "the workers' parent has ended"
        return line
