"""Bills: what the ledger keeps of them, their numbers and their charges: sections 8.3 and 8.5."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.qbo.conftest import (
    Books,
    bill,
    billable_line,
    expense_line,
    item_line,
    purchase,
    without,
)


def other_preferences(books: Books, **values: str) -> None:
    """Adds to the preferences that have no block of their own, keeping the first where it is."""
    row = books.http.get("preferences").json()["Preferences"]
    added = [{"Name": f"VendorAndPurchasesPrefs.{n}", "Value": v} for n, v in values.items()]
    books.preferences(OtherPrefs={"NameValue": [*row["OtherPrefs"]["NameValue"], *added]})


def charges(books: Books) -> list[dict[str, Any]]:
    found = books.query("select * from ReimburseCharge where HasBeenInvoiced = false")
    rows: list[dict[str, Any]] = found.get("ReimburseCharge", [])
    return rows


def test_a_bill_is_filled_in(books: Books) -> None:
    row = books.create("Bill", bill(TxnDate="2026-03-02", SalesTermRef={"value": "2"}))
    assert row["DueDate"] == "2026-03-17"
    assert row["APAccountRef"] == {"value": "33", "name": "Accounts Payable (A/P)"}
    assert row["VendorRef"] == {"value": "30", "name": "Books by Bessie"}
    assert (row["TotalAmt"], row["Balance"], row["LinkedTxn"]) == (50, 50, [])
    detail = row["Line"][0]["AccountBasedExpenseLineDetail"]
    assert detail["AccountRef"] == {"value": "7", "name": "Advertising"}
    assert detail["BillableStatus"] == "NotBillable"
    assert detail["TaxCodeRef"] == {"value": "NON"}
    assert (row["Line"][0]["Id"], row["Line"][0]["LineNum"]) == ("1", 1)
    assert row["CurrencyRef"] == {"value": "USD", "name": "United States Dollar"}
    assert "DocNumber" not in row


def test_a_term_by_the_day_of_the_month_makes_the_due_date(books: Books) -> None:
    term = {"Name": "The 10th", "DayOfMonthDue": 10, "DueNextMonthDays": 5}
    due = {"SalesTermRef": {"value": books.create("Term", term)["Id"]}}
    assert books.create("Bill", bill(TxnDate="2026-03-02", **due))["DueDate"] == "2026-03-10"
    assert books.create("Bill", bill(TxnDate="2026-03-07", **due))["DueDate"] == "2026-04-10"


def test_bills_keep_no_custom_fields_and_no_project_of_their_own(books: Books) -> None:
    field = {"DefinitionId": "1", "Type": "StringType", "StringValue": "x"}
    line = expense_line() | {"ProjectRef": {"value": "39298045"}}
    for entity, body in (("Bill", bill(Line=[line])), ("Purchase", purchase(Line=[line]))):
        row = books.create(
            entity, {**body, "CustomField": [field], "ProjectRef": {"value": "39298045"}}
        )
        assert not {"CustomField", "ProjectRef"} & row.keys()
        assert row["Line"][0]["ProjectRef"]["value"] == "39298045"


def test_an_item_line_without_item_is_text(books: Books) -> None:
    text = {**item_line(99), "ItemBasedExpenseLineDetail": {"Qty": 3}, "Description": "words"}
    row = books.create("Bill", bill(Line=[expense_line(), text]))
    assert row["TotalAmt"] == 50
    assert row["Line"][1]["DetailType"] == "DescriptionOnly"
    assert "Amount" not in row["Line"][1]


def test_a_bill_of_text_alone_has_no_amount(books: Books) -> None:
    text = {"DetailType": "DescriptionOnly", "Description": "words"}
    code, detail = books.fault(books.post("bill", bill(Line=[text])))
    assert (code, detail) == (
        "6000",
        "Business Validation Error: You must set a transaction amount.",
    )


def test_a_used_number_is_refused_within_its_kind_of_transaction(books: Books) -> None:
    held = books.create("Bill", bill(DocNumber="E-1"))
    assert books.create("Purchase", purchase(DocNumber="E-1"))["DocNumber"] == "E-1"
    assert books.refused("Bill", bill(DocNumber="E-1")) == "6140"
    _, detail = books.fault(books.post("bill", bill(DocNumber="E-1")))
    assert detail.endswith(f"DocNumber=E-1 is assigned to TxnType=Bill with TxnId={held['Id']}")


def test_a_used_number_is_taken_on_request_and_stays_used(books: Books) -> None:
    first = books.create("Bill", bill(DocNumber="E-2"))
    second = books.create("Bill", bill(DocNumber="E-2"), include="allowduplicatedocnum")
    made = {"operation": "create", "Bill": bill(DocNumber="E-2")}
    (third,) = books.batch({**made, "optionsData": "allowduplicatedocnum"})
    assert third["Bill"]["DocNumber"] == "E-2"
    books.delete("Bill", second)
    books.delete("Bill", third["Bill"])
    assert books.refused("Bill", bill(DocNumber="E-2")) == "6140"
    books.delete("Bill", first)
    assert books.create("Bill", bill(DocNumber="E-2"))["Id"]


def test_an_update_that_keeps_its_number_is_no_duplicate(books: Books) -> None:
    books.create("Bill", bill(DocNumber="E-3"))
    twin = books.create("Bill", bill(DocNumber="E-3"), include="allowduplicatedocnum")
    same = {"VendorRef": {"value": "30"}, "DocNumber": "E-3", "PrivateNote": "x"}
    assert books.update("Bill", twin, **same)["PrivateNote"] == "x"
    other = books.create("Bill", bill(DocNumber="E-4"))
    taken = {"Id": other["Id"], "SyncToken": "0", "sparse": True}
    taken |= {"VendorRef": {"value": "30"}, "DocNumber": "E-3"}
    assert books.refused("Bill", taken) == "6140"


@pytest.mark.parametrize(
    ("entity", "body", "preference"),
    [
        ("Bill", bill(DocNumber="E-5"), "WarnDuplicateBillNumber"),
        ("Purchase", purchase(DocNumber="E-5"), "WarnDuplicateCheckNumber"),
    ],
)
def test_the_companys_preference_decides_about_duplicates(
    books: Books, entity: str, body: dict[str, Any], preference: str
) -> None:
    books.create(entity, body)
    assert books.refused(entity, body) == "6140"
    other_preferences(books, **{preference: "false"})
    assert books.create(entity, body)["DocNumber"] == "E-5"


def test_whether_two_vendors_may_share_a_number_is_a_setting(books: Books) -> None:
    books.create("Bill", bill(DocNumber="E-6"))
    assert books.refused("Bill", bill(DocNumber="E-6", VendorRef={"value": "46"})) == "6140"
    books.set(duplicate_bills_per_vendor=True)
    assert books.create("Bill", bill(DocNumber="E-6", VendorRef={"value": "46"}))["Id"]
    assert books.refused("Bill", bill(DocNumber="E-6")) == "6140"


def test_lines_are_edited_added_and_removed_by_their_ids(books: Books) -> None:
    row = books.create("Bill", bill(Line=[expense_line(10), expense_line(20)]))
    kept = {**row["Line"][1], "Amount": 25}
    body = bill(Id=row["Id"], SyncToken="0", Line=[kept, expense_line(5)])
    changed = books.create("Bill", body)
    assert [(x["Id"], x["Amount"]) for x in changed["Line"]] == [("2", 25), ("3", 5)]
    assert (changed["TotalAmt"], changed["Balance"], changed["SyncToken"]) == (30, 30, "1")


def test_a_full_update_drops_missing_fields_and_a_sparse_one_clears_empty_ones(
    books: Books,
) -> None:
    row = books.create("Bill", bill(DocNumber="E-7", PrivateNote="note"))
    full = books.create("Bill", bill(Id=row["Id"], SyncToken="0", PrivateNote="other"))
    assert "DocNumber" not in full
    sparse = books.update("Bill", full, VendorRef={"value": "30"}, PrivateNote="", DocNumber=None)
    assert "PrivateNote" not in sparse
    assert sparse["Line"] == full["Line"]


@pytest.mark.parametrize("entity", ["Bill", "Purchase"])
def test_a_changed_charge_follows_its_line(books: Books, entity: str) -> None:
    make = bill if entity == "Bill" else purchase
    row = books.create(entity, make(Line=[billable_line(50), expense_line(5)]))
    (charge,) = charges(books)
    assert charge["LinkedTxn"] == [{"TxnId": row["Id"], "TxnType": entity}]
    line = {**row["Line"][0], "Amount": 70}
    row = books.create(entity, make(Id=row["Id"], SyncToken="0", Line=[line]))
    (again,) = charges(books)
    assert (again["Id"], again["Amount"]) == (charge["Id"], 70)
    free = without(expense_line(70), "Id")
    books.create(entity, make(Id=row["Id"], SyncToken="1", Line=[free]))
    assert charges(books) == []


def test_whether_billable_can_be_set_at_all_is_a_setting(books: Books) -> None:
    books.set(expense_billable_writable=False)
    row = books.create("Bill", bill(Line=[billable_line()]))
    detail = row["Line"][0]["AccountBasedExpenseLineDetail"]
    assert detail["BillableStatus"] == "NotBillable"
    assert charges(books) == []


@pytest.mark.parametrize("usual", ["NotBillable", "Billable"])
def test_the_default_taxability_of_a_customers_line_is_a_setting(books: Books, usual: str) -> None:
    books.set(expense_billable_default=usual)
    lines = [expense_line(CustomerRef={"value": "3"}), expense_line()]
    row = books.create("Purchase", purchase(Line=lines))
    found = [x["AccountBasedExpenseLineDetail"]["BillableStatus"] for x in row["Line"]]
    assert found == [usual, "NotBillable"]


def invoiced(books: Books, row: dict[str, Any]) -> None:
    """Somebody puts the row's charge on an invoice in the screens."""
    charge = next(x for x in row["LinkedTxn"] if x["TxnType"] == "ReimburseCharge")["TxnId"]
    changes = {"HasBeenInvoiced": True}
    body = {"entity": "ReimburseCharge", "id": charge, "changes": changes}
    books.admin(f"/companies/{books.realm}/edit", body)


