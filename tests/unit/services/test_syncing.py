"""What a sync does with a ledger's lists: counts, feed, records, deaths and troubles."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgerlink.domain.errors import LedgerStopped, LedgerUnavailable
from ledgerlink.domain.model.company import Company, Features
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.list_records import Change, ListRecord, ListTraits, ListType
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.rules import LinkTo, RuleKind
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.services import lane
from ledgerlink.services.sync import scheduler
from ledgerlink.services.sync.list_puller import PAGES_PER_TURN
from ledgerlink.services.sync.pull import COMPARED_EVERY
from ledgerlink.services.sync.request import request_sync, start_sync

from tests.fakes.failure_plan import FailurePlan
from tests.fakes.ledger import FakeLedger
from tests.fakes.service import USER, InMemoryService, entry, in_memory_service
from tests.support.sampling import examples, sample

CUSTOMER, TERM, TIME, INVOICE = (
    ListType.CUSTOMER,
    ListType.TERM,
    ListType.TIME,
    ListType.INVOICE,
)
LISTS = {
    CUSTOMER: ListTraits(entities=("customer",), by_changes=True, places=True),
    TERM: ListTraits(entities=("term",), by_changes=False),
    TIME: ListTraits(entities=("Time",), by_changes=False, on_request=True),
}


def opened(
    failure_plan: FailurePlan | None = None, rows: int = 0
) -> tuple[InMemoryService, Connection]:
    """A connected company whose ledger has so many customers and a term."""
    here = in_memory_service(failure_plan, lists=LISTS)
    for number in range(rows):
        here.company().lists.create(record(f"{number}"))
    here.company().lists.create(record("t", TERM))
    return here, here.connected()


def record(record_id: str, kind: ListType = CUSTOMER, **given: Any) -> ListRecord:
    return ListRecord(**{"type": kind, "id": record_id, "name": f"name {record_id}"} | given)


def asked(here: InMemoryService, connection: Connection, key: str, **given: Any) -> Run:
    """A sync that somebody asks for, as it came to rest."""
    run = request_sync(here.deps, connection.key, USER, key, **given)
    here.work()
    return here.run(run)


def first(here: InMemoryService, connection: Connection) -> Run:
    """The sync that came by itself."""
    runs = here.deps.runs.list(connection.key, None, 100).items
    return min(runs, key=lambda run: run.id)


def feed(here: InMemoryService, connection: Connection) -> Sequence[Change]:
    return here.deps.lists.changes(connection.key, 0, 10_000).items


def known(here: InMemoryService, connection: Connection, kind: ListType) -> dict[str, ListRecord]:
    page = here.deps.lists.page(connection.key, kind, None, 10_000)
    return {each.id: each for each in page.items}


def replayed(here: InMemoryService, connection: Connection, kind: ListType) -> dict[str, Any]:
    """What somebody knows who read the feed from its start."""
    entries = feed(here, connection)
    assert [change.seq for change in entries] == list(range(1, len(entries) + 1))
    return {c.record.id: c.record.seen() for c in entries if c.record.type is kind}


def same(here: InMemoryService, connection: Connection) -> None:
    """The feed and the records tell the same."""
    for kind in LISTS:
        seen = {i: each.seen() for i, each in known(here, connection, kind).items()}
        assert replayed(here, connection, kind) == seen


def counts(run: Run) -> dict[str, int]:
    return {name: number for name, number in run.counts().items() if number}


def test_the_first_sync_comes_by_itself_after_a_connect() -> None:
    here, connection = opened(rows=7)
    run = first(here, connection)
    assert run.sync is not None
    assert (run.sync.trigger, run.state) == ("connect", RunState.COMPLETED)
    assert counts(run) == {"created": 8}
    assert set(known(here, connection, CUSTOMER)) == {f"{n}" for n in range(7)}
    same(here, connection)


def test_a_sync_without_changes_makes_one_call_for_all_lists_that_report_changes() -> None:
    here, connection = opened(rows=7)
    run = start_sync(here.deps, connection, USER, "schedule", "night")
    here.work()
    run = here.run(run)
    assert run.calls() == {"changes": 1, "list": 1}
    assert counts(run).keys() <= {"unchanged"}


@pytest.mark.parametrize("how", ["asked", "asked whole", "compared", "nightly", "notified"])
def test_what_the_company_offers_is_read_beside_a_sync(how: str) -> None:
    """Its limits, such as a permission that was missing, are then shown as they are now. A sync
    that comes by itself spares these calls, but for the weekly comparison."""
    here, connection = opened(rows=7)
    why = reason("deletions_unseen")
    here.company().features = Features(limits=(why,))
    if how.startswith("asked"):
        asked(here, connection, "again", whole="whole" in how)
    else:
        trigger = "webhook" if how == "notified" else "schedule"
        start_sync(here.deps, connection, USER, trigger, "by itself", whole=how == "compared")
        here.work()
    stored = here.deps.connections.get(connection.key).company
    assert stored is not None
    renewed = how not in ("nightly", "notified")
    assert stored.features.limits == ((why,) if renewed else ())


def test_a_company_that_cannot_be_read_keeps_no_list_from_coming_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here, connection = opened(rows=3)

    async def failing(_ledger: object, _stop: object = None) -> Company:
        raise LedgerUnavailable("ledger_unavailable", "It is down.")

    monkeypatch.setattr(FakeLedger, "company", failing)
    here.company().lists.create(record("new"))
    assert asked(here, connection, "again").state is RunState.COMPLETED
    assert "new" in known(here, connection, CUSTOMER)
    assert here.counts["CompaniesUnread"] == 1


def test_each_kind_of_change_is_counted_and_told() -> None:
    here, connection = opened(rows=5)
    ledger = here.company().lists
    ledger.create(record("new"))
    ledger.change(CUSTOMER, "0", name="renamed")
    ledger.change(CUSTOMER, "1", active=False)
    ledger.delete(CUSTOMER, "2")
    run = asked(here, connection, "1")
    told = {c.record.id: c for c in feed(here, connection) if c.run_id == run.id}
    kinds = {each: told[each].kind.value for each in told}
    assert kinds == {"new": "created", "0": "changed", "1": "deactivated", "2": "deleted"}
    assert (told["0"].before, told["0"].after) == ({"name": "name 0"}, {"name": "renamed"})
    assert counts(run)["deleted"] == 1
    ledger.change(CUSTOMER, "1", active=True)
    assert counts(asked(here, connection, "2"))["reactivated"] == 1
    same(here, connection)


def test_a_merge_is_found_when_the_list_is_compared_as_a_whole() -> None:
    here, connection = opened(rows=5)
    here.company().lists.merge(CUSTOMER, "3", "4")
    assert "deleted" not in counts(asked(here, connection, "changes"))
    here.clock.go_on(seconds=COMPARED_EVERY.total_seconds())
    run = asked(here, connection, "weekly")
    assert counts(run)["deleted"] == 1
    gone = known(here, connection, CUSTOMER)["3"]
    assert (gone.gone, gone.active) == ("deleted", False)
    same(here, connection)


def test_a_client_has_a_project_until_it_has_one_below_it() -> None:
    here, connection = opened(rows=2)
    assert known(here, connection, CUSTOMER)["0"].roles == ("client", "project")
    here.company().lists.create(record("job", parent_id="0"))
    run = asked(here, connection, "1")
    now = known(here, connection, CUSTOMER)
    assert (now["0"].roles, now["job"].roles) == (("client",), ("project",))
    assert {n: number for n, number in counts(run).items() if n != "unchanged"} == {
        "created": 1,
        "changed": 1,
    }
    here.company().lists.change(CUSTOMER, "job", parent_id="1")
    asked(here, connection, "2")
    now = known(here, connection, CUSTOMER)
    assert (now["0"].roles, now["1"].roles) == (("client", "project"), ("client",))
    same(here, connection)


def test_a_level_in_between_with_transactions_stays_a_project() -> None:
    here, connection = opened()
    here.company().lists.create(record("top"))
    here.company().lists.create(record("middle", parent_id="top", used=True))
    here.company().lists.create(record("low", parent_id="middle"))
    asked(here, connection, "1")
    assert known(here, connection, CUSTOMER)["middle"].roles == ("project",)
    here.company().lists.change(CUSTOMER, "middle", used=False)
    asked(here, connection, "2")
    assert known(here, connection, CUSTOMER)["middle"].roles == ("project",)


def test_time_history_knows_whose_it_is_and_is_not_posted_back() -> None:
    here, connection = opened()
    mine = here.post(connection, "mine", [entry("e1")])
    here.work()
    ledger_id = here.states(mine) and here.items(mine)[0].outcome.ledger_id
    day = {"fields": {"date": "2026-03-02"}}
    here.company().lists.create(record(str(ledger_id), TIME, **day))
    here.company().lists.create(record("theirs", TIME, **day))
    here.company().lists.create(record("later", TIME, fields={"date": "2026-04-02"}))
    march = {"first_day": date(2026, 3, 1), "last_day": date(2026, 3, 31)}
    run = asked(here, connection, "1", wanted=(TIME,), **march)
    assert counts(run) == {"created": 2}
    keys = {each.fields["origin"]: each.fields["key"] for each in _time(here, connection)}
    assert keys == {"product": "e1", "ledger": f"ledger:{connection.id}:theirs"}
    back = here.post(connection, "back", [entry(keys["ledger"])])
    here.work()
    reason = here.items(back)[0].outcome.reason
    assert reason is not None
    assert reason.code == "came_from_ledger"
    here.company().lists.delete(TIME, "theirs")
    assert counts(asked(here, connection, "2", wanted=(TIME,), **march))["deleted"] == 1
    same(here, connection)


def _time(here: InMemoryService, connection: Connection) -> list[ListRecord]:
    return list(known(here, connection, TIME).values())


PAID = {"status": "paid", "balance": "0", "paid_on": "2026-03-09"}


@pytest.mark.parametrize("how", ["changes", "whole"])
def test_our_invoices_are_reported_as_paid_open_or_gone(how: str) -> None:
    here, connection = _that_invoices()
    ledger = here.company().lists
    mine = here.post(connection, "mine", [entry("e1")])
    here.work()
    ledger_id = str(here.items(mine)[0].outcome.ledger_id)
    is_open = {"status": "open", "balance": "10", "paid_on": None}
    if how == "whole":
        ledger.untold.add(INVOICE)
    for each in (ledger_id, "theirs"):
        ledger.create(record(each, INVOICE, fields=is_open))
    assert counts(asked(here, connection, "1")) == {"created": 1, "unchanged": 1}
    for number, fields in enumerate((PAID, is_open)):
        ledger.change(INVOICE, ledger_id, fields=fields)
        assert counts(asked(here, connection, f"change {number}"))["changed"] == 1
        assert known(here, connection, INVOICE)[ledger_id].fields == fields
    assert feed(here, connection)[-2].after == {f"fields.{name}": v for name, v in PAID.items()}
    for each in (ledger_id, "theirs"):
        ledger.delete(INVOICE, each)
    assert counts(asked(here, connection, "gone"))["deleted"] == 1
    (gone,) = known(here, connection, INVOICE).values()
    assert (gone.id, gone.gone, gone.fields) == (ledger_id, "deleted", is_open)


def _that_invoices() -> tuple[InMemoryService, Connection]:
    """A company whose ledger tells of what we wrote as of invoices."""
    invoices = ListTraits(entities=("Time",), by_changes=True, linked_only=True)
    here = in_memory_service(lists={**LISTS, INVOICE: invoices})
    here.company().lists.create(record("t", TERM))
    return here, here.connected()


def test_a_linked_record_that_changed_is_reported_on_the_bus() -> None:
    here, connection = opened(rows=3)
    here.rules(connection, RuleKind.PROJECTS, {"p": LinkTo(ledger_id="1")})
    here.bus.events.clear()
    here.company().lists.change(CUSTOMER, "1", active=False)
    here.company().lists.change(CUSTOMER, "2", active=False)
    asked(here, connection, "1")
    told = [(event.kind, event.detail.get("id")) for event in here.bus.events]
    assert told == [("record.changed", "1"), ("sync.finished", None)]


def test_other_work_has_its_turn_in_a_long_sync() -> None:
    here, connection = opened()
    for number in range(PAGES_PER_TURN * 4):
        here.company().lists.create(record(f"c{number:03d}"))
    run = request_sync(here.deps, connection.key, USER, "long", whole=True)
    post = here.post(connection, "post", [entry("e1")])
    here.work()
    order = [message.run_id for message in here.handled]
    assert order.index(post.id) < len(order) - 1 - order[::-1].index(run.id)
    assert here.run(run).counts()["created"] == PAGES_PER_TURN * 4
    same(here, connection)


def test_a_list_that_the_ledger_refuses_hinders_no_other() -> None:
    here, connection = opened(rows=3)
    here.company().lists.refused[TERM] = LedgerStopped("forbidden", "No right to terms.", "Ask.")
    here.company().lists.create(record("new"))
    run = asked(here, connection, "1", whole=True)
    assert (run.state, counts(run)["created"]) == (RunState.COMPLETED_WITH_PROBLEMS, 1)
    assert run.sync is not None
    assert [work.type for work in run.sync.lists if work.reason] == [TERM]
    del here.company().lists.refused[TERM]
    assert asked(here, connection, "2").state is RunState.COMPLETED


def test_an_outage_parks_a_sync_and_the_tick_lets_it_go_on() -> None:
    here, connection = opened(rows=7)
    here.company().trouble = [None, None, LedgerUnavailable("ledger_unavailable", "Down.")]
    here.company().lists.create(record("new"))
    run = asked(here, connection, "1", whole=True)
    assert run.state is RunState.PARKED
    here.clock.go_on(seconds=300)
    scheduler.tick(here.deps, lambda: False)
    here.work()
    run = here.run(run)
    assert (run.state, counts(run)["created"]) == (RunState.COMPLETED, 1)
    same(here, connection)


def test_a_later_sync_waits_for_one_that_was_parked() -> None:
    here, connection = opened(rows=7)
    here.company().trouble = [LedgerUnavailable("ledger_unavailable", "Down.")]
    parked = asked(here, connection, "1", whole=True)
    assert parked.state is RunState.PARKED
    later = asked(here, connection, "2", whole=True)
    assert here.run(parked).state is RunState.COMPLETED
    assert later.state is RunState.COMPLETED
    ended = here.run(parked).finished_at
    assert ended is not None
    assert (later.started_at or later.created_at) >= ended


def test_metered_calls_are_counted_for_the_sync_and_for_the_month() -> None:
    here, connection = opened(rows=7)
    month = here.clock.now().strftime("%Y-%m")
    before = here.deps.usage.of_application("fake", month)
    run = asked(here, connection, "1", whole=True)
    assert run.sync is not None
    assert run.sync.metered == sum(run.calls().values()) > 0
    assert here.deps.usage.of_application("fake", month) - before == run.sync.metered


STEPS = 400


def test_a_sync_whose_worker_dies_at_any_step_reports_each_change_once() -> None:
    for at in sample(range(STEPS), "changes"):
        failure_plan = FailurePlan()
        here, connection = opened(failure_plan, rows=5)
        ledger = here.company().lists
        ledger.create(record("job", parent_id="0"))
        ledger.change(CUSTOMER, "1", name="renamed")
        ledger.change(CUSTOMER, "2", active=False)
        ledger.delete(CUSTOMER, "3")
        run = request_sync(here.deps, connection.key, USER, "k", whole=True)
        failure_plan.at = len(failure_plan.steps) + at
        here.work()
        unharmed, failure_plan.at = len(failure_plan.steps) <= failure_plan.at, None
        run = here.run(run)
        assert run.state is RunState.COMPLETED
        assert counts(run) == {
            "created": 1,
            "changed": 2,
            "deactivated": 1,
            "deleted": 1,
            "unchanged": 2,
        }, failure_plan.steps[-1]
        same(here, connection)
        if unharmed:
            return
    raise AssertionError("more steps than expected")


def test_a_sync_of_changes_whose_worker_dies_at_any_step_finds_every_parent() -> None:
    """The parent that a project left is found by the project's stored record, as long as nothing is
    merged; so it is stored before."""
    for at in sample(range(STEPS), "parents"):
        failure_plan = FailurePlan()
        here, connection = opened(failure_plan, rows=3)
        ledger = here.company().lists
        ledger.create(record("job", parent_id="0"))
        asked(here, connection, "before")
        ledger.change(CUSTOMER, "job", parent_id="1")
        ledger.change(CUSTOMER, "2", name="renamed")
        run = request_sync(here.deps, connection.key, USER, "k")
        failure_plan.at = len(failure_plan.steps) + at
        here.work()
        unharmed, failure_plan.at = len(failure_plan.steps) <= failure_plan.at, None
        changed = {"changed": 4, "unchanged": 1}  # the job, both parents, and 2
        assert counts(here.run(run)) == changed, failure_plan.steps[-1]
        roles = {i: each.roles for i, each in known(here, connection, CUSTOMER).items()}
        assert (roles["0"], roles["1"]) == (("client", "project"), ("client",))
        same(here, connection)
        if unharmed:
            return
    raise AssertionError("more steps than expected")


def test_a_sync_of_unchanged_records_goes_on_where_its_turn_ended() -> None:
    """Progress without changes is stored when other work has its turn, or nothing would come of
    it."""
    here, connection = opened()
    for number in range(PAGES_PER_TURN * 4):
        here.company().lists.create(record(f"c{number:03d}"))
    asked(here, connection, "first", whole=True)
    here.handled.clear()
    run = asked(here, connection, "again", whole=True)
    assert counts(run) == {"unchanged": PAGES_PER_TURN * 4 + 1}
    assert 2 <= len(here.handled) <= 4


EDITS = st.sampled_from(
    ["create", "job", "rename", "off", "on", "move", "delete", "merge", "sync", "full"]
)


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(st.tuples(EDITS, st.integers(0, 5), st.integers(0, 5)), max_size=25))
def test_after_any_edits_the_feed_is_the_records_and_a_full_sync_is_the_ledger(
    edits: list[tuple[str, int, int]],
) -> None:
    here, connection = opened(rows=6)
    ledger, clock = here.company().lists, here.clock
    for number, (what, one, other) in enumerate([*edits, ("full", 0, 0)]):
        clock.go_on(seconds=60)
        there = ledger.held(CUSTOMER)
        ids = sorted(there)
        first_id, second_id = ids[one % len(ids)], ids[other % len(ids)]
        match what:
            case "create":
                ledger.create(record(f"n{number}"))
            case "job":
                ledger.create(record(f"n{number}", parent_id=first_id))
            case "rename":
                ledger.change(CUSTOMER, first_id, name=f"name {number}")
            case "off" | "on":
                ledger.change(CUSTOMER, first_id, active=what == "on")
            case "move" if not there[second_id].parent_id and first_id != second_id:
                ledger.change(CUSTOMER, first_id, parent_id=second_id)
            case "delete" if len(ids) > 2:
                ledger.delete(CUSTOMER, first_id)
            case "merge" if len(ids) > 2 and first_id != second_id:
                ledger.merge(CUSTOMER, first_id, second_id)
            case "sync" | "full":
                run = asked(here, connection, f"{number}", whole=what == "full")
                assert run.state is RunState.COMPLETED
                _exact(here, connection, run)
    same(here, connection)
    _is_the_ledger(here, connection)


def _exact(here: InMemoryService, connection: Connection, run: Run) -> None:
    """The run's counts are those of its entries in the feed, and no record changed twice."""
    mine = [change for change in feed(here, connection) if change.run_id == run.id]
    for kind, number in run.counts().items():
        if kind != "unchanged":
            assert number == sum(change.kind == kind for change in mine)
    assert len({(change.record.type, change.record.id) for change in mine}) == len(mine)


