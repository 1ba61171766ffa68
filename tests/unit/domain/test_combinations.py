"""Combinations of people, projects and so on are resolved once, whatever becomes of them."""

from dataclasses import replace
from decimal import Decimal

import pytest
from ledgerlink.domain.mapping.combinations import Combinations, Resolved
from ledgerlink.domain.model.dimensions import Dimensions
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.reasons import Blocked, Reason, Skipped, reason
from ledgerlink.domain.model.references import ExistingRecord
from ledgerlink.domain.model.rules import Rule, RuleKind
from ledgerlink.domain.model.source_records import TimeEntry

from tests.unit.domain.simulated_ledger import SimulatedLedger, entry

RESOLVED = Resolved(
    staff=ExistingRecord("55"),
    person="employee",
    customer=None,
    item=None,
    billable=False,
    rate=None,
    dimensions=Dimensions(),
    targets=(),
)


class CountedRules(dict[tuple[RuleKind, str], Rule]):
    """Rules that count how often one is looked up that does not exist."""

    missing = 0

    def get(self, key: tuple[RuleKind, str], default: Rule | None = None) -> Rule | None:  # type: ignore[override]
        self.missing += key not in self
        return super().get(key, default)


def outcome(combinations: Combinations, one: TimeEntry) -> Resolved | Reason:
    try:
        return combinations.of(one)
    except (Blocked, Skipped) as failure:
        return failure.reason


@pytest.mark.parametrize(
    "failure",
    [
        None,
        Blocked(reason("no_rule", kind="project", key="p")),
        Skipped(reason("skipped_by_rule", kind="project", key="p")),
    ],
    ids=["resolved", "blocked", "skipped"],
)
def test_entries_that_differ_in_length_and_rate_are_resolved_once(
    failure: Blocked | Skipped | None,
) -> None:
    resolved: list[str] = []

    def resolve(one: TimeEntry) -> Resolved:
        resolved.append(one.key)
        if failure is not None:
            raise failure
        return RESOLVED

    combinations = Combinations(resolve)
    for number in range(20):
        one = entry(f"t{number}", minutes=number + 1, bill_rate=Decimal(number))
        assert outcome(combinations, one) == (failure.reason if failure else RESOLVED)
    assert resolved == ["t0"]


def test_another_combination_is_resolved_by_itself() -> None:
    def resolve(one: TimeEntry) -> Resolved:
        if one.project_key == "unknown":
            raise Blocked(reason("no_rule", kind="project", key="unknown"))
        return replace(RESOLVED, billable=one.billable)

    combinations = Combinations(resolve)
    with pytest.raises(Blocked):
        combinations.of(entry("t1", project_key="unknown"))
    assert combinations.of(entry("t2", billable=True)).billable
    assert not combinations.of(entry("t3", billable=False)).billable


def test_a_missing_rule_is_looked_for_once_however_many_entries_need_it() -> None:
    ledger = SimulatedLedger()
    ledger.rules = rules = CountedRules(ledger.rules)
    operations = ledger.plan([entry(f"t{number}", project_key="unknown") for number in range(50)])
    assert {operation.state for operation in operations} == {ItemState.BLOCKED}
    assert {operation.reason.code for operation in operations if operation.reason} == {"no_rule"}
    assert rules.missing == 1
