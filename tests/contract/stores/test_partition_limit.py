"""A partition takes 1,000 write units a second: what it refuses is written later, not lost."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError
from ledgerlink.storage.batches import ATTEMPTS, BUSY, FIRST_PAUSE, parts
from ledgerlink.storage.table import Row, Table

from tests.support.memory_dynamo import MemoryDynamo
from tests.support.partition_limit import LIMIT, Heat, PartitionLimit

AT_ONCE = 2500
"""Rows of a post that are written together."""


@dataclass
class PausedClock:
    """A clock that goes on while somebody pauses."""

    now: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def __call__(self) -> float:
        return self.now


@dataclass
class Refusals:
    """Answers the next calls with an error."""

    code: str
    left: int

    def __call__(self, name: str) -> None:
        if self.left:
            self.left -= 1
            error: Any = {"Error": {"Code": self.code, "Message": ""}}
            raise ClientError(error, name)


class LimitedDynamo(MemoryDynamo):
    """Takes no more into a partition than DynamoDB does."""

    limit: PartitionLimit

    def batch_write_item(self, RequestItems: Any) -> dict[str, Any]:  # noqa: N803
        return self.limit.batch_write_item(RequestItems)


@pytest.fixture
def clock() -> PausedClock:
    return PausedClock()


def limited(clock: PausedClock, jitter: float = 0.5) -> tuple[LimitedDynamo, Table]:
    dynamo = LimitedDynamo()
    dynamo.limit = PartitionLimit(super(LimitedDynamo, dynamo).batch_write_item, clock)
    table: Any = dynamo
    return dynamo, Table(table, "t", clock.pause, lambda: jitter)


def rows(count: int, pk: str = "a") -> list[Row]:
    return [{"pk": pk, "sk": f"{n:05}"} for n in range(count)]


def test_what_a_partition_refuses_is_written_later(clock: PausedClock) -> None:
    dynamo, table = limited(clock)
    for some in parts(rows(AT_ONCE), 60):
        table.put_many(some)
    assert len(dynamo.rows) == AT_ONCE
    assert dynamo.limit.refused > 0
    assert dynamo.limit.left > dynamo.limit.refused
    assert clock.now >= AT_ONCE / LIMIT - 1


def test_writers_at_the_same_time_lose_nothing(clock: PausedClock) -> None:
    dynamo, table = limited(clock)
    table.put_many(rows(LIMIT + 60))
    assert len(dynamo.rows) == LIMIT + 60
    assert dynamo.limit.left > 0


def test_spread_rows_are_not_refused(clock: PausedClock) -> None:
    dynamo, table = limited(clock)
    table.put_many(row for n in range(3) for row in rows(LIMIT, f"{n}"))
    assert dynamo.limit.left == 0
    assert clock.pauses == []


@pytest.mark.parametrize("code", sorted(BUSY))
def test_what_is_turned_away_as_a_whole_is_asked_for_again(clock: PausedClock, code: str) -> None:
    dynamo, table = limited(clock)
    table.put_many(rows(3))
    dynamo.step = Refusals(code, 2)
    assert len(list(table.get_many("a", ["00000", "00001"]))) == 2
    assert len(clock.pauses) == 2


def test_other_errors_are_raised_at_once(clock: PausedClock) -> None:
    dynamo, table = limited(clock)
    dynamo.step = Refusals("AccessDeniedException", 1)
    with pytest.raises(ClientError, match="AccessDenied"):
        list(table.get_many("a", ["00000"]))
    assert clock.pauses == []


def test_pauses_differ_and_grow(clock: PausedClock) -> None:
    for jitter, factor in ((0.0, 0.5), (0.5, 1.0), (0.99, 1.49)):
        dynamo, table = limited(clock, jitter)
        dynamo.limit._heat.add("a", 10 * LIMIT)
        dynamo.limit.clock = dynamo.limit._heat.clock = lambda: 0.0
        clock.pauses.clear()
        with pytest.raises(TimeoutError, match="unwritten"):
            table.put_many(rows(1))
        wanted = [FIRST_PAUSE * 2**n * factor for n in range(ATTEMPTS)]
        assert clock.pauses == pytest.approx(wanted)


def test_heat_is_what_was_written_in_the_last_second(clock: PausedClock) -> None:
    heat = Heat(clock)
    for _ in range(4):
        heat.add("a", 300)
        clock.pause(0.4)
    heat.add("b", 700)
    assert (heat.of("a"), heat.of("b"), heat.peak) == (600, 700, 900)
