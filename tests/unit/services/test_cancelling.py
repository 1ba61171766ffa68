"""Giving up a run that was set aside, and resuming one whose rules were changed meanwhile."""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from ledgerlink.domain.errors import Conflict, LedgerUnavailable
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import LinkTo, Rule, RuleKind, Skip
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.services import lane
from ledgerlink.services.messages import Message
from ledgerlink.services.posting import staged_records
from ledgerlink.services.runs import parking

from tests.fakes.company import Fault
from tests.fakes.rows import FakeRules
from tests.fakes.service import InMemoryService, entry, in_memory_service

DOWN = LedgerUnavailable("busy", "Too many requests.")


def parked(
    calls: int, records: int = 6, faults: Sequence[Fault | None] = ()
) -> tuple[InMemoryService, Connection, Run]:
    """A post that an outage met after so many calls."""
    app = in_memory_service(chunk_size=2)
    connection = app.connected()
    app.connector.request_size = 1
    app.company().trouble = [None] * calls + [DOWN]
    app.company().faults = list(faults)
    run = app.post(connection, "key", [entry(f"t{n}") for n in range(records)])
    app.work()
    assert app.run(run).state is RunState.PARKED
    return app, connection, run


def notes(app: InMemoryService) -> list[str]:
    return sorted(str(stored.body["notes"]) for stored in app.company().of_kind("Time"))


def customers(app: InMemoryService) -> dict[str, str]:
    return {str(s.body["notes"]): str(s.body["customer"]) for s in app.company().of_kind("Time")}


@pytest.mark.parametrize(("calls", "posted"), [(0, 0), (1, 0), (3, 2), (4, 3)])
def test_a_run_that_was_set_aside_can_be_cancelled(calls: int, posted: int) -> None:
    """Case sage-intacct 1, product 4: what was not sent is never sent, what was posted stays."""
    app, connection, run = parked(calls)
    cancelled = parking.cancel(app.deps, app.run(run))
    app.work()
    done = app.run(run)
    assert done.state is RunState.CANCELLED
    assert done.finished_at is not None
    assert cancelled.state in (RunState.CANCELLED, RunState.CANCELLING)
    assert len(notes(app)) == posted
    states = list(app.states(run).values())
    assert states.count(ItemState.POSTED) == posted
    assert states.count(ItemState.SKIPPED) == (6 - posted if states else 0)
    assert done.counts()["pending"] == 0
    reasons = {item.outcome.reason and item.outcome.reason.code for item in app.items(run)}
    assert reasons <= {None, "cancelled"}
    with pytest.raises(Conflict):
        parking.resume(app.deps, done)
    assert parking.cancel(app.deps, done).state is RunState.CANCELLED
    again = app.post(connection, "again", [entry(f"t{n}") for n in range(6)])
    app.work()
    assert app.run(again).state is RunState.COMPLETED
    assert notes(app) == [f"work t{n}" for n in range(6)]


def test_a_cancelled_run_first_learns_what_became_of_its_requests() -> None:
    """Case product 4: a document whose answer was lost is found, and not posted a second time."""
    app, connection, run = parked(2, faults=[Fault.STORED_UNANSWERED])
    assert app.run(run).unanswered()
    assert parking.cancel(app.deps, app.run(run)).state is RunState.CANCELLING
    app.work()
    assert app.run(run).state is RunState.CANCELLED
    assert app.states(run)["time:t0"] is ItemState.POSTED
    app.post(connection, "again", [entry("t0")])
    app.work()
    assert notes(app) == ["work t0"]


def test_a_run_that_a_worker_set_aside_can_be_cancelled() -> None:
    """Case product 4: `worker_failed`."""
    app = in_memory_service()
    connection = app.connected()
    run = app.post(connection, "key", [entry("t1")])
    message: Message = app.lane.messages.pop(0)
    lane.give_up(app.deps, message)
    assert app.run(run).reason is not None
    parking.cancel(app.deps, app.run(run))
    app.work()
    assert app.run(run).state is RunState.CANCELLED
    assert notes(app) == []


def test_a_run_that_waits_for_its_turn_can_be_cancelled() -> None:
    app = in_memory_service()
    connection = app.connected()
    run = app.post(connection, "key", [entry("t1")])
    parking.cancel(app.deps, app.run(run))
    app.work()
    assert app.run(run).state is RunState.CANCELLED
    assert notes(app) == []


def test_a_sync_can_be_cancelled_and_a_finished_run_cannot() -> None:
    app = in_memory_service()
    connection = app.connected()
    run = app.post(connection, "key", [entry("t1")])
    app.work()
    with pytest.raises(Conflict, match="completed"):
        parking.cancel(app.deps, app.run(run))


def relink(app: InMemoryService, connection: Connection, key: str, mapping: Any) -> None:
    app.clock.go_on(minutes=1)
    app.rules(connection, RuleKind.PROJECTS, {key: mapping})
    app.clock.go_on(minutes=1)


def test_a_resumed_run_of_which_nothing_was_sent_is_planned_anew_by_the_rules_as_they_are() -> None:
    """Case sage-intacct 1: a resumed run uses the rule as it is now."""
    app, connection, run = parked(1)
    assert app.run(run).chunks
    relink(app, connection, "p1", LinkTo(ledger_id="C2"))
    parking.resume(app.deps, app.run(run))
    app.work()
    assert app.run(run).state is RunState.COMPLETED
    assert customers(app) == {f"work t{n}": "C2" for n in range(6)}


