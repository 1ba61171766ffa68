"""Use cases that note how they were called, a Lambda context, logs, and the sample events."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

EVENTS = Path(__file__).resolve().parents[3] / "events"
DEPS = object()
"""The handlers hand the dependencies on without a look into them."""


@dataclass
class Context:
    """A Lambda context with so many milliseconds left."""

    left: int = 55_000
    function_name: str = "function"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:function"
    aws_request_id: str = "request"

    def get_remaining_time_in_millis(self) -> int:
        return self.left


@dataclass
class Ticking:
    """services.scheduling: queues `queued` connections, or raises `error`."""

    queued: int = 0
    error: Exception | None = None
    stop: Callable[[], bool] | None = None

    def tick(self, deps: object, stop: Callable[[], bool]) -> int:
        assert deps is DEPS
        self.stop = stop
        if self.error:
            raise self.error
        return self.queued


@dataclass
class Receiving:
    """services.webhooks: keeps what arrives, or raises `error`."""

    error: Exception | None = None
    calls: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    def receive(self, deps: object, ledger: str, headers: Mapping[str, str], body: bytes) -> None:
        assert deps is DEPS
        self.calls.append((ledger, headers, body))
        if self.error:
            raise self.error


class Lines(logging.Handler):
    """Keeps each line as the function would write it."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def sample(name: str) -> dict[str, Any]:
    """A recorded event of events/."""
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return found


def counted(printed: str) -> dict[str, float]:
    """The metrics among printed lines, by name."""
    found: dict[str, float] = {}
    for line in printed.splitlines():
        words = json.loads(line)
        for directive in words.get("_aws", {}).get("CloudWatchMetrics", []):
            names = [metric["Name"] for metric in directive["Metrics"]]
            found |= {name: sum(words[name]) for name in names}
    return found
