"""A firm imports, corrects and undoes in any order, while others work in its ledger and in the
product: no hour is lost or in the ledger twice, and what others wrote stays."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from ledgerlink.domain.model.rules import CreateProject, LinkTo, Skip

from tests.support.importing_firm import PROJECTS, Firm
from tests.support.sampling import examples

KEYS = st.sampled_from(["t0", "t0", "t0", "t1", "t1", "t2", "t3"])
"""Weighted, so that the same entries are corrected, deleted and merged again and again."""
DAYS = st.sampled_from([date(2025, 12, 31)] * 2 + [date(2026, 1, 1)] * 2 + [date(2026, 1, 2)])
"""Around the end of a year."""
MINUTES = st.one_of(st.integers(1, 90), st.integers(91, 300))
ENTRIES = st.tuples(KEYS, MINUTES, DAYS, st.sampled_from(["p1", "p1", "p1", "p2", "p3"]))
MERGES = st.sampled_from([{}, {"description": "neither"}])
MAPPINGS = st.sampled_from(
    [Skip(), LinkTo(ledger_id="C1"), LinkTo(ledger_id="C2"), CreateProject(name="New")]
)
STEPS = 10


class Imports(RuleBasedStateMachine):
    """A firm with a ledger. In half of the examples nothing keeps an import from doing all it
    should; then the ledger holds exactly what the last import or undo says."""

    happened: ClassVar[list[Counter[str]]] = []
    """What happened in each example."""

    def __init__(self) -> None:
        super().__init__()
        self.firm = Firm()
        self.counts = Counter[str]()
        self.happened.append(self.counts)
        self.protected: set[str] = set()
        """Ids of the records that no run may change."""
        self.closed_through: date | None = None

    @initialize(
        hindered=st.booleans(),
        first=st.lists(ENTRIES, min_size=1, max_size=4),
        corrected=ENTRIES,
        posting=MERGES,
    )
    def begin(
        self, hindered: bool, first: list[Any], corrected: Any, posting: Mapping[str, str]
    ) -> None:
        """Every example begins with two imports that differ."""
        self.firm.is_hindered = hindered
        for one in first:
            self.firm.edit(*one)
        self._import({})
        key, minutes, day, project = corrected
        self.firm.edit(key, minutes + 300, day, project)
        self._import(posting)

    # What the firm does

    @rule(corrected=ENTRIES, posting=MERGES)
    def correct(self, corrected: Any, posting: Mapping[str, str]) -> None:
        self.firm.edit(*corrected)
        self._import(posting)

    @rule(key=KEYS, posting=MERGES)
    def remove(self, key: str, posting: Mapping[str, str]) -> None:
        self.firm.delete(key)
        self._import(posting)

    @rule(project=st.sampled_from(PROJECTS), mapping=MAPPINGS, posting=MERGES)
    def map_anew(self, project: str, mapping: Any, posting: Mapping[str, str]) -> None:
        if isinstance(mapping, CreateProject):
            mapping = replace(mapping, name=f"New {project}")
        self.firm.rule(project, mapping)
        self._import(posting)

    @rule()
    def undo(self) -> None:
        self._undo()

    @rule()
    def undo_what_was_merged(self) -> None:
        """Half of all undos follow a merge, because those move entries between activities."""
        self._import({"description": "neither"})
        self._undo()

    @rule(number=st.integers(0, 2), day=DAYS)
    def post(self, number: int, day: date) -> None:
        """Time of the same days is posted by itself and not imported."""
        self.firm.post(f"o{number}", day)
        self._check_posted()

    # What others do

    @precondition(lambda self: self.firm.is_hindered)
    @rule(key=KEYS)
    def edit_in_ledger(self, key: str) -> None:
        for id_ in self.firm.ids_of(key):
            company = self.firm.app.company()
            stored = company.stored[id_]
            body = {**stored.body, "minutes": stored.body["minutes"] + 7}
            company.stored[id_] = replace(stored, body=body, version=stored.version + 1)
            self.protected.add(id_)

    @precondition(lambda self: self.firm.is_hindered)
    @rule(key=KEYS)
    def bill(self, key: str) -> None:
        self.firm.bill(key)
        self.protected |= set(self.firm.ids_of(key))

    @precondition(lambda self: self.firm.is_hindered)
    @rule(day=DAYS)
    def close_books(self, day: date) -> None:
        company = self.firm.app.company()
        company.features = replace(company.features, books_closed_through=day)
        self.closed_through = day

    @precondition(lambda self: self.firm.is_hindered)
    @rule(one=ENTRIES)
    def correct_by_post(self, one: Any) -> None:
        self._run(lambda: self.firm.post_entry(*one))

    # What holds

    def _import(self, posting: Mapping[str, str]) -> None:
        before = set(self.firm.carried())
        received = len(self.firm.app.company().received)
        self._run(lambda: self.firm.bring_in(**posting))
        self.counts["imports"] += len(self.firm.app.company().received) > received
        if self.firm.is_hindered:
            assert before.intersection(self._wanted()) <= set(self.firm.carried())

    def _wanted(self) -> set[str]:
        """The entries that an import posts."""
        firm = self.firm
        return {
            key
            for key, one in firm.entries.items()
            if not isinstance(firm.mappings[one["project_key"]], Skip)
        }

    def _undo(self) -> None:
        received = len(self.firm.app.company().received)
        self._run(self.firm.undo)
        self.counts["undos"] += len(self.firm.app.company().received) > received

    def _run(self, run: Callable[[], object]) -> None:
        """Let a run do its work: what is protected stays as it is."""
        before = self._untouchable()
        run()
        assert self._untouchable() == before
        carried = self.firm.carried()
        assert len(carried) == len(set(carried))
        if not self.firm.is_hindered:
            assert self.firm.held() == self.firm.expected | self.firm.posted
        self._check_posted()

    def _untouchable(self) -> dict[str, Any]:
        """What no run may change: what users changed, what is billed, what is in closed books."""
        stored = self.firm.app.company().of_kind("Time")
        through = str(self.closed_through or "")
        return {
            one.id: one.body
            for one in stored
            if one.id in self.protected or one.body["day"] <= through
        }

    def _check_posted(self) -> None:
        """Time that was posted and never imported is there."""
        assert set(self.firm.posted) <= set(self.firm.carried())


def test_in_any_order_of_imports_and_undos_no_hour_is_lost_doubled_or_written_over() -> None:
    Imports.happened.clear()
    bounded = settings(max_examples=examples(100), stateful_step_count=STEPS, deadline=None)
    run_state_machine_as_test(Imports, settings=bounded)
    _assert_share(0.8, lambda counts: counts["imports"] >= 2)
    _assert_share(0.3, lambda counts: counts["undos"] >= 1)


def _assert_share(least: float, happened: Callable[[Counter[str]], bool]) -> None:
    """The test proves nothing unless this happened in so many of the examples."""
    assert sum(map(happened, Imports.happened)) >= least * len(Imports.happened)
