"""Whatever a firm does to its expenses between posts, and wherever workers die, the ledger holds
each of them once, for what it is."""

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from ledgerlink.domain.model.rules import LinkTo, RuleKind
from ledgerlink.domain.model.runs import RunState

from tests.support.money_service import expenses_in_ledger, gone, money_service, spent
from tests.support.sampling import examples

keys = st.sampled_from([f"e{n}" for n in range(4)])
facts = st.fixed_dictionaries(
    {},
    optional={
        "amount": st.sampled_from(["1.00", "2.00", "4.00"]),
        "report_key": st.sampled_from(["A", "B", "C"]),
        "paid_with": st.sampled_from(["own", "own", "company_card"]),
    },
)
people = st.sampled_from(["employee", "vendor"])
deaths = st.none() | st.tuples(st.integers(0, 120), st.sampled_from([0, 7200]))
steps = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), keys, facts),
        st.tuples(st.just("edit"), keys, facts),
        st.tuples(st.just("delete"), keys),
        st.tuples(st.just("person"), people),
        st.tuples(st.just("post"), deaths),
    ),
    max_size=14,
)


class Firm:
    """A product with its expenses, and a ledger."""

    def __init__(self) -> None:
        self.place, self.connection = money_service()
        self.entries: dict[str, dict[str, Any]] = {}
        self.deleted: set[str] = set()
        self.count = 0

    def edit(self, key: str, told: dict[str, Any]) -> None:
        self.entries[key] = self.entries.get(key, spent(key, "A")) | told
        self.deleted.discard(key)

    def delete(self, key: str) -> None:
        if self.entries.pop(key, None):
            self.deleted.add(key)

    def person(self, kind: Any) -> None:
        self.place.rules(
            self.connection, RuleKind.USERS, {"u1": LinkTo(ledger_id="P1", person=kind)}
        )

    def post(self, death: tuple[int, int] | None) -> None:
        self.count += 1
        records = [*self.entries.values(), *map(gone, sorted(self.deleted))]
        run = self.place.post(self.connection, f"k{self.count}", records)
        at, away = death or (-1, 0)
        self.place.failure_plan.at = len(self.place.failure_plan.steps) + at if death else None
        self.place.work(redelivered_after=away)
        self.place.failure_plan.at = None
        assert self.place.run(run).state is RunState.COMPLETED

    def check(self) -> None:
        expected = {key: Decimal(one["amount"]) for key, one in self.entries.items()}
        assert expenses_in_ledger(self.place, self.connection) == expected


@settings(max_examples=examples(150), deadline=None)
@given(steps)
def test_the_ledger_equals_the_last_post(told: list[tuple[Any, ...]]) -> None:
    firm = Firm()
    for name, *given_ in [*told, ("post", None)]:
        getattr(firm, name)(*given_)
        if name == "post":
            firm.check()
    before = len(firm.place.company().received)
    firm.post(None)
    assert len(firm.place.company().received) == before
