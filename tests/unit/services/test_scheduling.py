"""The tick, hints and what is due next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from ledgerlink.domain.errors import Conflict
from ledgerlink.domain.model.connections import Connection, ConnectionState
from ledgerlink.domain.model.list_records import ListType, ListWork, Sync
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.domain.model.schedule import FIRST_INTERVAL, LAST_INTERVAL, jitter
from ledgerlink.domain.model.settings import Direction, Schedule, ScheduleMode, Settings
from ledgerlink.domain.ports import never
from ledgerlink.services.sync import scheduler
from ledgerlink.services.sync.request import start_sync
from ledgerlink.services.sync.scheduler import GUARD

from tests.fakes.failure_plan import FailurePlan
from tests.support.schedule_service import ScheduleService, schedule_service

CUSTOMER, ITEM = ListType.CUSTOMER, ListType.ITEM
OFF = Settings(schedule=Schedule(mode=ScheduleMode.OFF))
OUT = Settings(direction=Direction.OUT)
NIGHTLY = Settings(schedule=Schedule(mode=ScheduleMode.NIGHTLY, hour=2))
BEGUN = (ListWork(type=CUSTOMER, whole=False),)


@pytest.fixture
def here() -> ScheduleService:
    return schedule_service()


def tick(here: ScheduleService) -> int:
    return scheduler.tick(here.deps, never)


def sync(run: Run) -> Sync:
    assert run.sync is not None
    return run.sync


def due_now(here: ScheduleService, name: str = "c1") -> Connection:
    connection = here.connect(name, realm=name)
    here.write(connection, at=here.clock.now(), planned=here.clock.now())
    return connection


def queued(
    here: ScheduleService, connection: Connection, wanted: tuple[ListType, ...] | None = None
) -> Run:
    return start_sync(here.deps, connection, "ada", "request", "asked", wanted=wanted)


def poll(here: ScheduleService, connection: Connection, interval: timedelta) -> datetime:
    """When a poll with this interval is due that begins now."""
    return here.clock.now() + interval + jitter(connection.id, FIRST_INTERVAL / 4)


def test_a_due_connection_has_its_sync_queued_and_is_looked_at_again_later(
    here: ScheduleService,
) -> None:
    connection = due_now(here)
    assert tick(here) == 1
    [run] = here.syncs(connection)
    assert (sync(run).trigger, sync(run).wanted) == ("schedule", None)
    assert [message.run_id for message in here.lane.messages] == [run.id]
    assert here.row(connection).at == here.clock.now() + GUARD
    assert tick(here) == 0


def test_a_connection_that_is_not_due_is_left_alone(here: ScheduleService) -> None:
    connection = here.connect()
    here.write(connection, at=here.in_minutes(1), planned=here.in_minutes(1))
    assert tick(here) == 0
    assert here.syncs(connection) == []


def test_a_hint_alone_has_only_its_lists_read(here: ScheduleService) -> None:
    connection = here.connect()
    planned = here.in_minutes(20)
    here.write(connection, at=planned, planned=planned)
    scheduler.hint(here.deps, connection, {ITEM, CUSTOMER})
    assert tick(here) == 1
    [run] = here.syncs(connection)
    assert sync(run).trigger == "webhook"
    assert set(sync(run).wanted or ()) == {CUSTOMER, ITEM}
    row = here.row(connection)
    assert (row.hinted, row.planned, row.at) == (frozenset(), planned, planned)


def test_a_hint_on_a_due_connection_has_all_lists_read(here: ScheduleService) -> None:
    connection = due_now(here)
    scheduler.hint(here.deps, connection, {CUSTOMER})
    tick(here)
    [run] = here.syncs(connection)
    assert (sync(run).trigger, sync(run).wanted) == ("schedule", None)
    assert here.row(connection).hinted == frozenset()


def test_a_hint_works_where_the_schedule_is_off(here: ScheduleService) -> None:
    connection = here.connect()
    here.choose(connection, OFF)
    scheduler.hint(here.deps, connection, {CUSTOMER})
    tick(here)
    [run] = here.syncs(connection)
    here.end(run)
    scheduler.reschedule(here.deps, connection, changed=True)
    assert here.row(connection).at is None


def test_a_hint_for_an_unsubscribed_list_starts_nothing(here: ScheduleService) -> None:
    connection = here.connect()
    here.choose(connection, Settings(lists=(ITEM,)))
    planned = here.in_minutes(20)
    here.write(connection, at=here.clock.now(), hinted=frozenset({CUSTOMER}), planned=planned)
    assert tick(here) == 0
    assert (here.row(connection).hinted, here.row(connection).at) == (frozenset(), planned)


@pytest.mark.parametrize("state", [ConnectionState.NEEDS_RECONNECT, ConnectionState.DISCONNECTED])
def test_a_disconnected_connection_is_not_due_again(
    here: ScheduleService, state: ConnectionState
) -> None:
    connection = here.connect(state=state)
    here.write(connection, at=here.clock.now(), planned=here.clock.now())
    assert tick(here) == 0
    assert (here.syncs(connection), here.row(connection).at) == ([], None)


def test_a_row_without_a_connection_is_not_due_again(here: ScheduleService) -> None:
    connection = due_now(here)
    here.connections.rows.clear()
    assert tick(here) == 0
    assert here.row(connection).at is None
    assert here.counted["DueFailed"] == 0


def test_nothing_comes_in_where_everything_goes_out(here: ScheduleService) -> None:
    connection = due_now(here)
    here.choose(connection, OUT)
    assert tick(here) == 0
    assert (here.syncs(connection), here.row(connection).at) == ([], None)


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.APPLYING])
def test_a_sync_whose_predecessor_waits_is_not_queued_twice(
    here: ScheduleService, state: RunState
) -> None:
    connection = due_now(here)
    first = here.set(queued(here, connection), state=state)
    assert tick(here) == 0
    assert [run.id for run in here.syncs(connection)] == [first.id]
    assert here.row(connection).at == here.clock.now() + FIRST_INTERVAL


def test_a_sync_of_all_lists_takes_the_place_of_the_scheduled_one(here: ScheduleService) -> None:
    connection = due_now(here)
    first = queued(here, connection)
    tick(here)
    here.end(first)
    scheduler.reschedule(here.deps, connection, changed=True)
    assert here.row(connection).at == poll(here, connection, FIRST_INTERVAL)


def test_a_sync_of_some_lists_leaves_the_scheduled_one_due(here: ScheduleService) -> None:
    connection = due_now(here)
    first = queued(here, connection, wanted=(ITEM,))
    tick(here)
    here.end(first)
    scheduler.reschedule(here.deps, connection, changed=False)
    assert tick(here) == 1
    assert sync(here.syncs(connection)[-1]).wanted is None


def test_a_sync_that_has_not_begun_answers_the_hints_for_its_lists(here: ScheduleService) -> None:
    connection = here.connect()
    queued(here, connection, wanted=(ITEM,))
    scheduler.hint(here.deps, connection, {ITEM, CUSTOMER})
    tick(here)
    assert here.row(connection).hinted == frozenset({CUSTOMER})


def test_hints_that_come_while_a_sync_reads_are_served_after_it(here: ScheduleService) -> None:
    connection = due_now(here)
    tick(here)
    [run] = here.syncs(connection)
    run = here.set(run, state=RunState.APPLYING, sync=Sync(trigger="schedule", lists=BEGUN))
    scheduler.hint(here.deps, connection, {CUSTOMER})
    assert tick(here) == 0
    assert here.row(connection).hinted == frozenset({CUSTOMER})
    here.end(run)
    scheduler.reschedule(here.deps, connection, changed=False)
    assert here.row(connection).at == here.clock.now()
    assert tick(here) == 1
    assert sync(here.syncs(connection)[-1]).wanted == (CUSTOMER,)


def test_one_connections_trouble_hinders_no_other(
    here: ScheduleService, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = due_now(here, "bad"), due_now(here, "good")
    here.schedules.broken.add("bad")
    assert tick(here) == 1
    assert len(here.syncs(good)) == 1
    assert here.counted["DueFailed"] == 1
    assert "connection bad" in caplog.text
    here.schedules.broken.clear()
    assert tick(here) == 0
    assert len(here.syncs(bad)) == 1


def test_a_connection_that_fails_steps_back(here: ScheduleService) -> None:
    connection = due_now(here)
    here.connect("c1", ledger="unheard-of")
    assert tick(here) == 0
    assert here.counted["DueFailed"] == 1
    assert here.row(connection).at == here.clock.now() + FIRST_INTERVAL


def test_all_that_is_due_is_served_in_one_tick(
    here: ScheduleService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "DUE_AT_ONCE", 7)
    connections = [due_now(here, f"c{n}") for n in range(40)]
    assert tick(here) == 40
    assert all(len(here.syncs(connection)) == 1 for connection in connections)


def test_a_stopped_tick_leaves_the_rest_to_the_next(here: ScheduleService) -> None:
    for n in range(5):
        due_now(here, f"c{n}")
    assert scheduler.tick(here.deps, lambda: True) == 0
    assert here.lane.messages == []
    assert tick(here) == 5


class Killed(BaseException):
    """The process is gone; nobody catches that."""


@dataclass
class Kill(FailurePlan):
    """A failure_plan that no `except Exception` survives."""

    def step(self, name: str) -> None:
        self.steps.append(name)
        if self.at == len(self.steps) - 1:
            raise Killed(name)


@pytest.mark.parametrize("hinted", [frozenset(), frozenset({CUSTOMER})])
def test_a_tick_that_died_anywhere_queues_nothing_twice(hinted: frozenset[ListType]) -> None:
    deaths, at = 0, 0
    while True:
        failure_plan = Kill()
        here = schedule_service(failure_plan)
        connection = here.connect()
        planned = here.in_minutes(9) if hinted else here.clock.now()
        here.write(connection, at=here.clock.now(), planned=planned, hinted=hinted)
        failure_plan.at = at
        try:
            tick(here)
        except Killed:
            deaths += 1
        else:
            break
        tick(here)
        assert len(here.syncs(connection)) == 1
        assert len(here.lane.messages) == 1
        assert here.row(connection).hinted == frozenset()
        assert (here.row(connection).at or here.clock.now()) > here.clock.now()
        at += 1
    assert deaths > 10


def test_a_tick_that_died_before_its_message_was_sent_sends_it_later() -> None:
    failure_plan = Kill()
    here = schedule_service(failure_plan)
    connection = due_now(here)
    tick(here)
    failure_plan.at = failure_plan.steps.index("before lane.send")
    failure_plan.steps.clear()
    here = schedule_service(failure_plan)
    connection = due_now(here)
    with pytest.raises(Killed):
        tick(here)
    assert here.lane.messages == []
    tick(here)
    assert [m.run_id for m in here.lane.messages] == [run.id for run in here.syncs(connection)]


def test_a_hint_between_reading_and_writing_is_not_lost(here: ScheduleService) -> None:
    connection = due_now(here)
    here.schedules.overtaken.append(lambda: scheduler.hint(here.deps, connection, {ITEM}))
    assert tick(here) == 1
    [run] = here.syncs(connection)
    answered = sync(run).wanted is None
    assert answered or here.row(connection).hinted == {ITEM}


def test_a_hint_that_is_known_writes_nothing(here: ScheduleService) -> None:
    connection = here.connect()
    for _ in range(1000):
        scheduler.hint(here.deps, connection, {CUSTOMER})
    assert here.schedules.puts == 1
    scheduler.hint(here.deps, connection, {ITEM})
    assert here.schedules.puts == 2
    assert here.row(connection).hinted == {CUSTOMER, ITEM}


def test_hints_behind_a_sync_write_once(here: ScheduleService) -> None:
    connection = here.connect()
    here.set(queued(here, connection), sync=Sync(trigger="request", lists=BEGUN))
    for _ in range(5):
        scheduler.hint(here.deps, connection, {CUSTOMER})
        tick(here)
    assert here.schedules.puts == 2


def test_a_hint_that_is_overtaken_is_written_on_the_newer_row(here: ScheduleService) -> None:
    connection = here.connect()
    here.schedules.overtaken.append(lambda: scheduler.hint(here.deps, connection, {ITEM}))
    scheduler.hint(here.deps, connection, {CUSTOMER})
    assert here.row(connection).hinted == {CUSTOMER, ITEM}


def test_a_row_that_keeps_changing_is_reported(here: ScheduleService) -> None:
    connection = here.connect()

    def again() -> None:
        here.write(connection, at=None)

    here.schedules.overtaken.extend([again] * 50)
    with pytest.raises(Conflict, match="keeps changing"):
        scheduler.hint(here.deps, connection, {CUSTOMER})


def test_a_run_that_waits_for_the_ledger_goes_on(here: ScheduleService) -> None:
    connection = here.connect()
    here.choose(connection, OFF)
    post = here.posted(connection, "post-1")
    here.park(post, "ledger_unavailable")
    scheduler.bring_forward(here.deps, connection, here.in_minutes(4))
    assert tick(here) == 0
    here.clock.go_on(minutes=4)
    assert tick(here) == 1
    assert here.runs.get(post.connection_key, post.id).state is RunState.QUEUED
    assert [message.run_id for message in here.lane.messages] == [post.id]
    assert here.syncs(connection) == []
    here.end(post)
    here.clock.moment = here.row(connection).at or here.clock.moment
    assert tick(here) == 0
    assert (here.row(connection).at, here.row(connection).tries) == (None, 0)


@pytest.mark.parametrize("settings", [OFF, OUT])
def test_a_ledger_that_stays_away_is_tried_ever_more_rarely(
    here: ScheduleService, settings: Settings
) -> None:
    connection = here.connect()
    here.choose(connection, settings)
    post = here.posted(connection, "post-1")
    waits = []
    for _ in range(8):
        here.park(here.runs.get(post.connection_key, post.id), "ledger_unavailable")
        for _ in range(3):  # several runs may park at once
            scheduler.bring_forward(here.deps, connection, here.in_minutes(4))
        at = here.row(connection).at
        assert at is not None
        waits.append((at - here.clock.now()) // timedelta(minutes=1))
        here.clock.moment = at
        assert tick(here) == 1
    assert waits == [4, 8, 16, 32, 64, 128, 240, 240]


def test_a_sync_that_came_through_makes_the_next_try_an_early_one(here: ScheduleService) -> None:
    connection = here.connect()
    here.write(connection, tries=5)
    scheduler.reschedule(here.deps, connection, changed=False)
    scheduler.bring_forward(here.deps, connection, here.in_minutes(4))
    assert here.row(connection).retry_at == here.in_minutes(4)


def test_a_posts_try_is_kept_when_a_sync_ends_meanwhile(here: ScheduleService) -> None:
    connection = here.connect()
    here.choose(connection, OFF)
    scheduler.bring_forward(here.deps, connection, here.in_minutes(4))
    scheduler.reschedule(here.deps, connection, changed=False)
    assert here.row(connection).at == here.in_minutes(4)


def test_a_post_that_waits_for_a_person_is_left_to_them(here: ScheduleService) -> None:
    connection = due_now(here)
    post = here.posted(connection, "post-1")
    here.park(post, "ledger_stopped")
    tick(here)
    assert here.runs.get(post.connection_key, post.id).state is RunState.PARKED


def test_a_later_moment_does_not_put_an_earlier_one_off(here: ScheduleService) -> None:
    connection = due_now(here)
    scheduler.bring_forward(here.deps, connection, here.in_minutes(4))
    assert here.row(connection).at == here.clock.now()


def test_a_sync_that_waits_for_the_ledger_goes_on_instead_of_a_second_one(
    here: ScheduleService,
) -> None:
    connection = due_now(here)
    first = queued(here, connection)
    here.lane.messages.clear()
    here.park(first, "ledger_unavailable")
    assert tick(here) == 1
    [run] = here.syncs(connection)
    assert (run.state, run.generation) == (RunState.QUEUED, 1)
    assert [message.run_id for message in here.lane.messages] == [first.id]


def test_a_sync_parked_for_anything_else_is_tried_when_the_schedule_comes(
    here: ScheduleService,
) -> None:
    connection = here.connect()
    first = queued(here, connection)
    here.park(first, "worker_failed")
    planned = here.in_minutes(9)
    here.write(connection, at=here.clock.now(), planned=planned, hinted=frozenset({ITEM}))
    tick(here)
    assert here.syncs(connection)[0].state is RunState.PARKED
    assert here.row(connection).at == planned
    assert here.row(connection).hinted == {ITEM}
    here.clock.go_on(minutes=9)
    tick(here)
    assert here.syncs(connection)[0].state is RunState.QUEUED


def test_a_sync_that_parks_again_and_again_is_tried_ever_more_rarely(here: ScheduleService) -> None:
    connection = due_now(here)
    queued(here, connection)
    waits = []
    for _ in range(9):
        here.park(here.syncs(connection)[0], "worker_failed")
        tick(here)
        at = here.row(connection).at
        assert at is not None
        waits.append(round((at - here.clock.now()) / timedelta(minutes=1)))
        here.clock.moment = at
    spread = round(jitter(connection.id, FIRST_INTERVAL / 4) / timedelta(minutes=1))
    assert [wait - spread for wait in waits] == [8, 16, 32, 64, 128, 240, 240, 240, 240]


def test_polls_double_while_nothing_changes_and_fall_back(here: ScheduleService) -> None:
    connection = here.connect()
    scheduler.replan(here.deps, connection)
    waits = []
    for changed in (False, False, False, True, False):
        here.clock.moment = here.row(connection).at or here.clock.moment
        tick(here)
        here.end(here.syncs(connection)[-1])
        scheduler.reschedule(here.deps, connection, changed=changed)
        waits.append(here.row(connection).interval // timedelta(minutes=1))
    assert waits == [8, 16, 32, 4, 8]
    assert len(here.syncs(connection)) == 5


def test_a_sync_between_two_polls_does_not_put_the_next_one_off(here: ScheduleService) -> None:
    connection = here.connect()
    planned = here.in_minutes(10)
    here.write(connection, at=planned, planned=planned, interval=LAST_INTERVAL)
    scheduler.reschedule(here.deps, connection, changed=False)
    assert here.row(connection).at == planned
    assert here.row(connection).interval == LAST_INTERVAL
    scheduler.reschedule(here.deps, connection, changed=True)
    assert here.row(connection).at == poll(here, connection, FIRST_INTERVAL)


def test_a_steady_stream_of_hints_does_not_starve_the_lists_that_are_never_hinted(
    here: ScheduleService,
) -> None:
    connection = here.connect()
    scheduler.replan(here.deps, connection)
    for _ in range(30):
        here.clock.go_on(minutes=1)
        scheduler.hint(here.deps, connection, {CUSTOMER})
        tick(here)
        here.end(here.syncs(connection)[-1])
        scheduler.reschedule(here.deps, connection, changed=True)
    whole = [run for run in here.syncs(connection) if sync(run).wanted is None]
    assert len(whole) >= 5


def test_the_end_of_a_nightly_sync_makes_the_next_night_due(here: ScheduleService) -> None:
    connection = here.connect()
    here.choose(connection, NIGHTLY)
    scheduler.replan(here.deps, connection)
    first = here.row(connection).at
    assert first is not None
    here.clock.moment = first
    tick(here)
    scheduler.reschedule(here.deps, connection, changed=True)
    assert here.row(connection).at == first + timedelta(days=1)


def test_a_sync_whose_end_was_not_reported_is_followed_by_another(here: ScheduleService) -> None:
    connection = due_now(here)
    tick(here)
    here.end(here.syncs(connection)[0])
    here.clock.go_on(minutes=29)
    assert tick(here) == 0
    here.clock.go_on(minutes=1)
    assert tick(here) == 1


def test_a_connect_begins_the_schedule_behind_its_own_sync(here: ScheduleService) -> None:
    connection = here.connect()
    scheduler.begin_schedule(here.deps, connection)
    assert here.row(connection).at == here.clock.now() + GUARD
    scheduler.reschedule(here.deps, connection, changed=True)
    assert here.row(connection).at == poll(here, connection, FIRST_INTERVAL)


def test_a_connect_that_only_posts_has_no_schedule(here: ScheduleService) -> None:
    connection = here.connect()
    here.choose(connection, OUT)
    scheduler.begin_schedule(here.deps, connection)
    assert here.row(connection).at is None


def test_a_disconnect_ends_the_schedule(here: ScheduleService) -> None:
    connection = due_now(here)
    scheduler.hint(here.deps, connection, {CUSTOMER})
    scheduler.end_schedule(here.deps, connection)
    assert (here.row(connection).at, here.row(connection).hinted) == (None, frozenset())
    assert tick(here) == 0
