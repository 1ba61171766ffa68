"""Parking, settling and resuming."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from ledgerlink.domain.errors import (
    AuthorizationLost,
    Conflict,
    LedgerError,
    LedgerStopped,
    LedgerUnavailable,
)
from ledgerlink.domain.model.connections import Connection, ConnectionState
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.services import lane
from ledgerlink.services.connections import connect
from ledgerlink.services.messages import Message
from ledgerlink.services.runs import parking

from tests.fakes.company import Fault
from tests.fakes.lists import FakeMetrics
from tests.fakes.service import FIRM, REDIRECT, InMemoryService, entry, in_memory_service

LOST = AuthorizationLost("invalid_grant", "The token was revoked.")
DOWN = LedgerUnavailable("busy", "Too many requests.")
STOPPED = LedgerStopped("plan", "The subscription ended.")


def interrupted(
    error: LedgerError, calls: int, records: int = 6
) -> tuple[InMemoryService, Connection, Run]:
    """A run that the ledger's trouble met after so many calls."""
    place = in_memory_service()
    connection = place.connected()
    place.company().trouble = [None] * calls + [error]
    run = place.post(connection, "key", [entry(f"t{n}") for n in range(records)])
    place.work()
    return place, connection, run


def reconnect(place: InMemoryService, connection: Connection) -> None:
    place.clock.go_on(minutes=6)
    consent = connect.reconnect(place.deps, connection.key, "ada", REDIRECT)
    state = consent.authorize_url.partition("state=")[2].partition("&")[0]
    connect.complete(place.deps, state, "code", "realm-1")


def days(place: InMemoryService) -> list[str]:
    return sorted(str(s.body["notes"]) for s in place.company().of_kind("Time"))


@pytest.mark.parametrize("calls", range(4))
@pytest.mark.parametrize(
    ("error", "code"),
    [(LOST, "needs_reconnect"), (DOWN, "ledger_unavailable"), (STOPPED, "ledger_stopped")],
)
def test_trouble_of_the_whole_ledger_parks_the_run_and_frees_the_lane(
    error: LedgerError, code: str, calls: int
) -> None:
    place, _, run = interrupted(error, calls)
    parked = place.run(run)
    assert parked.state is RunState.PARKED
    assert parked.reason is not None
    assert parked.reason.code == code
    assert error.message in parked.reason.message
    assert place.lane.messages == []


def test_trouble_that_has_a_reason_of_its_own_is_told_in_its_own_words() -> None:
    error = LedgerStopped("feature_off", "Time tracking is off.", "Turn time tracking on.")
    place, _, run = interrupted(error, 2)
    why = place.run(run).reason
    assert why is not None
    assert (why.code, why.message, why.remedy) == (error.code, error.message, error.remedy)


@pytest.mark.parametrize("calls", range(4))
def test_a_lost_authorisation_is_marked_and_a_reconnect_lets_the_run_go_on(calls: int) -> None:
    place, connection, run = interrupted(LOST, calls)
    marked = place.deps.connections.get(connection.key)
    assert marked.state is ConnectionState.NEEDS_RECONNECT
    assert marked.reason is not None
    reconnect(place, connection)
    place.work()
    assert place.run(run).state is RunState.COMPLETED
    assert place.run(run).reason is None
    assert days(place) == [f"work t{n}" for n in range(6)]
    assert place.deps.connections.get(connection.key).reason is None


@pytest.mark.parametrize("error", [DOWN, STOPPED])
def test_a_parked_run_is_resumed_by_hand_and_posts_the_rest(error: LedgerError) -> None:
    place, _, run = interrupted(error, 2)
    parking.resume(place.deps, place.run(run))
    place.work()
    assert place.run(run).state is RunState.COMPLETED
    assert days(place) == [f"work t{n}" for n in range(6)]


def test_a_finished_run_cannot_be_resumed() -> None:
    place = in_memory_service()
    run = place.post(place.connected(), "key", [entry("t1")])
    place.work()
    with pytest.raises(Conflict):
        parking.resume(place.deps, place.run(run))


def test_of_two_that_resume_a_run_at_once_the_slower_is_told_so_and_undoes_nothing() -> None:
    place, _, run = interrupted(DOWN, 2)
    seen = place.run(run)
    parking.resume(place.deps, seen)
    place.work()
    with pytest.raises(Conflict):
        parking.resume(place.deps, seen)
    assert place.run(run).state is RunState.COMPLETED


def test_messages_of_before_the_resume_do_nothing() -> None:
    place, _, run = interrupted(DOWN, 2)
    old = [message for message in place.handled if message.run_id == run.id]
    parking.resume(place.deps, place.run(run))
    received = len(place.company().received)
    for message in old:
        asyncio.run(lane.handle(place.deps, message, lambda: False))
    assert len(place.company().received) == received


