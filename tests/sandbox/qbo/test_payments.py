"""Payments and what they do to what they pay: sections 6 and 8.14."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.qbo.conftest import Books, bill, expense_line, invoice, sales_line

Maker = Callable[..., dict[str, Any]]


def applied(kind: str, row_id: str, amount: float) -> dict[str, Any]:
    return {"Amount": amount, "LinkedTxn": [{"TxnId": row_id, "TxnType": kind}]}


def payment(row_id: str, amount: float = 40, **changes: Any) -> dict[str, Any]:
    body = {"CustomerRef": {"value": "1"}, "TotalAmt": amount}
    return {**body, "Line": [applied("Invoice", row_id, amount)], **changes}


def bill_payment(row_id: str, amount: float = 40, **changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "VendorRef": {"value": "30"},
        "PayType": "Check",
        "CheckPayment": {"BankAccountRef": {"value": "35"}},
        "TotalAmt": amount,
    }
    return {**body, "Line": [applied("Bill", row_id, amount)], **changes}


def wide_invoice(amount: float = 100, **changes: Any) -> dict[str, Any]:
    return invoice(Line=[sales_line(amount)], **changes)


def wide_bill(amount: float = 100, **changes: Any) -> dict[str, Any]:
    return bill(Line=[expense_line(amount)], **changes)


PAIRS: tuple[tuple[str, Maker, str, Maker, str], ...] = (
    ("Invoice", wide_invoice, "Payment", payment, "Payment"),
    ("Bill", wide_bill, "BillPayment", bill_payment, "BillPaymentCheck"),
)
pairs = pytest.mark.parametrize(
    ("entity", "make", "paying", "pay", "word"), PAIRS, ids=["Invoice", "Bill"]
)


@pairs
def test_a_payment_lowers_the_balance_links_and_moves_the_version(
    books: Books, entity: str, make: Maker, paying: str, pay: Maker, word: str
) -> None:
    row = books.create(entity, make())
    paid = books.create(paying, pay(row["Id"]))
    seen = books.read(entity, row["Id"])
    assert (seen["Balance"], seen["TotalAmt"], seen["SyncToken"]) == (60, 100, "1")
    assert {"TxnId": paid["Id"], "TxnType": word} in seen["LinkedTxn"]
    assert books.refused(entity, {**row, "PrivateNote": "old version"}) == "5010"


@pairs
def test_a_paid_document_is_changed_and_the_rest_stays_open(
    books: Books, entity: str, make: Maker, paying: str, pay: Maker, word: str
) -> None:
    row = books.create(entity, make())
    paid = books.create(paying, pay(row["Id"]))
    changed = books.create(entity, make(150, Id=row["Id"], SyncToken="1"))
    assert (changed["TotalAmt"], changed["Balance"]) == (150, 110)
    assert {"TxnId": paid["Id"], "TxnType": word} in changed["LinkedTxn"]


@pairs
def test_a_shrinking_paid_document_frees_the_excess_payment(
    books: Books, entity: str, make: Maker, paying: str, pay: Maker, word: str
) -> None:
    row = books.create(entity, make())
    first = books.create(paying, pay(row["Id"], 40))
    second = books.create(paying, pay(row["Id"], 30))
    changed = books.create(entity, make(25, Id=row["Id"], SyncToken="2"))
    assert (changed["TotalAmt"], changed["Balance"]) == (25, 0)
    assert [x["TxnId"] for x in changed["LinkedTxn"]] == [first["Id"]]
    assert books.read(paying, first["Id"])["Line"][0]["Amount"] == 25
    assert books.read(paying, second["Id"])["Line"] == []


@pairs
def test_a_deleted_document_unapplies_its_payments(
    books: Books, entity: str, make: Maker, paying: str, pay: Maker, word: str
) -> None:
    row = books.create(entity, make())
    paid = books.create(paying, pay(row["Id"]))
    assert books.delete(entity, books.read(entity, row["Id"])).status_code == 200
    left = books.read(paying, paid["Id"])
    assert (left["Line"], left["TotalAmt"], left["SyncToken"]) == ([], 40, "1")


@pairs
def test_a_paid_document_can_be_closed_by_a_setting(
    books: Books, entity: str, make: Maker, paying: str, pay: Maker, word: str
) -> None:
    row = books.create(entity, make())
    paid = books.create(paying, pay(row["Id"]))
    books.set(paid_documents="refuse")
    seen = books.read(entity, row["Id"])
    assert books.refused(entity, {**seen, "PrivateNote": "x"}) == "6000"
    assert books.fault(books.delete(entity, seen))[0] == "6000"
    assert books.create(entity, seen) == seen
    assert books.delete(paying, paid).status_code == 200
    seen = books.read(entity, row["Id"])
    assert (seen["Balance"], seen["LinkedTxn"], seen["SyncToken"]) == (100, [], "2")
    assert books.create(entity, {**seen, "PrivateNote": "x"})["PrivateNote"] == "x"


def test_a_paid_invoice_that_is_closed_cannot_be_voided(books: Books) -> None:
    row = books.create("Invoice", wide_invoice())
    books.create("Payment", payment(row["Id"]))
    token = {"Id": row["Id"], "SyncToken": "1"}
    books.set(paid_documents="refuse")
    assert books.fault(books.post("invoice", token, operation="void"))[0] == "6000"
    books.set(paid_documents="allow")
    voided = books.post("invoice", token, operation="void").json()["Invoice"]
    assert (voided["Balance"], voided["LinkedTxn"], voided["PrivateNote"]) == (0, [], "Voided")


@pairs
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"TotalAmt": 30}, "2140"),
        ({"TotalAmt": -1}, "2240"),
        ({"TotalAmt": ""}, "2020"),
        ({"CustomerRef": {"value": "2"}, "VendorRef": {"value": "31"}}, "620"),
    ],
)
def test_a_wrong_payment_is_refused(
    books: Books,
    entity: str,
    make: Maker,
    paying: str,
    pay: Maker,
    word: str,
    changes: dict[str, Any],
    code: str,
) -> None:
    row = books.create(entity, make())
    other = "VendorRef" if paying == "Payment" else "CustomerRef"
    mine = {name: value for name, value in changes.items() if name != other}
    assert books.refused(paying, pay(row["Id"], **mine)) == code
    assert books.refused(paying, pay("99999")) == "620"
    assert books.read(entity, row["Id"])["Balance"] == 100


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"CheckPayment": {"BankAccountRef": {"value": "42"}}}, "6430"),
        ({"PayType": "CreditCard"}, "2020"),
        (
            {"PayType": "CreditCard", "CreditCardPayment": {"CCAccountRef": {"value": "35"}}},
            "6430",
        ),
        ({"PayType": "Coins"}, "2170"),
    ],
)
def test_a_bill_is_paid_from_an_account_that_fits(
    books: Books, changes: dict[str, Any], code: str
) -> None:
    row = books.create("Bill", wide_bill())
    assert books.refused("BillPayment", bill_payment(row["Id"], **changes)) == code


def test_a_payment_goes_to_undeposited_funds_by_default(books: Books) -> None:
    row = books.create("Invoice", wide_invoice())
    made = books.create("Payment", payment(row["Id"], 10))
    assert made["DepositToAccountRef"] == {"value": "4", "name": "Undeposited Funds"}
    named = payment(row["Id"], 10, DepositToAccountRef={"value": "35"})
    assert books.create("Payment", named)["DepositToAccountRef"]["value"] == "35"


def test_a_deposited_payment_is_closed_until_the_deposit_is_gone(books: Books) -> None:
    row = books.create("Invoice", wide_invoice())
    paid = books.create("Payment", payment(row["Id"]))
    kind = "DepositLineDetail"
    line = {**applied("Payment", paid["Id"], 40), "DetailType": kind, kind: {}}
    deposit = {"DepositToAccountRef": {"value": "35"}, "Line": [line]}
    made = books.create("Deposit", deposit)
    assert books.refused("Payment", {**paid, "PrivateNote": "x"}) == "6540"
    assert books.fault(books.delete("Payment", paid))[0] == "6540"
    assert books.delete("Deposit", made).status_code == 200
    assert books.delete("Payment", paid).status_code == 200


def test_a_voided_payment_reopens_its_invoices(books: Books) -> None:
    row = books.create("Invoice", wide_invoice())
    paid = books.create("Payment", payment(row["Id"]))
    token = {"Id": paid["Id"], "SyncToken": "0", "sparse": True}
    voided = books.post("payment", token, operation="update", include="void").json()["Payment"]
    assert (voided["TotalAmt"], voided["PrivateNote"]) == (0, "Voided")
    assert books.read("Invoice", row["Id"])["Balance"] == 100
