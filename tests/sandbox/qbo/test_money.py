"""Invoices, bills, purchases, payments: sections 8.2 to 8.5 and 8.14."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.qbo.conftest import Books, expense_line, invoice, purchase, sales_line


def test_an_invoice_is_filled_in(books: Books) -> None:
    row = books.create("Invoice", invoice(TxnDate="2026-01-01"))
    assert row["DocNumber"] == "1007"
    assert row["DueDate"] == "2026-01-31"
    assert row["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"] == {"value": "NON"}
    assert (row["Line"][0]["Id"], row["Line"][0]["LineNum"]) == ("1", 1)
    assert row["Line"][1]["DetailType"] == "SubTotalLineDetail"
    assert row["TxnTaxDetail"] == {"TotalTax": 0}
    assert row["CustomField"] == [{"DefinitionId": "1", "Name": "Crew #", "Type": "StringType"}]
    assert (row["PrintStatus"], row["EmailStatus"]) == ("NeedToPrint", "NotSet")
    assert (row["TotalAmt"], row["Balance"], row["LinkedTxn"]) == (100, 100, [])
    assert row["BillAddr"]["Line1"] == "1 Main St."


@pytest.mark.parametrize(
    ("detail", "code"),
    [
        ({"Qty": 3, "UnitPrice": 20}, "6070"),
        ({"TaxCodeRef": {"value": "2"}}, "6100"),
        ({"ItemRef": {"value": "999"}}, "2500"),
        ({"DepartmentRef": {"value": "1"}}, "2010"),
    ],
)
def test_a_wrong_line_is_refused(books: Books, detail: dict[str, Any], code: str) -> None:
    line = sales_line()
    line["SalesItemLineDetail"].update(detail)
    assert books.fault(books.post("invoice", invoice(Line=[line])))[0] == code


def test_a_detail_must_match_its_type(books: Books) -> None:
    line = sales_line() | {"DetailType": "DiscountLineDetail"}
    assert books.fault(books.post("invoice", invoice(Line=[line])))[0] == "2020"


def test_mail_without_an_address_is_refused(books: Books) -> None:
    body = invoice(EmailStatus="NeedToSend")
    assert books.fault(books.post("invoice", body))[0] == "6420"


def test_lines_keep_their_ids_and_new_ones_are_added(books: Books) -> None:
    row = books.create("Invoice", invoice(Line=[sales_line(10), sales_line(20)]))
    kept = row["Line"][1]
    changed = books.update("Invoice", row, Line=[kept, sales_line(5)])
    assert [line.get("Id") for line in changed["Line"]] == ["2", "3", None]
    assert changed["TotalAmt"] == 25


def test_a_void_leaves_zeros_and_a_note(books: Books) -> None:
    row = books.create("Invoice", invoice())
    answer = books.post("invoice", {"Id": row["Id"], "SyncToken": "0"}, operation="void")
    voided = answer.json()["Invoice"]
    assert (voided["TotalAmt"], voided["Balance"], voided["PrivateNote"]) == (0, 0, "Voided")
    assert (voided["Line"][0]["Amount"], voided["SyncToken"]) == (0, "1")


def test_the_invoice_link_is_shown_on_request(books: Books) -> None:
    row = books.create(
        "Invoice", invoice(AllowOnlineACHPayment=True, BillEmail={"Address": "a@b.co"})
    )
    assert "InvoiceLink" not in row
    shown = books.http.get(f"invoice/{row['Id']}", params={"include": "invoiceLink"}).json()
    assert shown["Invoice"]["InvoiceLink"].startswith("https://")


def test_a_payment_lowers_the_balance_and_its_deletion_gives_it_back(books: Books) -> None:
    row = books.create("Invoice", invoice())
    line = {"Amount": 40, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": "Invoice"}]}
    body = {"CustomerRef": {"value": "1"}, "TotalAmt": 50, "Line": [line]}
    payment = books.create("Payment", body)
    paid = books.read("Invoice", row["Id"])
    assert (payment["UnappliedAmt"], paid["Balance"], paid["SyncToken"]) == (10, 60, "1")
    assert paid["LinkedTxn"] == [{"TxnId": payment["Id"], "TxnType": "Payment"}]
    token = {"Id": payment["Id"], "SyncToken": "0"}
    books.post("payment", token, operation="delete")
    back = books.read("Invoice", row["Id"])
    assert (back["Balance"], back["LinkedTxn"]) == (100, [])


def test_a_payment_cannot_exceed_the_open_amount(books: Books) -> None:
    row = books.create("Invoice", invoice())
    line = {"Amount": 101, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": "Invoice"}]}
    body = {"CustomerRef": {"value": "1"}, "TotalAmt": 101, "Line": [line]}
    assert books.fault(books.post("payment", body))[0] == "620"


def test_a_bill_gets_the_only_payables_account_and_no_number(books: Books) -> None:
    row = books.create("Bill", {"VendorRef": {"value": "30"}, "Line": [expense_line()]})
    assert row["APAccountRef"]["value"] == "33"
    assert "DocNumber" not in row
    assert (row["TotalAmt"], row["Balance"]) == (50, 50)


def test_with_two_payables_accounts_the_bill_must_say_which(books: Books) -> None:
    books.create("Account", {"Name": "A/P - GBP", "AccountType": "Accounts Payable"})
    body = {"VendorRef": {"value": "30"}, "Line": [expense_line()]}
    assert books.fault(books.post("bill", body))[0] == "2020"


def test_an_employee_cannot_be_on_a_bill(books: Books) -> None:
    body = {"VendorRef": {"value": "54"}, "Line": [expense_line()]}
    assert books.fault(books.post("bill", body))[0] == "2500"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"AccountRef": {"value": "35"}}, "6430"),
        ({"PaymentType": "Check"}, "6430"),
        ({"PaymentType": "Barter"}, "2170"),
        ({"Credit": True, "Line": [expense_line(-5)]}, "2290"),
        ({"EntityRef": {"value": "54", "type": "Vendor"}}, "2500"),
        ({"Line": [expense_line(BillableStatus="HasBeenBilled")]}, "6320"),
        ({"Line": [expense_line(BillableStatus="Billable")]}, "6000"),
    ],
)
def test_a_wrong_purchase_is_refused(books: Books, changes: dict[str, Any], code: str) -> None:
    assert books.fault(books.post("purchase", purchase(**changes)))[0] == code


def test_a_purchase_may_name_an_employee(books: Books) -> None:
    row = books.create("Purchase", purchase(EntityRef={"value": "54", "type": "Employee"}))
    assert row["EntityRef"] == {"value": "54", "name": "John Johnson", "type": "Employee"}


def test_the_payment_type_cannot_change(books: Books) -> None:
    row = books.create("Purchase", purchase())
    body = {**row, "PaymentType": "Check", "AccountRef": {"value": "35"}}
    assert books.fault(books.post("purchase", body))[0] == "6000"


def test_a_billable_line_makes_a_charge_that_goes_with_it(books: Books) -> None:
    line = expense_line(BillableStatus="Billable", CustomerRef={"value": "3"})
    row = books.create("Purchase", purchase(Line=[line]))
    link = row["Line"][0]["LinkedTxn"][0]
    assert link["TxnType"] == "ReimburseCharge"
    assert link in row["LinkedTxn"]
    statement = "select * from ReimburseCharge where HasBeenInvoiced = false"
    charge = books.query(statement)["ReimburseCharge"][0]
    assert (charge["Id"], charge["Amount"], charge["CustomerRef"]["value"]) == (
        link["TxnId"],
        50,
        "3",
    )
    token = {"Id": row["Id"], "SyncToken": "0"}
    books.post("purchase", token, operation="delete")
    assert books.query(statement) == {}


def test_a_purchase_with_an_invoiced_charge_stays(books: Books) -> None:
    line = expense_line(BillableStatus="Billable", CustomerRef={"value": "3"})
    row = books.create("Purchase", purchase(Line=[line]))
    charge = row["LinkedTxn"][0]["TxnId"]
    edit = {"entity": "ReimburseCharge", "id": charge, "changes": {"HasBeenInvoiced": True}}
    books.admin(f"/companies/{books.realm}/edit", edit)
    token = {"Id": row["Id"], "SyncToken": "0"}
    assert books.fault(books.post("purchase", token, operation="delete"))[0] == "6400"


def test_multi_currency_wants_the_partners_currency(books: Books) -> None:
    books.preferences(CurrencyPrefs={"MultiCurrencyEnabled": True})
    assert books.fault(books.post("invoice", invoice()))[0] == "2020"
    wrong = invoice(CurrencyRef={"value": "EUR"})
    assert books.fault(books.post("invoice", wrong))[0] == "6000"
    row = books.create("Invoice", invoice(CurrencyRef={"value": "USD"}, ExchangeRate=1))
    assert row["HomeTotalAmt"] == 100


def test_journal_entries_must_balance(books: Books) -> None:
    kind = "JournalEntryLineDetail"

    def side(word: str, amount: int) -> dict[str, Any]:
        detail = {"PostingType": word, "AccountRef": {"value": "7"}}
        return {"Amount": amount, "DetailType": kind, kind: detail}

    body = {"Line": [side("Debit", 5), side("Credit", 4)]}
    assert books.fault(books.post("journalentry", body))[0] == "2300"