def test_a_post_on_a_connection_that_needs_a_reconnect_is_kept_until_then() -> None:
    place, connection, _ = interrupted(LOST, 1)
    later = place.post(connection, "later", [entry("t9")])
    place.work()
    assert place.run(later).state is RunState.PARKED
    reconnect(place, connection)
    place.work()
    assert place.run(later).state is RunState.COMPLETED


def test_a_later_run_adopts_what_a_parked_one_stored_without_an_answer() -> None:
    place = in_memory_service()
    connection = place.connected()
    place.company().faults = [Fault.STORED_UNANSWERED]
    place.company().trouble = [None, None, DOWN]
    run = place.post(connection, "one", [entry(f"t{n}", notes="same") for n in range(4)])
    place.work()
    assert place.run(run).state is RunState.PARKED
    later = place.post(connection, "two", [entry(f"t{n}", notes="same") for n in range(4)])
    place.work()
    assert place.run(later).state is RunState.COMPLETED
    assert days(place) == ["same"] * 4
    parking.resume(place.deps, place.run(run))
    place.work()
    assert place.run(run).state is RunState.COMPLETED
    assert days(place) == ["same"] * 4


def test_a_resumed_run_leaves_alone_what_a_later_run_has_written() -> None:
    place, connection, run = interrupted(DOWN, 2)
    later = place.post(connection, "two", [entry(f"t{n}", minutes=99) for n in range(6)])
    place.work()
    assert place.run(later).state is RunState.COMPLETED
    parking.resume(place.deps, place.run(run))
    place.work()
    assert len(days(place)) == 6
    assert {s.body["minutes"] for s in place.company().of_kind("Time")} == {99}
    superseded = [i for i in place.items(run) if i.outcome.reason]
    assert {i.outcome.reason.code for i in superseded if i.outcome.reason} == {"superseded"}
    assert {i.state for i in superseded} == {ItemState.UNCHANGED}


def test_a_run_parked_before_it_was_planned_does_not_undo_a_later_correction() -> None:
    place, connection, run = interrupted(DOWN, 0, records=1)
    place.post(connection, "two", [entry("t0", minutes=99)])
    place.work()
    parking.resume(place.deps, place.run(run))
    place.work()
    assert [s.body["minutes"] for s in place.company().of_kind("Time")] == [99]
    (item,) = place.items(run)
    assert item.outcome.reason is not None
    assert item.outcome.reason.code == "superseded"


def test_a_newer_run_whose_plan_an_older_resumed_run_overtook_says_so_and_doubles_nothing() -> None:
    place, connection, run = interrupted(DOWN, 1, records=4)
    later = place.post(connection, "two", [entry(f"t{n}", minutes=99) for n in range(3)])
    plan = place.lane.messages.pop(0)
    asyncio.run(lane.handle(place.deps, plan, lambda: False))
    waiting, place.lane.messages = place.lane.messages, []
    parking.resume(place.deps, place.run(run))
    place.lane.messages += waiting
    place.work()
    assert len(days(place)) == 4
    codes = {i.outcome.reason.code for i in place.items(later) if i.outcome.reason}
    assert codes == {"overtaken"}
    assert set(place.states(later).values()) == {ItemState.BLOCKED}
    place.post(connection, "three", [entry(f"t{n}", minutes=99) for n in range(3)])
    place.work()
    assert (
        sorted(int(s.body["minutes"]) for s in place.company().of_kind("Time")) == [60] + [99] * 3
    )


def test_a_plan_does_not_wait_for_ever_for_a_run_whose_messages_are_gone() -> None:
    place = in_memory_service()
    connection = place.connected()
    stuck = place.post(connection, "one", [entry("t1")])
    plan = place.lane.messages.pop(0)
    asyncio.run(lane.handle(place.deps, plan, lambda: False))
    place.lane.messages.clear()
    later = place.post(connection, "two", [entry("t1", minutes=99)])
    message = place.lane.messages[0]
    place.lane.messages[0] = Message(
        firm=FIRM,
        connection_id=connection.id,
        step=message.step,
        run_id=later.id,
        turn=lane.MAX_TURNS,
    )
    place.work()
    assert place.run(later).state is RunState.COMPLETED
    parking.resume(place.deps, place.run(stuck))
    asyncio.run(lane.handle(place.deps, place.handled[-1], lambda: False))
    assert len(days(place)) == 1


