"""Documents in another currency than the books, and tax: what they say, come to, and may not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.intacct.conftest import Books
from tests.sandbox.intacct.test_sales import invoice, order, payment
from tests.sandbox.intacct.xml import day, el, els, errors, function, request

EUR = {"basecurr": "USD", "currency": "EUR"}
BILL = {"VENDORID": "V1", "WHENCREATED": "02/03/2026", "WHENDUE": "03/05/2026"}
LINES = {"APBILLITEM": [{"ACCOUNTNO": "6000", "TRX_AMOUNT": "100"}]}
SALE = {"description": None, "externalid": None}
TOTALS = ("CURRENCY", "BASECURR", "TRX_TOTALENTERED", "TOTALENTERED", "TRX_TOTALDUE", "TOTALDUE")


@pytest.fixture
def world(books: Books) -> Books:
    """A company of several currencies, which knows a rate of one."""
    books.about(body={"multi_currency": True})
    books.prefer(exchange_rates={"EUR": "1.25"}, tax_solutions=["United Kingdom - VAT"])
    return books


def abroad(**more: Any) -> str:
    return invoice(**{**SALE, **EUR, **more})


def totals(books: Books, kind: str, key: str) -> list[str]:
    row = books.read(kind, key)
    return [row[name] for name in TOTALS]


def test_an_invoice_in_another_currency_is_owed_in_it_and_in_that_of_the_books(
    world: Books,
) -> None:
    key = world.key(abroad(exchrate="1.1"))
    assert totals(world, "ARINVOICE", key) == ["EUR", "USD", "100.00", "110.00", "100.00", "110.00"]


def test_a_rate_type_applies_the_rate_that_is_known(world: Books) -> None:
    at = {"exchratedate": day("2026-02-03"), "exchratetype": "Intacct Daily Rate"}
    key = world.key(abroad(**at))
    assert totals(world, "ARINVOICE", key)[2:4] == ["100.00", "125.00"]
    assert "There is no exchange rate for CHF" in world.refused(abroad(currency="CHF", **at)).first
    wrong = {**at, "exchratetype": "Somebody's"}
    assert "Invalid Exchange Rate Type" in world.refused(abroad(**wrong)).first


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"basecurr": "GBP", "exchrate": "1.1"}, "Invalid Base Currency 'GBP'"),
        ({"currency": "USD", "exchrate": "1.1"}, "The exchange rate of USD to itself is 1."),
    ],
)
def test_unsupported_values_of_a_currency_are_blocked(
    world: Books, more: dict[str, str], text: str
) -> None:
    assert text in world.refused(abroad(**more)).first


def test_a_company_of_one_currency_takes_no_other(books: Books) -> None:
    assert "Invalid Currency 'EUR'" in books.refused(abroad(exchrate="1.1")).first
    foreign = {"CURRENCY": "EUR", "EXCHANGE_RATE": "1.1"}
    assert (
        "Invalid Currency 'EUR'"
        in books.refused_create("APBILL", **BILL, **foreign, APBILLITEMS=LINES).first
    )


def test_a_currency_without_a_rate_is_out_of_the_schema(world: Books) -> None:
    answer = world.xml(request(world.login(), function(abroad())))
    assert "This element is not expected" in errors(answer).first


def test_a_bill_in_another_currency_takes_the_known_rate(world: Books) -> None:
    made = world.create("APBILL", **BILL, CURRENCY="EUR", APBILLITEMS=LINES)
    assert totals(world, "APBILL", made["RECORDNO"])[:4] == ["EUR", "USD", "100.00", "125.00"]


def test_an_order_in_another_currency_makes_such_an_invoice(world: Books) -> None:
    name = world.key(order(**{**SALE, **EUR, "exchrate": "1.1"}))
    row = world.read("SODOCUMENT", name)
    assert [row[n] for n in ("TRX_TOTAL", "TOTAL")] == ["200.00", "220.00"]
    owed = totals(world, "ARINVOICE", row["PRRECORDKEY"])
    assert owed == ["EUR", "USD", "200.00", "220.00", "200.00", "220.00"]


def test_a_subtotal_of_an_order_is_owed_too(books: Books) -> None:
    body = order(**SALE)
    tax = el("subtotals", el("subtotal", els(description="Sales tax", total="16.50")))
    name = books.key(body.replace("</sotransitems>", f"</sotransitems>{tax}"))
    row = books.read("SODOCUMENT", name)
    assert [row[n] for n in ("SUBTOTAL", "TOTAL")] == ["200.00", "216.50"]
    assert books.read("ARINVOICE", row["PRRECORDKEY"])["TOTALDUE"] == "216.50"


def test_an_expense_in_another_currency_has_both_amounts(world: Books) -> None:
    line = {"expensetype": "Meals", "amount": "11", "currency": "EUR", "trx_amount": "10"}
    head = {"employeeid": "E1", "datecreated": day("2026-02-03")}

    def report(**changes: Any) -> str:
        said = {name: value for name, value in (line | changes).items() if value is not None}
        rows = {"expense": [{**said, "exchrate": "1.1"}]}
        return el("create_expensereport", els(**head, expenses=rows))

    row = world.read("EEXPENSES", world.key(report()))
    assert [row[n] for n in ("TRX_TOTALENTERED", "TOTALENTERED")] == ["10.00", "11.00"]
    assert "trx_amount" in world.refused(report(trx_amount=None)).first


TAXED = {
    "glaccountno": "4000",
    "amount": "100",
    "taxentries": {"taxentry": [{"detailid": "UK standard", "trx_tax": "20"}]},
}


def test_tax_entries_of_a_tax_solution_are_owed_too(world: Books) -> None:
    key = world.key(invoice(TAXED, **SALE, taxsolutionid="United Kingdom - VAT"))
    assert world.read("ARINVOICE", key)["TOTALDUE"] == "120.00"
    unknown = invoice(TAXED, **SALE, taxsolutionid="Mars")
    assert "Invalid Tax Solution 'Mars'" in world.refused(unknown).first
    assert "Tax Solution" in world.refused(invoice(TAXED, **SALE)).first


def test_an_entity_keeps_its_books_in_its_currency(group: Books) -> None:
    group.about(body={"multi_currency": True})
    group.sign_in("UK")
    line = {"glaccountno": "4000", "amount": "100", "locationid": "UK"}
    key = group.key(invoice(line, **SALE, basecurr="GBP", currency="USD", exchrate="0.8"))
    assert totals(group, "ARINVOICE", key)[:4] == ["USD", "GBP", "100.00", "80.00"]


def test_a_payment_in_another_currency_pays_the_invoice_in_it(world: Books) -> None:
    key = world.key(abroad(exchrate="1.1"))
    detail = {"RECORDKEY": key, "TRX_PAYMENTAMOUNT": "40"}
    world.create("ARPYMT", **payment(detail, CURRENCY="EUR"))
    assert totals(world, "ARINVOICE", key)[4:] == ["60.00", "66.00"]
    world.create("ARPYMT", **payment({"RECORDKEY": key}, CURRENCY="EUR"))
    row = world.read("ARINVOICE", key)
    assert [row[name] for name in ("STATE", "TOTALDUE")] == ["Paid", "0.00"]
