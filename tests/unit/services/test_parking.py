"""Parking, settling and resuming."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from ledgerlink.domain.errors import (
    AuthorizationLost,
    Conflict,
    Interrupted,
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
    app = in_memory_service()
    connection = app.connected()
    app.company().trouble = [None] * calls + [error]
    run = app.post(connection, "key", [entry(f"t{n}") for n in range(records)])
    app.work()
    return app, connection, run


def reconnect(app: InMemoryService, connection: Connection) -> None:
    app.clock.go_on(minutes=6)
    consent = connect.reconnect(app.deps, connection.key, "ada", REDIRECT)
    state = consent.authorize_url.partition("state=")[2].partition("&")[0]
    connect.complete(app.deps, state, "code", "realm-1")


def days(app: InMemoryService) -> list[str]:
    return sorted(str(s.body["notes"]) for s in app.company().of_kind("Time"))


@pytest.mark.parametrize("calls", range(4))
@pytest.mark.parametrize(
    ("error", "code"),
    [(LOST, "needs_reconnect"), (DOWN, "ledger_unavailable"), (STOPPED, "ledger_stopped")],
)
def test_trouble_of_the_whole_ledger_parks_the_run_and_frees_the_lane(
    error: LedgerError, code: str, calls: int
) -> None:
    app, _, run = interrupted(error, calls)
    parked = app.run(run)
    assert parked.state is RunState.PARKED
    assert parked.reason is not None
    assert parked.reason.code == code
    assert error.message in parked.reason.message
    assert app.lane.messages == []


def test_a_failure_with_its_own_reason_keeps_its_words() -> None:
    error = LedgerStopped("feature_off", "Time tracking is off.", "Turn time tracking on.")
    app, _, run = interrupted(error, 2)
    why = app.run(run).reason
    assert why is not None
    assert (why.code, why.message, why.remedy) == (error.code, error.message, error.remedy)


@pytest.mark.parametrize("calls", range(4))
def test_a_lost_authorisation_is_marked_and_a_reconnect_lets_the_run_go_on(calls: int) -> None:
    app, connection, run = interrupted(LOST, calls)
    marked = app.deps.connections.get(connection.key)
    assert marked.state is ConnectionState.NEEDS_RECONNECT
    assert marked.reason is not None
    reconnect(app, connection)
    app.work()
    assert app.run(run).state is RunState.COMPLETED
    assert app.run(run).reason is None
    assert days(app) == [f"work t{n}" for n in range(6)]
    assert app.deps.connections.get(connection.key).reason is None


@pytest.mark.parametrize("error", [DOWN, STOPPED])
def test_a_parked_run_is_resumed_by_hand_and_posts_the_rest(error: LedgerError) -> None:
    app, _, run = interrupted(error, 2)
    parking.resume(app.deps, app.run(run))
    app.work()
    assert app.run(run).state is RunState.COMPLETED
    assert days(app) == [f"work t{n}" for n in range(6)]


def test_a_finished_run_cannot_be_resumed() -> None:
    app = in_memory_service()
    run = app.post(app.connected(), "key", [entry("t1")])
    app.work()
    with pytest.raises(Conflict):
        parking.resume(app.deps, app.run(run))


def test_the_slower_of_two_resumes_gets_a_conflict_and_undoes_nothing() -> None:
    app, _, run = interrupted(DOWN, 2)
    seen = app.run(run)
    parking.resume(app.deps, seen)
    app.work()
    with pytest.raises(Conflict):
        parking.resume(app.deps, seen)
    assert app.run(run).state is RunState.COMPLETED


def test_messages_of_before_the_resume_do_nothing() -> None:
    app, _, run = interrupted(DOWN, 2)
    old = [message for message in app.handled if message.run_id == run.id]
    parking.resume(app.deps, app.run(run))
    received = len(app.company().received)
    for message in old:
        asyncio.run(lane.handle(app.deps, message, lambda: False))
    assert len(app.company().received) == received


def test_a_post_on_a_connection_that_needs_a_reconnect_is_kept_until_then() -> None:
    app, connection, _ = interrupted(LOST, 1)
    later = app.post(connection, "later", [entry("t9")])
    app.work()
    assert app.run(later).state is RunState.PARKED
    reconnect(app, connection)
    app.work()
    assert app.run(later).state is RunState.COMPLETED


def test_a_later_run_adopts_the_unanswered_writes_of_a_parked_one() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.company().faults = [Fault.STORED_UNANSWERED]
    app.company().trouble = [None, None, DOWN]
    run = app.post(connection, "one", [entry(f"t{n}", notes="same") for n in range(4)])
    app.work()
    assert app.run(run).state is RunState.PARKED
    later = app.post(connection, "two", [entry(f"t{n}", notes="same") for n in range(4)])
    app.work()
    assert app.run(later).state is RunState.COMPLETED
    assert days(app) == ["same"] * 4
    parking.resume(app.deps, app.run(run))
    app.work()
    assert app.run(run).state is RunState.COMPLETED
    assert days(app) == ["same"] * 4


def test_a_resumed_run_leaves_the_writes_of_a_later_run() -> None:
    app, connection, run = interrupted(DOWN, 2)
    later = app.post(connection, "two", [entry(f"t{n}", minutes=99) for n in range(6)])
    app.work()
    assert app.run(later).state is RunState.COMPLETED
    parking.resume(app.deps, app.run(run))
    app.work()
    assert len(days(app)) == 6
    assert {s.body["minutes"] for s in app.company().of_kind("Time")} == {99}
    superseded = [i for i in app.items(run) if i.outcome.reason]
    assert {i.outcome.reason.code for i in superseded if i.outcome.reason} == {"superseded"}
    assert {i.state for i in superseded} == {ItemState.UNCHANGED}


def test_a_run_parked_before_it_was_planned_does_not_undo_a_later_correction() -> None:
    app, connection, run = interrupted(DOWN, 0, records=1)
    app.post(connection, "two", [entry("t0", minutes=99)])
    app.work()
    parking.resume(app.deps, app.run(run))
    app.work()
    assert [s.body["minutes"] for s in app.company().of_kind("Time")] == [99]
    (item,) = app.items(run)
    assert item.outcome.reason is not None
    assert item.outcome.reason.code == "superseded"


def test_a_run_overtaken_by_an_older_resumed_run_reports_it_and_duplicates_nothing() -> None:
    app, connection, run = interrupted(DOWN, 1, records=4)
    later = app.post(connection, "two", [entry(f"t{n}", minutes=99) for n in range(3)])
    plan = app.lane.messages.pop(0)
    asyncio.run(lane.handle(app.deps, plan, lambda: False))
    waiting, app.lane.messages = app.lane.messages, []
    parking.resume(app.deps, app.run(run))
    app.lane.messages += waiting
    app.work()
    assert len(days(app)) == 4
    codes = {i.outcome.reason.code for i in app.items(later) if i.outcome.reason}
    assert codes == {"overtaken"}
    assert set(app.states(later).values()) == {ItemState.BLOCKED}
    app.post(connection, "three", [entry(f"t{n}", minutes=99) for n in range(3)])
    app.work()
    assert sorted(int(s.body["minutes"]) for s in app.company().of_kind("Time")) == [60] + [99] * 3


def test_a_plan_does_not_wait_for_ever_for_a_run_whose_messages_are_gone() -> None:
    app = in_memory_service()
    connection = app.connected()
    stuck = app.post(connection, "one", [entry("t1")])
    plan = app.lane.messages.pop(0)
    asyncio.run(lane.handle(app.deps, plan, lambda: False))
    app.lane.messages.clear()
    later = app.post(connection, "two", [entry("t1", minutes=99)])
    message = app.lane.messages[0]
    app.lane.messages[0] = Message(
        firm=FIRM,
        connection_id=connection.id,
        step=message.step,
        run_id=later.id,
        turn=lane.MAX_TURNS,
    )
    app.work()
    assert app.run(later).state is RunState.COMPLETED
    parking.resume(app.deps, app.run(stuck))
    asyncio.run(lane.handle(app.deps, app.handled[-1], lambda: False))
    assert len(days(app)) == 1


def test_a_dead_letter_sets_its_run_aside_and_a_resume_finishes_it() -> None:
    app = in_memory_service()
    connection = app.connected()
    run = app.post(connection, "key", [entry("t1")])
    dead = app.lane.messages.pop(0)
    lane.give_up(app.deps, dead)
    assert app.run(run).state is RunState.PARKED
    assert app.run(run).reason is not None
    parking.resume(app.deps, app.run(run))
    lane.give_up(app.deps, dead)
    app.work()
    assert app.run(run).state is RunState.COMPLETED
    lane.give_up(app.deps, app.handled[-1])
    assert app.run(run).state is RunState.COMPLETED


@pytest.mark.parametrize(("step", "run_id"), [("read_company", ""), ("apply", "nobody")])
def test_a_dead_letter_without_a_run_is_let_go_and_counted(step: str, run_id: str) -> None:
    app = in_memory_service()
    connection = app.connected()
    counted = Counter[str]()
    deps = replace(app.deps, metrics=FakeMetrics(counted))
    message = Message(firm=FIRM, connection_id=connection.id, step=step, run_id=run_id)
    lane.give_up(deps, message)
    assert counted == {"MessagesDropped": 1}
    assert app.deps.connections.get(connection.key).state is ConnectionState.CONNECTED


@pytest.mark.parametrize("error", [DOWN, STOPPED])
def test_a_ledger_that_cannot_be_read_after_a_reconnect_still_lets_the_runs_go_on(
    error: LedgerError,
) -> None:
    app, connection, run = interrupted(LOST, 2)
    reconnect(app, connection)
    app.company().trouble = [error]
    app.work()
    assert app.run(run).state is RunState.COMPLETED


def test_a_run_resumed_by_a_reconnect_reports_that_the_ledger_is_down() -> None:
    app, connection, run = interrupted(LOST, 2)
    reconnect(app, connection)
    app.company().trouble = [DOWN] * 9
    app.work()
    why = app.run(run).reason
    assert why is not None
    assert why.code == "ledger_unavailable"


def test_a_run_whose_workers_are_cut_short_with_nothing_to_show_is_parked() -> None:
    app = in_memory_service()
    run = app.post(app.connected(), "key", [entry("t1")])
    plan = app.lane.messages[0]
    asyncio.run(lane.handle(app.deps, plan, lambda: False))
    app.lane.messages.remove(plan)
    app.work(stop=lambda: True)
    parked = app.run(run)
    assert parked.state is RunState.PARKED
    assert parked.reason is not None
    assert parked.reason.code == "ledger_unavailable"
    assert len([m for m in app.handled if m.run_id == run.id]) == lane.MAX_IDLE_WORKERS
    parking.resume(app.deps, parked)
    app.work()
    assert app.run(run).state is RunState.COMPLETED


def test_a_run_that_cannot_even_be_planned_in_time_is_parked() -> None:
    app = in_memory_service()
    run = app.post(app.connected(), "key", [entry("t1")])
    app.work(stop=lambda: True)
    assert app.run(run).state is RunState.PARKED
    assert len([m for m in app.handled if m.run_id == run.id]) == lane.MAX_IDLE_WORKERS


def test_workers_that_are_cut_short_but_get_on_are_not_counted() -> None:
    app = in_memory_service(chunk_size=40)
    run = app.post(app.connected(), "key", [entry(f"t{n}") for n in range(40)])
    plan = app.lane.messages[0]
    asyncio.run(lane.handle(app.deps, plan, lambda: False))
    app.lane.messages.remove(plan)
    asked = iter(range(10_000))
    app.work(stop=lambda: next(asked) % 3 == 2)
    assert app.run(run).state is RunState.COMPLETED
    assert len(app.handled) > 2 * lane.MAX_IDLE_WORKERS


@pytest.mark.parametrize("error", [None, LOST])
def test_a_disconnect_in_the_middle_of_a_call_to_the_ledger_is_not_undone(
    error: LedgerError | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = in_memory_service()
    connection = app.connected()
    run = app.post(connection, "key", [entry("t1")])

    def meanwhile() -> None:
        monkeypatch.undo()
        connect.disconnect(app.deps, connection.key)
        if error is not None:
            raise error

    monkeypatch.setattr(app.company(), "knock", meanwhile)
    app.work()
    state = app.deps.connections.get(connection.key).state
    assert state is ConnectionState.DISCONNECTED
    assert app.run(run).state is RunState.PARKED
    assert days(app) == []


def test_a_worker_with_old_tokens_does_not_undo_a_reconnect() -> None:
    app = in_memory_service()
    connection = app.connected()
    reconnect(app, connection)
    parking.lose_authorization(app.deps, connection, LOST)
    state = app.deps.connections.get(connection.key).state
    assert state is ConnectionState.CONNECTED


@pytest.mark.parametrize("error", [DOWN, LOST, ValueError("ours"), Interrupted()])
def test_a_worker_of_before_a_resume_does_not_park_the_resumed_run(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It hears of its trouble when somebody has parked and resumed the run meanwhile."""
    app = in_memory_service()
    connection = app.connected()
    run = app.post(connection, "key", [entry("t1")])

    def meanwhile() -> None:
        monkeypatch.undo()
        parking.park(app.deps, app.run(run), parking.reason_of(DOWN))
        parking.resume(app.deps, app.run(run))
        raise error

    monkeypatch.setattr(app.company(), "knock", meanwhile)
    message = app.lane.messages.pop(0)
    asyncio.run(lane.handle(app.deps, message, lambda: False))
    resumed = app.run(run)
    assert resumed.generation > message.generation
    assert resumed.state is not RunState.PARKED
    assert resumed.idle == 0
    assert {waiting.generation for waiting in app.lane.messages} == {resumed.generation}