def _is_the_ledger(here: InMemoryService, connection: Connection) -> None:
    there = here.company().lists.held(CUSTOMER)
    parents = {each.parent_id for each in there.values() if each.active}
    mine = {i: r for i, r in known(here, connection, CUSTOMER).items() if not r.gone}
    assert {i: (r.name, r.active, r.parent_id) for i, r in mine.items()} == {
        i: (r.name, r.active, r.parent_id) for i, r in there.items()
    }
    for each in mine.values():
        assert ("project" in each.roles) == (each.id not in parents)
        assert ("client" in each.roles) == (each.parent_id is None)


@pytest.mark.parametrize(
    ("given_lists", "days", "code"),
    [
        ((TIME,), {}, "range_needed"),
        ((CUSTOMER,), {"first_day": date(2026, 1, 1)}, "range_unused"),
        ((ListType.ACCOUNT,), {}, "unknown_list"),
        ((), {}, "no_list"),
        (
            (TIME,),
            {"first_day": date(2026, 1, 1), "last_day": date(2026, 1, 1) + timedelta(days=366)},
            "range_too_long",
        ),
        ((TIME,), {"first_day": date(2026, 2, 1), "last_day": date(2026, 1, 1)}, "range_wrong"),
    ],
)
def test_a_sync_that_cannot_be_is_refused_with_its_place(
    given_lists: tuple[ListType, ...], days: dict[str, Any], code: str
) -> None:
    here, connection = opened()
    with pytest.raises(Exception, match=r"\w") as refused:
        asked(here, connection, "1", wanted=given_lists, **days)
    assert refused.value.code == code  # type: ignore[attr-defined]
    assert refused.value.problems[0].pointer  # type: ignore[attr-defined]


