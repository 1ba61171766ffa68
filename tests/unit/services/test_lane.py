"""What is done for one message of a lane, by what is stored of its run."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ledgerlink.domain.errors import (
    AuthorizationLost,
    LedgerError,
    LedgerStopped,
    LedgerUnavailable,
)
from ledgerlink.domain.model.connections import Connection, ConnectionState
from ledgerlink.domain.model.list_records import ListTraits, ListType
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.services import lane
from ledgerlink.services.connections import connect
from ledgerlink.services.messages import Message, run_message
from ledgerlink.services.runs import parking
from ledgerlink.services.settings.settings import change_settings
from ledgerlink.services.sync.request import request_sync

from tests.fakes.service import REDIRECT, USER, InMemoryService, entry, in_memory_service
from tests.support.importing import drafted

LISTS = {ListType.CUSTOMER: ListTraits(entities=("customer",), by_changes=True, places=True)}
LOST = AuthorizationLost("invalid_grant", "The token was revoked.")
DOWN = LedgerUnavailable("ledger_unavailable", "Down.")
STOPPED = LedgerStopped("plan", "The subscription ended.")


@pytest.fixture
def app() -> InMemoryService:
    return in_memory_service(lists=LISTS)


@pytest.fixture
def connection(app: InMemoryService) -> Connection:
    connection = app.connected()
    app.counts.clear()
    return connection


def handle(
    app: InMemoryService, message: Message, stop: Callable[[], bool] = lambda: False
) -> list[Message]:
    """Do what the message asks for; the messages that it sends."""
    app.lane.messages.clear()
    asyncio.run(lane.handle(app.deps, message, stop))
    return list(app.lane.messages)


def stored(app: InMemoryService, run: Run, **changes: Any) -> Run:
    """The run with these values, as it is stored now."""
    changed = replace(app.run(run), **changes)
    app.runs.save(changed)
    return changed


def posted(app: InMemoryService, connection: Connection, key: str = "one") -> Run:
    return app.post(connection, key, [entry("t1"), entry("t2")])


def synced(app: InMemoryService, connection: Connection, key: str = "sync") -> Run:
    return request_sync(app.deps, connection.key, USER, key, whole=True)


# Trouble of the ledger


@pytest.mark.parametrize(
    ("error", "failed", "retried"), [(STOPPED, 1, False), (DOWN, 0, True), (LOST, 0, False)]
)
def test_of_failed_syncs_those_are_counted_that_no_retry_helps(
    app: InMemoryService, connection: Connection, error: LedgerError, failed: int, retried: bool
) -> None:
    run = synced(app, connection)
    app.company().trouble = [error]
    handle(app, run_message(run))
    assert app.run(run).state is RunState.PARKED
    assert app.counts["SyncsFailed"] == failed
    due = app.deps.schedules.get(connection.key).retry_at
    assert (due is not None) is retried
    assert due is None or due > app.clock.now()


@pytest.mark.parametrize(("error", "retried"), [(STOPPED, False), (DOWN, True)])
def test_a_failed_post_is_no_failed_sync(
    app: InMemoryService, connection: Connection, error: LedgerError, retried: bool
) -> None:
    run = posted(app, connection)
    app.company().trouble = [error]
    handle(app, run_message(run))
    assert app.run(run).state is RunState.PARKED
    assert app.counts["SyncsFailed"] == 0
    assert (app.deps.schedules.get(connection.key).retry_at is not None) is retried


@pytest.mark.parametrize("known", [True, False])
def test_a_run_of_a_lost_connection_waits_with_the_reason_of_the_connection(
    app: InMemoryService, connection: Connection, known: bool
) -> None:
    run = posted(app, connection)
    why = reason("needs_reconnect", detail="The token was revoked.")
    lost = replace(connection, state=ConnectionState.NEEDS_RECONNECT, reason=why if known else None)
    app.deps.connections.save(
        replace(lost, version=app.deps.connections.get(connection.key).version)
    )
    handle(app, run_message(run))
    expected = why if known else reason("needs_reconnect", detail=lane.NOT_CONNECTED)
    assert (app.run(run).state, app.run(run).reason) == (RunState.PARKED, expected)


def test_a_finished_run_of_a_lost_connection_stays_finished(
    app: InMemoryService, connection: Connection
) -> None:
    run = posted(app, connection)
    app.work()
    connect.disconnect(app.deps, connection.key)
    handle(app, run_message(run))
    assert app.run(run).state is RunState.COMPLETED


def test_a_message_that_failed_too_often_parks_only_a_run_that_is_at_work(
    app: InMemoryService, connection: Connection
) -> None:
    run = posted(app, connection)
    lane.give_up(app.deps, replace(run_message(run), generation=7))
    assert app.run(run).state is RunState.QUEUED
    lane.give_up(app.deps, run_message(run))
    assert app.run(run).state is RunState.PARKED
    assert app.counts["RunsSetAside"] == 1
    lane.give_up(app.deps, run_message(run))
    assert app.counts["RunsSetAside"] == 1


# After a connect


def test_a_company_that_cannot_be_read_after_a_connect_is_counted_once(
    app: InMemoryService, connection: Connection
) -> None:
    app.clock.go_on(minutes=6)
    consent = connect.reconnect(app.deps, connection.key, USER, REDIRECT)
    state = consent.authorize_url.partition("state=")[2].partition("&")[0]
    connect.complete(app.deps, state, "code", "realm-1")
    message = app.lane.messages[-1]
    assert message.step == "read_company"
    app.company().trouble = [DOWN]
    handle(app, message)
    assert app.counts["CompaniesUnread"] == 1
    handle(app, message)
    assert app.counts["CompaniesUnread"] == 1


@pytest.mark.parametrize(
    ("direction", "has_lists", "syncs"),
    [("in", True, 1), ("both", True, 1), ("out", True, 0), ("both", False, 0)],
)
def test_lists_are_synced_after_a_connect_where_they_are_wanted_and_there_are_some(
    direction: str, has_lists: bool, syncs: int
) -> None:
    app = in_memory_service(lists=LISTS if has_lists else None)
    connection = app.connected()
    change_settings(app.deps, connection.key, USER, {"direction": direction})
    message = Message(firm=connection.firm, connection_id=connection.id, step="read_company")
    app.clock.go_on(minutes=6)
    again = app.deps.connections.get(connection.key)
    app.deps.connections.save(replace(again, connected_at=app.clock.now()))
    assert [sent.step for sent in handle(app, message)] == ["sync"] * syncs


def test_nothing_is_read_of_a_company_that_was_disconnected_meanwhile(
    app: InMemoryService, connection: Connection
) -> None:
    connect.disconnect(app.deps, connection.key)
    app.company().trouble = [DOWN]
    message = Message(firm=connection.firm, connection_id=connection.id, step="read_company")
    assert handle(app, message) == []
    assert app.counts["CompaniesUnread"] == 0


# Workers that are stopped


def stopping() -> bool:
    return True


def test_a_stopped_worker_that_achieved_nothing_is_counted_and_its_message_sent_again(
    app: InMemoryService, connection: Connection
) -> None:
    message = run_message(stored(app, posted(app, connection), idle=2))
    assert handle(app, message, stopping) == [replace(message, turn=1)]
    run = app.deps.runs.get(connection.key, message.run_id)
    assert run.idle == 3
    assert handle(app, replace(message, turn=1), stopping) == [replace(message, turn=2)]
    assert app.run(run).state is RunState.QUEUED
    assert handle(app, replace(message, turn=2), stopping) == []
    parked = app.run(run)
    assert parked.state is RunState.PARKED
    assert parked.reason is not None
    assert f"{lane.MAX_IDLE_WORKERS} times in a row" in parked.reason.message


def test_a_worker_that_got_on_ends_the_count_of_those_that_achieved_nothing(
    app: InMemoryService, connection: Connection
) -> None:
    app.connector.chunk_size = 40
    run = app.post(connection, "many", [entry(f"t{n}") for n in range(20)])
    (message,) = handle(app, run_message(run))
    stored(app, run, idle=3)
    asked = iter(range(100))
    (again,) = handle(app, message, lambda: next(asked) > 4)
    assert again.turn == 1
    assert 0 < len(app.company().of_kind("Time")) < 20
    assert app.deps.runs.get(connection.key, run.id).idle == 0


# An import that is interrupted


def interruptible(
    app: InMemoryService, run: Run, stop: Callable[[], bool] = lambda: False
) -> tuple[lane.StopOrInterrupt, list[str]]:
    """The stop of a run's worker, and the ids of the runs that it has read."""
    reads: list[str] = []
    get = app.runs.get

    def noted(connection_key: Any, run_id: str) -> Run:
        reads.append(run_id)
        return get(connection_key, run_id)

    vars(app.runs)["get"] = noted
    return lane.StopOrInterrupt(app.deps, run, stop), reads


