"""The rate limiter and the throttle, in virtual time."""

import asyncio
import json
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgerlink.connectors.qbo.posting.batching import request_sizes
from ledgerlink.connectors.qbo.transport.rate_limits import Budget, Limits, RateLimiter
from ledgerlink.connectors.qbo.transport.throttle import Throttle
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.errors import Interrupted

from tests.support.qbo.scripted_company import ScriptedCompany, write_all
from tests.support.qbo.virtual_time import VirtualClock, run
from tests.support.qbo.writes import requests
from tests.support.sampling import amount, examples

OPERATIONS = amount(10_000, 4_000)
"""Of which the last are sent minutes after the first."""
SMALL = Limits(per_minute=12, batches_per_minute=4, per_second=0.5, window=30.0)


def most_within(times: Sequence[float], seconds: float) -> int:
    """The largest number of starts in any window of that length."""
    most, first = 0, 0
    for last, time in enumerate(times):
        while times[first] <= time - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


class Wall:
    """A clock set by hand, so that a limiter can be stored and restored at any moment."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def time(self, offset: float) -> LedgerTime:
        """Ledger time of a process that started `offset` seconds in."""
        wall = self

        class Clock(VirtualClock):
            def monotonic(self) -> float:
                return wall.seconds - offset

        return LedgerTime(Clock(offset))


arrivals = st.lists(
    st.tuples(st.floats(0, 20), st.sampled_from(Budget), st.booleans()), min_size=1, max_size=80
)


@settings(max_examples=examples(60), deadline=None)
@given(arrivals)
def test_no_window_ever_exceeds_its_limit_even_across_invocations(
    arrivals: list[tuple[float, Budget, bool]],
) -> None:
    wall, restarts = Wall(), 0
    time = wall.time(0.0)
    limiter = RateLimiter(SMALL)
    starts: list[tuple[float, Budget]] = []
    for gap, lane, restart in arrivals:
        wall.seconds += gap
        if restart:
            state = json.loads(json.dumps(limiter.state(time)))
            restarts += 1
            time = wall.time(offset=float(restarts))
            limiter = RateLimiter.restored(state, SMALL, time)
        wall.seconds += max(limiter.opens_at(lane) - time.now(), 0.0)
        limiter.count(lane, time.now())
        starts.append((wall.seconds, lane))
    every = [start for start, _ in starts]
    assert most_within(every, SMALL.window - 0.01) <= SMALL.per_minute
    batches = [start for start, lane in starts if lane is Budget.BATCH]
    assert most_within(batches, SMALL.window - 0.01) <= SMALL.batches_per_minute
    assert most_within(every, 1 / SMALL.per_second) <= 2


@pytest.mark.parametrize("batch_seconds", [0.4, 3.0])
def test_many_operations_take_no_more_than_a_twentieth_longer_than_the_limits_demand(
    batch_seconds: float,
) -> None:
    company = ScriptedCompany(latency=lambda kind: batch_seconds if kind == "batch" else 0.4)

    async def main() -> float:
        report = await write_all(company, requests(request_sizes(["TimeActivity"] * OPERATIONS)))
        assert len(report.outcomes) == OPERATIONS
        return asyncio.get_running_loop().time()

    took = run(main())
    bound = OPERATIONS / 1660 * 60
    assert took <= 1.05 * bound
    every = sorted(company.times())
    assert most_within(every, 60.0) <= 500
    assert most_within(every, 1.0) <= 10
    assert most_within(sorted(company.times("batch")), 60.0) <= 40
    assert company.most_flying <= 10


def test_a_single_does_not_wait_behind_the_budget_of_batches() -> None:
    company = ScriptedCompany()
    sizes = [2] * 45 + [1] * 60

    run(write_all(company, requests(sizes)))

    singles = company.times("timeactivity")
    late_batches = [time for time in company.times("batch") if time > 60]
    assert len(late_batches) == 5
    assert max(singles) < 20


def test_the_next_invocation_goes_on_where_this_one_stood() -> None:
    async def main() -> float:
        time = LedgerTime(VirtualClock())
        limiter = RateLimiter(Limits())
        for _ in range(40):
            limiter.count(Budget.BATCH, time.now())
        await time.sleep(20)
        state = json.loads(json.dumps(limiter.state(time)))
        later = LedgerTime(VirtualClock(offset=10.0))
        return RateLimiter.restored(state, Limits(), later).opens_at(Budget.BATCH) - later.now()

    assert run(main()) == pytest.approx(61.2 - 30, abs=0.01)


def test_a_pause_outlives_the_invocation() -> None:
    async def main() -> float:
        time = LedgerTime(VirtualClock())
        limiter = RateLimiter(Limits())
        limiter.pause(time.now() + 60)
        later = LedgerTime(VirtualClock(offset=25.0))
        restored = RateLimiter.restored(limiter.state(time), Limits(), later)
        return restored.opens_at(Budget.SINGLE) - later.now()

    assert run(main()) == pytest.approx(35, abs=0.01)


def test_a_faster_ledger_clock_shortens_the_windows() -> None:
    async def main() -> float:
        clock = VirtualClock()
        throttle = Throttle(RateLimiter(Limits()), LedgerTime(clock, scale=20))
        for _ in range(501):
            await throttle.acquire(Budget.SINGLE)
            throttle.release(Budget.SINGLE)
        return clock.monotonic()

    assert run(main()) == pytest.approx(61.2 / 20, abs=0.01)


def test_a_wait_for_the_budget_ends_within_a_second_of_a_stop() -> None:
    async def main() -> float:
        clock = VirtualClock()
        limiter = RateLimiter(Limits())
        limiter.pause(60.0)
        throttle = Throttle(limiter, LedgerTime(clock))
        with pytest.raises(Interrupted):
            await throttle.acquire(Budget.SINGLE, lambda: clock.monotonic() > 5)
        return clock.monotonic()

    assert run(main()) <= 6.1


def test_slow_batches_leave_half_the_places_to_singles() -> None:
    company = ScriptedCompany(latency=lambda kind: 30.0 if kind == "batch" else 0.5)

    run(write_all(company, requests([2] * 20 + [1] * 100)))

    assert max(company.times("timeactivity")) < 20
    assert company.most_flying <= 10


def test_departures_are_spread_and_may_catch_up_by_half_a_step() -> None:
    company = ScriptedCompany()
    run(write_all(company, requests([1] * 30)))
    gaps = [later - earlier for earlier, later in pairwise(company.times())]
    assert min(gaps) >= 0.5 / 8.3 - 0.001
    assert max(gaps) <= 1 / 8.3 + 0.001
