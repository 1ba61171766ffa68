"""What documents of money come to: taxes and currencies, against the sandbox."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.plan import ItemState, Outcome
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.rules import LinkTo, RuleKind
from ledgerlink.domain.money import Total

from tests.contract.papers import (
    DAY,
    PAPERS,
    Paper,
    charged,
    invoice,
    papers,
    sold,
    spent,
)
from tests.contract.qbo.books import Make, Row
from tests.contract.qbo.poster import Poster, abroad, code
from tests.support.sampling import sampled

EVERY = sampled("paper", papers(), one_in=3, ids=PAPERS)
REPORT = "expense-report:R1"
CODED = {"tax_code_key": "two"}


@pytest.fixture
def canada(company: Make) -> Poster:
    """Somebody in Canada, where code two is GST of 5 %."""
    return abroad(company("canada"))


def line(row: Row) -> Row:
    """Its first line with its detail in one."""
    first = row["Line"][0]
    return {**first, **first[first["DetailType"]]}


def tax(row: Row) -> Any:
    return row["TxnTaxDetail"]["TotalTax"]


def is_plain(outcome: Outcome, total: str) -> bool:
    said = (outcome.state, outcome.reason, outcome.total)
    return said == (ItemState.POSTED, None, Decimal(total))


# Where taxes go by codes.


@EVERY
def test_tax_on_top_is_reported_with_its_code_and_the_totals_agree(
    canada: Poster, paper: Paper
) -> None:
    outcome = canada.post(paper.record("100", **CODED, tax_amount=Decimal(5)))[paper.key]
    row = canada.row(paper.key)
    assert is_plain(outcome, "105")
    assert row["GlobalTaxCalculation"] == "TaxExcluded"
    assert (line(row)["Amount"], line(row)["TaxCodeRef"]["value"]) == (100, "2")
    assert (tax(row), row["TotalAmt"]) == (5, 105)
    assert canada.links[paper.key].total == Total(amount=Decimal(105), tax=Decimal(5))
    assert canada.links[paper.key].ledger_total == Decimal(105)


@pytest.mark.parametrize("how", ["net", "gross"])
@EVERY
def test_tax_inside_is_taken_out_of_the_amount_however_the_ledger_reads_it(
    canada: Poster, paper: Paper, how: str
) -> None:
    canada.books.admin("settings", {"inclusive_amount": how})
    given = {**CODED, "tax_amount": Decimal(5), "tax_inclusive": True}
    if paper.kind == "Invoice":
        lines = (sold("105", **CODED, tax_amount=Decimal(5)),)
        outcome = canada.post(invoice(*lines, tax_inclusive=True))[paper.key]
    else:
        outcome = canada.post(paper.record("105", **given))[paper.key]
    row = canada.row(paper.key)
    assert is_plain(outcome, "105")
    assert row["GlobalTaxCalculation"] == "TaxInclusive"
    assert (line(row)["Amount"], line(row)["TaxInclusiveAmt"]) == (100, 105)
    assert (tax(row), row["TotalAmt"]) == (5, 105)


@EVERY
def test_without_tax_and_codes_none_is_sent_as_applicable(canada: Poster, paper: Paper) -> None:
    assert is_plain(canada.post(paper.record("100"))[paper.key], "100")
    assert canada.row(paper.key)["GlobalTaxCalculation"] == "NotApplicable"


@EVERY
def test_tax_left_to_the_ledger_is_reported_as_a_difference(canada: Poster, paper: Paper) -> None:
    outcome = canada.post(paper.record("100", **CODED))[paper.key]
    assert (outcome.state, outcome.total) == (ItemState.POSTED, Decimal(105))
    assert outcome.reason == reason(
        "total_differs", ledger="105.00", ours="100.00", difference="5.00", tax="5.00"
    )


@EVERY
def test_tax_that_the_ledger_computes_otherwise_is_reported_as_a_difference(
    canada: Poster, paper: Paper
) -> None:
    canada.books.admin("settings", {"tax_total_mismatch": "own"})
    outcome = canada.post(paper.record("100", **CODED, tax_amount=Decimal(9)))[paper.key]
    assert outcome.state is ItemState.POSTED
    assert outcome.reason == reason(
        "total_differs", ledger="105.00", ours="109.00", difference="-4.00", tax="-4.00"
    )


@EVERY
def test_a_rounding_cent_follows_the_product(canada: Poster, paper: Paper) -> None:
    given = {**CODED, "tax_amount": Decimal("1.57")}
    assert is_plain(canada.post(paper.record("31.50", **given))[paper.key], "33.07")
    assert tax(canada.row(paper.key)) == 1.57


@EVERY
def test_a_taxed_document_is_known_again_changed_and_found_unedited(
    canada: Poster, paper: Paper
) -> None:
    given = {**CODED, "tax_amount": Decimal(5)}
    canada.post(paper.record("100", **given))
    assert canada.post(paper.record("100", **given))[paper.key].state is ItemState.UNCHANGED
    outcome = canada.post(paper.record("200", **CODED, tax_amount=Decimal(10)))[paper.key]
    assert is_plain(outcome, "210")
    assert is_plain(canada.post(paper.record("200"))[paper.key], "200")
    assert canada.row(paper.key)["GlobalTaxCalculation"] == "NotApplicable"
    assert not tax(canada.row(paper.key))


def test_lines_of_several_codes_add_up(canada: Poster) -> None:
    canada.rule(RuleKind.TAX_CODES, "three", LinkTo(ledger_id="3"))
    outcome = canada.post(
        spent("x1", "100", **CODED, tax_amount=Decimal(5)),
        spent("x2", "100", tax_code_key="three", tax_amount=Decimal(13)),
    )[REPORT]
    assert is_plain(outcome, "218")


def test_an_amount_of_tax_goes_with_a_line_of_an_account(canada: Poster) -> None:
    canada.post(spent("x1", "100", **CODED, tax_amount=Decimal(5)))
    assert line(canada.row(REPORT))["TaxAmount"] == 5


def test_an_invoice_of_one_code_has_it_on_every_line(canada: Poster) -> None:
    lines = (sold("60"), sold("40"))
    outcome = canada.post(invoice(*lines, **CODED, tax_amount=Decimal(5)))["invoice:i1"]
    assert is_plain(outcome, "105")
    row = canada.row("invoice:i1")
    told = [each["SalesItemLineDetail"]["TaxCodeRef"]["value"] for each in row["Line"][:2]]
    assert told == ["2", "2"]


def test_in_britain_a_fifth_is_tax(company: Make) -> None:
    poster = abroad(company("uk"))
    given = {**CODED, "tax_amount": Decimal("5.25")}
    assert is_plain(poster.post(spent("x1", "26.25", **given))[REPORT], "31.50")
    assert poster.row(REPORT)["CurrencyRef"]["value"] == "GBP"


# The United States.


def automate(poster: Poster) -> None:
    """The ledger works sales tax out by itself: 8 % for Amy."""
    path = f"companies/{poster.books.realm}/preferences"
    poster.books.admin(path, {"TaxPrefs": {"PartnerTaxEnabled": True}})
    poster.books.change("Customer", "1", Taxable=True)


def taxable(amount: str = "100", **given: Any) -> Any:
    return invoice(sold(amount, tax_code_key="taxable"), **given)


def test_the_products_sales_tax_is_kept(poster: Poster) -> None:
    outcome = poster.post(taxable(tax_amount=Decimal(8)))["invoice:i1"]
    row = poster.row("invoice:i1")
    assert is_plain(outcome, "108")
    assert (line(row)["TaxCodeRef"]["value"], tax(row)) == ("TAX", 8)
    assert "GlobalTaxCalculation" not in row


def test_a_tax_code_of_the_invoice_has_the_ledger_work_it_out(poster: Poster) -> None:
    outcome = poster.post(invoice(sold("100"), tax_code_key="two"))["invoice:i1"]
    row = poster.row("invoice:i1")
    assert row["TxnTaxDetail"]["TxnTaxCodeRef"]["value"] == "2"
    assert (tax(row), outcome.total) == (8, Decimal(108))
    assert code(outcome) == "total_differs"


def test_automated_tax_takes_no_amount_of_ours_and_a_difference_is_reported(poster: Poster) -> None:
    automate(poster)
    (operation,) = poster.planned(taxable(tax_amount=Decimal(5)))
    warned = reason("tax_by_ledger", field="tax_amount", tax=Decimal("5.00"))
    assert warned in operation.warnings
    assert "TxnTaxDetail" not in (operation.body or {})
    outcome = poster.send([operation])["invoice:i1"]
    assert (outcome.state, outcome.total) == (ItemState.POSTED, Decimal(108))
    assert outcome.reason == reason(
        "total_differs", ledger="108.00", ours="105.00", difference="3.00", tax="3.00"
    )


def test_automated_tax_that_comes_to_the_same_is_not_worth_a_word(poster: Poster) -> None:
    automate(poster)
    assert is_plain(poster.post(taxable(tax_amount=Decimal(8)))["invoice:i1"], "108")


def test_automated_tax_is_no_edit(poster: Poster) -> None:
    automate(poster)
    poster.post(taxable())
    assert poster.post(taxable())["invoice:i1"].state is ItemState.UNCHANGED
    assert poster.post(taxable("200"))["invoice:i1"].total == Decimal(216)


def test_removed_tax_is_cleared(poster: Poster) -> None:
    poster.post(taxable(tax_amount=Decimal(8)))
    assert is_plain(poster.post(invoice(sold("100")))["invoice:i1"], "100")
    assert not tax(poster.row("invoice:i1"))


@pytest.mark.parametrize("paper", papers("bill", "check", "charge", "refund"), ids=lambda p: p.kind)
def test_tax_on_costs_is_part_of_the_cost(poster: Poster, paper: Paper) -> None:
    outcome = poster.post(paper.record("100", tax_amount=Decimal(8)))[paper.key]
    assert is_plain(outcome, "108")
    assert line(poster.row(paper.key))["Amount"] == 108


# Currencies.

EURO = {"currency": "EUR"}


@pytest.fixture
def euros(poster: Poster) -> Poster:
    """Somebody whose company also deals in euros, 1.10 dollars each, and in yen: vendor Vic,
    client Otto and the card euro are paid in euros, client Yuki in yen."""
    books = poster.books
    path = f"companies/{books.realm}/currencies"
    accounts = books.admin(path, {"code": "EUR", "rates": {"2026-03-01": "1.1"}})
    books.admin(path, {"code": "JPY", "rates": {"2026-03-01": "0.0067"}})
    vendor = books.create("Vendor", DisplayName="Vic S.L.", CurrencyRef={"value": "EUR"})
    poster.rule(RuleKind.USERS, "vic", LinkTo(ledger_id=vendor, person="vendor"))
    for key, name, currency in (("otto", "Otto GmbH", "EUR"), ("yuki", "Yuki KK", "JPY")):
        row_id = books.create("Customer", DisplayName=name, CurrencyRef={"value": currency})
        poster.rule(RuleKind.PROJECTS, key, LinkTo(ledger_id=row_id))
    card = {"Name": "Visa EUR", "AccountType": "Credit Card", "CurrencyRef": {"value": "EUR"}}
    poster.rule(RuleKind.CARDS, "euro", LinkTo(ledger_id=books.create("Account", **card)))
    poster.expensing = replace(poster.expensing, payable_account_id=accounts["payable"])
    return poster


FOREIGN: Mapping[str, Mapping[str, Any]] = {
    "bill": EURO,
    "charge": {**EURO, "card_key": "euro"},
    "refund": {**EURO, "card_key": "euro"},
    "invoice": {**EURO, "project_key": "otto"},
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_document_is_in_its_currency_at_the_rate_that_is_given(
    euros: Poster, name: str
) -> None:
    paper = PAPERS[name]
    given = {**FOREIGN[name], "exchange_rate": Decimal("1.25")}
    outcome = euros.post(paper.record("100", **given))[paper.key]
    row = euros.row(paper.key)
    assert is_plain(outcome, "100")
    assert (row["CurrencyRef"]["value"], row["ExchangeRate"]) == ("EUR", 1.25)
    assert (row["TotalAmt"], row["HomeTotalAmt"]) == (100, 125)
    said = euros.links[paper.key].total
    assert said == Total(amount=Decimal(100), currency="EUR", rate=Decimal("1.25"))


@pytest.mark.parametrize("name", FOREIGN)
def test_without_a_rate_the_ledgers_rate_of_the_day_is_read_and_reported(
    euros: Poster, name: str
) -> None:
    paper = PAPERS[name]
    (operation,) = euros.planned(paper.record("100", **FOREIGN[name]))
    words = {"currency": "EUR", "day": DAY, "rate": Decimal("1.1")}
    assert reason("rate_from_ledger", field="exchange_rate", **words) in operation.warnings
    assert is_plain(euros.send([operation])[paper.key], "100")
    assert euros.row(paper.key)["ExchangeRate"] == 1.1


@pytest.mark.parametrize("name", FOREIGN)
def test_a_document_keeps_its_rate_when_the_ledger_has_a_new_one(euros: Poster, name: str) -> None:
    paper = PAPERS[name]
    euros.post(paper.record("100", **FOREIGN[name]))
    path = f"companies/{euros.books.realm}/currencies"
    euros.books.admin(path, {"code": "EUR", "rates": {"2026-03-02": "1.3"}})
    same = euros.post(paper.record("100", **FOREIGN[name]))[paper.key]
    assert same.state is ItemState.UNCHANGED
    assert is_plain(euros.post(paper.record("200", **FOREIGN[name]))[paper.key], "200")
    assert euros.row(paper.key)["ExchangeRate"] == 1.1


def test_a_day_without_a_rate_is_reported_before_anything_is_sent(euros: Poster) -> None:
    euros.books.admin("settings", {"rate_without_day": "none"})
    outcome = euros.post(invoice(project_key="otto", **EURO))["invoice:i1"]
    assert outcome.state is ItemState.BLOCKED
    assert outcome.reason == reason(
        "no_exchange_rate", field="exchange_rate", currency="EUR", day=DAY
    )


def test_a_currency_without_smaller_units_is_posted_in_whole_ones(euros: Poster) -> None:
    """Quantity and price, which do not make a whole amount, are left out."""
    line = sold(None, quantity=Decimal("1.5"), unit_price=Decimal(1001))
    (operation,) = euros.planned(invoice(line, project_key="yuki", currency="JPY"))
    left_out = reason("quantity_left_out", field="quantity", amount=Decimal(1502))
    assert left_out in operation.warnings
    assert is_plain(euros.send([operation])["invoice:i1"], "1502")


def test_at_home_a_document_names_the_currency_and_no_rate(euros: Poster) -> None:
    (operation,) = euros.planned(invoice())
    body = operation.body or {}
    assert body["CurrencyRef"] == {"value": "USD"}
    assert "ExchangeRate" not in body
    assert is_plain(euros.send([operation])["invoice:i1"], "100")


@pytest.mark.parametrize(
    ("record", "name", "kept"),
    [
        (spent(), "vendor", "EUR"),
        (invoice(**EURO), "customer 1", "USD"),
        (spent(staff_key="emily", **EURO), "employee", "USD"),
    ],
    ids=["vendor", "customer", "employee"],
)
def test_a_partner_in_another_currency_is_blocked_before_sending(
    euros: Poster, record: Any, name: str, kept: str
) -> None:
    (outcome,) = euros.post(record).values()
    assert (outcome.state, code(outcome)) == (ItemState.BLOCKED, "currency_differs")
    assert outcome.reason is not None
    assert f"{name} " in outcome.reason.message
    assert f"is kept in {kept}" in outcome.reason.message


def test_a_company_of_one_currency_takes_no_other(poster: Poster) -> None:
    (outcome,) = poster.post(charged(**EURO)).values()
    assert (outcome.state, code(outcome)) == (ItemState.BLOCKED, "no_multi_currency")


def test_rates_are_read_by_currency_and_day_as_far_as_the_ledger_knows_them(euros: Poster) -> None:
    euros.books.admin("settings", {"rate_without_day": "none"})
    days = [date(2026, 3, 1), date(2026, 3, 2)]
    wanted = [(currency, day) for currency in ("EUR", "JPY", "XXX") for day in days]
    found = euros.books.ask(lambda ledger: ledger.exchange_rates(wanted))
    assert found == {
        ("EUR", days[0]): Decimal("1.1"),
        ("JPY", days[0]): Decimal("0.0067"),
    }