def test_an_interrupt_is_noticed_within_two_seconds_and_for_good(
    app: InMemoryService, connection: Connection
) -> None:
    run = drafted(app, connection, entry("t1"))
    stops, reads = interruptible(app, run)
    app.clock.go_on(seconds=1.9)
    assert not stops()
    app.clock.go_on(seconds=0.1)
    assert not stops()
    app.runs.save(replace(run, generation=run.generation + 1))
    assert not stops()
    assert reads == [run.id]
    app.clock.go_on(seconds=2)
    assert stops()
    app.clock.go_on(seconds=2)
    assert stops()
    assert reads == [run.id] * 2


def test_a_post_is_stopped_by_its_worker_alone(
    app: InMemoryService, connection: Connection
) -> None:
    run, stop = posted(app, connection), [False]
    stops, reads = interruptible(app, run, lambda: stop[0])
    app.clock.go_on(seconds=60)
    assert (stops(), reads) == (False, [])
    stop[0] = True
    assert (stops(), reads) == (True, [])


def test_a_worker_near_its_end_stops_an_import_too(
    app: InMemoryService, connection: Connection
) -> None:
    stops, reads = interruptible(app, drafted(app, connection, entry("t1")), stopping)
    app.clock.go_on(seconds=60)
    assert (stops(), reads) == (True, [])