def test_a_dead_letter_sets_its_run_aside_and_a_resume_finishes_it() -> None:
    place = in_memory_service()
    connection = place.connected()
    run = place.post(connection, "key", [entry("t1")])
    dead = place.lane.messages.pop(0)
    lane.give_up(place.deps, dead)
    assert place.run(run).state is RunState.PARKED
    assert place.run(run).reason is not None
    parking.resume(place.deps, place.run(run))
    lane.give_up(place.deps, dead)
    place.work()
    assert place.run(run).state is RunState.COMPLETED
    lane.give_up(place.deps, place.handled[-1])
    assert place.run(run).state is RunState.COMPLETED


@pytest.mark.parametrize(("step", "run_id"), [("read_company", ""), ("apply", "nobody")])
def test_a_dead_letter_without_a_run_is_let_go_and_counted(step: str, run_id: str) -> None:
    place = in_memory_service()
    connection = place.connected()
    counted = Counter[str]()
    deps = replace(place.deps, metrics=FakeMetrics(counted))
    message = Message(firm=FIRM, connection_id=connection.id, step=step, run_id=run_id)
    lane.give_up(deps, message)
    assert counted == {"MessagesDropped": 1}
    assert place.deps.connections.get(connection.key).state is ConnectionState.CONNECTED


@pytest.mark.parametrize("error", [DOWN, STOPPED])
def test_a_ledger_that_cannot_be_read_after_a_reconnect_still_lets_the_runs_go_on(
    error: LedgerError,
) -> None:
    place, connection, run = interrupted(LOST, 2)
    reconnect(place, connection)
    place.company().trouble = [error]
    place.work()
    assert place.run(run).state is RunState.COMPLETED


def test_a_run_resumed_by_a_reconnect_while_the_ledger_is_down_says_that_it_is_down() -> None:
    place, connection, run = interrupted(LOST, 2)
    reconnect(place, connection)
    place.company().trouble = [DOWN] * 9
    place.work()
    why = place.run(run).reason
    assert why is not None
    assert why.code == "ledger_unavailable"


def test_a_run_whose_workers_are_cut_short_with_nothing_to_show_is_parked() -> None:
    place = in_memory_service()
    run = place.post(place.connected(), "key", [entry("t1")])
    plan = place.lane.messages[0]
    asyncio.run(lane.handle(place.deps, plan, lambda: False))
    place.lane.messages.remove(plan)
    place.work(stop=lambda: True)
    parked = place.run(run)
    assert parked.state is RunState.PARKED
    assert parked.reason is not None
    assert parked.reason.code == "ledger_unavailable"
    assert len([m for m in place.handled if m.run_id == run.id]) == lane.MAX_IDLE_WORKERS
    parking.resume(place.deps, parked)
    place.work()
    assert place.run(run).state is RunState.COMPLETED


def test_a_run_that_cannot_even_be_planned_in_time_is_parked() -> None:
    place = in_memory_service()
    run = place.post(place.connected(), "key", [entry("t1")])
    place.work(stop=lambda: True)
    assert place.run(run).state is RunState.PARKED
    assert len([m for m in place.handled if m.run_id == run.id]) == lane.MAX_IDLE_WORKERS


def test_workers_that_are_cut_short_but_get_on_are_not_counted() -> None:
    place = in_memory_service(chunk_size=40)
    run = place.post(place.connected(), "key", [entry(f"t{n}") for n in range(40)])
    plan = place.lane.messages[0]
    asyncio.run(lane.handle(place.deps, plan, lambda: False))
    place.lane.messages.remove(plan)
    asked = iter(range(10_000))
    place.work(stop=lambda: next(asked) % 2 == 1)
    assert place.run(run).state is RunState.COMPLETED
    assert len(place.handled) > 2 * lane.MAX_IDLE_WORKERS


@pytest.mark.parametrize("error", [None, LOST])
def test_a_disconnect_in_the_middle_of_a_call_to_the_ledger_is_not_undone(
    error: LedgerError | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = in_memory_service()
    connection = place.connected()
    run = place.post(connection, "key", [entry("t1")])

    def meanwhile() -> None:
        monkeypatch.undo()
        connect.disconnect(place.deps, connection.key)
        if error is not None:
            raise error

    monkeypatch.setattr(place.company(), "knock", meanwhile)
    place.work()
    state = place.deps.connections.get(connection.key).state
    assert state is ConnectionState.DISCONNECTED
    assert place.run(run).state is RunState.PARKED
    assert days(place) == []


def test_a_worker_with_old_tokens_does_not_undo_a_reconnect() -> None:
    place = in_memory_service()
    connection = place.connected()
    reconnect(place, connection)
    parking.lose_authorization(place.deps, connection, LOST)
    state = place.deps.connections.get(connection.key).state
    assert state is ConnectionState.CONNECTED
