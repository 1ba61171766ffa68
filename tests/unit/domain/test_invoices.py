"""What invoices say, come to, and bill."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as given_
from hypothesis import strategies as st
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.money_settings import InvoiceLines, InvoiceSettings, Number
from ledgerlink.domain.model.plan import Action, ItemState, Operation
from ledgerlink.domain.model.references import ExistingRecord
from ledgerlink.domain.model.resolved_invoices import ResolvedInvoice
from ledgerlink.domain.model.source_records import Invoice, InvoiceLine, Record, RecordKind
from ledgerlink.domain.model.time_settings import ClosedPeriod, TimeSettings
from ledgerlink.domain.planning.invoice_lines import shares

from tests.fakes.composer import FORBIDDEN
from tests.unit.domain.money_ledger import (
    INVOICING,
    OF_ONE_CURRENCY,
    MoneyComposer,
    MoneyLedger,
    by_key,
    gone,
    invoice,
    line,
    one,
    warnings,
)
from tests.unit.domain.simulated_ledger import DAY, entry, reasons, states, writes

EURO = Features(home_currency="USD", multi_currency=True)
MOVE = TimeSettings(closed_period=ClosedPeriod.MOVE)
SUMMARY = replace(INVOICING, lines=InvoiceLines.SUMMARY)


def money_ledger(how: InvoiceSettings = INVOICING, features: Features | None = None) -> MoneyLedger:
    return MoneyLedger(invoicing=how, features=features or Features())


def seen(ledger: MoneyLedger, key: str = "i1") -> ResolvedInvoice:
    return ledger.composer.seen_invoices[f"invoice:{key}"]


def total(operation: Operation) -> Decimal:
    assert operation.total is not None
    return operation.total.amount


def test_an_invoice_has_the_values_of_its_record() -> None:
    ledger = MoneyLedger()
    told = invoice(
        "i1",
        line("100", description="Design", service_date=DAY, class_key="east", tax_code_key="vat"),
        number="17",
        due_on=date(2026, 3, 29),
        terms_key="net30",
        class_key="east",
        location_key="hq",
        tax_code_key="vat",
        memo="Thanks",
        private_note="Key account",
        email="pay@example.com",
        custom_fields={"1": "PO 9"},
    )
    op = one(ledger.post(told))
    assert (op.action, op.key, op.members, op.day) == (Action.CREATE, "invoice:i1", ("i1",), DAY)
    found = seen(ledger)
    assert (found.customer, found.number, found.due) == (
        ExistingRecord("C1"),
        "17",
        date(2026, 3, 29),
    )
    assert (found.terms_id, found.class_id, found.location_id) == ("T30", "K1", "D1")
    assert (found.memo, found.note) == ("Thanks", (("private_note", "Key account"),))
    assert (found.custom_fields, found.tax_code_id) == ({"1": "PO 9"}, "X1")
    (sold,) = found.lines
    assert (sold.description, sold.service_date) == ("Design", DAY)
    assert (sold.class_id, sold.tax_code_id, sold.item) == ("K1", "X1", ExistingRecord("HOURS"))


@pytest.mark.parametrize(
    ("asked", "setting", "email", "sent"),
    [
        (None, False, "pay@example.com", False),
        (None, True, "pay@example.com", True),
        (True, False, "pay@example.com", True),
        (False, True, "pay@example.com", False),
        (True, True, None, False),
    ],
)
def test_the_ledger_mails_invoices_with_an_address(
    asked: bool | None, setting: bool, email: str | None, sent: bool
) -> None:
    ledger = money_ledger(replace(INVOICING, send=setting))
    op, *mails = ledger.post(invoice("i1", send=asked, email=email))
    assert [(mail.key, mail.record, mail.level > op.level) for mail in mails] == (
        [("email:invoice/i1", RecordKind.EMAIL, True)] if sent else []
    )
    assert warnings(op) == ([] if email else ["no_address"])


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"project_key": None}, "missing_client"),
        ({"project_key": "nothing"}, "no_rule"),
        ({"terms_key": "nothing"}, "no_rule"),
        ({"lines": (line(labor_code_key="nothing"),)}, "no_rule"),
        ({"lines": (line(expense_code_key="nothing"),)}, "no_rule"),
        ({"lines": (line(None),)}, "invalid_record"),
        ({"lines": (line(None, quantity=Decimal(1)),)}, "invalid_record"),
        ({"approval": "draft"}, "not_approved"),
        ({"number": FORBIDDEN}, "number_taken"),
    ],
)
def test_an_invoice_that_cannot_go_stops_itself_alone(given: dict[str, Any], code: str) -> None:
    found = MoneyLedger().post(invoice("i1", **given), invoice("i2"))
    assert reasons(found) == {"invoice:i1": code}
    assert writes(found) == {"invoice:i2": Action.CREATE}


def test_an_invoice_given_twice_is_refused() -> None:
    found = MoneyLedger().post(
        invoice("i1"), invoice("i1"), invoice("i2"), gone("i2", RecordKind.INVOICE)
    )
    assert reasons(found) == {"invoice:i1": "duplicate_key", "invoice:i2": "duplicate_key"}


def test_a_line_sells_the_item_of_its_code_or_of_the_settings() -> None:
    ledger = MoneyLedger()
    codes = [{"labor_code_key": "design"}, {"expense_code_key": "gas"}]
    codes += [{"expense_code_key": "meals"}, {}]
    ledger.post(invoice("i1", *(line(**code) for code in codes)))
    items = [sold.item for sold in seen(ledger).lines]
    assert items == [
        ExistingRecord("I1"),
        ExistingRecord("I5"),
        ExistingRecord("HOURS"),
        ExistingRecord("HOURS"),
    ]


@pytest.mark.parametrize("code", [{}, {"expense_code_key": "meals"}])
def test_a_line_without_an_item_is_refused(code: dict[str, Any]) -> None:
    found = money_ledger(InvoiceSettings()).post(invoice("i1", line(**code)))
    assert reasons(found) == {"invoice:i1": "missing_item"}


def test_a_new_client_is_created_before_its_invoice() -> None:
    found = by_key(MoneyLedger().posted(invoice("i1", project_key="new")))
    assert found["project:new"].level < found["invoice:i1"].level


def test_the_ledgers_number_leaves_the_products_in_the_note() -> None:
    ledger = money_ledger(replace(INVOICING, number=Number.THEIRS))
    op = one(ledger.post(invoice("i1", number="17", private_note="VIP")))
    assert (seen(ledger).number, warnings(op)) == (None, ["number_left"])
    assert [text for _, text in seen(ledger).note] == ["VIP", "No. 17"]


def test_closed_books_stop_or_move_an_invoice() -> None:
    ledger = money_ledger(features=Features(books_closed_through=date(2026, 2, 28)))
    assert reasons(ledger.post(invoice("i1"))) == {"invoice:i1": "closed_period"}
    op = one(ledger.posted(invoice("i1"), posting=MOVE))
    assert (op.day, warnings(op)) == (date(2026, 3, 1), ["moved_date"])
    assert writes(ledger.post(invoice("i1"), posting=MOVE)) == {}


# Amounts


@pytest.mark.parametrize(
    ("told", "amount", "quantity", "said"),
    [
        (line("100"), "100.00", None, []),
        (line("100", quantity=Decimal(4), unit_price=Decimal(25)), "100.00", "4", []),
        (line(None, quantity=Decimal("1.5"), unit_price=Decimal("33.33")), "50.00", "1.5", []),
        (
            line("99.99", quantity=Decimal(4), unit_price=Decimal(25)),
            "99.99",
            None,
            ["quantity_left_out"],
        ),
        (line("100", quantity=Decimal(4)), "100.00", None, ["quantity_left_out"]),
        (line("0"), "0.00", None, []),
    ],
)
def test_a_quantity_is_sent_where_it_makes_the_amount(
    told: InvoiceLine, amount: str, quantity: str | None, said: list[str]
) -> None:
    op = one(MoneyLedger().post(invoice("i1", told)))
    (sold,) = (op.body or {})["lines"]
    assert (sold["amount"], sold.get("quantity"), warnings(op)) == (amount, quantity, said)
    assert total(op) == Decimal(amount)


def test_a_line_below_zero_is_rounded_half_up() -> None:
    op = one(MoneyLedger().post(invoice("i1", line("10"), line("-5.005"))))
    assert [sold["amount"] for sold in (op.body or {})["lines"]] == ["10.00", "-5.01"]
    assert (total(op), warnings(op)) == (Decimal("4.99"), [])


@pytest.mark.parametrize(
    ("lines", "comes_to"),
    [
        ((line("-50"),), "-50.00"),
        ((line("100"), line("-100.01")), "-0.01"),
        ((line(None, quantity=Decimal(2), unit_price=Decimal("-5.5")),), "-11.00"),
        ((line("-10", tax_amount=Decimal("0.80")),), "-10.80"),
        ((line("100"), line("-100")), None),
        ((line("-0.004"),), None),
    ],
)
def test_an_invoice_below_zero_is_blocked_in_the_plan(
    lines: tuple[InvoiceLine, ...], comes_to: str | None
) -> None:
    """Case general 17: no ledger takes it; a discount may come to as much as the other lines."""
    for how in (INVOICING, SUMMARY):
        op = one(money_ledger(how).post(invoice("i1", *lines)))
        if comes_to is None:
            assert op.state is ItemState.PENDING
            continue
        assert (op.state, op.action) == (ItemState.BLOCKED, Action.NONE)
        assert op.reason is not None
        assert (op.reason.code, op.reason.parameters) == ("total_below_zero", {"total": comes_to})
        assert "credit memo" in op.reason.remedy


@pytest.mark.parametrize(
    ("amount", "currency", "posted"),
    [("10.005", None, "10.01"), ("10.5", "JPY", "11"), ("1.0005", "KWD", "1.001")],
)
def test_amounts_and_tax_are_rounded_half_up_at_the_smallest_unit(
    amount: str, currency: str | None, posted: str
) -> None:
    features = Features(home_currency=currency)
    for said in {currency, None}:
        told = line(amount, tax_amount=Decimal(amount))
        op = one(money_ledger(features=features).post(invoice("i1", told, currency=said)))
        (sold,) = (op.body or {})["lines"]
        assert (sold["amount"], sold["tax"]) == (posted, posted)
        assert total(op) == 2 * Decimal(posted)


@pytest.mark.parametrize(
    ("given", "amounts", "tax"),
    [
        ({"lines": (line("100", tax_amount=Decimal(20)), line("50"))}, ["100.00", "50.00"], 20),
        (
            {"lines": (line("120", tax_amount=Decimal(20)), line("50")), "tax_inclusive": True},
            ["100.00", "50.00"],
            20,
        ),
        (
            {"lines": (line("100", tax_amount=Decimal(20)), line("-50", tax_amount=Decimal(10)))},
            ["100.00", "-50.00"],
            10,
        ),
        (
            {
                "lines": (line("120", tax_amount=Decimal(20)), line("-60", tax_amount=Decimal(10))),
                "tax_inclusive": True,
                "total": Decimal(60),
            },
            ["100.00", "-50.00"],
            10,
        ),
        ({"tax_amount": Decimal("19.995")}, ["100.00"], "20.00"),
        ({"tax_amount": Decimal(0), "tax_inclusive": True}, ["100.00"], 0),
        ({"tax_inclusive": True}, ["100.00"], None),
        ({"tax_code_key": "vat"}, ["100.00"], None),
        (
            {"lines": (line("100", tax_amount=Decimal(20)),), "tax_amount": Decimal(20)},
            ["100.00"],
            20,
        ),
    ],
)
def test_tax_is_kept_apart_from_the_net_amount(
    given: dict[str, Any], amounts: list[str], tax: int | str | None
) -> None:
    op = one(MoneyLedger().post(invoice("i1", **given)))
    assert [sold["amount"] for sold in (op.body or {})["lines"]] == amounts
    assert op.total is not None
    assert op.total.tax == (None if tax is None else Decimal(tax))
    assert total(op) == sum(map(Decimal, amounts)) + Decimal(tax or 0)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"lines": (line("120", tax_code_key="vat"),)}, "missing_tax_amount"),
        ({"tax_code_key": "vat"}, "missing_tax_amount"),
        ({"tax_amount": Decimal(20)}, "missing_tax_amount"),
        ({"lines": (line("20", tax_amount=Decimal(20)),)}, "tax_too_high"),
    ],
)
def test_tax_that_cannot_be_taken_out_of_the_amounts_is_refused(
    given: dict[str, Any], code: str
) -> None:
    assert reasons(MoneyLedger().post(invoice("i1", tax_inclusive=True, **given))) == {
        "invoice:i1": code
    }


TAXED = line("100", tax_amount=Decimal(20))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"total": Decimal("100.01")}, "total"),
        ({"lines": (TAXED,), "total": Decimal(100)}, "total"),
        ({"tax_amount": Decimal(5), "total": Decimal(100)}, "total"),
        ({"lines": (TAXED,), "tax_amount": Decimal(21)}, "tax_amount"),
    ],
)
def test_parts_that_do_not_add_up_are_refused(given: dict[str, Any], field: str) -> None:
    op = one(MoneyLedger().post(invoice("i1", **given)))
    assert op.reason is not None
    assert (op.reason.code, op.reason.field) == ("unbalanced", field)


@pytest.mark.parametrize(
    "given",
    [
        {"total": Decimal(100)},
        {"total": Decimal("99.995")},
        {"lines": (TAXED,), "total": Decimal(120)},
        {
            "lines": (line("120", tax_amount=Decimal(20)),),
            "tax_inclusive": True,
            "total": Decimal(120),
        },
        {"tax_code_key": "vat", "total": Decimal(120)},
    ],
)
def test_a_total_that_the_parts_make_or_the_ledgers_tax_may_make_is_taken(
    given: dict[str, Any],
) -> None:
    assert writes(MoneyLedger().post(invoice("i1", **given)))


def test_where_the_ledger_works_tax_out_the_products_tax_is_named() -> None:
    ledger = money_ledger(features=Features(automated_tax=True))
    assert warnings(one(ledger.post(invoice("i1", TAXED)))) == ["tax_by_ledger"]
    assert warnings(one(ledger.post(invoice("i1")))) == []


@pytest.mark.parametrize(
    ("given", "kept", "code"),
    [
        ({"currency": "EUR", "exchange_rate": Decimal("1.1")}, {"C1": "EUR"}, None),
        ({"currency": "EUR"}, {"C1": "EUR"}, "no_exchange_rate"),
        ({"currency": "EUR", "exchange_rate": Decimal("1.1")}, {}, "currency_differs"),
        ({}, {"C1": "EUR"}, "currency_differs"),
        ({}, {}, None),
    ],
)
def test_a_customer_is_invoiced_in_their_own_currency_alone(
    given: dict[str, Any], kept: dict[str, str], code: str | None
) -> None:
    found = money_ledger(features=EURO).post(invoice("i1", **given), currencies=kept)
    assert reasons(found).get("invoice:i1") == code


@pytest.mark.parametrize(("features", "code"), OF_ONE_CURRENCY)
def test_a_foreign_invoice_needs_a_company_that_is_known_to_keep_several_currencies(
    features: Features, code: str
) -> None:
    found = money_ledger(features=features).post(invoice("i1", currency="EUR"))
    assert reasons(found) == {"invoice:i1": code}


def test_a_rate_of_the_ledger_stays_with_the_invoice() -> None:
    ledger, told = money_ledger(features=EURO), invoice("i1", currency="EUR")
    rates = {("EUR", DAY): Decimal("1.1")}
    op = one(ledger.posted(told, currencies={"C1": "EUR"}, rates=rates))
    assert warnings(op) == ["rate_from_ledger"]
    found = ledger.post(told, currencies={"C1": "EUR"}, rates={("EUR", DAY): Decimal(2)})
    assert states(found) == {"invoice:i1": ItemState.UNCHANGED}


def test_the_composer_gets_the_kind_of_an_invoice_that_is_posted_already() -> None:
    ledger = MoneyLedger()
    ledger.posted(invoice("i1"))
    assert seen(ledger, "i1").kind is None
    ledger.posted(invoice("i1", memo="Thank you"))
    assert seen(ledger, "i1").kind == "Invoice"


ANY_CURRENCY = MoneyComposer(one_currency_each=False, applies_rates=True)


@pytest.mark.parametrize("kept", [{}, {"C1": "EUR"}, {"C1": "GBP"}])
@pytest.mark.parametrize("currency", [None, "USD", "EUR"])
def test_a_ledger_that_binds_no_customer_to_a_currency_takes_each(
    kept: dict[str, str], currency: str | None
) -> None:
    told = invoice("i1", currency=currency, exchange_rate=Decimal("1.1"))
    op = one(MoneyLedger(composer=ANY_CURRENCY, features=EURO).post(told, currencies=kept))
    assert (op.body or {})["currency"] == (currency or "USD")


def test_a_ledger_with_its_own_rates_gets_none_and_the_item_a_warning() -> None:
    ledger = MoneyLedger(composer=ANY_CURRENCY, features=EURO)
    op = one(ledger.posted(invoice("i1", currency="EUR")))
    assert ((op.body or {})["currency"], "rate" in (op.body or {})) == ("EUR", False)
    assert warnings(op) == ["rate_by_ledger"]
    said = one(ledger.post(invoice("i1", currency="EUR", exchange_rate=Decimal("1.1"))))
    assert ((said.body or {})["rate"], warnings(said)) == ("1.1", [])


# Summed up


def test_lines_of_one_item_class_and_tax_code_can_be_summed_up() -> None:
    told = invoice(
        "i1",
        line("10.005", labor_code_key="design", description="Design", tax_amount=Decimal(1)),
        line("20.005", labor_code_key="design", description="Design", service_date=DAY),
        line("5", labor_code_key="design", class_key="east"),
        line("-7", expense_code_key="gas"),
        line("3", tax_code_key="vat"),
    )
    op = one(money_ledger(SUMMARY).post(told))
    lines = (op.body or {})["lines"]
    assert [sold["amount"] for sold in lines] == ["30.02", "5.00", "-7.00", "3.00"]
    assert (lines[0]["text"], lines[0]["tax"]) == ("Design", "1.00")
    assert warnings(op) == ["summarised"]
    assert total(op) == Decimal("32.02")


def test_a_description_in_which_lines_differ_is_left_out_of_their_sum() -> None:
    op = one(
        money_ledger(SUMMARY).post(invoice("i1", line(description="a"), line(description="b")))
    )
    assert [sold["text"] for sold in (op.body or {})["lines"]] == [""]


def test_lines_that_cannot_be_summed_up_stay_as_they_are() -> None:
    told = line(None, quantity=Decimal(2), unit_price=Decimal(5))
    op = one(money_ledger(SUMMARY).post(invoice("i1", told)))
    assert ((op.body or {})["lines"][0]["quantity"], warnings(op)) == ("2", [])


# Time


def billing(*keys: str, **given: Any) -> Invoice:
    return invoice("i1", line(time_keys=keys), **given)


def linked(operation: Operation) -> list[object]:
    return [sold.get("time") for sold in (operation.body or {})["lines"]]


def test_a_line_bills_the_time_that_the_ledger_holds() -> None:
    ledger = MoneyLedger()
    ledger.posted(entry("t1"))
    op = one(ledger.post(billing("t1")))
    assert (linked(op), warnings(op)) == ([ledger.links["time:t1"].ledger_id], [])


def test_a_line_bills_the_time_that_is_created_in_the_same_plan_after_it() -> None:
    ledger = MoneyLedger()
    records: list[Record] = [entry("t1"), billing("t1")]
    found = by_key(ledger.posted(*records))
    assert found["time:t1"].level < found["invoice:i1"].level
    assert ledger.bodies("Invoice")[0]["lines"][0]["time"] == ledger.links["time:t1"].ledger_id
    assert writes(ledger.post(*records)) == {}


def test_a_new_invoice_waits_for_time_that_the_same_plan_changes() -> None:
    ledger = MoneyLedger()
    ledger.posted(entry("t1"))
    records: list[Record] = [entry("t1", minutes=90), billing("t1")]
    found = by_key(ledger.posted(*records))
    assert found["time:t1"].action is Action.UPDATE
    assert found["time:t1"].level < found["invoice:i1"].level
    assert writes(ledger.post(*records)) == {}


def test_time_that_the_same_plan_takes_out_is_not_billed() -> None:
    ledger = MoneyLedger()
    ledger.posted(entry("t1"))
    found = by_key(ledger.post(gone("t1", RecordKind.TIME), billing("t1")))
    assert found["time:t1"].action is Action.DELETE
    op = found["invoice:i1"]
    assert (linked(op), warnings(op)) == ([None], ["time_not_linked"])


def test_time_that_is_not_in_the_ledger_is_named_as_not_linked() -> None:
    op = one(MoneyLedger().post(billing("t1", "t2")))
    assert (linked(op), warnings(op)) == ([None], ["time_not_linked"])
    assert "t1, t2" in op.warnings[0].message


def test_of_much_time_that_is_not_linked_some_is_named() -> None:
    op = one(MoneyLedger().post(billing(*(f"t{n}" for n in range(9)))))
    assert "t0, t1, t2, t3, t4 …" in op.warnings[0].message


def merged(ledger: MoneyLedger) -> MoneyLedger:
    """Time of which the ledger has one activity for two entries."""
    posting = TimeSettings(description=TimeSettings().description.NEITHER)
    entries = [entry("t1"), entry("t2"), entry("t3", work_date=DAY + timedelta(days=1))]
    ledger.apply(ledger.plan(entries, whole=True, posting=posting))
    return ledger


@pytest.mark.parametrize(
    ("keys", "whole"),
    [(("t1", "t2"), True), (("t1",), False), (("t2", "t3"), False), (("t3",), True)],
)
def test_merged_time_is_billed_whole_or_not_at_all(keys: tuple[str, ...], whole: bool) -> None:
    op = one(merged(MoneyLedger()).post(billing(*keys)))
    assert (linked(op) != [None]) is whole
    assert warnings(op) == ([] if whole else ["time_not_linked"])


def test_a_line_that_bills_several_activities_is_a_line_for_each() -> None:
    """Case quickbooks-online 12."""
    ledger = MoneyLedger()
    ledger.posted(entry("t1", minutes=60), entry("t2", minutes=30), entry("t3", minutes=30))
    op = one(ledger.post(invoice("i1", line("100.01", time_keys=("t1", "t2", "t3")), line("5"))))
    ids = [ledger.links[f"time:t{n}"].ledger_id for n in (1, 2, 3)]
    assert linked(op) == [*ids, None]
    assert [sold["amount"] for sold in (op.body or {})["lines"]] == [
        "50.00",
        "25.01",
        "25.00",
        "5.00",
    ]
    assert warnings(op) == ["line_split"]


def test_a_merged_activity_and_another_are_billed_by_a_line_each() -> None:
    ledger = merged(MoneyLedger())
    op = one(ledger.post(billing("t1", "t2", "t3")))
    assert (len(linked(op)), None in linked(op), warnings(op)) == (2, False, ["line_split"])


def test_a_split_line_keeps_its_quantity_where_the_parts_make_its_amount() -> None:
    ledger = MoneyLedger()
    ledger.posted(*(entry(key, minutes=30) for key in ("t1", "t2", "t3")))
    hours: dict[str, Any] = {"unit_price": Decimal(80), "time_keys": ("t1", "t2", "t3")}
    even = line("120", quantity=Decimal("1.5"), **hours)
    found = (one(ledger.post(invoice("i1", even))).body or {})["lines"]
    assert [(sold["quantity"], sold["amount"]) for sold in found] == [("0.5", "40.00")] * 3
    uneven = line("100.01", quantity=Decimal(1), **{**hours, "unit_price": Decimal("100.01")})
    found = (one(ledger.post(invoice("i1", uneven))).body or {})["lines"]
    assert [sold.get("quantity") for sold in found] == [None] * 3
    assert sum(Decimal(sold["amount"]) for sold in found) == Decimal("100.01")


@given_(
    st.decimals(-10_000, 10_000, places=2, allow_nan=False),
    st.lists(st.integers(1, 1440), min_size=1, max_size=50),
)
def test_the_shares_of_an_amount_make_the_amount(amount: Decimal, weights: list[int]) -> None:
    parts = shares(amount, weights)
    assert sum(parts) == amount
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - amount * weight / whole) <= Decimal("0.01")


def test_two_lines_do_not_bill_the_same_activity() -> None:
    ledger = MoneyLedger()
    ledger.posted(entry("t1"))
    op = one(ledger.post(invoice("i1", line(time_keys=("t1",)), line(time_keys=("t1",)))))
    assert linked(op) == [ledger.links["time:t1"].ledger_id, None]
    assert warnings(op) == ["time_not_linked"]


def test_two_invoices_do_not_bill_the_same_activity() -> None:
    ledger = MoneyLedger()
    ledger.posted(entry("t1"))
    found = by_key(ledger.post(billing("t1"), replace(billing("t1"), key="i2")))
    assert linked(found["invoice:i1"]) == [ledger.links["time:t1"].ledger_id]
    assert linked(found["invoice:i2"]) == [None]
    assert warnings(found["invoice:i2"]) == ["time_not_linked"]


def test_the_quantity_of_an_amount_with_tax_is_left_out_with_a_word() -> None:
    taxed = line("120", quantity=Decimal(2), unit_price=Decimal(60), tax_amount=Decimal(20))
    op = one(MoneyLedger().post(invoice("i1", taxed, tax_inclusive=True)))
    assert [sold["amount"] for sold in (op.body or {})["lines"]] == ["100.00"]
    assert warnings(op) == ["quantity_left_out"]


def test_no_invoice_warns_where_the_ledger_cannot_mark_time_at_all() -> None:
    """texts.md 15: there it is said on every invoice, and nobody can do anything about it."""
    ledger = MoneyLedger(composer=MoneyComposer(links_time=False))
    ledger.posted(entry("t1"), entry("t2"))
    op = one(ledger.post(invoice("i1", line(time_keys=("t1",)), line(time_keys=("t2",)))))
    assert (linked(op), warnings(op)) == ([None, None], [])


@pytest.mark.parametrize("how", [SUMMARY, replace(INVOICING, link_time=False)])
def test_time_is_not_linked_where_the_settings_rule_it_out(how: InvoiceSettings) -> None:
    ledger = money_ledger(how)
    ledger.posted(entry("t1"))
    op = one(ledger.post(billing("t1")))
    assert linked(op) == [None]
    assert warnings(op) == (["time_not_linked"] if how is SUMMARY else [])


def test_a_line_that_bills_no_time_is_no_loss() -> None:
    assert warnings(one(MoneyLedger().post(invoice("i1")))) == []
