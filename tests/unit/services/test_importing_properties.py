"""Whatever a firm does, one import after the other, the ledger holds what the last plan says."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.imports import Scope
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import CreateProject, LinkTo, RuleKind, Skip
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.services.imports import service
from ledgerlink.services.imports.service import ImportRequest, User

from tests.fakes.service import FIRM, InMemoryService, entry, in_memory_service
from tests.support.sampling import examples, sampled

ADA = User(FIRM, "ada")
FEBRUARY = Scope(first_day=date(2026, 2, 1), last_day=date(2026, 2, 28))
PROJECTS = ("p1", "p2", "p3")
MAPPINGS = (Skip(), LinkTo(ledger_id="C1"), LinkTo(ledger_id="C2"))
Ledger = dict[str, tuple[Any, ...]]

keys = st.sampled_from([f"t{n}" for n in range(6)])
edits = st.tuples(
    st.just("edit"),
    keys,
    st.integers(1, 90),
    st.integers(1, 28),
    st.sampled_from(PROJECTS),
)
deletes = st.tuples(st.just("delete"), keys)
rules = st.tuples(st.just("rule"), st.sampled_from(PROJECTS), st.sampled_from(MAPPINGS))
news = st.tuples(st.just("rule"), st.just("p3"), st.just(CreateProject(name="Third")))
runs = st.tuples(st.sampled_from(["import", "merge", "undo"]))
steps = st.lists(st.one_of(edits, edits, deletes, rules, news, runs, runs), max_size=25)
locks = st.tuples(st.just("bill"), keys)
hindered = st.lists(st.one_of(edits, edits, locks, runs, runs), max_size=25)


class Firm:
    """A product with its entries, a ledger, and what the ledger ought to hold."""

    def __init__(self) -> None:
        self.app: InMemoryService = in_memory_service()
        self.connection: Connection = self.app.connected()
        self.mappings: dict[str, Any] = {p: LinkTo(ledger_id="C1") for p in PROJECTS}
        self.app.rules(self.connection, RuleKind.PROJECTS, self.mappings)
        self.entries: dict[str, dict[str, Any]] = {}
        self.done: list[tuple[Run, Ledger]] = []
        self.expected: Ledger = {}
        self.count = 0

    def edit(self, key: str, minutes: int, day: int, project: str) -> None:
        when = f"2026-02-{day:02d}"
        self.entries[key] = entry(key, minutes=minutes, work_date=when, project_key=project)

    def delete(self, key: str) -> None:
        self.entries.pop(key, None)

    def bill(self, key: str) -> None:
        """Have an invoice of the ledger bill what holds this entry, so that it cannot change."""
        for link in self._links():
            if key in link.members:
                self.app.company().billed[link.ledger_id] = "INV-1"

    def rule(self, project: str, mapping: Any) -> None:
        self.mappings[project] = mapping
        self.app.rules(self.connection, RuleKind.PROJECTS, {project: mapping})

    def bring_in(self, **posting: Any) -> None:
        before = self.expected
        run = self._started(self._planned(**posting))
        self.expected = self._wanted(merged=bool(posting))
        self.done.append((run, before))

    def _planned(self, **posting: Any) -> Run:
        self.count += 1
        wanted = ImportRequest(
            scope=FEBRUARY, records=list(self.entries.values()), posting=posting or None
        )
        deps = self.app.deps
        run = service.create(deps, ADA, self.connection.id, f"k{self.count}", wanted)
        self.app.work()
        service.order_plan(deps, ADA, self.connection.id, run.id)
        self.app.work()
        return self.app.run(run)

    def _started(self, run: Run) -> Run:
        service.start(self.app.deps, ADA, self.connection.id, run.id, run.plan)
        self.app.work()
        ended = self.app.run(run)
        fine = {RunState.COMPLETED}
        if self.app.company().billed:
            fine.add(RunState.COMPLETED_WITH_PROBLEMS)
        assert ended.state in fine, self.app.items(ended)
        return ended

    def undo(self) -> None:
        if not self.done:
            return
        run, before = self.done.pop()
        self.count += 1
        key = f"u{self.count}"
        taking = service.undo(self.app.deps, ADA, self.connection.id, run.id, key)
        self.app.work()
        self._started(self.app.run(taking))
        self.expected = before

    def _wanted(self, *, merged: bool) -> Ledger:
        found: dict[tuple[Any, ...], tuple[int, list[str]]] = {}
        for key, one in self.entries.items():
            mapping = self.mappings[one["project_key"]]
            if isinstance(mapping, Skip):
                continue
            target = getattr(mapping, "ledger_id", "new")
            same = (one["work_date"], one["project_key"]) if merged else (key,)
            app = (*same, one["work_date"], target)
            minutes, members = found.get(app, (0, []))
            found[app] = (minutes + one["minutes"], [*members, key])
        return {
            "+".join(sorted(members)): (app[-2], app[-1], minutes)
            for app, (minutes, members) in found.items()
        }

    def do(self, name: str, *given: Any) -> None:
        match name:
            case "import":
                self.bring_in()
            case "merge":
                self.bring_in(description="neither")
            case _:
                getattr(self, name)(*given)

    def carried(self) -> list[str]:
        """The entries that activities of the ledger stand for, as often as they do."""
        stored = {one.id for one in self.app.company().of_kind("Time")}
        links = [link for link in self._links() if link.ledger_id in stored]
        assert len(links) == len(stored)
        return sorted(member for link in links for member in link.members)

    def _links(self) -> list[Link]:
        rows = self.app.links.rows.get(self.connection.key, {})
        return [link for link in rows.values() if link.kind == "Time"]

    def held(self) -> Ledger:
        """What the ledger holds, by the members of each activity."""
        by_id = {link.ledger_id: link for link in self._links()}
        stored = self.app.company().of_kind("Time")
        assert len(stored) == len(by_id)
        found: Ledger = {}
        for one in stored:
            customer = one.body["customer"]
            named = customer if customer in ("C1", "C2") else "new"
            members = "+".join(sorted(by_id[one.id].members))
            found[members] = (one.body["day"], named, one.body["minutes"])
        return found


@settings(max_examples=examples(120), deadline=None)
@given(steps)
def test_the_ledger_equals_the_last_applied_plan(told: list[tuple[Any, ...]]) -> None:
    firm = Firm()
    for name, *given_ in told:
        firm.do(name, *given_)
        if name in ("import", "merge", "undo"):
            assert firm.held() == firm.expected


@settings(max_examples=examples(120), deadline=None)
@given(hindered)
def test_where_activities_cannot_change_no_entry_is_lost_or_in_the_ledger_twice(
    told: list[tuple[Any, ...]],
) -> None:
    firm = Firm()
    for name, *given_ in told:
        before = set(firm.carried())
        firm.do(name, *given_)
        carried = firm.carried()
        assert len(carried) == len(set(carried))
        if name in ("import", "merge"):
            assert before <= set(carried)


T0, T1, T2, T3 = (f"t{n}" for n in range(4))


@pytest.mark.parametrize(
    ("first", "then"),
    [
        pytest.param({T0: "p1"}, {T0: "p2", T1: "p1"}, id="another-takes-its-place"),
        pytest.param({T0: "p1", T1: "p2"}, {T0: "p2", T1: "p1"}, id="two-change-places"),
        pytest.param({T0: "p1", T1: "p2", T2: "p1"}, {T0: "p2"}, id="one-of-two-joins-another"),
        pytest.param({T0: "p2", T1: "p1", T2: "p2"}, {T0: "p1"}, id="one-of-two-joins-one-before"),
        pytest.param({T0: "p1", T1: "p2"}, {T0: "p2", T1: "p3", T2: "p1"}, id="a-row-moves-on"),
        pytest.param(
            {T0: "p1", T1: "p2", T2: "p3"}, {T0: "p2", T1: "p3", T2: "p1"}, id="three-in-a-circle"
        ),
        pytest.param(
            {T0: "p1", T1: "p2", T2: "p2"},
            {T0: "p2", T1: "p1", T3: "p2"},
            id="a-circle-and-one-more",
        ),
    ],
)
def test_entries_change_from_one_merged_activity_to_another_and_back_by_undo(
    first: dict[str, str], then: dict[str, str]
) -> None:
    firm = Firm()
    for projects in (first, then):
        for key, project in projects.items():
            firm.edit(key, 30, 1, project)
        firm.bring_in(description="neither")
        assert firm.held() == firm.expected
    firm.undo()
    assert firm.held() == firm.expected


@settings(max_examples=examples(60), deadline=None)
@given(steps)
def test_a_repeat_of_the_last_import_writes_nothing(told: list[tuple[Any, ...]]) -> None:
    firm = Firm()
    for name, *given_ in told:
        if name in ("edit", "delete", "rule"):
            getattr(firm, name)(*given_)
    firm.bring_in()
    received = len(firm.app.company().received)
    again = firm._planned()
    states = {item.state for item in firm.app.items(again)}
    assert states <= {ItemState.UNCHANGED, ItemState.SKIPPED}
    firm._started(again)
    assert len(firm.app.company().received) == received


@pytest.mark.parametrize("locked", [(T0,), (T1,), (T0, T1)], ids="+".join)
@sampled("then", [(a, b, c) for a in PROJECTS for b in PROJECTS for c in PROJECTS], one_in=4)
def test_entries_that_an_activity_cannot_take_over_stay_where_they_are(
    then: tuple[str, ...], locked: tuple[str, ...]
) -> None:
    firm = Firm()
    for projects in (("p1", "p1", "p2"), then):
        for key, project in zip((T0, T1, T2), projects, strict=True):
            firm.edit(key, 30, 1, project)
        firm.bring_in(description="neither")
        assert firm.carried() == [T0, T1, T2]
        for key in locked:
            firm.bill(key)