# Turns


def test_a_plan_waits_for_the_post_that_is_being_applied(
    app: InMemoryService, connection: Connection
) -> None:
    stored(app, posted(app, connection), state=RunState.APPLYING)
    later = posted(app, connection, "two")
    message = run_message(later)
    last = lane.MAX_TURNS - 1
    for turn in (0, last):
        waiting = replace(message, turn=turn)
        assert handle(app, waiting) == [replace(message, turn=turn + 1)]
        assert app.run(later).state is RunState.QUEUED
    handle(app, replace(message, turn=lane.MAX_TURNS))
    assert app.run(later).state is RunState.APPLYING


def test_a_plan_does_not_wait_for_a_sync(app: InMemoryService, connection: Connection) -> None:
    stored(app, synced(app, connection), state=RunState.APPLYING)
    run = posted(app, connection)
    handle(app, run_message(run))
    assert app.run(run).state is RunState.APPLYING


def test_the_messages_of_a_planned_post_are_sent_again(
    app: InMemoryService, connection: Connection
) -> None:
    """The worker that planned it may have died before it sent them."""
    run = posted(app, connection)
    sent = handle(app, run_message(run))
    assert [message.step for message in sent] == ["apply"]
    assert handle(app, run_message(run)) == []  # the queue drops what it has seen
    app.lane.seen.clear()
    assert handle(app, run_message(run)) == sent


