"""What became of a request is worked out when it is read, once."""

from ledgerlink.connectors.intacct.posting.deferred_outcomes import DeferredOutcomes
from ledgerlink.domain.model.plan import ItemState, Outcome


def outcome(seq: int) -> Outcome:
    return Outcome(seq=seq, state=ItemState.POSTED)


def test_outcomes_come_in_order_and_are_worked_out_once() -> None:
    asked: list[str] = []

    def later() -> list[Outcome]:
        asked.append("later")
        return [outcome(2), outcome(0)]

    telling = DeferredOutcomes([outcome(3), outcome(1)], [later])
    assert asked == []
    assert [each.seq for each in telling] == [0, 1, 2, 3]
    assert (len(telling), telling[0].seq, [each.seq for each in telling[1:3]]) == (4, 0, [1, 2])
    assert asked == ["later"]
