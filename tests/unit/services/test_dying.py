"""A worker that dies anywhere is repeated by the queue, and nothing is lost or doubled."""

import asyncio
from collections import Counter
from dataclasses import replace
from itertools import product

import pytest
from ledgerlink.domain.errors import LedgerUnavailable
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import Client, CreateProject, CreateUser, RuleKind, Skip
from ledgerlink.domain.model.runs import RunState
from ledgerlink.services import lane
from ledgerlink.services.connections import connect

from tests.fakes.failure_plan import FailurePlan, WorkerDied
from tests.fakes.service import InMemoryService, entry, in_memory_service
from tests.support.sampling import sampled

ENTRIES = [
    entry("t1", staff_key="new"),
    entry("t2"),
    entry("t3", project_key="site"),
    entry("t4", project_key="site", notes="work t3"),
    entry("t5", minutes=0),
    entry("t6", staff_key="u2"),
    entry("t7", project_key="unknown"),
    entry("t8", notes="refuse me"),
]
POSTED = {"t1", "t2", "t3", "t4"}


def settled(app: InMemoryService) -> Connection:
    connection = app.connected()
    app.rules(connection, RuleKind.USERS, {"new": CreateUser(name="New Person"), "u2": Skip()})
    site = CreateProject(name="Site", client=Client(key="client", name="Client"))
    app.rules(connection, RuleKind.PROJECTS, {"site": site})
    app.company().refuse.add("refuse me")
    return connection


def steps_of_a_run() -> list[str]:
    app = in_memory_service()
    connection = settled(app)
    app.post(connection, "key", ENTRIES)
    posted = len(app.failure_plan.steps)
    app.work()
    return app.failure_plan.steps[posted:]


def check(app: InMemoryService, connection: Connection) -> None:
    """Everything is in the ledger once, with its link and its outcome."""
    stored = app.company().of_kind("Time")
    assert Counter(s.body["notes"] for s in stored) == {"work t1": 1, "work t2": 1, "work t3": 2}
    assert sorted(s.kind for s in app.company().stored.values()) == (
        ["Customer"] * 2 + ["Person"] + ["Time"] * 4
    )
    (run,) = app.runs.list(connection.key, None, 10).items
    assert run.state is RunState.COMPLETED_WITH_PROBLEMS
    assert run.counts() == {
        "pending": 0,
        "posted": 7,
        "unchanged": 0,
        "skipped": 1,
        "blocked": 2,
        "failed": 1,
    }
    links = app.links.rows[connection.key]
    ids = {link.ledger_id for link in links.values()}
    assert ids == set(app.company().stored)
    assert {k.removeprefix("time:") for k in links if k.startswith("time:")} == POSTED
    for item in app.items(run):
        if item.state is ItemState.POSTED:
            assert links[item.operation.key].ledger_id == item.outcome.ledger_id
        else:
            assert item.outcome.reason is not None
            assert item.outcome.reason.remedy


STEPS = steps_of_a_run()


@sampled("at", range(len(STEPS)))
def test_a_worker_that_dies_at_any_step_is_repeated_without_loss_or_double(at: int) -> None:
    app = in_memory_service()
    connection = settled(app)
    app.post(connection, "key", ENTRIES)
    app.failure_plan.at = len(app.failure_plan.steps) + at
    app.work()
    assert app.failure_plan.steps[app.failure_plan.at] == STEPS[at]
    check(app, connection)


@sampled("at", range(len(STEPS)))
def test_a_repeated_worker_looks_up_requests_that_the_ledger_has_forgotten(at: int) -> None:
    app = in_memory_service()
    connection = settled(app)
    app.post(connection, "key", ENTRIES)
    app.failure_plan.at = len(app.failure_plan.steps) + at
    app.work(redelivered_after=7200)
    check(app, connection)


MEANWHILE = [0.0, 0.002]
"""Seconds that the ledger takes: none, so that all was sent before the first answer is stored, and
about as many as the storing of an answer takes."""


def overlapping(
    seconds: float, failure_plan: FailurePlan | None = None
) -> tuple[InMemoryService, Connection]:
    """A connection whose time goes in one chunk of several requests."""
    app = in_memory_service(failure_plan, chunk_size=40)
    connection = settled(app)
    app.company().seconds = seconds
    return app, connection


