"""Outcomes that are computed when they are read."""

from ledgerlink.connectors.intacct.posting.deferred_outcomes import DeferredOutcomes
from ledgerlink.domain.model.plan import ItemState, Outcome


def outcome(seq: int) -> Outcome:
    return Outcome(seq=seq, state=ItemState.POSTED)


def test_outcomes_are_in_order_and_computed_once() -> None:
    asked: list[str] = []

    def later() -> list[Outcome]:
        asked.append("later")
        return [outcome(2), outcome(0)]

    telling = DeferredOutcomes([outcome(3), outcome(1)], [later])
    assert asked == []
    assert [each.seq for each in telling] == [0, 1, 2, 3]
    assert (len(telling), telling[0].seq, [each.seq for each in telling[1:3]]) == (4, 0, [1, 2])
    assert asked == ["later"]
