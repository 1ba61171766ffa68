"""Sales tax: by words or by itself in the United States, by code elsewhere: section 8.2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.qbo.conftest import (
    Books,
    bill,
    expense_line,
    invoice,
    item_line,
    purchase,
    sales_line,
)

Maker = Callable[..., dict[str, Any]]
TAX, NON = {"value": "TAX"}, {"value": "NON"}
GST, HST, BOTH, EXEMPT = ({"value": row_id} for row_id in "2345")
UNCODED = (
    "Business Validation Error: "
    "Make sure all your transactions have a GST/HST rate before you save."
)


def sold(amount: float, code: dict[str, str] | None = None, **detail: Any) -> dict[str, Any]:
    line = sales_line(amount, item="1")
    coded = {} if code is None else {"TaxCodeRef": code}
    line["SalesItemLineDetail"].update(coded, **detail)
    return line


def taxable(books: Books) -> None:
    books.update("Customer", books.read("Customer", "1"), Taxable=True)


def automated(books: Books, **more: Any) -> None:
    books.preferences(TaxPrefs={"PartnerTaxEnabled": True, **more})


# In the United States.


def test_a_total_that_was_sent_stands_where_tax_is_by_hand(books: Books) -> None:
    body = invoice(Line=[sold(100, TAX)], TxnTaxDetail={"TotalTax": 9.5})
    row = books.create("Invoice", body)
    assert (row["TxnTaxDetail"]["TotalTax"], row["TotalAmt"], row["Balance"]) == (9.5, 109.5, 109.5)


def test_a_code_without_a_total_is_computed_on_taxable_lines(books: Books) -> None:
    lines = [sold(100, TAX), sold(50, NON), sold(10.05, TAX)]
    body = invoice(Line=lines, TxnTaxDetail={"TxnTaxCodeRef": {"value": "2"}})
    row = books.create("Invoice", body)
    (made,) = row["TxnTaxDetail"]["TaxLine"]
    assert (made["Amount"], made["TaxLineDetail"]["NetAmountTaxable"]) == (8.8, 110.05)
    assert made["TaxLineDetail"]["TaxRateRef"] == {"value": "3"}
    assert row["TotalAmt"] == 168.85


def test_a_change_of_something_else_keeps_the_tax_that_was_sent(books: Books) -> None:
    detail = {"TxnTaxCodeRef": {"value": "2"}, "TotalTax": 5}
    row = books.create("Invoice", invoice(Line=[sold(100, TAX)], TxnTaxDetail=detail))
    assert books.update("Invoice", row, PrivateNote="x")["TotalAmt"] == 105
    assert books.update("Invoice", row | {"SyncToken": "1"}, Line=[sold(200, TAX)])["TxnTaxDetail"][
        "TotalTax"
    ] == pytest.approx(16)


def test_a_discount_taken_first_lowers_the_tax(books: Books) -> None:
    off = {"PercentBased": True, "DiscountPercent": 10}
    discount = {"DetailType": "DiscountLineDetail", "Amount": 10, "DiscountLineDetail": off}
    body = invoice(Line=[sold(100, TAX), discount], TxnTaxDetail={"TxnTaxCodeRef": {"value": "2"}})
    assert books.create("Invoice", body)["TotalAmt"] == 98
    assert books.create("Invoice", {**body, "ApplyTaxAfterDiscount": True})["TotalAmt"] == 97.2


def test_automated_tax_overrides_the_sent_tax(books: Books) -> None:
    taxable(books)
    automated(books)
    sent = {"TotalTax": 1, "TxnTaxCodeRef": {"value": "3"}}
    body = invoice(Line=[sold(100, TAX), sold(50, NON)], TxnTaxDetail=sent)
    row = books.create("Invoice", body)
    assert row["TxnTaxDetail"]["TotalTax"] == 8
    assert row["TxnTaxDetail"]["TxnTaxCodeRef"] == {"value": "2"}
    assert row["TotalAmt"] == 158
    assert books.create("Invoice", row) == row
    changed = books.update("Invoice", row, Line=[sold(200, TAX)])
    assert (changed["TxnTaxDetail"]["TotalTax"], changed["TotalAmt"]) == (16, 216)


def test_automated_tax_follows_the_companys_own_tax_group(books: Books) -> None:
    taxable(books)
    automated(books, TaxGroupCodeRef={"value": "3"})
    row = books.create("Invoice", invoice(Line=[sold(100, TAX)]))
    assert row["TxnTaxDetail"]["TaxLine"][0]["TaxLineDetail"]["TaxPercent"] == 7
    assert row["TotalAmt"] == 107


def test_automated_tax_leaves_other_customers_and_expenses_alone(books: Books) -> None:
    automated(books)
    row = books.create("Invoice", invoice(Line=[sold(100, TAX)], TxnTaxDetail={"TotalTax": 8}))
    assert (row["TxnTaxDetail"], row["TotalAmt"]) == ({"TotalTax": 0}, 100)
    assert books.create("Bill", bill(Line=[expense_line(50, TaxCodeRef=TAX)]))["TotalAmt"] == 50


@pytest.mark.parametrize(("how", "word"), [("NON", "NON"), ("item", "TAX")])
def test_the_default_taxability_of_a_line_can_follow_its_item(
    books: Books, how: str, word: str
) -> None:
    books.set(default_line_tax=how)
    books.update("Item", books.read("Item", "1"), Taxable=True)
    row = books.create("Invoice", invoice(Line=[sold(100), sales_line(5, "4")]))
    found = [line["SalesItemLineDetail"]["TaxCodeRef"]["value"] for line in row["Line"][:2]]
    assert found == [word, "NON"]


@pytest.mark.parametrize(("entity", "make"), [("Bill", bill), ("Purchase", purchase)])
def test_expenses_take_the_words_too(books: Books, entity: str, make: Maker) -> None:
    row = books.create(entity, make(Line=[expense_line(50, TaxCodeRef=TAX)]))
    assert row["Line"][0]["AccountBasedExpenseLineDetail"]["TaxCodeRef"] == TAX
    wrong = make(Line=[expense_line(50, TaxCodeRef={"value": "3"})])
    assert books.refused(entity, wrong) == "6100"


# Elsewhere.


def spent(amount: float, code: dict[str, str] | None = None, **detail: Any) -> dict[str, Any]:
    return expense_line(amount, **({} if code is None else {"TaxCodeRef": code}), **detail)


FORMS: tuple[tuple[str, Maker, Callable[..., dict[str, Any]]], ...] = (
    ("Invoice", invoice, sold),
    ("Bill", bill, spent),
    ("Purchase", purchase, spent),
)
forms = pytest.mark.parametrize(
    ("entity", "make", "line"), FORMS, ids=["Invoice", "Bill", "Purchase"]
)


def excluded(make: Maker, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return make(GlobalTaxCalculation="TaxExcluded", Line=list(lines), **more)


def inclusive(make: Maker, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return make(GlobalTaxCalculation="TaxInclusive", Line=list(lines), **more)


@forms
def test_the_way_of_taxing_must_be_given(
    canada: Books, entity: str, make: Maker, line: Maker
) -> None:
    assert canada.refused(entity, make(Line=[line(100, GST)])) == "2020"
    canada.set(tax_calculation_missing="TaxExcluded")
    row = canada.create(entity, make(Line=[line(100, GST)]))
    assert (row["GlobalTaxCalculation"], row["TotalAmt"]) == ("TaxExcluded", 105)


@forms
@pytest.mark.parametrize("code", [None, TAX, NON, {"value": "99"}, {"value": "7"}])
def test_every_line_needs_a_real_code(
    canada: Books, entity: str, make: Maker, line: Maker, code: dict[str, str] | None
) -> None:
    body = excluded(make, line(100, GST), line(5, code))
    assert canada.refused(entity, body) == "6000"
    assert canada.fault(canada.post(entity.lower(), body))[1] == UNCODED


def test_a_code_for_sales_alone_is_none_for_expenses(canada: Books) -> None:
    island = {"value": "6"}
    assert canada.create("Invoice", excluded(invoice, sold(100, island)))["TotalAmt"] == 115.5
    assert canada.refused("Bill", excluded(bill, spent(100, island))) == "6000"


@forms
def test_no_tax_applies_where_none_is_applicable(
    canada: Books, entity: str, make: Maker, line: Maker
) -> None:
    row = canada.create(entity, make(GlobalTaxCalculation="NotApplicable", Line=[line(100)]))
    assert (row["TotalAmt"], row["TxnTaxDetail"]["TotalTax"]) == (100, 0)


@forms
def test_excluded_tax_is_added_rate_by_rate(
    canada: Books, entity: str, make: Maker, line: Maker
) -> None:
    body = excluded(make, line(100, HST), line(50, BOTH), line(10, EXEMPT), line(20, HST))
    row = canada.create(entity, body)
    detail = row["TxnTaxDetail"]
    found = {
        x["TaxLineDetail"]["TaxPercent"]: (x["Amount"], x["TaxLineDetail"]["NetAmountTaxable"])
        for x in detail["TaxLine"]
    }
    assert found == {13: (15.6, 120), 5: (2.5, 50), 7: (3.5, 50), 0: (0, 10)}
    assert (detail["TotalTax"], row["TotalAmt"]) == (21.6, 201.6)
    assert canada.create(entity, row) == row


def test_expenses_go_by_the_rates_for_purchases(canada: Books) -> None:
    made = canada.create(
        "Bill", excluded(bill, spent(100, GST), item_line(50, "1", TaxCodeRef=GST))
    )
    (line,) = made["TxnTaxDetail"]["TaxLine"]
    assert line["TaxLineDetail"]["TaxRateRef"]["value"] == "2"
    sale = canada.create("Invoice", excluded(invoice, sold(100, GST)))
    assert sale["TxnTaxDetail"]["TaxLine"][0]["TaxLineDetail"]["TaxRateRef"]["value"] == "1"
    assert (made["TotalAmt"], made["Balance"]) == (157.5, 157.5)


def test_a_tax_on_top_of_a_tax_is_taken_on_both(canada: Books) -> None:
    row = canada.create("Invoice", excluded(invoice, sold(100, {"value": "6"})))
    assert [x["Amount"] for x in row["TxnTaxDetail"]["TaxLine"]] == [5, 10.5]


@pytest.mark.parametrize(("how", "total"), [("document", 0.39), ("line", 0.4)])
def test_where_tax_is_rounded_is_a_setting(canada: Books, how: str, total: float) -> None:
    canada.set(tax_rounding=how)
    lines = [spent(2.55, GST), spent(2.55, GST), spent(2.75, GST)]
    row = canada.create("Bill", excluded(bill, *lines))
    assert row["TxnTaxDetail"]["TotalTax"] == total


@forms
def test_included_tax_is_parted_from_the_gross_amount(
    canada: Books, entity: str, make: Maker, line: Maker
) -> None:
    row = canada.create(entity, inclusive(make, line(100, HST, TaxInclusiveAmt=113)))
    kind = row["Line"][0]["DetailType"]
    assert (row["Line"][0]["Amount"], row["Line"][0][kind]["TaxInclusiveAmt"]) == (100, 113)
    assert (row["TxnTaxDetail"]["TotalTax"], row["TotalAmt"]) == (13, 113)
    assert canada.create(entity, row) == row


@pytest.mark.parametrize(("how", "net", "total"), [("net", 113, 127.69), ("gross", 100, 113)])
def test_whether_an_amount_alone_has_its_tax_in_it_is_a_setting(
    canada: Books, how: str, net: float, total: float
) -> None:
    canada.set(inclusive_amount=how)
    row = canada.create("Bill", inclusive(bill, spent(113, HST)))
    assert (row["Line"][0]["Amount"], row["TotalAmt"]) == (net, total)
    assert canada.create("Bill", row) == row


@pytest.mark.parametrize(("how", "taken"), [("net", False), ("gross", True)])
def test_an_amount_that_repeats_the_gross_one_is_a_setting(
    canada: Books, how: str, taken: bool
) -> None:
    canada.set(inclusive_amount=how)
    body = inclusive(bill, spent(113, HST, TaxInclusiveAmt=113))
    answer = canada.post("bill", body)
    assert (answer.status_code == 200) is taken
    if taken:
        assert answer.json()["Bill"]["Line"][0]["Amount"] == 100


def test_a_price_may_have_its_tax_in_it(canada: Books) -> None:
    priced = {"TaxCodeRef": HST, "TaxInclusiveAmt": 113, "Qty": 2, "UnitPrice": 56.5}
    row = canada.create("Bill", inclusive(bill, item_line(100, "1", **priced)))
    assert row["TotalAmt"] == 113
    wrong = {**priced, "UnitPrice": 55}
    assert canada.refused("Bill", inclusive(bill, item_line(100, "1", **wrong))) == "6070"


def test_included_tax_always_adds_up_to_the_gross_amounts(canada: Books) -> None:
    canada.set(inclusive_amount="gross")
    row = canada.create("Bill", inclusive(bill, *(spent(9.99, BOTH) for _ in range(7))))
    lines = sum(line["Amount"] for line in row["Line"])
    assert row["TotalAmt"] == pytest.approx(69.93)
    assert row["TxnTaxDetail"]["TotalTax"] == pytest.approx(69.93 - lines)
    parts = sum(line["Amount"] for line in row["TxnTaxDetail"]["TaxLine"])
    assert parts == pytest.approx(row["TxnTaxDetail"]["TotalTax"])


@pytest.mark.parametrize("sent", [5.0, 5.02, 4.99])
def test_a_total_near_enough_to_the_own_one_stands(canada: Books, sent: float) -> None:
    row = canada.create("Bill", excluded(bill, spent(100, GST), TxnTaxDetail={"TotalTax": sent}))
    assert row["TxnTaxDetail"]["TotalTax"] == sent
    assert row["TxnTaxDetail"]["TaxLine"][0]["Amount"] == sent
    assert row["TotalAmt"] == pytest.approx(100 + sent)


@pytest.mark.parametrize(("how", "total"), [("honour", 106.5), ("own", 105)])
def test_a_total_that_is_far_off_is_refused_or_not_by_a_setting(
    canada: Books, how: str, total: float
) -> None:
    body = excluded(bill, spent(100, GST), TxnTaxDetail={"TotalTax": 6.5})
    assert canada.refused("Bill", body) == "6000"
    canada.set(tax_total_mismatch=how)
    assert canada.create("Bill", body)["TotalAmt"] == total


def tax_line(amount: float, rate: str = "2") -> dict[str, Any]:
    kind = "TaxLineDetail"
    return {"Amount": amount, "DetailType": kind, kind: {"TaxRateRef": {"value": rate}}}


def test_tax_lines_that_were_sent_must_add_up(canada: Books) -> None:
    def body(**detail: Any) -> dict[str, Any]:
        return excluded(bill, spent(100, GST), TxnTaxDetail=detail)

    assert canada.create("Bill", body(TaxLine=[tax_line(5)]))["TotalAmt"] == 105
    assert canada.create("Bill", body(TaxLine=[tax_line(5)], TotalTax=5))["TotalAmt"] == 105
    assert canada.refused("Bill", body(TaxLine=[tax_line(5)], TotalTax=6)) == "6000"
    assert canada.refused("Bill", body(TaxLine=[tax_line(5, "99")])) == "2500"


def test_an_update_makes_the_tax_anew(canada: Books) -> None:
    row = canada.create("Bill", excluded(bill, spent(100, GST)))
    more = {"VendorRef": {"value": "30"}, "Line": [spent(200, HST)]}
    assert canada.update("Bill", row, **more)["TotalAmt"] == 226


def test_other_countries_start_with_their_own_codes_and_currency(books: Books) -> None:
    realm = books.admin("/companies", {"name": "British", "seed": "uk"})["realm"]
    company = books.running.sandbox.companies[realm]
    assert company.home == {"value": "GBP", "name": "British Pound Sterling"}
    assert {row["Name"] for row in company.rows("TaxCode")} == {"20.0% S", "5.0% R", "0.0% Z"}
    assert (company.row("CompanyInfo", "1") or {})["Country"] == "GB"


def test_a_canadian_company_is_at_home_in_its_currency(canada: Books) -> None:
    row = canada.create("Bill", excluded(bill, spent(100, GST)))
    assert row["CurrencyRef"] == {"value": "CAD", "name": "Canadian Dollar"}
    codes = canada.query("select * from TaxCode")["TaxCode"]
    assert {"TAX", "NON"}.isdisjoint(code["Id"] for code in codes)
    assert "GST of old" not in {code["Name"] for code in codes}