def test_a_post_that_was_given_up_ends_when_its_plan_has_its_turn(
    app: InMemoryService, connection: Connection
) -> None:
    run = stored(app, posted(app, connection), state=RunState.CANCELLING)
    assert handle(app, run_message(run)) == []
    assert app.run(run).state is RunState.CANCELLED
    assert app.run(run).finished_at == app.clock.now()
    assert handle(app, run_message(run)) == []


def test_a_draft_is_not_planned_by_an_old_message(
    app: InMemoryService, connection: Connection
) -> None:
    run = drafted(app, connection, entry("t1"))
    handle(app, run_message(run))
    assert app.run(run).state is RunState.DRAFT
    stored(app, run, state=RunState.PLANNING)
    handle(app, run_message(app.run(run)))
    assert app.run(run).state is RunState.READY


def test_a_run_without_open_chunks_is_finished(
    app: InMemoryService, connection: Connection
) -> None:
    """The worker that applied the last chunk may have died before it finished the run."""
    run = posted(app, connection)
    app.work()
    stored(app, run, state=RunState.APPLYING, finished_at=None)
    message = Message(firm=run.firm, connection_id=run.connection_id, step="apply", run_id=run.id)
    received = len(app.company().received)
    handle(app, message)
    assert app.run(run).state is RunState.COMPLETED
    assert len(app.company().received) == received


def test_a_sync_gives_way_to_an_older_one_which_it_resumes(
    app: InMemoryService, connection: Connection
) -> None:
    older = stored(app, synced(app, connection, "1"), state=RunState.PARKED, reason=None)
    message = run_message(synced(app, connection, "2"))
    sent = handle(app, message)
    assert replace(message, turn=1) in sent
    assert app.run(older).state is RunState.QUEUED
    handle(app, sent[0])
    handle(app, sent[1])
    assert app.deps.runs.get(connection.key, message.run_id).state is RunState.COMPLETED


@pytest.mark.parametrize(
    ("turn", "parked"), [(1, False), (lane.MAX_TURNS - 1, False), (lane.MAX_TURNS, True)]
)
def test_a_sync_waits_behind_an_older_one_that_is_queued_for_so_many_turns(
    app: InMemoryService, connection: Connection, turn: int, parked: bool
) -> None:
    older = synced(app, connection, "1")
    run = synced(app, connection, "2")
    message = replace(run_message(run), turn=turn)
    assert handle(app, message) == ([] if parked else [replace(message, turn=turn + 1)])
    assert (app.run(run).state is RunState.PARKED) is parked
    why = app.run(run).reason
    assert (why and why.code) == ("worker_failed" if parked else None)
    assert app.run(older).state is RunState.QUEUED


def test_a_sync_parks_behind_one_that_is_parked_again_with_its_reason(
    app: InMemoryService, connection: Connection
) -> None:
    why = reason("ledger_unavailable", detail="Down.")
    stored(app, synced(app, connection, "1"), state=RunState.PARKED, reason=why)
    run = synced(app, connection, "2")
    assert handle(app, replace(run_message(run), turn=1)) == []
    assert (app.run(run).state, app.run(run).reason) == (RunState.PARKED, why)


def test_a_sync_that_is_not_listed_yet_is_done(
    app: InMemoryService, connection: Connection
) -> None:
    """The index of runs by their state may be some moments behind."""
    run = synced(app, connection)
    vars(app.runs)["in_state"] = lambda *_: []
    handle(app, run_message(run))
    assert app.run(run).state is RunState.COMPLETED


def test_messages_of_before_a_resume_do_nothing(
    app: InMemoryService, connection: Connection
) -> None:
    run = stored(app, posted(app, connection), state=RunState.PARKED)
    old = run_message(run)
    parking.resume(app.deps, run)
    assert handle(app, old) == []
    assert app.run(run).state is RunState.QUEUED
