"""A large post is planned some entries at a time: its items are those of a plan in one piece."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.references import needs
from ledgerlink.domain.model.rules import CreateProject, LinkTo, Mapping, RuleKind
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.services.posting import plan_parts, post_sheet
from ledgerlink.services.posting.plan_parts import PartsDone
from ledgerlink.wire.stored import dump, load

from tests.fakes.service import InMemoryService, entry, in_memory_service
from tests.support.money_service import invoice, money_service

PROJECTS: dict[str, Mapping] = {
    "p1": LinkTo(ledger_id="C1"),
    "p2": CreateProject(name="Second"),
}
BEFORE = [entry(f"t{n}", work_date=f"2026-02-{1 + n:02d}") for n in range(4)]


NOW = [
    {"kind": "client", "key": "c1", "name": "Client One"},
    *(entry(f"t{n}", work_date=f"2026-02-{1 + n:02d}", minutes=30 + n) for n in range(4)),
    *(entry(f"n{n}", work_date=f"2026-02-{9 - n:02d}", project_key="p2") for n in range(5)),
    entry("n9", project_key="c1", work_date="2026-02-03"),
    entry("double", work_date="2026-02-01"),
    entry("double", work_date="2026-02-09"),
    entry("t1-too"),
    {"key": "damaged"},
    {"key": "n4", "deleted": True},
    {"key": "gone", "deleted": True},
    entry("unknown", project_key="nowhere"),
    invoice("i1", {"amount": "100.00", "time_keys": ["n0", "t1"]}, project_key="p2"),
    invoice("i2", {"amount": "9.00", "time_keys": ["n4"]}),
]


def posted(
    monkeypatch: pytest.MonkeyPatch, size: int, stop: Callable[[], bool] = lambda: False
) -> tuple[InMemoryService, Run]:
    """The service, and the post of `NOW` after that of `BEFORE`, in parts of this size."""
    app, connection = money_service()
    app.rules(connection, RuleKind.PROJECTS, PROJECTS)
    app.post(connection, "1", BEFORE)
    app.work()
    monkeypatch.setattr(post_sheet, "PART_SIZE", size)
    run = app.post(connection, "2", NOW)
    app.work(stop)
    return app, app.run(run)


def plan_of(app: InMemoryService, run: Run) -> dict[str, bytes]:
    """The items by key, without what depends on their order."""
    items = app.items(run)
    found = {}
    for number, item in enumerate(items):
        assert item.operation.seq == number
        key = f"{item.operation.key} {item.operation.state}"
        found[key] = dump(replace(item.operation, seq=0, ledger_id=None, was=None))
    return found


@pytest.mark.parametrize("size", [1, 3])
def test_the_items_are_those_of_one_piece(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, one = posted(monkeypatch, 1000)
    parts, several = posted(monkeypatch, size)
    assert plan_of(parts, several) == plan_of(whole, one)
    assert several.counts() == one.counts()
    assert several.records == one.records == len(NOW)
    assert parts.states(several) == whole.states(one)


def test_what_an_operation_needs_comes_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    app, run = posted(monkeypatch, 1)
    operations = [item.operation for item in app.items(run)]
    places = {op.key: op.seq for op in operations if op.state is ItemState.PENDING}
    for op in operations:
        assert all(places.get(key, -1) < op.seq for key in needs(op.body))
    assert "invoice:i1" in places
    assert places["time:n0"] < places["invoice:i1"]


@pytest.mark.parametrize("second", [{"minutes": 20}, {"deleted": True}], ids=["newer", "deleted"])
@pytest.mark.parametrize("asked_at", range(1, 12))
def test_a_post_is_planned_after_those_before_it(
    asked_at: int, second: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the worker of the first is stopped, what the second changes or deletes is posted
    first."""
    monkeypatch.setattr(post_sheet, "PART_SIZE", 1)
    app = in_memory_service()
    connection = app.connected()
    app.post(connection, "1", [entry(f"t{n}", work_date=f"2026-02-0{1 + n}") for n in range(3)])
    one = {"key": "t0", **second} if "deleted" in second else entry("t0", **second)
    asked = count(1)

    def stop() -> bool:
        if next(asked) != asked_at:
            return False
        app.post(connection, "2", [one])
        return True

    app.work(stop)
    if next(asked) <= asked_at:
        app.post(connection, "2", [one])
        app.work()
    expected = {"work t1": 60, "work t2": 60} | ({} if "deleted" in second else {"work t0": 20})
    stored = app.company().of_kind("Time")
    assert {str(each.body["notes"]): each.body["minutes"] for each in stored} == expected
    assert len(stored) == len(expected)


def test_an_earlier_post_whose_message_was_lost_is_planned_first() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.work()
    first = app.post(connection, "1", [entry("t0")])
    app.lane.messages.clear()
    second = app.post(connection, "2", [{"key": "t0", "deleted": True}])
    app.work()
    assert {app.run(run).state for run in (first, second)} == {RunState.COMPLETED}
    assert not app.company().of_kind("Time")
    assert len(app.handled) < 12


@pytest.mark.parametrize("calls", [7, 11])
def test_workers_that_are_stopped_make_the_plan_together(
    calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, one = posted(monkeypatch, 1)
    asked = count(1)
    app, run = posted(monkeypatch, 1, stop=lambda: next(asked) % calls == 0)
    assert plan_of(app, run) == plan_of(whole, one)
    assert app.states(run) == whole.states(one)
    assert sum(message.step == "plan" for message in app.handled) > 3


BILLED = [
    *(entry(f"n{n}", work_date=f"2026-02-{1 + n:02d}", notes="long" * 50) for n in range(12)),
    invoice("i1", {"amount": "100.00", "time_keys": [f"n{n}" for n in range(12)]}),
]


def test_what_invoices_bill_is_stored_with_its_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """60,000 entries are more than a line of a file may hold."""
    sizes: list[int] = []
    app, connection = money_service()
    put_notes = app.staging.put_notes

    def spied(run: Run, name: str, lines: Iterable[Any]) -> None:
        put_notes(run, name, given := list(lines))
        sizes.extend(len(json.dumps(line)) for line in given if name.startswith("parts-"))

    monkeypatch.setattr(app.staging, "put_notes", spied)
    monkeypatch.setattr(post_sheet, "PART_SIZE", 1)
    run = app.post(connection, "1", BILLED)
    asked = count(1)
    app.work(lambda: next(asked) % 9 == 0)
    assert len(sizes) > 10
    names = 2 * len('"019cadc69a800000000000000003-billed", ')
    assert max(sizes) - sizes[0] <= names * (len(BILLED) - 1)
    assert app.run(run).state is RunState.COMPLETED
    places = {item.operation.key: item.operation.level for item in app.items(run)}
    assert places["invoice:i1"] > places["time:n0"]


@pytest.mark.parametrize(("most", "state"), [(12, "completed"), (11, "failed")])
def test_a_post_whose_invoices_bill_more_than_fits_into_memory_says_so(
    most: int, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_parts, "MOST_BILLED", most)
    monkeypatch.setattr(post_sheet, "PART_SIZE", 5)
    app, connection = money_service()
    run = app.post(connection, "1", BILLED)
    app.work()
    stored = app.run(run)
    assert stored.state.value == state
    assert (stored.reason.code if stored.reason else None) == (
        "unreadable_upload" if state == "failed" else None
    )


def test_parts_of_the_earlier_form_are_planned_again() -> None:
    """They held the operations themselves."""
    assert load(PartsDone, '{"basis": "b", "billed": [{"key": "time:t1"}]}').files == ()
