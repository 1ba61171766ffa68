"""Several currencies: section 7.3."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.qbo.conftest import (
    Books,
    bill,
    billable_line,
    expense_line,
    invoice,
    purchase,
    sales_line,
)

EUR, USD = {"value": "EUR"}, {"value": "USD"}
RATES = {"2026-03-01": "1.08", "2026-03-02": "1.1", "2026-03-05": 1.2}


def euros(books: Books) -> dict[str, str]:
    """Somebody turns the euro on; the accounts it has."""
    body = {"code": "EUR", "rates": RATES}
    return books.admin(f"/companies/{books.realm}/currencies", body)


def abroad(books: Books, entity: str) -> dict[str, str]:
    row = books.create(entity, {"DisplayName": f"{entity} abroad", "CurrencyRef": EUR})
    return {"value": row["Id"]}


def foreign_bill(books: Books, **changes: Any) -> dict[str, Any]:
    payable = {"value": euros(books)["payable"]}
    partner = abroad(books, "Vendor")
    named = {"VendorRef": partner, "APAccountRef": payable, "CurrencyRef": EUR}
    return bill(**{**named, "TxnDate": "2026-03-02", **changes})


def test_a_company_without_currencies_knows_only_its_own(books: Books) -> None:
    row = books.create("Bill", bill(CurrencyRef=USD))
    assert row["CurrencyRef"] == {**USD, "name": "United States Dollar"}
    assert not {"ExchangeRate", "HomeTotalAmt", "HomeBalance"} & row.keys()
    vendor = books.create("Vendor", {"DisplayName": "Abroad", "CurrencyRef": EUR})
    assert vendor["CurrencyRef"]["value"] == "USD"


def test_a_foreign_currency_before_it_is_turned_on_is_refused_or_ignored(books: Books) -> None:
    for entity, body in (("Bill", bill()), ("Purchase", purchase()), ("Invoice", invoice())):
        books.set(foreign_currency_when_off="refuse")
        assert books.refused(entity, {**body, "CurrencyRef": EUR}) == "6000"
        books.set(foreign_currency_when_off="ignore")
        assert books.create(entity, {**body, "CurrencyRef": EUR})["CurrencyRef"]["value"] == "USD"


def test_a_currency_brings_its_accounts_and_is_listed(books: Books) -> None:
    found = euros(books)
    names = {row["Id"]: (row["Name"], row["CurrencyRef"]["value"]) for row in books.rows("Account")}
    assert names[found["payable"]] == ("Accounts Payable (A/P) - EUR", "EUR")
    assert names[found["receivable"]] == ("Accounts Receivable (A/R) - EUR", "EUR")
    assert euros(books) == found
    currencies = books.query("select * from CompanyCurrency where Code = 'EUR'")
    assert currencies["maxResults"] == 1
    block = books.http.get("preferences").json()["Preferences"]["CurrencyPrefs"]
    assert block["MultiCurrencyEnabled"] is True


@pytest.mark.parametrize(
    ("entity", "body"), [("Bill", bill()), ("Purchase", purchase()), ("Invoice", invoice())]
)
def test_the_currency_is_needed_and_must_be_the_partners(
    books: Books, entity: str, body: dict[str, Any]
) -> None:
    euros(books)
    named = {**body, "APAccountRef": {"value": "33"}} if entity == "Bill" else body
    assert books.refused(entity, named) == "2020"
    assert books.refused(entity, {**named, "CurrencyRef": EUR}) == "6000"
    row = books.create(entity, {**named, "CurrencyRef": USD, "ExchangeRate": 3})
    assert (row["ExchangeRate"], row["HomeTotalAmt"]) == (1, row["TotalAmt"])


def test_a_partners_currency_is_fixed_at_creation(books: Books) -> None:
    euros(books)
    for entity in ("Customer", "Vendor"):
        row = books.read(entity, abroad(books, entity)["value"])
        changed = books.update(entity, row, CurrencyRef=USD, Notes="moved")
        assert (changed["CurrencyRef"]["value"], changed["Notes"]) == ("EUR", "moved")


def test_a_foreign_bill_is_worth_something_at_home(books: Books) -> None:
    body = foreign_bill(books, Line=[billable_line(200)])
    row = books.create("Bill", body)
    assert (row["CurrencyRef"]["value"], row["ExchangeRate"]) == ("EUR", 1.1)
    assert (row["TotalAmt"], row["HomeTotalAmt"], row["HomeBalance"]) == (200, 220, 220)
    assert books.create("Bill", {**body, "ExchangeRate": 1.25})["HomeTotalAmt"] == 250
    moved = {"VendorRef": row["VendorRef"], "Line": [expense_line(100)]}
    assert books.update("Bill", row, **moved)["HomeBalance"] == 110


def test_a_foreign_bill_needs_the_payables_of_its_currency(books: Books) -> None:
    body = foreign_bill(books)
    assert books.refused("Bill", {**body, "APAccountRef": {"value": "33"}}) == "6000"
    assert books.refused("Bill", {k: v for k, v in body.items() if k != "APAccountRef"}) == "2020"
    assert books.refused("Bill", {**body, "CurrencyRef": USD}) == "6000"


def test_a_foreign_invoice_needs_the_receivables_of_its_currency(books: Books) -> None:
    found = euros(books)
    body = invoice(CustomerRef=abroad(books, "Customer"), CurrencyRef=EUR, TxnDate="2026-03-06")
    row = books.create("Invoice", body)
    assert (row["ExchangeRate"], row["HomeBalance"]) == (1.2, 120)
    good = {**body, "ARAccountRef": {"value": found["receivable"]}}
    assert books.create("Invoice", good)["Id"]
    assert books.refused("Invoice", {**body, "ARAccountRef": {"value": "84"}}) == "6000"


def test_a_payment_lowers_the_open_amount_in_the_home_currency(books: Books) -> None:
    euros(books)
    customer = abroad(books, "Customer")
    common = {"CustomerRef": customer, "CurrencyRef": EUR, "TxnDate": "2026-03-02"}
    row = books.create("Invoice", {**common, "Line": [sales_line(100)]})
    line = {"Amount": 40, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": "Invoice"}]}
    books.create("Payment", {**common, "TotalAmt": 40, "Line": [line]})
    paid = books.read("Invoice", row["Id"])
    assert (paid["Balance"], paid["HomeBalance"], paid["HomeTotalAmt"]) == (60, 66, 110)


def test_a_purchase_agrees_with_its_payee_and_its_account(books: Books) -> None:
    euros(books)
    card = {"Name": "Card in euros", "AccountType": "Credit Card", "CurrencyRef": EUR}
    account = {"value": books.create("Account", card)["Id"]}
    payee = abroad(books, "Vendor") | {"type": "Vendor"}
    body = purchase(AccountRef=account, CurrencyRef=EUR, TxnDate="2026-03-03")
    assert books.create("Purchase", body)["HomeTotalAmt"] == 55
    assert books.create("Purchase", {**body, "EntityRef": payee})["Id"]
    at_home = {"value": "54", "type": "Employee"}
    assert books.refused("Purchase", {**body, "EntityRef": at_home}) == "6000"
    assert books.refused("Purchase", {**body, "CurrencyRef": USD}) == "6000"
    from_home = {**body, "AccountRef": {"value": "42"}, "EntityRef": payee}
    assert books.refused("Purchase", from_home) == "6000"
    books.set(purchase_account_currency="home")
    assert books.create("Purchase", from_home)["ExchangeRate"] == 1.1
    assert books.refused("Purchase", {**body, "CurrencyRef": USD}) == "6000"


def rate(books: Books, **params: str) -> Any:
    answer = books.http.get("exchangerate", params=params)
    return answer.json().get("ExchangeRate") or books.fault(answer)[0]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-02-01", 1.08),
        ("2026-03-01", 1.08),
        ("2026-03-02", 1.1),
        ("2026-03-04", 1.1),
        ("2026-03-05", 1.2),
        ("2026-03-30", 1.2),
    ],
)
def test_a_rate_is_read_for_a_day(books: Books, day: str, expected: float) -> None:
    euros(books)
    row = rate(books, sourcecurrencycode="EUR", asofdate=day)
    assert (row["Rate"], row["AsOfDate"], row["TargetCurrencyCode"]) == (expected, day, "USD")
    assert not {"Id", "SyncToken"} & row.keys()
    where = f"SourceCurrencyCode = 'EUR' and AsOfDate = '{day}'"
    (found,) = books.query(f"select * from ExchangeRate where {where}")["ExchangeRate"]
    assert (found["Rate"], found["AsOfDate"]) == (expected, day)
    body = foreign_bill(books, TxnDate=day)
    assert books.create("Bill", body)["ExchangeRate"] == expected


def test_whether_a_day_without_a_rate_has_one_is_a_setting(books: Books) -> None:
    euros(books)
    books.set(rate_without_day="none")
    assert rate(books, sourcecurrencycode="EUR", asofdate="2026-03-02")["Rate"] == 1.1
    assert rate(books, sourcecurrencycode="EUR", asofdate="2026-03-04") == "610"
    where = "SourceCurrencyCode = 'EUR' and AsOfDate = '2026-03-04'"
    assert books.query(f"select * from ExchangeRate where {where}") == {}


def test_a_day_finds_the_rates_of_all_currencies(books: Books) -> None:
    euros(books)
    found = books.query("select * from ExchangeRate where AsOfDate = '2026-03-02'")["ExchangeRate"]
    assert {row["SourceCurrencyCode"]: row["Rate"] for row in found} == {
        "EUR": 1.1,
        "CAD": 1,
        "GBP": 1,
    }
    some = books.query("select * from ExchangeRate where SourceCurrencyCode in ('EUR', 'CAD')")
    assert len(some["ExchangeRate"]) == 5


def test_an_unknown_currency_has_no_rate(books: Books) -> None:
    assert rate(books, sourcecurrencycode="XXX", asofdate="2026-03-02") == "610"
    body = {"SourceCurrencyCode": "XXX", "Rate": 2}
    assert books.fault(books.post("exchangerate", body))[0] == "610"


def test_a_rate_is_set_for_its_day_alone(books: Books) -> None:
    euros(books)
    body = {"SourceCurrencyCode": "EUR", "AsOfDate": "2026-03-03", "Rate": 1.5}
    assert books.create("ExchangeRate", body)["Rate"] == 1.5
    assert books.create("ExchangeRate", {**body, "Rate": 1.6})["Rate"] == 1.6
    found = [
        rate(books, sourcecurrencycode="EUR", asofdate=f"2026-03-0{day}")["Rate"]
        for day in (2, 3, 4, 5)
    ]
    assert found == [1.1, 1.6, 1.6, 1.2]


def test_lines_at_home_stay_in_the_transactions_currency(books: Books) -> None:
    row = books.create("Bill", foreign_bill(books, Line=[expense_line(10), expense_line(5.55)]))
    assert (row["TotalAmt"], row["HomeTotalAmt"]) == (15.55, 17.11)
