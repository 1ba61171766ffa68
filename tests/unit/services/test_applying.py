"""Posting through the lane: order, unknown answers, late answers, one record's trouble."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from ledgerlink.domain.errors import AuthorizationLost, Interrupted, LedgerError, LedgerUnavailable
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import Client, CreateProject, RuleKind
from ledgerlink.domain.model.runs import Progress, Run, RunState
from ledgerlink.domain.ports import CLOCK_TOLERANCE
from ledgerlink.services import lane
from ledgerlink.services.applying.chunk import MAX_SERIES

from tests.fakes.company import Fault, Stored
from tests.fakes.failure_plan import WorkerDied
from tests.fakes.service import InMemoryService, entry, in_memory_service


def notes(app: InMemoryService) -> Counter[str]:
    return Counter(str(s.body["notes"]) for s in app.company().of_kind("Time"))


def link(app: InMemoryService, run: Run, key: str, ledger_id: str) -> None:
    """A link that a worker of this run stored before it died."""
    stored = Link(
        key=key,
        kind="Time",
        ledger_id=ledger_id,
        version="0",
        fingerprint="f",
        run_id=run.id,
        written_at=app.clock.now(),
    )
    app.links.put(run.connection_key, [stored])


def test_every_entry_becomes_one_document_with_link_outcome_and_trace() -> None:
    app = in_memory_service()
    connection = app.connected()
    run = app.post(connection, "key", [entry(f"t{n}") for n in range(11)])
    app.work()
    assert app.run(run).state is RunState.COMPLETED
    assert notes(app) == {f"work t{n}": 1 for n in range(11)}
    assert {item.outcome.trace_id for item in app.items(run)} == {"trace"}
    assert app.run(run).calls() == {"read": 1, "write": 6}


def test_posting_the_same_again_writes_nothing() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.post(connection, "one", [entry("t1"), entry("t2")])
    app.work()
    again = app.post(connection, "two", [entry("t1"), entry("t2")])
    app.work()
    assert len(app.company().received) == 1
    assert set(app.states(again).values()) == {ItemState.UNCHANGED}


def test_two_posts_of_the_same_entries_in_the_lane_at_once_make_one_document_each() -> None:
    app = in_memory_service()
    connection = app.connected()
    runs = [app.post(connection, f"k{n}", [entry("t1"), entry("t2")]) for n in range(3)]
    app.work()
    assert notes(app) == {"work t1": 1, "work t2": 1}
    assert [app.run(run).state for run in runs] == [RunState.COMPLETED] * 3


def test_a_correction_posted_before_the_first_post_is_done_is_the_one_that_stays() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.post(connection, "one", [entry("t1", minutes=60)])
    app.post(connection, "two", [entry("t1", minutes=90)])
    app.work()
    assert [s.body["minutes"] for s in app.company().of_kind("Time")] == [90]


@pytest.mark.parametrize("stops", [range(4), range(2, 6), range(2, 99, 3), range(0, 99, 3)])
def test_a_run_cut_short_by_time_goes_on_and_keeps_the_order_of_dependence(stops: range) -> None:
    app = in_memory_service(chunk_size=2)
    connection = app.connected()
    projects = [f"site{n}" for n in range(5)]
    client = Client(key="client", name="Client")
    given = {name: CreateProject(name=name, client=client) for name in projects}
    app.rules(connection, RuleKind.PROJECTS, dict(given))
    run = app.post(
        connection, "key", [entry(f"t{n}", project_key=p) for n, p in enumerate(projects)]
    )
    asked = iter(range(10_000))
    app.work(stop=lambda: next(asked) in stops)
    assert app.run(run).state is RunState.COMPLETED
    assert app.run(run).counts()["posted"] == 11
    assert len(app.company().of_kind("Customer")) == 6


def test_a_stored_unanswered_write_is_looked_up_and_not_sent_again() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.company().faults = [Fault.STORED_UNANSWERED] * 2
    run = app.post(connection, "key", [entry(f"t{n}", notes="same") for n in range(4)])
    app.work()
    assert notes(app) == {"same": 4}
    assert len({item.outcome.ledger_id for item in app.items(run)}) == 4
    assert len(app.company().received) == 2


def test_a_lost_request_is_sent_again_under_another_id() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.company().faults = [Fault.LOST]
    run = app.post(connection, "key", [entry("t1")])
    app.work()
    first, second = app.company().received
    assert first.writes == second.writes
    assert first.id != second.id
    assert app.run(run).counts()["posted"] == 1


def test_a_write_that_is_never_answered_fails_and_the_rest_is_posted() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.company().faults = [Fault.LOST, None, *[Fault.LOST] * 2 * (MAX_SERIES - 1)]
    run = app.post(connection, "key", [entry(f"t{n}") for n in range(4)])
    app.work()
    states = Counter(app.states(run).values())
    assert states == {ItemState.FAILED: 2, ItemState.POSTED: 2}
    assert app.run(run).state is RunState.COMPLETED_WITH_PROBLEMS
    assert len(app.company().received) == 2 + 2 * (MAX_SERIES - 1)


def test_before_a_record_is_given_up_the_ledger_is_searched_once_more() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.company().faults = [*[Fault.LOST] * (MAX_SERIES - 1), Fault.STORED_UNANSWERED]
    run = app.post(connection, "key", [entry("t1")])
    app.work()
    assert app.states(run) == {"time:t1": ItemState.POSTED}
    assert notes(app) == {"work t1": 1}


def test_a_record_keeps_its_number_of_attempts_over_workers_that_are_cut_short() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.company().faults = [Fault.LOST] * 50
    run = app.post(connection, "key", [entry("t1")])
    asked = iter(range(10_000))
    app.work(stop=lambda: next(asked) % 7 == 6)
    assert app.states(run) == {"time:t1": ItemState.FAILED}
    assert len({request.id for request in app.company().received}) == MAX_SERIES


def test_a_document_linked_by_the_same_run_is_not_sent() -> None:
    app = in_memory_service()
    connection = app.connected()
    run = app.post(connection, "key", [entry("t1")])
    asyncio.run(lane.handle(app.deps, app.lane.messages.pop(0), lambda: False))
    link(app, run, "time:t1", "7")
    app.work()
    (item,) = app.items(run)
    assert (item.state, item.outcome.ledger_id) == (ItemState.POSTED, "7")
    assert app.company().received == []


def test_a_twin_does_not_adopt_a_document_linked_by_the_same_run() -> None:
    app = in_memory_service()
    run = app.post(app.connected(), "key", [entry("t1", notes="same"), entry("t2", notes="same")])
    asyncio.run(lane.handle(app.deps, app.lane.messages.pop(0), lambda: False))
    app.staging.fix_requests(run, 0, 0, [[0, 1]])
    app.runs.save_progress(run, 0, Progress(opened_at=app.clock.now()))
    body = app.staging.chunk(run, 0)[1].body or {}
    app.company().stored["7"] = Stored("7", "Time", body, 0, app.clock.now())
    link(app, run, "time:t2", "7")
    app.clock.go_on(minutes=31)
    app.work()
    ids = {item.operation.key: item.outcome.ledger_id for item in app.items(run)}
    assert ids["time:t2"] == "7"
    assert ids["time:t1"] not in (None, "7")
    assert notes(app) == {"same": 2}


def test_an_update_carries_the_fingerprint_of_the_last_write() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.post(connection, "one", [entry("t1")])
    app.work()
    (link,) = app.links.rows[connection.key].values()
    app.post(connection, "two", [entry("t1", minutes=90)])
    app.work()
    (write,) = app.company().received[-1].writes
    assert write.base_fingerprint == link.fingerprint


def test_a_record_that_is_never_answered_does_not_take_its_neighbours_along() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.company().faults = [Fault.LOST, None, Fault.LOST, None, Fault.LOST, Fault.LOST]
    run = app.post(connection, "key", [entry(f"t{n}") for n in range(4)])
    app.work()
    states = Counter(app.states(run).values())
    assert states == {ItemState.FAILED: 1, ItemState.POSTED: 3}


def test_a_request_is_repeated_with_the_same_content_and_an_id_of_at_most_36_characters() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.post(connection, "key", [entry(f"t{n}") for n in range(4)])
    app.failure_plan.at = len(app.failure_plan.steps) + 60
    app.work()
    by_id: dict[str, set[str]] = {}
    for request in app.company().received:
        by_id.setdefault(request.id, set()).add(repr(request.writes))
    assert all(len(contents) == 1 for contents in by_id.values())
    assert all(len(name) <= 36 for name in by_id)


def test_requests_of_different_runs_firms_and_connections_have_different_ids() -> None:
    app = in_memory_service()
    one, other = app.connected("a", "r1"), app.connected("a/b", "r2")
    for connection in (one, other):
        app.post(connection, "one", [entry("t1")])
        app.post(connection, "two", [entry("t2")])
    app.work()
    ids = [r.id for realm in ("r1", "r2") for r in app.company(realm).received]
    assert len(ids) == len(set(ids)) == 4


def test_a_refused_record_stops_itself_and_not_its_neighbours() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.company().refuse.add("work t1")
    run = app.post(connection, "key", [entry(f"t{n}") for n in range(3)])
    app.work()
    assert app.states(run) == {
        "time:t0": ItemState.POSTED,
        "time:t1": ItemState.FAILED,
        "time:t2": ItemState.POSTED,
    }


@pytest.mark.parametrize("needing", [1, 3, 9])
def test_a_record_that_needs_a_refused_list_record_is_blocked_and_names_it(needing: int) -> None:
    app = in_memory_service()
    connection = app.connected()
    app.rules(connection, RuleKind.PROJECTS, {"site": CreateProject(name="Site")})
    app.company().refuse.add("Site")
    records = [entry(f"t{n}", project_key="site") for n in range(needing)]
    run = app.post(connection, "key", records)
    app.work()
    assert app.run(run).state is RunState.COMPLETED_WITH_PROBLEMS
    blocked = [item for item in app.items(run) if item.state is ItemState.BLOCKED]
    assert len(blocked) == needing
    reasons = [item.outcome.reason for item in blocked]
    assert all(why and why.code == "dependency_failed" for why in reasons)
    assert all(why and "project:site" in why.message for why in reasons)


def test_a_changed_entry_is_updated_in_place_and_nothing_else_is_sent() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.post(connection, "one", [entry(f"t{n}") for n in range(4)])
    app.work()
    app.company().received.clear()
    records = [entry("t0"), entry("t1", minutes=75), entry("t2"), entry("t3")]
    app.post(connection, "two", records)
    app.work()
    (request,) = app.company().received
    assert [(w.key, w.ledger_id, w.version) for w in request.writes] == [("time:t1", "2", "0")]
    assert len(app.company().of_kind("Time")) == 4


def test_a_document_without_version_is_recognised_by_its_link() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.company().versions = False
    for key in ("one", "two"):
        run = app.post(connection, key, [entry("t1")])
        app.work()
    assert app.states(run) == {"time:t1": ItemState.UNCHANGED}
    assert notes(app) == {"work t1": 1}


def test_a_rule_that_creates_makes_its_record_once_over_all_runs() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.rules(connection, RuleKind.PROJECTS, {"site": CreateProject(name="Site")})
    for key in ("one", "two"):
        app.post(connection, key, [entry(f"t-{key}", project_key="site")])
    app.work()
    (site,) = app.company().of_kind("Customer")
    assert {s.body["customer"] for s in app.company().of_kind("Time")} == {site.id}


# While a chunk is opened, the ledger prepares for it.


def prepared(app: InMemoryService) -> list[list[str]]:
    return [[operation.key for operation in some] for some in app.company().prepared]


def test_the_ledger_prefetches_for_sent_operations_only() -> None:
    app = in_memory_service(chunk_size=2)
    connection = app.connected()
    app.post(connection, "one", [entry("t1"), entry("t2"), entry("t3", minutes=0)])
    app.work()
    assert prepared(app) == [["time:t1", "time:t2"]]
    app.post(connection, "two", [entry("t1"), entry("t2", minutes=30)])
    app.work()
    assert prepared(app)[1:] == [["time:t2"]]


@pytest.mark.parametrize(
    "trouble",
    [
        LedgerUnavailable("ledger_unavailable", "It is down.", "Resume the run later."),
        AuthorizationLost("needs_reconnect", "The user is gone.", "Reconnect the company."),
    ],
)
def test_a_ledger_that_cannot_prepare_is_not_written_to(trouble: LedgerError) -> None:
    app = in_memory_service()
    connection = app.connected()
    run = app.post(connection, "key", [entry("t1")])
    app.company().unprepared = [trouble]
    app.work()
    parked = app.run(run)
    assert (parked.state, app.company().received) == (RunState.PARKED, [])
    assert parked.reason is not None
    assert (parked.reason.code, parked.reason.remedy) == (trouble.code, trouble.remedy)


def test_a_stop_while_the_ledger_prepares_loses_nothing() -> None:
    app = in_memory_service()
    connection = app.connected()
    run = app.post(connection, "key", [entry("t1")])
    app.company().unprepared = [Interrupted()]
    app.work()
    assert app.run(run).state is RunState.COMPLETED
    assert notes(app) == {"work t1": 1}


def test_a_run_says_that_it_looks_for_what_may_have_been_sent() -> None:
    """Case security 11: the API says what a connection waits for."""
    app = in_memory_service()
    run = app.post(app.connected(), "key", [entry("t1")])
    app.company().faults = [Fault.LOST]
    shown: list[str] = []
    find = app.company().find

    def watched(*given: Any) -> Any:
        why = app.run(run).why_it_waits()
        shown.append(why.code if why else "")
        return find(*given)

    vars(app.company())["find"] = watched
    app.work()
    assert shown == ["looking_up"]
    assert app.run(run).why_it_waits() is None


@pytest.mark.parametrize(
    ("fault", "waiting", "before"),
    [
        (Fault.LOST, 0, timedelta(seconds=1)),
        (Fault.STORED_UNANSWERED, 0, CLOCK_TOLERANCE),
        (Fault.LOST, 21, timedelta(seconds=1)),
    ],
    ids=["lost", "stored three minutes later", "with runs that wait behind it"],
)
def test_a_record_of_an_earlier_post_is_not_taken_for_one_of_equal_content(
    fault: Fault, waiting: int, before: timedelta
) -> None:
    """Case quickbooks-online 3. Two equal hours in two posts, the second one without an answer."""
    app = in_memory_service()
    connection = app.connected()
    app.post(connection, "first", [entry("t1", notes="same")])
    app.work()
    app.clock.go_on(seconds=before.total_seconds())
    app.company().faults = [fault]
    app.post(connection, "second", [entry("t2", notes="same")])
    for n in range(waiting):
        app.post(connection, f"behind {n}", [entry(f"b{n}")])
    app.work()
    links = app.links.rows[connection.key]
    ids = {links[f"time:{key}"].ledger_id for key in ("t1", "t2")}
    assert (notes(app)["same"], len(ids)) == (2, 2)


def test_a_ledger_that_answers_is_not_searched() -> None:
    app = in_memory_service()
    app.post(app.connected(), "key", [entry(f"t{n}") for n in range(11)])
    app.work()
    assert app.company().looks == 0


def test_a_worker_that_takes_over_searches_before_it_sends() -> None:
    app = in_memory_service()
    run = app.post(app.connected(), "key", [entry("t1"), entry("t2")])
    asyncio.run(lane.handle(app.deps, app.lane.messages.pop(0), lambda: False))
    steps = app.failure_plan.steps

    def die(name: str) -> None:
        steps.append(name)
        if name == "after the ledger committed":
            vars(app.failure_plan).pop("step")
            raise WorkerDied(name)

    vars(app.failure_plan)["step"] = die
    with pytest.raises(WorkerDied):
        asyncio.run(lane.handle(app.deps, app.lane.messages[0], lambda: False))
    app.work()
    assert app.company().looks == 1
    assert len(app.company().received) == 1
    assert notes(app) == {"work t1": 1, "work t2": 1}
    assert app.run(run).counts()["posted"] == 2