def test_an_older_state_of_a_record_changes_nothing() -> None:
    here, connection = opened(rows=2)
    before = known(here, connection, CUSTOMER)["0"]
    assert before.changed_at is not None
    late = replace(before, name="older", changed_at=before.changed_at - timedelta(minutes=1))
    here.company().lists.late.append(late)
    run = asked(here, connection, "1")
    assert counts(run).keys() <= {"unchanged"}
    assert known(here, connection, CUSTOMER)["0"].name == "name 0"


def test_a_sync_does_not_wait_for_ever_behind_one_that_is_parked_again() -> None:
    here, connection = opened(rows=7)
    down = LedgerUnavailable("ledger_unavailable", "Down.")
    here.company().trouble = [down]
    parked = asked(here, connection, "1", whole=True)
    here.company().trouble = [down]
    handled = len(here.handled)
    later = asked(here, connection, "2", whole=True)
    assert [run.state for run in (here.run(parked), later)] == [RunState.PARKED] * 2
    assert later.reason is not None
    assert later.reason.code == "ledger_unavailable"
    assert len(here.handled) - handled < 10


def test_a_sync_does_not_wait_for_ever_behind_one_whose_message_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lane, "MAX_TURNS", 3)
    here, connection = opened(rows=7)
    lost = request_sync(here.deps, connection.key, USER, "1", whole=True)
    here.lane.messages.clear()
    handled = len(here.handled)
    later = asked(here, connection, "2", whole=True)
    assert here.run(lost).state is RunState.QUEUED
    assert later.state is RunState.PARKED
    assert len(here.handled) - handled < 10