@pytest.mark.parametrize("mapping", [LinkTo(ledger_id="C2"), Skip()])
@pytest.mark.parametrize("calls", [3, 4])
def test_a_resumed_run_says_that_its_plan_is_old(calls: int, mapping: Any) -> None:
    """Case sage-intacct 1: what was not sent yet is not posted by a rule that holds no more."""
    app, connection, run = parked(calls)
    before = notes(app)
    relink(app, connection, "p1", mapping)
    parking.resume(app.deps, app.run(run))
    app.work()
    assert app.run(run).state is RunState.COMPLETED_WITH_PROBLEMS
    assert notes(app) == before
    items = {item.operation.key: item.outcome for item in app.items(run)}
    blocked = [one.reason.code for one in items.values() if one.reason]
    assert blocked == ["plan_old"] * (6 - len(before))


@pytest.mark.parametrize(("calls", "outcome"), [(1, "completed"), (3, "completed_with_problems")])
def test_a_rule_that_is_set_while_a_post_is_planned_is_newer_than_its_plan(
    calls: int, outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan takes minutes after its rules were read."""
    app = in_memory_service(chunk_size=2)
    connection = app.connected()
    app.connector.request_size = 1
    app.company().trouble = [None] * calls + [DOWN]
    put_chunk = app.staging.put_chunk

    def slow(run: Run, number: int, lines: Iterable[bytes]) -> None:
        put_chunk(run, number, lines)
        if number == 1:
            relink(app, connection, "p1", LinkTo(ledger_id="C2"))

    monkeypatch.setattr(app.staging, "put_chunk", slow)
    run = app.post(connection, "key", [entry(f"t{n}") for n in range(6)])
    app.work()
    monkeypatch.undo()
    before = customers(app)
    assert set(before.values()) <= {"C1"}
    parking.resume(app.deps, app.run(run))
    app.work()
    assert app.run(run).state.value == outcome
    added = {notes: customer for notes, customer in customers(app).items() if notes not in before}
    assert set(added.values()) <= {"C2"}


def test_a_rule_that_the_post_itself_created_is_no_change_of_its_rules(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = in_memory_service()
    read = FakeRules.list

    def slow(self: FakeRules, *which: Any) -> Sequence[Rule]:
        app.clock.go_on(seconds=1)
        return read(self, *which)

    monkeypatch.setattr(FakeRules, "list", slow)
    connection = app.connected()
    app.company().trouble = [None, DOWN]
    client = {"kind": "client", "key": "c9", "name": "Nine"}
    run = app.post(connection, "key", [client, entry("t1")])
    app.work()
    stored = app.run(run)
    assert stored.state is RunState.PARKED
    assert app.deps.rules.get(connection.key, RuleKind.PROJECTS, ["c9"])
    assert not parking.rules_changed(app.deps, stored)


@pytest.mark.parametrize("limit", ["LARGEST_FILE", "MOST_RECORDS"])
def test_a_resumed_run_that_is_too_large_to_be_compared_waits_to_be_cancelled(
    limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails no worker, which would try again, and then again for each resume."""
    app, connection, run = parked(3)
    before = notes(app)
    relink(app, connection, "p1", Skip())
    monkeypatch.setattr(staged_records, limit, 3)
    parking.resume(app.deps, app.run(run))
    app.work()
    stored = app.run(run)
    assert stored.state is RunState.PARKED
    assert stored.reason is not None
    assert stored.reason.code == "unreadable_upload"
    parking.cancel(app.deps, stored)
    app.work()
    assert app.run(run).state is RunState.CANCELLED
    assert notes(app) == before


@pytest.mark.parametrize(("calls", "state"), [(1, RunState.FAILED), (3, RunState.PARKED)])
def test_a_run_that_is_resumed_after_its_records_were_deleted_says_so(
    calls: int, state: RunState
) -> None:
    """Records are kept for 30 days, and a run may be resumed for more than a year. One of which
    nothing was sent has failed; of another, what was sent stays as it is."""
    app, connection, run = parked(calls)
    before = notes(app)
    relink(app, connection, "p1", Skip())
    app.clock.go_on(minutes=31 * 24 * 60)
    app.staging.files.clear()
    parking.resume(app.deps, app.run(run))
    app.work()
    stored = app.run(run)
    assert stored.state is state
    assert stored.reason is not None
    assert stored.reason.code == "unreadable_upload"
    assert "older than 30 days" in stored.reason.message
    assert notes(app) == before


def test_a_resumed_run_goes_on_when_other_rules_were_changed() -> None:
    app, connection, run = parked(3)
    relink(app, connection, "p2", LinkTo(ledger_id="C2"))
    parking.resume(app.deps, app.run(run))
    app.work()
    assert app.run(run).state is RunState.COMPLETED
    assert customers(app) == {f"work t{n}": "C1" for n in range(6)}


def test_a_resumed_run_keeps_what_was_created_for_it_meanwhile() -> None:
    """A record that the run created is referred to by its id now, which is no difference."""
    app = in_memory_service(chunk_size=2)
    connection = app.connected()
    app.connector.request_size = 1
    app.company().trouble = [None] * 3 + [DOWN]
    client = {"kind": "client", "key": "c", "name": "New"}
    entries = [entry(f"t{n}", project_key=None, client_key="c") for n in range(4)]
    run = app.post(connection, "key", [client, *entries])
    app.work()
    assert app.run(run).state is RunState.PARKED
    relink(app, connection, "p2", LinkTo(ledger_id="C2"))
    parking.resume(app.deps, app.run(run))
    app.work()
    assert app.run(run).state is RunState.COMPLETED
    assert len(notes(app)) == 4
