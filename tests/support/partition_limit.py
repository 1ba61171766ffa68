"""DynamoDB's limit of a partition: 1,000 write units a second, of which the emulators know nothing.

What exceeds it is returned as unprocessed; a call of which nothing is processed is refused.
"""

import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from threading import Lock
from typing import Any

from botocore.exceptions import ClientError

LIMIT = 1000
"""Write units of a partition in a second."""
WRITE_UNIT = 1024
Item = dict[str, dict[str, Any]]


@dataclass
class Heat:
    """Write units of each partition key in the last second."""

    clock: Callable[[], float] = time.monotonic
    peak: int = 0
    """The most that any partition key had."""
    _written: dict[str, deque[tuple[float, int]]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    _sums: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def of(self, pk: str) -> int:
        """The units of that key in the second until now."""
        written, now = self._written[pk], self.clock()
        while written and written[0][0] <= now - 1:
            self._sums[pk] -= written.popleft()[1]
        return self._sums[pk]

    def add(self, pk: str, units: int) -> None:
        """Count units that are written to that key now."""
        self.of(pk)
        self._written[pk].append((self.clock(), units))
        self._sums[pk] += units
        self.peak = max(self.peak, self._sums[pk])


@dataclass
class PartitionLimit:
    """A client's `batch_write_item` that processes as much as the partitions allow."""

    write: Callable[..., dict[str, Any]]
    clock: Callable[[], float] = time.monotonic
    refused: int = 0
    """Calls of which nothing was processed."""
    left: int = 0
    """Rows that were returned as unprocessed."""
    cpu_seconds: float = 0.0
    """What the limit itself took."""
    _heat: Heat = field(init=False)
    _lock: Any = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._heat = Heat(self.clock)

    def batch_write_item(self, RequestItems: Any) -> dict[str, Any]:  # noqa: N803
        begun = time.thread_time()
        ((table, writes),) = RequestItems.items()
        allowed: list[Any] = []
        rest: list[Any] = []
        with self._lock:
            for write in writes:
                (allowed if self._takes(write) else rest).append(write)
        self.left += len(rest)
        self.cpu_seconds += time.thread_time() - begun
        if not allowed:
            self.refused += 1
            error: Any = {"Error": {"Code": "ThrottlingException", "Message": "too many writes"}}
            raise ClientError(error, "BatchWriteItem")
        answer = self.write(RequestItems={table: allowed})
        unprocessed = [*answer["UnprocessedItems"].get(table, ()), *rest]
        return {**answer, "UnprocessedItems": {table: unprocessed} if unprocessed else {}}

    def _takes(self, write: dict[str, Any]) -> bool:
        pk, units = key_of(write), units_of(write)
        if self._heat.of(pk) + units > LIMIT:
            return False
        self._heat.add(pk, units)
        return True


def key_of(write: dict[str, Any]) -> str:
    """The partition key of a write of a batch."""
    row = write["PutRequest"]["Item"] if "PutRequest" in write else write["DeleteRequest"]["Key"]
    pk: str = row["pk"]["S"]
    return pk


def units_of(write: dict[str, Any]) -> int:
    """The write units of a write of a batch."""
    return units_of_row(write["PutRequest"]["Item"]) if "PutRequest" in write else 1


def units_of_row(item: Item) -> int:
    """The write units of a row that is put."""
    return ceil(row_size(item) / WRITE_UNIT)


def row_size(item: Item) -> int:
    """Bytes of a row as DynamoDB counts them: names and values as text."""
    return sum(len(name) + _size(value) for name, value in item.items())


def _size(value: dict[str, Any]) -> int:
    return sum(len(str(inner).encode()) for inner in value.values())