@pytest.mark.parametrize("entity", ["Bill", "Purchase"])
def test_an_invoiced_charge_closes_its_document(books: Books, entity: str) -> None:
    make = bill if entity == "Bill" else purchase
    row = books.create(entity, make(Line=[billable_line(), expense_line(5)]))
    invoiced(books, row)
    shown = books.read(entity, row["Id"])
    assert shown["Line"][0]["AccountBasedExpenseLineDetail"]["BillableStatus"] == "HasBeenBilled"
    changed = {**shown, "PrivateNote": "x"}
    assert books.refused(entity, changed) == "6400"
    assert books.fault(books.delete(entity, shown))[0] == "6400"
    assert books.create(entity, shown) == shown
    books.set(invoiced_charge_update="line")
    changed = books.create(entity, changed)
    assert changed["PrivateNote"] == "x"
    billed, other = changed["Line"]
    moved = {**changed, "Line": [billed, {**other, "Amount": 6}]}
    changed = books.create(entity, moved)
    assert books.refused(entity, {**changed, "Line": [other]}) == "6400"
    books.set(invoiced_charge_update="allow")
    assert books.create(entity, {**changed, "Line": [{**billed, "Amount": 60}]})["TotalAmt"] == 60


def test_a_bill_links_purchase_orders_and_nothing_else_by_itself(books: Books) -> None:
    order = books.create("PurchaseOrder", bill())
    links = [
        {"TxnId": order["Id"], "TxnType": "PurchaseOrder"},
        {"TxnId": "1", "TxnType": "BillPaymentCheck"},
        {"TxnId": "1", "TxnType": "ReimburseCharge"},
    ]
    assert books.create("Bill", bill(LinkedTxn=links))["LinkedTxn"] == links[:1]