@pytest.mark.parametrize(
    ("error", "counted"),
    [
        (LOST, {"RunsParkedNeedsReconnect": 1, "ConnectionsLost": 1}),
        (DOWN, {"RunsParkedLedgerUnavailable": 1}),
        (STOPPED, {"RunsParkedLedgerStopped": 1, "RunsStuck": 1}),
    ],
)
def test_parked_runs_are_counted_by_reason(error: LedgerError, counted: dict[str, int]) -> None:
    """Case product 20: and once more where a person has to act."""
    app, connection, _ = interrupted(error, 2)
    names = ("RunsParked", "RunsStuck", "ConnectionsLost")
    found = {name: n for name, n in app.counts.items() if name.startswith(names)}
    assert found == {"RunsParked": 1, **counted}
    parking.lose_authorization(app.deps, connection, LOST)
    assert app.counts["ConnectionsLost"] == 1


def test_items_that_the_plan_decides_are_counted_like_those_that_are_sent() -> None:
    """Case product 20."""
    app = in_memory_service()
    records = [entry("t1"), entry("t2", staff_key="u2"), entry("t3", project_key="unknown")]
    app.post(app.connected(), "key", records)
    app.work()
    found = {state: app.counts[f"Items{state}"] for state in ("Posted", "Skipped", "Blocked")}
    assert found == {"Posted": 1, "Skipped": 1, "Blocked": 1}
