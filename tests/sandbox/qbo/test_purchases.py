"""Purchases: kinds of payment, credits, numbers and payees: section 8.4."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.qbo.conftest import Books, expense_line, purchase
from tests.sandbox.qbo.test_bills import other_preferences

CHECK: dict[str, Any] = {"PaymentType": "Check", "AccountRef": {"value": "35"}}
CASH: dict[str, Any] = {"PaymentType": "Cash", "AccountRef": {"value": "35"}}


@pytest.mark.parametrize(
    ("changes", "number"),
    [({}, "54"), (CHECK, "3"), (CASH, "54"), ({**CASH, "AccountRef": {"value": "4"}}, "54")],
)
def test_a_purchase_has_its_transaction_type(
    books: Books, changes: dict[str, Any], number: str
) -> None:
    row = books.create("Purchase", purchase(**changes))
    pair = row["PurchaseEx"]["any"][0]["value"]
    assert (pair["Name"], pair["Value"]) == ("TxnType", number)
    assert (row["TotalAmt"], row["Credit"]) == (50, False)
    assert "Balance" not in row


@pytest.mark.parametrize(
    ("payee", "kind", "name"),
    [
        ("30", "Vendor", "Books by Bessie"),
        ("54", "Employee", "John Johnson"),
        ("3", "Customer", "Cool Cars"),
    ],
)
def test_a_payee_is_shown_with_name_and_type(
    books: Books, payee: str, kind: str, name: str
) -> None:
    row = books.create("Purchase", purchase(EntityRef={"value": payee, "type": kind}))
    assert row["EntityRef"] == {"value": payee, "name": name, "type": kind}


def test_a_credit_keeps_positive_lines(books: Books) -> None:
    row = books.create("Purchase", purchase(Credit=True, Line=[expense_line(20)]))
    assert (row["Credit"], row["TotalAmt"]) == (True, 20)


def test_a_check_waits_in_the_print_queue(books: Books) -> None:
    waiting = purchase(**CHECK, PrintStatus="NeedToPrint")
    assert books.create("Purchase", waiting)["DocNumber"] == "To Print"
    assert books.create("Purchase", waiting)["DocNumber"] == "To Print"
    assert "PrintStatus" not in books.create("Purchase", purchase(PrintStatus="NeedToPrint"))


def test_purchases_are_numbered_where_the_company_does_so(books: Books) -> None:
    assert "DocNumber" not in books.create("Purchase", purchase())
    books.create("Purchase", purchase(DocNumber="2040"))
    other_preferences(books, UseCustomTxnNumbers="false")
    assert books.create("Purchase", purchase())["DocNumber"] == "2041"
    assert books.create("Purchase", purchase(DocNumber="own"))["DocNumber"] == "own"


def test_the_kinds_whose_numbers_must_differ_are_a_setting(books: Books) -> None:
    books.set(duplicate_purchase_types=["Check"])
    for _ in range(2):
        assert books.create("Purchase", purchase(DocNumber="7"))["DocNumber"] == "7"
    books.create("Purchase", purchase(**CHECK, DocNumber="8"))
    assert books.refused("Purchase", purchase(**CHECK, DocNumber="8")) == "6140"


@pytest.mark.parametrize(("kind", "word"), [(False, "Purchase"), (True, "APCreditCard")])
def test_how_a_duplicate_names_the_holders_kind_is_a_setting(
    books: Books, kind: bool, word: str
) -> None:
    books.set(duplicate_names_kind=kind)
    held = books.create("Purchase", purchase(DocNumber="9"))
    _, detail = books.fault(books.post("purchase", purchase(DocNumber="9")))
    assert detail.endswith(f"is assigned to TxnType={word} with TxnId={held['Id']}")


@pytest.mark.parametrize("entity", ["Bill", "Purchase", "Invoice"])
@pytest.mark.parametrize(
    ("mark", "code"), [("matched", "6480"), ("reconciled", "6480"), ("deposited", "6540")]
)
def test_a_reconciled_document_is_locked_until_it_is_reopened(
    books: Books, entity: str, mark: str, code: str
) -> None:
    row = books.rows(entity)[0]
    place = {"entity": entity, "id": row["Id"]}
    path = f"/companies/{books.realm}/mark"
    assert books.admin(path, {**place, "as": mark})["as"] == mark
    assert books.refused(entity, {**row, "PrivateNote": "x"}) == code
    assert books.fault(books.delete(entity, row))[0] == code
    assert books.admin(path, {**place, "as": None})["as"] is None
    changed = books.create(entity, {**row, "PrivateNote": "x"})
    assert books.delete(entity, changed).status_code == 200


def test_an_invoice_with_a_mark_cannot_be_voided(books: Books) -> None:
    row = books.rows("Invoice")[0]
    mark = {"entity": "Invoice", "id": row["Id"], "as": "reconciled"}
    books.admin(f"/companies/{books.realm}/mark", mark)
    token = {"Id": row["Id"], "SyncToken": row["SyncToken"]}
    assert books.fault(books.post("invoice", token, operation="void"))[0] == "6480"


def test_a_mark_that_makes_no_sense_is_refused_with_words(books: Books) -> None:
    url = f"/_sandbox/companies/{books.realm}/mark"
    held = {"entity": "Purchase", "id": books.rows("Purchase")[0]["Id"]}
    unknown = books.anybody.post(url, json={**held, "as": "lost"})
    assert "one of matched, reconciled, deposited" in unknown.json()["error"]
    assert "'as'" in books.anybody.post(url, json=held).json()["error"]
    gone = books.anybody.post(url, json={**held, "id": "99999", "as": "matched"})
    assert gone.json()["Fault"]["Error"][0]["code"] == "610"
