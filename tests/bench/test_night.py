"""The simulation of a night, on a scale that can be checked by hand."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from ledgerlink.domain.model.schedule import NIGHTLY_SPREAD
from ledgerlink.services.messages import Message

from tests.bench.night import MIXED, ONE, PLANS, measures, one_in_seven, shown
from tests.bench.simulated import Groups, Night, Plan, Simulation
from tests.fakes.clock import START

SMALL = Plan("small", ONE, connections=300)


def simulate(plan: Plan) -> Night:
    return Simulation(plan).run()


@pytest.mark.parametrize("plan", [SMALL, replace(SMALL, zones=MIXED), replace(SMALL, workers=2)])
def test_every_connection_is_synced_once(plan: Plan) -> None:
    night = simulate(plan)
    assert set(night.done.values()) == {1}
    assert len(night.done) == plan.connections


def test_syncs_start_only_within_the_firms_hour() -> None:
    night = simulate(replace(SMALL, zones=MIXED))
    assert min(night.late) > timedelta(0)
    assert max(night.late) < NIGHTLY_SPREAD + timedelta(minutes=5)


def test_syncs_are_spread_over_the_hour() -> None:
    night = simulate(SMALL)
    assert night.tick_queued < 20
    assert max(night.ends) - min(night.ends) > timedelta(minutes=50)


def test_too_few_workers_make_a_backlog_that_is_worked_off() -> None:
    night = simulate(replace(SMALL, workers=1, seconds=60))
    assert night.at_once == 1
    assert night.backlog > 100
    assert max(night.waits) > timedelta(hours=2)
    assert set(night.done.values()) == {1}


def test_a_waiting_sync_is_never_queued_twice() -> None:
    night = simulate(replace(SMALL, connections=40, workers=1, seconds=600))
    assert max(night.waits) > timedelta(hours=4)
    assert set(night.done.values()) == {1}


def test_a_night_of_changes_and_one_of_comparing_cost_their_calls() -> None:
    assert simulate(SMALL).metered == 300 * 3
    assert simulate(replace(SMALL, whole=lambda _name: True)).metered == 300 * 14


def test_one_connection_in_seven_is_compared_each_night() -> None:
    compared = sum(one_in_seven(f"connection-{n}") for n in range(7000))
    assert 900 < compared < 1100


def test_a_group_has_one_message_worked_at_a_time() -> None:
    groups, now = Groups(), START
    first, second = (message("a", run) for run in ("1", "2"))
    for one in (first, message("b", "3"), second):
        groups.put(now, one)
    assert [groups.take()[1].run_id, groups.take()[1].run_id] == ["1", "3"]
    assert (list(groups.ready), len(groups)) == ([], 1)
    groups.finish("a")
    assert groups.take() == (now, second)


def message(connection: str, run: str) -> Message:
    return Message(firm="f", connection_id=connection, step="sync", run_id=run)


def test_every_night_is_shown() -> None:
    night = simulate(replace(SMALL, connections=20))
    assert measures(night)["connections synced"] == "20"
    assert shown([night, night]).row_count == len(measures(night))
    assert len({plan.name for plan in PLANS}) == len(PLANS)
    assert all(plan.connections == 10_000 for plan in PLANS)


def test_the_night_that_lacks_the_hour_is_that_night() -> None:
    [plan] = [plan for plan in PLANS if "lacks" in plan.name]
    assert plan.begin.date() == datetime(2026, 3, 7, tzinfo=plan.begin.tzinfo).date()
    night = simulate(replace(plan, connections=30))
    assert min(night.ends).isoformat() >= "2026-03-08T07:00"
