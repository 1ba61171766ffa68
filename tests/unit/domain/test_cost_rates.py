"""Cost rates of entries that an import would merge. Case quickbooks-online 14."""

from decimal import Decimal

from ledgerlink.domain.model.time_settings import Description, TimeSettings

from tests.unit.domain.simulated_ledger import SimulatedLedger, entry

NEITHER = TimeSettings(description=Description.NEITHER)


def test_entries_that_cost_differently_are_not_merged() -> None:
    costs = {"t1": Decimal("41.25"), "t2": Decimal("41.250"), "t3": Decimal(50), "t4": None}
    entries = [entry(key, cost_rate=cost) for key, cost in costs.items()]
    plan = SimulatedLedger().plan(entries, whole=True, posting=NEITHER)
    merged = [set(op.members) for op in plan if op.source is not None]
    assert sorted(merged, key=sorted) == [{"t1", "t2"}, {"t3"}, {"t4"}]
