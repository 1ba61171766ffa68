"""Whatever is posted together, documents come to the sum of their lines, and nothing goes twice."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.money_settings import GroupBy, InvoiceLines
from ledgerlink.domain.model.plan import ItemState, Operation
from ledgerlink.domain.model.references import needs
from ledgerlink.domain.model.source_records import (
    ClientRecord,
    ExpenseEntry,
    Invoice,
    InvoiceLine,
    ProjectRecord,
    Record,
    RecordKind,
    TimeEntry,
)
from ledgerlink.domain.money import UNITS, rounded

from tests.support.sampling import examples
from tests.unit.domain.money_ledger import (
    EXPENSING,
    INVOICING,
    MoneyLedger,
    gone,
    invoice,
    known,
    receipt,
    spent,
    total_of,
)
from tests.unit.domain.simulated_ledger import DAY, writes

SETTINGS = settings(max_examples=examples(120), deadline=None)
CURRENCIES = st.sampled_from([None, "USD", "JPY", "KWD"])
amounts = st.decimals(-9999, 9999, places=7)
quantities = st.none() | st.decimals(0, 99, places=4)


@SETTINGS
@given(amounts, CURRENCIES)
def test_an_amount_is_rounded_to_the_nearest_unit_and_the_half_away_from_zero(
    amount: Decimal, currency: str | None
) -> None:
    unit = UNITS.get(currency or "", Decimal("0.01"))
    found = rounded(amount, currency)
    assert found % unit == 0
    assert abs(found - amount) <= unit / 2
    assert found == (amount / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit
    assert rounded(-amount, currency) == -found


lines = st.lists(
    st.builds(
        InvoiceLine,
        amount=st.decimals(1, 9999, places=5),
        quantity=quantities,
        unit_price=st.none() | st.decimals(0, 99, places=4),
        labor_code_key=st.sampled_from([None, "design"]),
        description=st.sampled_from([None, "a", "b"]),
        tax_amount=st.none() | st.decimals("0", "0.9", places=5),
    ),
    min_size=1,
    max_size=8,
)


@SETTINGS
@given(lines, CURRENCIES, st.booleans(), st.sampled_from(InvoiceLines))
def test_an_invoice_comes_to_the_sum_of_its_rounded_lines(
    told: list[InvoiceLine], home: str | None, inclusive: bool, how: InvoiceLines
) -> None:
    ledger = MoneyLedger(features=Features(home_currency=home))
    ledger.invoicing = replace(INVOICING, lines=how)
    record = invoice("i1", *told, tax_inclusive=inclusive)
    ledger.posted(record)
    assume(ledger.stored)
    gross = sum((rounded(one.amount or Decimal(0), home) for one in told), Decimal(0))
    tax = sum((rounded(one.tax_amount or Decimal(0), home) for one in told), Decimal(0))
    (body,) = ledger.bodies("Invoice")
    assert total_of(body) == gross + (0 if inclusive else tax)
    total = ledger.links["invoice:i1"].total
    assert total is not None
    assert total.amount == total_of(body)
    assert writes(ledger.post(record)) == {}


@SETTINGS
@given(lines)
def test_a_quantity_times_its_price_makes_its_line(told: list[InvoiceLine]) -> None:
    ledger = MoneyLedger()
    ledger.posted(
        invoice(
            "i1",
            *told,
            *(replace(one, amount=None) for one in told if one.quantity and one.unit_price),
        )
    )
    for sold in ledger.composer.seen_invoices["invoice:i1"].lines:
        if sold.quantity is not None and sold.unit_price is not None:
            assert rounded(sold.quantity * sold.unit_price) == sold.amount


keys = st.sampled_from(["1", "2", "3"])
projects = st.sampled_from(["linked", "c1", "p1"])
days = st.integers(0, 3).map(lambda n: DAY + timedelta(days=n))
RECORDS: st.SearchStrategy[list[Record]] = st.lists(
    st.one_of(
        st.builds(
            TimeEntry,
            key=keys,
            staff_key=st.just("linked"),
            work_date=days,
            minutes=st.integers(1, 90),
            project_key=projects,
        ),
        st.builds(
            ExpenseEntry,
            key=keys,
            staff_key=st.just("ann"),
            spent_on=days,
            amount=st.decimals("0.01", 99, places=2),
            expense_code_key=st.sampled_from(["meals", "out", "nothing"]),
            report_key=st.sampled_from([None, "A", "B"]),
            project_key=st.none() | projects,
            receipts=st.sampled_from([(), (receipt(),)]),
        ),
        st.builds(
            Invoice,
            key=keys,
            issued_on=days,
            project_key=projects,
            lines=st.lists(
                st.builds(
                    InvoiceLine,
                    amount=st.decimals(1, 99, places=2),
                    time_keys=st.lists(keys, max_size=2, unique=True).map(tuple),
                ),
                min_size=1,
                max_size=3,
            ).map(tuple),
            receipts=st.sampled_from([(), (receipt(),)]),
        ),
        st.sampled_from(
            [
                ClientRecord(key="c1", name="Client"),
                ProjectRecord(key="p1", name="Project", client_key="c1"),
            ]
        ),
        st.builds(
            gone, keys, st.sampled_from([RecordKind.TIME, RecordKind.EXPENSE, RecordKind.INVOICE])
        ),
    ),
    max_size=12,
)


def waits_for_lower_levels(operations: tuple[Operation, ...]) -> bool:
    pending = [op for op in operations if op.state is ItemState.PENDING]
    levels = {op.key: op.level for op in pending if op.body is not None}
    going = {op.key for op in pending if op.body is None}
    refers = [(op, key) for op in pending for key in needs(op.body)]
    # What is made anew has let go of its records once it is gone.
    takes_over = [(op, key) for op in pending for key in op.after if key not in going]
    waits = [*refers, *takes_over]
    return all(levels[key] < op.level for op, key in waits if key in levels)


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=4), st.sampled_from(GroupBy))
def test_posts_of_everything_one_after_the_other_leave_nothing_to_write_again(
    posts: list[list[Record]], group_by: GroupBy
) -> None:
    ledger = known(
        ClientRecord(key="c1", name="Client"),
        ProjectRecord(key="p1", name="Project", client_key="c1"),
    )
    ledger.expensing = replace(EXPENSING, group_by=group_by)
    for records in posts:
        operations = ledger.posted(*records)
        assert waits_for_lower_levels(operations)
        assert len({link.ledger_id for link in ledger.links.values()}) == len(ledger.links)
        assert ledger.stored.keys() == {link.ledger_id for link in ledger.links.values()}
        assert writes(ledger.post(*records)) == {}
        assert all(count == 1 for count in spent_members(ledger).values())


def spent_members(ledger: MoneyLedger) -> Counter[str]:
    links = (link for link in ledger.links.values() if link.record is RecordKind.EXPENSE)
    return Counter(member for link in links for member in link.members)


@SETTINGS
@given(RECORDS)
def test_every_record_is_in_the_plan(records: list[Record]) -> None:
    ledger = known(
        ClientRecord(key="c1", name="Client"),
        ProjectRecord(key="p1", name="Project", client_key="c1"),
    )
    operations = ledger.post(*records)
    told = {(op.record.value, member) for op in operations for member in op.members}
    given_ = {(one.kind, one.key) for one in records if one.kind not in ("client", "project")}
    assert given_ <= told


@SETTINGS
@given(st.lists(st.decimals("0.5", 999, places=4), min_size=1, max_size=9), CURRENCIES)
def test_a_report_comes_to_the_sum_of_its_rounded_entries(
    told: list[Decimal], home: str | None
) -> None:
    ledger = MoneyLedger(features=Features(home_currency=home))
    ledger.posted(*(spent(f"e{n}", amount=amount) for n, amount in enumerate(told)))
    assert ledger.spent_in_all() == sum((rounded(amount, home) for amount in told), Decimal(0))
    total = ledger.links["expense-report:R"].total
    assert total is not None
    assert total.amount == ledger.spent_in_all()