def steps_of_a_chunk() -> int:
    app, connection = overlapping(0.0)
    app.post(connection, "key", ENTRIES)
    posted = len(app.failure_plan.steps)
    app.work()
    return len(app.failure_plan.steps) - posted


@sampled("at, seconds, after", product(range(steps_of_a_chunk()), MEANWHILE, [0, 7200]))
def test_a_worker_that_dies_between_sending_and_storing_earlier_answers_loses_nothing(
    at: int, seconds: float, after: int
) -> None:
    app, connection = overlapping(seconds, FailurePlan(lasts=True))
    app.post(connection, "key", ENTRIES)
    app.failure_plan.at = len(app.failure_plan.steps) + at
    app.work(redelivered_after=after)
    check(app, connection)


@pytest.mark.parametrize("minutes", [60, 90])
@pytest.mark.parametrize("away", [1, 31, 120])
def test_a_link_without_an_outcome_is_proof_whatever_the_ledger_holds_now(
    minutes: int, away: int
) -> None:
    app = in_memory_service()
    connection = app.connected()
    if minutes == 90:
        app.post(connection, "first", [entry("t1")])
        app.work()
    run = app.post(connection, "key", [entry("t1", minutes=minutes)])
    failure_plan = app.failure_plan
    asyncio.run(lane.handle(app.deps, app.lane.messages.pop(0), lambda: False))
    plain, seen = failure_plan.step, len(app.company().received)

    def die_between(name: str) -> None:
        plain(name)
        if name == "before runs.put_outcomes" and len(app.company().received) > seen:
            vars(failure_plan).pop("step")
            raise WorkerDied(name)

    vars(failure_plan)["step"] = die_between
    with pytest.raises(WorkerDied):
        asyncio.run(lane.handle(app.deps, app.lane.messages[0], lambda: False))
    edited = {
        key: replace(stored, body={**stored.body, "notes": "edited"}, version=stored.version + 1)
        for key, stored in app.company().stored.items()
    }
    app.company().stored.update(edited)
    app.clock.go_on(minutes=away)
    app.work()
    assert app.states(run) == {"time:t1": ItemState.POSTED}
    assert len(app.company().stored) == 1


def test_a_post_that_dies_at_any_step_and_is_repeated_makes_one_run() -> None:
    plain = in_memory_service()
    connection = settled(plain)
    before = len(plain.failure_plan.steps)
    plain.post(connection, "key", ENTRIES)
    for at in range(len(plain.failure_plan.steps) - before):
        app = in_memory_service()
        connection = settled(app)
        app.failure_plan.at = len(app.failure_plan.steps) + at
        with pytest.raises(WorkerDied):
            app.post(connection, "key", ENTRIES)
        app.post(connection, "key", ENTRIES)
        app.work()
        check(app, connection)


def parked(app: InMemoryService) -> Connection:
    """A connection whose one run waits since the ledger went away in its middle."""
    connection = settled(app)
    app.company().trouble = [None] * 4 + [LedgerUnavailable("down", "The ledger is down.")]
    run = app.post(connection, "key", ENTRIES)
    app.work()
    assert app.run(run).state is RunState.PARKED
    return connection


def reconnect(app: InMemoryService, connection: Connection) -> None:
    consent = connect.reconnect(app.deps, connection.key, "ada", "https://x.example")
    state = consent.authorize_url.partition("state=")[2].partition("&")[0]
    connect.complete(app.deps, state, "code", "realm-1")


def steps_of_a_resume() -> list[str]:
    app = in_memory_service()
    connection = parked(app)
    reconnect(app, connection)
    before = len(app.failure_plan.steps)
    app.work()
    return app.failure_plan.steps[before:]


RESUME_STEPS = steps_of_a_resume()


@sampled("at", range(len(RESUME_STEPS)))
def test_a_worker_that_dies_while_it_resumes_parked_runs_still_resumes_them(at: int) -> None:
    app = in_memory_service()
    connection = parked(app)
    reconnect(app, connection)
    app.failure_plan.at = len(app.failure_plan.steps) + at
    app.work()
    check(app, connection)


def test_a_failure_plan_ends_a_worker_once() -> None:
    failure_plan = FailurePlan(at=1)
    failure_plan.step("one")
    with pytest.raises(WorkerDied):
        failure_plan.step("two")
    failure_plan.step("three")
