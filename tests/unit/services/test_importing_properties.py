"""Whatever a firm does, one import after the other, the ledger holds what the last plan says."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import CreateProject, LinkTo, Skip

from tests.support.importing_firm import PROJECTS, Firm
from tests.support.sampling import examples, sampled

MAPPINGS = (Skip(), LinkTo(ledger_id="C1"), LinkTo(ledger_id="C2"))

keys = st.sampled_from([f"t{n}" for n in range(6)])
edits = st.tuples(
    st.just("edit"),
    keys,
    st.integers(1, 90),
    st.integers(1, 28).map(lambda day: date(2026, 2, day)),
    st.sampled_from(PROJECTS),
)
deletes = st.tuples(st.just("delete"), keys)
rules = st.tuples(st.just("rule"), st.sampled_from(PROJECTS), st.sampled_from(MAPPINGS))
news = st.tuples(st.just("rule"), st.just("p3"), st.just(CreateProject(name="Third")))
runs = st.tuples(st.sampled_from(["import", "merge", "undo"]))
steps = st.lists(st.one_of(edits, edits, deletes, rules, news, runs, runs), max_size=25)
locks = st.tuples(st.just("bill"), keys)
hindered = st.lists(st.one_of(edits, edits, locks, runs, runs), max_size=25)


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


DAY = date(2026, 2, 1)
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
            firm.edit(key, 30, DAY, project)
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
    again = firm.planned()
    states = {item.state for item in firm.app.items(again)}
    assert states <= {ItemState.UNCHANGED, ItemState.SKIPPED}
    firm.started(again)
    assert len(firm.app.company().received) == received


@pytest.mark.parametrize("locked", [(T0,), (T1,), (T0, T1)], ids="+".join)
@sampled("then", [(a, b, c) for a in PROJECTS for b in PROJECTS for c in PROJECTS], one_in=4)
def test_entries_that_an_activity_cannot_take_over_stay_where_they_are(
    then: tuple[str, ...], locked: tuple[str, ...]
) -> None:
    firm = Firm()
    for projects in (("p1", "p1", "p2"), then):
        for key, project in zip((T0, T1, T2), projects, strict=True):
            firm.edit(key, 30, DAY, project)
        firm.bring_in(description="neither")
        assert firm.carried() == [T0, T1, T2]
        for key in locked:
            firm.bill(key)
