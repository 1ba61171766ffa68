"""The lease of a message: while its worker lives no other one gets it, and soon after it died one
does."""

from dataclasses import dataclass, field

import pytest
from ledgerlink.connectors.shared.ledger_time import GRACE

from functions.worker.lease import LEASE, RENEW_EVERY, RENEWED_WITHIN, Lease


@dataclass
class Queue:
    """Notes for how long messages are held; fails while it is `down`."""

    held: list[int] = field(default_factory=list)
    down: bool = False

    def hold(self, seconds: int) -> None:
        if self.down:
            raise ConnectionError("SQS is down")
        self.held.append(seconds)


@dataclass
class Time:
    """The seconds that a test says."""

    seconds: float = 0.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def lease(queue: Queue, time: Time) -> Lease:
    """A lease that is renewed by the test."""
    return Lease(queue.hold, time.monotonic)


def test_a_connection_whose_worker_died_goes_on_within_a_minute() -> None:
    """Case security 11."""
    assert LEASE < 60


def test_a_worker_that_lost_its_lease_has_ended_before_the_next_one_begins() -> None:
    assert RENEWED_WITHIN + GRACE < LEASE
    assert 2 * RENEW_EVERY <= RENEWED_WITHIN


def test_the_lease_is_taken_at_once_and_ends_with_the_message(queue: Queue) -> None:
    with Lease(queue.hold) as lease:
        pass
    assert queue.held == [LEASE]
    assert not lease.is_lost()


def test_a_worker_that_cannot_renew_its_lease_has_lost_it(
    queue: Queue, time: Time, lease: Lease
) -> None:
    lease.renew()
    queue.down, time.seconds = True, RENEWED_WITHIN
    lease.renew()
    assert not lease.is_lost()
    time.seconds += 1
    assert lease.is_lost()
    queue.down = False
    lease.renew()
    assert not lease.is_lost()


def test_a_lease_that_was_never_taken_is_not_lost(queue: Queue, time: Time, lease: Lease) -> None:
    """The queue then hides the message for longer than a worker lives."""
    queue.down = True
    lease.renew()
    time.seconds = 3600
    assert not lease.is_lost()
