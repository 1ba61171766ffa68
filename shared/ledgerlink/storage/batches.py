"""Batches of reads and writes: several calls at a time, and again what DynamoDB did not process."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")
Found = TypeVar("Found")

WRITE_LIMIT = 25
"""Rows that DynamoDB writes in one call."""
READ_LIMIT = 100
"""Rows that DynamoDB reads in one call."""
AT_ONCE = 8
"""Calls that read or write at the same time."""
PARALLEL_FROM = 4
"""With fewer calls than this, threads cost more time than they save."""
ATTEMPTS = 8
FIRST_PAUSE = 0.05
"""Seconds before the rest of a call is repeated, on average; doubled with each attempt."""
BUSY = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "TransactionConflictException",
    }
)
"""DynamoDB's errors for a call of which it processed nothing, because a partition has its limit of
units per second or a row is in a transaction."""


class Batches:
    """Reads and writes of many rows of one table. Rows and keys are in DynamoDB's form."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        pause: Callable[[float], None],
        jitter: Callable[[], float],
    ) -> None:
        self._client, self._table = client, table
        self._pause, self._jitter = pause, jitter
        self._threads = ThreadPoolExecutor(AT_ONCE, "table")

    def read(self, keys: Sequence[Any]) -> Iterator[Any]:
        """The existing rows with these keys, in no particular order."""
        for rows in self.in_parallel(self._read, parts(keys, READ_LIMIT)):
            yield from rows

    def in_parallel(self, read: Callable[[T], Found], given: Iterable[T]) -> Iterator[Found]:
        """The results of these reads, in order. A single one needs no thread."""
        wanted = list(given)
        return self._threads.map(read, wanted) if len(wanted) > 1 else map(read, wanted)

    def _read(self, keys: Sequence[Any]) -> list[Any]:
        request: Any = {self._table: {"Keys": keys, "ConsistentRead": True}}
        rows: list[Any] = []
        for attempt in range(ATTEMPTS):
            answer = _unless_busy(self._client.batch_get_item, request)
            if answer is not None:
                rows += answer["Responses"].get(self._table, [])
                request = answer.get("UnprocessedKeys")
                if not request:
                    return rows
            self.wait(attempt)
        raise TimeoutError(f"{self._table}: keys are still unread after {ATTEMPTS} attempts")

    def write(self, writes: Sequence[Any]) -> None:
        """Make all these writes, in no particular order."""
        calls = list(parts(writes, WRITE_LIMIT))
        if len(calls) < PARALLEL_FROM:
            for part in calls:
                self._write(part)
            return
        written = [self._threads.submit(self._write, part) for part in calls]
        wait(written)
        for each in written:
            each.result()

    def _write(self, part: Sequence[Any]) -> None:
        request: Any = {self._table: part}
        for attempt in range(ATTEMPTS):
            answer = _unless_busy(self._client.batch_write_item, request)
            if answer is not None:
                request = answer["UnprocessedItems"]
                if not request:
                    return
            self.wait(attempt)
        raise TimeoutError(f"{self._table}: rows are still unwritten after {ATTEMPTS} attempts")

    def wait(self, attempt: int) -> None:
        """Wait before the rest is tried again: between half of the attempt's pause and one and a
        half, so that calls which were turned away together do not come back together."""
        self._pause(FIRST_PAUSE * 2**attempt * (0.5 + self._jitter()))


def _unless_busy(call: Callable[..., T], request: Any) -> T | None:
    """The answer to a batch; None if DynamoDB turned it away as a whole and it may be repeated."""
    try:
        return call(RequestItems=request)
    except ClientError as error:
        if error.response["Error"]["Code"] in BUSY:
            return None
        raise


def parts(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The rows, cut into parts of at most `size`."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
