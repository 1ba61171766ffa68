"""Whatever becomes of expenses, the ledger holds each of them once, for what it is."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from ledgerlink.domain.model.money_settings import GroupBy, Period, PostingDate
from ledgerlink.domain.model.plan import Action, ItemState, Operation
from ledgerlink.domain.model.references import needs
from ledgerlink.domain.model.rules import CreateUser, LinkExpenseCode, LinkTo, RuleKind, Skip
from ledgerlink.domain.model.source_records import ExpenseEntry, Record, RecordKind
from ledgerlink.domain.model.time_settings import LedgerEdits, TimeSettings
from ledgerlink.domain.money import rounded
from ledgerlink.domain.planning.expenses import document_key

from tests.support.sampling import examples
from tests.unit.domain.money_ledger import EXPENSING, SPENT, MoneyLedger, gone, spent, total_of
from tests.unit.domain.simulated_ledger import DAY, rule_book, writes

KEYS = [f"e{n}" for n in range(5)]
REPORTS = [None, "A", "B", "C"]
PEOPLE: dict[str | None, str] = {None: "ann", "A": "ann", "B": "vic", "C": "new"}
RULES: list[tuple[RuleKind, str, Any]] = [
    (RuleKind.USERS, "ann", LinkTo(ledger_id="P1")),
    (RuleKind.USERS, "ann", LinkTo(ledger_id="V3", person="vendor")),
    (RuleKind.USERS, "vic", LinkTo(ledger_id="V1", person="vendor")),
    (RuleKind.USERS, "vic", Skip()),
    (RuleKind.USERS, "vic", CreateUser(name="Vic", person="vendor")),
    (RuleKind.EXPENSE_CODES, "meals", LinkExpenseCode(ledger_id="A1")),
    (RuleKind.EXPENSE_CODES, "meals", LinkExpenseCode(ledger_id="I1", target="item")),
    (RuleKind.EXPENSE_CODES, "travel", Skip()),
    (RuleKind.EXPENSE_CODES, "travel", LinkExpenseCode(ledger_id="A2")),
]

keys = st.sampled_from(KEYS)
amounts = st.decimals("0.01", 500, places=3).filter(lambda a: rounded(a) > 0)
facts = st.fixed_dictionaries(
    {},
    optional={
        "amount": amounts,
        "report_key": st.sampled_from(REPORTS),
        "spent_on": st.integers(1, 28).map(lambda n: DAY.replace(day=n)),
        "expense_code_key": st.sampled_from(["meals", "travel", "unknown"]),
        "paid_with": st.sampled_from(["own", "own", "company_card"]),
        "approval": st.sampled_from([None, None, "draft"]),
        "tax_amount": st.none() | st.decimals(0, 5, places=3),
        "notes": st.sampled_from([None, "lunch"]),
    },
)
hows = st.fixed_dictionaries(
    {},
    optional={
        "group_by": st.sampled_from(GroupBy),
        "period": st.sampled_from(Period),
        "date": st.sampled_from([PostingDate.SPENT, PostingDate.PERIOD_END]),
    },
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), keys, facts),
        st.tuples(st.just("edit"), keys, facts),
        st.tuples(st.just("delete"), keys),
        st.tuples(st.just("rule"), st.sampled_from(RULES)),
        st.tuples(st.just("choose"), hows),
        st.tuples(st.just("lock"), st.integers(0, 5)),
        st.tuples(st.just("unlock")),
        st.tuples(st.just("lose"), st.integers(0, 5)),
        st.tuples(st.just("trust"), st.sampled_from(LedgerEdits)),
        st.tuples(st.just("post"), st.sets(keys)),
        st.tuples(st.just("post_all")),
        st.tuples(st.just("post_all")),
    ),
    max_size=24,
)


def value(entry: ExpenseEntry) -> Decimal:
    return rounded(entry.amount) + rounded(entry.tax_amount or Decimal(0))


class Firm:
    """A product with its expenses, a ledger, and what each expense was last posted with."""

    def __init__(self) -> None:
        self.money_ledger = MoneyLedger()
        self.rule((RuleKind.EXPENSE_CODES, "travel", Skip()))
        self.entries: dict[str, ExpenseEntry] = {}
        self.deleted: set[str] = set()
        self.values: dict[str, Decimal] = {}
        self.posting = TimeSettings()

    def edit(self, key: str, told: dict[str, Any]) -> None:
        changed = replace(
            self.entries.get(key, spent(key, card_key="visa", report_key=None)), **told
        )
        self.entries[key] = replace(changed, staff_key=PEOPLE[changed.report_key])
        self.deleted.discard(key)

    def delete(self, key: str) -> None:
        if self.entries.pop(key, None):
            self.deleted.add(key)

    def rule(self, told: tuple[RuleKind, str, Any]) -> None:
        kind, key, mapping = told
        self.money_ledger.rules |= rule_book({kind: {key: mapping}})

    def choose(self, how: dict[str, Any]) -> None:
        self.money_ledger.expensing = replace(EXPENSING, **how)

    def lock(self, number: int) -> None:
        documents = self._documents()
        if documents:
            self.money_ledger.lock(documents[number % len(documents)])

    def lose(self, number: int) -> None:
        documents = self._documents()
        if documents:
            self.money_ledger.lose(documents[number % len(documents)])

    def trust(self, edits: LedgerEdits) -> None:
        self.posting = TimeSettings(ledger_edits=edits)

    def unlock(self) -> None:
        self.money_ledger.locked.clear()

    def _documents(self) -> list[str]:
        """Those that the ledger holds."""
        links = [
            one
            for one in self.money_ledger.links.values()
            if one.ledger_id in self.money_ledger.stored
        ]
        return [link.key for link in links if link.record is RecordKind.EXPENSE]

    def records(self, only: set[str] | None = None) -> list[Record]:
        some: list[Record] = [*self.entries.values(), *map(gone, sorted(self.deleted))]
        return [one for one in some if only is None or one.key in only]

    def post(self, only: set[str] | None = None) -> tuple[Operation, ...]:
        before = self.owners()
        operations = self.money_ledger.posted(*self.records(only), posting=self.posting)
        assert members(operations, ItemState.BLOCKED) & before <= self.owners()
        for op in operations:
            if says_what_stands(op):
                self.values |= {m: value(self.entries[m]) for m in op.members}
        return operations

    def post_all(self) -> tuple[Operation, ...]:
        return self.post()

    def owners(self) -> set[str]:
        """The expenses that the ledger holds."""
        links = (self.money_ledger.links[key] for key in self._documents())
        return {member for link in links for member in link.members}

    def check(self) -> None:
        """Each expense is in one document at most, and each document is the sum of its own."""
        links = [self.money_ledger.links[key] for key in self._documents()]
        owners = Counter(member for link in links for member in link.members)
        assert all(count == 1 for count in owners.values())
        assert {link.ledger_id for link in links} == {
            i for i, (kind, _) in self.money_ledger.stored.items() if kind in SPENT
        }
        for link in links:
            expected = sum((self.values[member] for member in link.members), Decimal(0))
            assert total_of(self.money_ledger.stored[link.ledger_id][1]) == expected
            assert link.total is not None
            assert link.total.amount == expected


def says_what_stands(op: Operation) -> bool:
    """Whether afterwards the ledger holds the members as they are now."""
    if op.record is not RecordKind.EXPENSE:
        return False
    writes_it = op.state is ItemState.PENDING and op.action is not Action.DELETE
    return writes_it or (op.state is ItemState.UNCHANGED and op.reason is None)


def members(operations: tuple[Operation, ...], state: ItemState) -> set[str]:
    """The expenses that end in this state."""
    some = (op for op in operations if op.record is RecordKind.EXPENSE and op.state is state)
    return {member for op in some for member in op.members}


def run(told: list[tuple[Any, ...]]) -> Firm:
    firm = Firm()
    for name, *given_ in told:
        operations = getattr(firm, name)(*given_)
        if operations is not None:
            check_plan(operations)
            firm.check()
    return firm


def check_plan(operations: tuple[Operation, ...]) -> None:
    pending = [op for op in operations if op.state is ItemState.PENDING]
    assert len({(op.key, op.action is Action.DELETE) for op in pending}) == len(pending)
    comes = {op.key: op.level for op in pending if op.action is not Action.DELETE}
    goes = {op.key: op.level for op in pending if op.action is Action.DELETE}
    for op in pending:
        assert all(comes[key] < op.level for key in needs(op.body) if key in comes)
        assert all(goes.get(key, comes.get(key, -2)) < op.level for key in op.after)


@settings(max_examples=examples(400), deadline=None)
@given(steps)
def test_the_ledger_has_each_expense_once_with_its_last_amount(
    told: list[tuple[Any, ...]],
) -> None:
    run(told)


@settings(max_examples=examples(300), deadline=None)
@given(steps)
def test_a_second_plan_of_the_same_writes_nothing(told: list[tuple[Any, ...]]) -> None:
    firm = run(told)
    first = firm.post_all()
    again = firm.money_ledger.post(*firm.records(), posting=firm.posting)
    assert writes(again) == {}
    assert members(again, ItemState.BLOCKED) == members(first, ItemState.BLOCKED)


@settings(max_examples=examples(300), deadline=None)
@given(steps)
def test_the_ledger_has_exactly_the_documents_of_the_last_plan(
    told: list[tuple[Any, ...]],
) -> None:
    firm = run(told)
    firm.unlock()
    operations = firm.post_all()
    blocked = members(operations, ItemState.BLOCKED)
    skipped = members(operations, ItemState.SKIPPED)
    going = [op for op in operations if op.action is Action.DELETE or op.was_already_gone]
    gone_too = {m for op in going for m in op.members}
    posted = {m for op in operations if says_what_stands(op) for m in op.members}
    assert firm.owners() - blocked == posted
    assert posted | blocked | skipped | gone_too >= set(firm.entries)
    assert not posted & (blocked | skipped)
    for op in operations:
        for member in op.members if says_what_stands(op) else ():
            assert op.key == document_key(firm.entries[member], firm.money_ledger.expensing)
