"""Where expenses go, what they come to, and what the plan says of it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.money_settings import (
    ExpenseSettings,
    GroupBy,
    MissingPayee,
    Number,
    Period,
    PostingDate,
)
from ledgerlink.domain.model.plan import Action, ItemState
from ledgerlink.domain.model.references import ExistingRecord, Pending
from ledgerlink.domain.model.resolved_expenses import Settlement
from ledgerlink.domain.model.rules import LinkTo, RuleKind
from ledgerlink.domain.model.source_records import ExpenseEntry
from ledgerlink.domain.model.time_settings import ClosedPeriod, TimeSettings
from ledgerlink.domain.planning.expenses import MOST_LINES

from tests.unit.domain.money_ledger import (
    EXPENSING,
    OF_ONE_CURRENCY,
    MoneyLedger,
    by_key,
    charged,
    one,
    spent,
    warnings,
)
from tests.unit.domain.simulated_ledger import DAY, reasons, rule_book, states, writes

CATCH_ALL = replace(EXPENSING, missing_payee=MissingPayee.CATCH_ALL, catch_all_vendor_id="V0")
EURO = Features(home_currency="USD", multi_currency=True)
MOVE = TimeSettings(closed_period=ClosedPeriod.MOVE)


def money_ledger(how: ExpenseSettings = EXPENSING, features: Features | None = None) -> MoneyLedger:
    return MoneyLedger(expensing=how, features=features or Features())


def test_a_report_is_one_document_of_all_its_entries() -> None:
    op = one(MoneyLedger().post(spent("e1"), spent("e2", expense_code_key="travel")))
    assert (op.action, op.key, op.members) == (
        Action.CREATE,
        "expense-report:R",
        ("e1", "e2"),
    )
    assert op.body is not None
    assert [told["account_id"] for told in op.body["lines"]] == ["A1", "A2"]
    assert op.total is not None
    assert op.total.amount == Decimal("20.00")


def test_an_entry_without_a_report_is_its_own_document() -> None:
    found = MoneyLedger().post(spent("e1", report_key=None), spent("e2"))
    assert set(states(found)) == {"expense:e1", "expense-report:R"}


def test_entries_can_be_posted_one_by_one() -> None:
    found = money_ledger(replace(EXPENSING, group_by=GroupBy.ENTRY)).post(spent("e1"), spent("e2"))
    assert set(states(found)) == {"expense:e1", "expense:e2"}


@pytest.mark.parametrize(
    ("period", "days", "together"),
    [
        (Period.MONTH, (date(2026, 2, 1), date(2026, 2, 28)), True),
        (Period.MONTH, (date(2026, 2, 28), date(2026, 3, 1)), False),
        (Period.WEEK, (date(2026, 2, 23), date(2026, 3, 1)), True),
        (Period.WEEK, (date(2026, 2, 22), date(2026, 2, 23)), False),
        (Period.WEEK, (date(2025, 12, 29), date(2026, 1, 4)), True),
    ],
)
def test_entries_of_a_person_and_period_are_one_document(
    period: Period, days: tuple[date, date], together: bool
) -> None:
    how = replace(EXPENSING, group_by=GroupBy.PERSON_AND_PERIOD, period=period)
    entries = [spent(f"e{n}", spent_on=day, report_key=None) for n, day in enumerate(days)]
    assert len(money_ledger(how).post(*entries)) == (1 if together else 2)


def test_two_people_never_share_the_document_of_a_period() -> None:
    how = replace(EXPENSING, group_by=GroupBy.PERSON_AND_PERIOD)
    found = money_ledger(how).post(spent("e1"), spent("e2", staff_key="linked"))
    assert len(writes(found)) == 2


@pytest.mark.parametrize("group_by", GroupBy)
def test_a_card_charge_is_its_own_document(group_by: GroupBy) -> None:
    found = money_ledger(replace(EXPENSING, group_by=group_by)).post(charged("c1"), charged("c2"))
    assert set(states(found)) == {"expense:c1", "expense:c2"}
    assert {(op.kind, (op.body or {})["account_id"]) for op in found} == {("Charge", "VISA")}


def test_a_refund_of_a_card_is_a_credit() -> None:
    op = one(MoneyLedger().post(charged("c1", refund=True)))
    assert (op.kind, (op.body or {})["credit"]) == ("Credit", True)


def test_a_refund_of_own_money_is_refused() -> None:
    """Case general 07: the reason says what to do with what a person gives back."""
    assert reasons(MoneyLedger().post(spent("e1", refund=True))) == {"expense:e1": "refund_of_own"}


def test_a_charge_that_turns_out_to_be_a_refund_is_made_anew() -> None:
    ledger = MoneyLedger()
    ledger.posted(charged("c1"))
    found = ledger.posted(charged("c1", refund=True))
    assert [op.action for op in found] == [Action.DELETE, Action.CREATE]
    assert [body["credit"] for body in ledger.bodies("Charge", "Credit")] == [True]


@pytest.mark.parametrize(
    ("person", "settlement", "payee", "account"),
    [
        ("ann", Settlement.CHECK, ExistingRecord("P1"), "BANK"),
        ("vic", Settlement.PAYABLE, ExistingRecord("V1"), "AP"),
        ("new", Settlement.PAYABLE, Pending("user:new"), "AP"),
    ],
)
def test_an_employee_is_paid_and_a_vendor_is_owed(
    person: str, settlement: Settlement, payee: ExistingRecord | Pending, account: str
) -> None:
    ledger = MoneyLedger()
    ledger.post(spent("e1", staff_key=person))
    seen = ledger.composer.seen_expenses["expense-report:R"]
    assert seen.payee is not None
    assert (seen.settlement, seen.payee.target, seen.account_id) == (settlement, payee, account)


def test_a_new_person_is_created_before_their_bill() -> None:
    found = by_key(MoneyLedger().post(spent("e1", staff_key="new")))
    assert found["user:new"].level < found["expense-report:R"].level


def test_a_payables_account_is_left_to_the_ledger_where_none_is_chosen() -> None:
    op = one(money_ledger(ExpenseSettings()).post(spent("e1", staff_key="vic")))
    assert "account_id" not in (op.body or {"account_id": ""})


def test_without_an_account_no_charge_is_posted() -> None:
    op = one(money_ledger(ExpenseSettings()).post(charged("e1", card_key=None)))
    assert op.reason is not None
    assert (op.state, op.reason.code, op.reason.field) == (
        ItemState.BLOCKED,
        "missing_account",
        "expenses.card_account_id",
    )


def test_the_ledger_reports_whether_employees_are_paid_from_an_account() -> None:
    op = one(money_ledger(ExpenseSettings()).post(spent("e1")))
    assert "account_id" not in (op.body or {"account_id": ""})


def test_a_card_without_a_rule_is_refused_or_goes_to_the_default_account() -> None:
    unknown = charged("c1", card_key="amex")
    assert reasons(money_ledger(ExpenseSettings()).post(unknown)) == {"expense:c1": "no_rule"}
    op = one(MoneyLedger().post(unknown))
    assert ((op.body or {})["account_id"], warnings(op)) == ("CARDS", ["default_card"])


def test_a_charge_without_a_card_goes_to_the_default_account_without_a_warning() -> None:
    op = one(MoneyLedger().post(charged("c1", card_key=None)))
    assert ((op.body or {})["account_id"], warnings(op)) == ("CARDS", [])


@pytest.mark.parametrize(("vendor", "payee"), [("shop", "V7"), ("out", None), (None, None)])
def test_a_charge_names_the_merchant_if_there_is_a_rule(
    vendor: str | None, payee: str | None
) -> None:
    op = one(MoneyLedger().post(charged("c1", vendor_key=vendor)))
    assert (op.body or {}).get("payee") == payee


@pytest.mark.parametrize(
    "entry", [spent("e1", staff_key="nobody"), charged("e1", vendor_key="nobody")]
)
def test_a_payee_without_a_rule_is_refused_or_replaced_as_the_settings_say(
    entry: ExpenseEntry,
) -> None:
    assert reasons(MoneyLedger().post(entry)) == {"expense:e1": "no_rule"}
    nobody = replace(CATCH_ALL, catch_all_vendor_id=None)
    assert reasons(money_ledger(nobody).post(entry)) == {"expense:e1": "no_rule"}
    op = one(money_ledger(CATCH_ALL).post(entry))
    assert (op.body or {})["payee"] == "V0"
    assert warnings(op) == ["catch_all_used"]


def test_the_catch_all_vendor_does_not_replace_a_skipped_person() -> None:
    found = money_ledger(CATCH_ALL).post(spent("e1", staff_key="out"))
    assert states(found) == {"expense:e1": ItemState.SKIPPED}


def test_once_the_person_has_a_rule_the_catch_alls_bill_is_made_anew_as_a_check() -> None:
    ledger = money_ledger(CATCH_ALL)
    ledger.posted(spent("e1", staff_key="bob"))
    assert len(ledger.bodies("Bill")) == 1
    ledger.rules |= rule_book({RuleKind.USERS: {"bob": LinkTo(ledger_id="P7")}})
    found = ledger.posted(spent("e1", staff_key="bob"))
    assert [op.action for op in found] == [Action.DELETE, Action.CREATE]
    assert (len(ledger.bodies("Bill")), len(ledger.bodies("Check"))) == (0, 1)


def test_a_report_of_two_people_is_refused() -> None:
    found = MoneyLedger().post(spent("e1"), spent("e2", staff_key="vic"))
    assert reasons(found) == {"expense:e1": "mixed_people", "expense:e2": "mixed_people"}


# Days


@pytest.mark.parametrize(
    ("policy", "day"),
    [
        (PostingDate.SPENT, DAY + timedelta(days=1)),
        (PostingDate.APPROVED, date(2026, 3, 4)),
        (PostingDate.PERIOD_END, date(2026, 2, 28)),
        (PostingDate.TODAY, date(2026, 5, 5)),
    ],
)
def test_a_document_is_dated_by_the_settings_with_a_warning(policy: PostingDate, day: date) -> None:
    entries = [
        spent("e1", approved_on=date(2026, 3, 4)),
        spent("e2", approved_on=date(2026, 3, 3), spent_on=DAY + timedelta(days=1)),
    ]
    op = one(money_ledger(replace(EXPENSING, date=policy)).post(*entries, today=date(2026, 5, 5)))
    assert op.day == day
    assert warnings(op) == ([] if policy is PostingDate.SPENT else ["dated"])


def test_a_week_ends_on_sunday() -> None:
    how = replace(EXPENSING, date=PostingDate.PERIOD_END, period=Period.WEEK)
    assert one(money_ledger(how).post(spent("e1"))).day == date(2026, 3, 1)


def test_a_document_dated_today_keeps_its_day_when_posted_again_later() -> None:
    ledger = money_ledger(replace(EXPENSING, date=PostingDate.TODAY))
    ledger.posted(spent("e1"), today=date(2026, 3, 2))
    found = ledger.post(spent("e1"), today=date(2026, 3, 9))
    assert states(found) == {"expense-report:R": ItemState.UNCHANGED}
    changed = one(ledger.post(spent("e1", amount=Decimal(11)), today=date(2026, 3, 9)))
    assert (changed.action, changed.day) == (Action.UPDATE, date(2026, 3, 2))


def test_without_a_day_of_approval_nothing_can_be_dated_by_it() -> None:
    ledger = money_ledger(replace(EXPENSING, date=PostingDate.APPROVED))
    found = ledger.post(spent("e1", approved_on=DAY), spent("e2"))
    assert reasons(found) == {"expense:e1": "missing_date", "expense:e2": "missing_date"}


@pytest.mark.parametrize(("days", "code"), [(-1, None), (0, "closed_period")])
def test_closed_books_stop_an_expense(days: int, code: str | None) -> None:
    features = Features(books_closed_through=DAY + timedelta(days=days))
    found = money_ledger(features=features).post(spent("e1"))
    assert reasons(found).get("expense-report:R") == code


def test_closed_books_move_an_expense_to_the_first_open_day_with_its_own_day_in_the_note() -> None:
    ledger = money_ledger(features=Features(books_closed_through=date(2026, 2, 28)))
    op = one(ledger.posted(spent("e1"), posting=MOVE))
    assert (op.day, warnings(op)) == (date(2026, 3, 1), ["moved_date"])
    assert (op.body or {})["note"] == ["Dated 2026-02-27"]
    assert writes(ledger.post(spent("e1"), posting=MOVE)) == {}


def test_closing_the_books_over_a_document_leaves_it_unchanged() -> None:
    ledger = MoneyLedger()
    ledger.posted(spent("e1"))
    ledger.features = Features(books_closed_through=date(2026, 3, 31))
    found = ledger.post(spent("e1"), posting=MOVE)
    assert states(found) == {"expense-report:R": ItemState.UNCHANGED}
    assert warnings(one(found)) == []


def test_closing_the_books_over_a_moved_document_leaves_it_where_it_is() -> None:
    ledger = money_ledger(features=Features(books_closed_through=date(2026, 2, 28)))
    ledger.posted(spent("e1"), posting=MOVE)
    ledger.features = Features(books_closed_through=date(2026, 3, 31))
    assert states(ledger.post(spent("e1"), posting=MOVE)) == {
        "expense-report:R": ItemState.UNCHANGED
    }
    changed = ledger.post(spent("e1", amount=Decimal(11)), posting=MOVE)
    assert reasons(changed) == {"expense-report:R": "closed_period"}


# Numbers and notes


def test_a_report_has_the_products_number_and_name() -> None:
    op = one(MoneyLedger().post(spent("e1", report_number="17", report_name="Fair")))
    assert ((op.body or {})["number"], (op.body or {})["note"]) == ("17", ["Fair"])


def test_the_ledgers_number_leaves_the_products_in_the_note() -> None:
    ledger = money_ledger(replace(EXPENSING, number=Number.THEIRS))
    op = one(ledger.post(spent("e1", report_number="17", report_name="Fair")))
    assert "number" not in (op.body or {})
    assert (op.body or {})["note"] == ["Fair", "No. 17"]
    assert warnings(op) == ["number_left"]


def test_a_lone_expense_has_no_report_number() -> None:
    ledger = money_ledger(replace(EXPENSING, group_by=GroupBy.ENTRY))
    assert "number" not in (one(ledger.post(spent("e1", report_number="17"))).body or {})


@pytest.mark.parametrize(
    ("approval", "posting", "posted"),
    [
        ("approved", TimeSettings(), True),
        (None, TimeSettings(), True),
        ("submitted", TimeSettings(), False),
        ("draft", TimeSettings(), False),
        ("submitted", TimeSettings(approved_only=False), True),
        ("rejected", TimeSettings(approved_only=False), False),
    ],
)
def test_only_approved_records_are_posted_by_default(
    approval: str | None, posting: TimeSettings, posted: bool
) -> None:
    found = MoneyLedger().post(spent("e1", approval=approval), posting=posting)
    assert bool(writes(found)) is posted
    assert posted or reasons(found) == {"expense:e1": "not_approved"}


# What an expense points at


@pytest.mark.parametrize(
    ("given", "state", "code"),
    [
        ({"expense_code_key": "nothing"}, ItemState.BLOCKED, "no_rule"),
        ({"expense_code_key": "out"}, ItemState.SKIPPED, "skipped_by_rule"),
        ({"project_key": "nothing"}, ItemState.BLOCKED, "no_rule"),
        ({"project_key": "out"}, ItemState.SKIPPED, "skipped_by_rule"),
        ({"class_key": "nothing"}, ItemState.BLOCKED, "no_rule"),
        ({"tax_code_key": "nothing"}, ItemState.BLOCKED, "no_rule"),
        ({"location_key": "nothing"}, ItemState.BLOCKED, "no_rule"),
        ({"billable": True}, ItemState.BLOCKED, "missing_customer"),
        ({"amount": Decimal("0.004")}, ItemState.BLOCKED, "nothing_left"),
    ],
)
def test_a_blocked_expense_has_a_reason(given: dict[str, Any], state: ItemState, code: str) -> None:
    found = MoneyLedger().post(spent("e1", **given))
    assert (states(found), reasons(found)) == ({"expense:e1": state}, {"expense:e1": code})


def test_a_line_has_the_values_of_its_entry() -> None:
    ledger = MoneyLedger()
    markup = Decimal("12.5")
    facts = {"project_key": "linked", "billable": True, "markup_percent": markup}
    facts |= {"class_key": "east", "tax_code_key": "vat", "notes": "Lunch"}
    ledger.post(spent("e1", expense_code_key="gas", **facts))
    (told,) = ledger.composer.seen_expenses["expense-report:R"].lines
    assert (told.item_id, told.account_id, told.customer) == ("I5", None, ExistingRecord("C1"))
    assert (told.billable, told.markup_percent, told.class_id) == (True, markup, "K1")
    assert (told.tax_code_id, told.parts) == ("X1", (("notes", "Lunch"),))


def test_an_unbillable_line_has_no_markup() -> None:
    ledger = MoneyLedger()
    ledger.post(spent("e1", markup_percent=Decimal(5)))
    assert ledger.composer.seen_expenses["expense-report:R"].lines[0].markup_percent is None


def test_a_class_whose_rule_says_skip_is_left_out_alone() -> None:
    op = one(MoneyLedger().post(spent("e1", class_key="out")))
    assert (op.state, "class_id" in (op.body or {})["lines"][0]) == (ItemState.PENDING, False)


def test_each_line_has_the_dimensions_of_its_entry() -> None:
    first = spent("e1", location_key="hq", department_key="sales", class_key="east")
    op = one(MoneyLedger().post(first, spent("e2", location_key="lab")))
    names = ("class_id", "department_id", "location_id")
    told = [tuple(each.get(name) for name in names) for each in (op.body or {})["lines"]]
    assert told == [("K1", "B1", "D1"), (None, None, "D2")]


# Money


@pytest.mark.parametrize(
    ("amount", "currency", "posted"),
    [
        ("10.005", None, "10.01"),
        ("10.004999", None, "10.00"),
        ("0.005", None, "0.01"),
        ("10.5", "JPY", "11"),
        ("10.4999", "JPY", "10"),
        ("10.0005", "KWD", "10.001"),
        ("10.005", "KWD", "10.005"),
    ],
)
def test_amounts_are_rounded_half_up_at_the_smallest_unit(
    amount: str, currency: str | None, posted: str
) -> None:
    features = Features(home_currency=currency)
    for said in {currency, None}:
        entry = spent("e1", amount=Decimal(amount), currency=said)
        op = one(money_ledger(features=features).post(entry))
        assert (op.body or {})["lines"][0]["net"] == posted
        assert op.total is not None
        assert op.total.amount == Decimal(posted)


@pytest.mark.parametrize(
    ("given", "net", "tax"),
    [
        ({}, "10.00", None),
        ({"tax_amount": Decimal("1.005")}, "10.00", "1.01"),
        ({"tax_amount": Decimal("1.005"), "tax_inclusive": True}, "8.99", "1.01"),
        ({"tax_code_key": "vat"}, "10.00", None),
        ({"tax_inclusive": True}, "10.00", None),
        ({"tax_amount": Decimal(0), "tax_inclusive": True, "tax_code_key": "vat"}, "10.00", "0.00"),
    ],
)
def test_included_tax_is_taken_out_of_the_amount(
    given: dict[str, Any], net: str, tax: str | None
) -> None:
    told = (one(MoneyLedger().post(spent("e1", **given))).body or {})["lines"][0]
    assert (told["net"], told.get("tax")) == (net, tax)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"tax_code_key": "vat"}, "missing_tax_amount"),
        ({"tax_amount": Decimal(10)}, "tax_too_high"),
        ({"tax_amount": Decimal("9.995")}, "tax_too_high"),
    ],
)
def test_tax_that_cannot_be_in_the_amount_is_refused(given: dict[str, Any], code: str) -> None:
    found = MoneyLedger().post(spent("e1", tax_inclusive=True, **given))
    assert reasons(found) == {"expense:e1": code}


def test_a_document_is_inclusive_only_if_all_its_entries_are() -> None:
    ledger = MoneyLedger()
    inclusive = spent("e1", tax_inclusive=True, tax_amount=Decimal(1))
    for entries, said in (([inclusive], True), ([inclusive, spent("e2")], False)):
        ledger.post(*entries)
        assert ledger.composer.seen_expenses["expense-report:R"].tax_inclusive is said


@pytest.mark.parametrize("features", [Features(), Features(home_currency="USD")])
def test_a_company_of_one_currency_names_none(features: Features) -> None:
    currency = features.home_currency
    body = one(money_ledger(features=features).post(spent("e1", currency=currency))).body or {}
    assert "currency" not in body
    assert "rate" not in body


@pytest.mark.parametrize(("features", "code"), OF_ONE_CURRENCY)
def test_a_foreign_expense_needs_a_company_that_is_known_to_keep_several_currencies(
    features: Features, code: str
) -> None:
    found = money_ledger(features=features).post(charged("c1", currency="EUR"))
    assert reasons(found) == {"expense:c1": code}


def test_the_home_currency_has_no_rate() -> None:
    body = one(money_ledger(features=EURO).post(charged("c1"))).body or {}
    assert (body["currency"], "rate" in body) == ("USD", False)


def test_a_foreign_charge_has_the_records_rate() -> None:
    entry = charged("c1", currency="EUR", exchange_rate=Decimal("1.0815"))
    op = one(money_ledger(features=EURO).post(entry))
    assert ((op.body or {})["rate"], warnings(op)) == ("1.0815", [])
    assert op.total is not None
    assert (op.total.currency, op.total.rate) == ("EUR", Decimal("1.0815"))


def test_an_unknown_rate_is_not_assumed() -> None:
    found = money_ledger(features=EURO).post(charged("c1", currency="EUR"))
    assert reasons(found) == {"expense:c1": "no_exchange_rate"}


def test_a_rate_of_the_ledger_is_kept_while_the_day_stays() -> None:
    ledger = money_ledger(features=EURO)
    entry = charged("c1", currency="EUR")
    rates = {("EUR", DAY): Decimal("1.08"), ("EUR", DAY + timedelta(days=1)): Decimal("1.09")}
    op = one(ledger.posted(entry, rates=rates))
    assert ((op.body or {})["rate"], warnings(op)) == ("1.08", ["rate_from_ledger"])
    assert states(ledger.post(entry, rates={("EUR", DAY): Decimal("1.2")})) == {
        "expense:c1": ItemState.UNCHANGED
    }
    later = one(ledger.post(replace(entry, spent_on=DAY + timedelta(days=1)), rates=rates))
    assert (later.body or {})["rate"] == "1.09"


@pytest.mark.parametrize(
    ("second", "code"),
    [
        ({"currency": "EUR"}, "mixed_currencies"),
        ({"exchange_rate": Decimal("1.2")}, "mixed_rates"),
    ],
)
def test_a_document_has_one_currency_and_one_rate(second: dict[str, Any], code: str) -> None:
    first = spent("e1", staff_key="vic", currency="CHF", exchange_rate=Decimal("1.1"))
    found = money_ledger(features=EURO).post(first, replace(first, key="e2", **second))
    assert reasons(found) == {"expense:e1": code, "expense:e2": code}


def test_naming_the_home_currency_changes_nothing() -> None:
    found = money_ledger(features=EURO).post(spent("e1", currency="USD"), spent("e2"))
    assert len(writes(found)) == 1


@pytest.mark.parametrize(
    ("currency", "kept", "code"),
    [
        ("EUR", {"V1": "EUR"}, None),
        ("EUR", {}, "currency_differs"),
        (None, {"V1": "EUR"}, "currency_differs"),
        ("CHF", {"V1": "EUR"}, "currency_differs"),
    ],
)
def test_a_vendor_is_owed_in_their_own_currency_alone(
    currency: str | None, kept: dict[str, str], code: str | None
) -> None:
    entry = spent("e1", staff_key="vic", currency=currency, exchange_rate=Decimal("1.1"))
    found = money_ledger(features=EURO).post(entry, vendor_currencies=kept)
    assert reasons(found).get("expense:e1") == code
    assert bool(writes(found)) is (code is None)


def test_an_employee_is_paid_in_the_home_currency_alone() -> None:
    entry = spent("e1", currency="EUR", exchange_rate=Decimal("1.1"))
    assert reasons(money_ledger(features=EURO).post(entry)) == {"expense:e1": "currency_differs"}


def test_the_charge_of_a_merchant_of_another_currency_is_refused() -> None:
    entry = charged("c1", vendor_key="shop", currency="CHF", exchange_rate=Decimal("1.1"))
    found = money_ledger(features=EURO).post(entry, vendor_currencies={"V7": "EUR"})
    assert reasons(found) == {"expense:c1": "currency_differs"}


def test_payables_in_a_currency_use_its_own_account() -> None:
    ledger = money_ledger(features=EURO)
    given = {"vendor_currencies": {"V1": "EUR"}, "payables": {"USD": ["A1"], "EUR": ["A9"]}}
    foreign = spent("e1", staff_key="vic", currency="EUR", exchange_rate=Decimal("1.1"))
    op = one(ledger.post(foreign, **given))
    assert (op.body or {})["account_id"] == "A9"
    assert warnings(op) == ["payables_of_currency"]
    chosen = {**given, "payables": {"EUR": ["A9", "AP"]}}
    assert warnings(one(ledger.post(foreign, **chosen))) == []


@pytest.mark.parametrize("count", [MOST_LINES, MOST_LINES + 1])
def test_a_document_with_more_lines_than_a_ledger_takes_is_blocked(count: int) -> None:
    expenses = [spent(f"e{n}", report_key="R") for n in range(count)]
    found = reasons(MoneyLedger().post(*expenses))
    blocked = count > MOST_LINES
    assert found == ({f"expense:e{n}": "too_many_lines" for n in range(count)} if blocked else {})
