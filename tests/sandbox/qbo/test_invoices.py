"""What invoices are refused for, what is filled in, and what they bill: section 8.2."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.qbo.conftest import Books, hours, invoice, sales_line, without

CUSTOMER: dict[str, Any] = {"CustomerRef": {"value": "21"}}


def detailed(amount: float = 100, **detail: Any) -> dict[str, Any]:
    line = sales_line(amount)
    line["SalesItemLineDetail"].update(detail)
    return line


def mail(address: str) -> dict[str, str]:
    return {"Address": address}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Line": []}, "2020"),
        ({"CustomerRef": {"value": ""}}, "2020"),
        ({"Line": [without(sales_line(), "Amount")]}, "2020"),
        ({"Line": [without(sales_line(), "SalesItemLineDetail")]}, "2020"),
        ({"Colour": "red"}, "2010"),
        ({"Line": [detailed(Colour="red")]}, "2010"),
        ({"Line": [detailed(DepartmentRef={"value": "1"})]}, "2010"),
        ({"CustomerRef": {"value": "999"}}, "2500"),
        ({"CustomerRef": {"value": "30"}}, "2500"),
        ({"SalesTermRef": {"value": "99"}}, "2500"),
        ({"DepartmentRef": {"value": "99"}}, "2500"),
        ({"ProjectRef": {"value": "28"}}, "2500"),
        ({"Line": [sales_line(item="999")]}, "2500"),
        ({"Line": [detailed(ClassRef={"value": "7"})]}, "2500"),
        ({"Line": [detailed(50, Qty=3, UnitPrice=20)]}, "6070"),
        ({"Line": [sales_line(-5)]}, "2290"),
        ({"Line": [detailed(TaxCodeRef={"value": "2"})]}, "6100"),
        ({"DocNumber": "x" * 22}, "2050"),
        ({"PrivateNote": "x" * 4001}, "2050"),
        ({"CustomerMemo": {"value": "x" * 1001}}, "2050"),
        ({"Line": [sales_line(Description="x" * 4001)]}, "2050"),
        ({"BillEmail": mail(f"{'x' * 96}@b.co")}, "2050"),
        ({"BillEmail": mail("nobody")}, "2210"),
        ({"BillEmail": mail("a@b.co, nobody")}, "2210"),
        ({"BillEmailCc": mail("a@b")}, "2210"),
        ({"BillEmailBcc": mail("@b.co")}, "2210"),
        ({"EmailStatus": "NeedToSend"}, "6420"),
        ({"EmailStatus": "Lost"}, "2170"),
        ({"CustomField": [{"DefinitionId": "9", "StringValue": "x"}]}, "3000"),
        ({"Line": [sales_line(LinkedTxn=[{"TxnId": "9", "TxnType": "ReimburseCharge"}])]}, "6000"),
        ({"LinkedTxn": [{"TxnId": "75", "TxnType": "Estimate"}]}, "6000"),
    ],
)
def test_a_wrong_invoice_is_refused_by_code(
    books: Books, changes: dict[str, Any], code: str
) -> None:
    assert books.refused("Invoice", invoice(**changes)) == code


def test_the_longest_texts_that_fit_are_taken(books: Books) -> None:
    row = books.create(
        "Invoice",
        invoice(
            DocNumber="n" * 21,
            PrivateNote="p" * 4000,
            CustomerMemo={"value": "m" * 1000},
            BillEmail=mail(f"{'x' * 95}@b.co"),
            EmailStatus="NeedToSend",
            Line=[sales_line(Description="d" * 4000)],
        ),
    )
    lengths = (
        len(row["DocNumber"]),
        len(row["PrivateNote"]),
        len(row["CustomerMemo"]["value"]),
        len(row["BillEmail"]["Address"]),
        len(row["Line"][0]["Description"]),
    )
    assert lengths == (21, 4000, 1000, 100, 4000)


@pytest.mark.parametrize("limit", [31, 60])
def test_the_length_of_a_custom_field_is_a_setting(books: Books, limit: int) -> None:
    books.set(custom_field_limit=limit)
    field = {"DefinitionId": "1", "StringValue": "x" * limit}
    row = books.create("Invoice", invoice(CustomField=[field]))
    assert len(row["CustomField"][0]["StringValue"]) == limit
    longer = {**field, "StringValue": "x" * (limit + 1)}
    assert books.refused("Invoice", invoice(CustomField=[longer])) == "2050"


def test_inactive_rows_are_refused_with_either_code(books: Books) -> None:
    service = {"Name": "Gone", "Type": "Service", "IncomeAccountRef": {"value": "1"}}
    item = books.create("Item", service)
    customer = books.create("Customer", {"DisplayName": "Gone"})
    books.update("Item", item, Active=False)
    books.update("Customer", customer, Active=False)
    bodies = (
        invoice(Line=[sales_line(item=item["Id"])]),
        invoice(CustomerRef={"value": customer["Id"]}),
    )
    for code in ("610", "2500"):
        books.set(inactive_reference_code=code)
        assert [books.refused("Invoice", body) for body in bodies] == [code, code]


def test_closed_books_take_no_create_update_void_or_delete(books: Books) -> None:
    row = books.create("Invoice", invoice(TxnDate="2026-02-10"))
    token = {"Id": row["Id"], "SyncToken": row["SyncToken"]}
    books.preferences(AccountingInfoPrefs={"BookCloseDate": "2026-02-28"})
    assert books.refused("Invoice", invoice(TxnDate="2026-02-28")) == "6210"
    assert books.refused("Invoice", invoice(**token, TxnDate="2026-03-05")) == "6210"
    assert books.fault(books.delete("Invoice", row))[0] == "6210"
    assert books.fault(books.post("invoice", token, operation="void"))[0] == "6210"


def test_a_class_needs_the_preference_of_its_place(books: Books) -> None:
    tracked = {"value": books.rows("Class")[0]["Id"]}
    by_line = invoice(Line=[detailed(ClassRef=tracked)])
    books.preferences(AccountingInfoPrefs={"ClassTrackingPerTxnLine": False})
    assert books.create("Invoice", invoice(ClassRef=tracked))["ClassRef"]["name"] == "Residential"
    assert books.refused("Invoice", by_line) == "5030"
    on = {"ClassTrackingPerTxnLine": True, "ClassTrackingPerTxn": False}
    books.preferences(AccountingInfoPrefs=on)
    assert books.create("Invoice", by_line)["Id"]
    assert books.refused("Invoice", invoice(ClassRef=tracked)) == "5030"


def test_a_used_number_is_refused_and_taken_on_request(books: Books) -> None:
    held = books.create("Invoice", invoice(DocNumber="INV-7"))
    assert books.refused("Invoice", invoice(DocNumber="INV-7")) == "6140"
    _, detail = books.fault(books.post("invoice", invoice(DocNumber="INV-7")))
    assert detail.endswith(
        f"DocNumber=INV-7 is assigned to TxnType=Invoice with TxnId={held['Id']}"
    )
    twice = books.create("Invoice", invoice(DocNumber="INV-7"), include="allowduplicatedocnum")
    assert twice["DocNumber"] == "INV-7"


def test_a_company_that_numbers_by_hand_leaves_the_number_empty(books: Books) -> None:
    books.preferences(SalesFormsPrefs={"CustomTxnNumbers": True})
    assert "DocNumber" not in books.create("Invoice", invoice())


def test_a_line_without_item_gets_the_default_or_is_refused(books: Books) -> None:
    line = without(sales_line(), "SalesItemLineDetail") | {"SalesItemLineDetail": {}}
    row = books.create("Invoice", invoice(Line=[line]))
    assert row["Line"][0]["SalesItemLineDetail"]["ItemRef"]["name"] == "Services"
    books.set(missing_item="fault")
    assert books.refused("Invoice", invoice(Line=[line])) == "2500"


def test_a_negative_line_beside_others_is_a_setting(books: Books) -> None:
    body = invoice(Line=[sales_line(100), sales_line(-30)])
    assert books.refused("Invoice", body) == "2290"
    books.set(negative_lines="total")
    assert books.create("Invoice", body)["TotalAmt"] == 70


def test_more_than_750_taxable_lines_are_too_many(books: Books) -> None:
    many = [sales_line(1) for _ in range(750)]
    assert books.create("Invoice", invoice(Line=[*many, sales_line(1)]))["TotalAmt"] == 751
    taxed = detailed(1, TaxCodeRef={"value": "TAX"})
    assert books.refused("Invoice", invoice(Line=[*many, taxed])) == "6000"


def test_one_discount_is_taken_and_whether_it_needs_a_preference_is_a_setting(books: Books) -> None:
    discount = {"DetailType": "DiscountLineDetail", "Amount": 10, "DiscountLineDetail": {}}
    body = invoice(Line=[sales_line(100), discount])
    assert books.refused("Invoice", invoice(Line=[sales_line(), discount, discount])) == "6090"
    books.preferences(SalesFormsPrefs={"AllowDiscount": False})
    assert books.create("Invoice", body)["TotalAmt"] == 90
    books.set(discount_needs_preference=True)
    assert books.refused("Invoice", body) == "5030"
    books.preferences(SalesFormsPrefs={"AllowDiscount": True})
    assert books.create("Invoice", body)["TotalAmt"] == 90


# What invoices bill.


def activity(books: Books, **changes: Any) -> dict[str, Any]:
    return books.create("TimeActivity", hours(**changes))


def linked(txn_id: str, amount: float = 52.5, **more: Any) -> dict[str, Any]:
    link = {"TxnId": txn_id, "TxnType": "TimeActivity"}
    return sales_line(amount, "8", LinkedTxn=[link], **more)


def status(books: Books, row: dict[str, Any]) -> str:
    found: str = books.read("TimeActivity", row["Id"])["BillableStatus"]
    return found


def test_each_line_bills_an_activity_and_the_header_mirrors_them(books: Books) -> None:
    one, two = activity(books), activity(books)
    lines = [linked(one["Id"]), linked(two["Id"]), sales_line(5)]
    row = books.create("Invoice", {**CUSTOMER, "Line": lines})
    mirrored = [(x["TxnId"], x["TxnType"], x["TxnLineId"]) for x in row["LinkedTxn"]]
    assert mirrored == [(x["Id"], "TimeActivity", "1") for x in (one, two)]
    assert row["Line"][0]["LinkedTxn"] == row["LinkedTxn"][:1]
    assert {status(books, one), status(books, two)} == {"HasBeenBilled"}


@pytest.mark.parametrize(
    "changes",
    [
        {"BillableStatus": "NotBillable"},
        {"CustomerRef": {"value": "3"}},
        {"CustomerRef": {"value": ""}, "BillableStatus": "NotBillable"},
    ],
)
def test_time_that_cannot_be_billed_here_is_refused(books: Books, changes: dict[str, Any]) -> None:
    row = activity(books, **changes)
    body = {**CUSTOMER, "Line": [linked(row["Id"])]}
    assert books.refused("Invoice", body) == "6000"
    _, detail = books.fault(books.post("invoice", body))
    assert detail.endswith("has already been invoiced. Can't match for neo, CCBTE Txn Id null")
    assert status(books, row) == row["BillableStatus"]


def test_time_of_a_job_goes_on_the_invoice_of_its_customer(books: Books) -> None:
    row = activity(books, CustomerRef={"value": "8"})
    body = {"CustomerRef": {"value": "7"}, "Line": [linked(row["Id"])]}
    assert books.create("Invoice", body)["Id"]
    assert status(books, row) == "HasBeenBilled"


def test_unknown_and_billed_time_is_refused_and_stays_as_it_is(books: Books) -> None:
    row = activity(books)
    held = books.create("Invoice", {**CUSTOMER, "Line": [linked(row["Id"])]})
    assert books.refused("Invoice", {**CUSTOMER, "Line": [linked(row["Id"])]}) == "6000"
    assert books.refused("Invoice", {**CUSTOMER, "Line": [linked("99999")]}) == "6000"
    assert books.create("Invoice", books.read("Invoice", held["Id"]))["SyncToken"] == "0"
    assert status(books, row) == "HasBeenBilled"


def test_two_activities_on_one_line_or_on_the_header_alone_are_refused(books: Books) -> None:
    links = [{"TxnId": activity(books)["Id"], "TxnType": "TimeActivity"} for _ in range(2)]
    both = sales_line(105, LinkedTxn=links)
    assert books.refused("Invoice", {**CUSTOMER, "Line": [both]}) == "6000"
    by_header = {**CUSTOMER, "Line": [sales_line(105)], "LinkedTxn": links}
    assert books.refused("Invoice", by_header) == "6000"


@pytest.mark.parametrize(
    ("how", "by_id", "by_charge"),
    [("id", True, False), ("timecharge", False, True), ("either", True, True)],
)
def test_by_which_id_time_is_linked_is_a_setting(
    books: Books, how: str, by_id: bool, by_charge: bool
) -> None:
    books.set(time_link_id=how)
    for member, taken in (("Id", by_id), ("TimeChargeId", by_charge)):
        row = activity(books)
        assert str(row["TimeChargeId"]) != row["Id"]
        body = {**CUSTOMER, "Line": [linked(str(row[member]))]}
        assert (books.post("invoice", body).status_code == 200) is taken
        assert (status(books, row) == "HasBeenBilled") is taken


def test_links_to_time_can_be_refused_or_passed_over(books: Books) -> None:
    row = activity(books)
    body = {**CUSTOMER, "Line": [linked(row["Id"])]}
    books.set(time_links="refuse")
    assert books.refused("Invoice", body) == "6000"
    assert books.create("Invoice", {**CUSTOMER, "Line": [sales_line()]})["LinkedTxn"] == []
    books.set(time_links="ignore")
    made = books.create("Invoice", body)
    assert (made["LinkedTxn"], made["TotalAmt"]) == ([], 52.5)
    assert status(books, row) == "Billable"


def test_time_is_billable_again_once_the_invoice_lets_go_of_it(books: Books) -> None:
    rows = [activity(books) for _ in range(4)]
    lines = [linked(row["Id"]) for row in rows[:3]]
    made = books.create("Invoice", {**CUSTOMER, "Line": lines})
    kept, moved, _ = made["Line"][:3]
    moved = {**moved, "LinkedTxn": [{"TxnId": rows[3]["Id"], "TxnType": "TimeActivity"}]}
    changed = books.update("Invoice", made, Line=[kept, moved])
    expected = ["HasBeenBilled", "Billable", "Billable", "HasBeenBilled"]
    assert [status(books, row) for row in rows] == expected
    assert [x["TxnId"] for x in changed["LinkedTxn"]] == [rows[0]["Id"], rows[3]["Id"]]
    whole = {**changed, "Line": [without(kept, "LinkedTxn"), changed["Line"][1]]}
    changed = books.create("Invoice", whole)
    assert status(books, rows[0]) == "Billable"
    token = {"Id": changed["Id"], "SyncToken": changed["SyncToken"]}
    voided = books.post("invoice", token, operation="void").json()["Invoice"]
    assert voided["LinkedTxn"] == []
    assert status(books, rows[3]) == "Billable"


@pytest.mark.parametrize(("freed", "expected"), [(True, "Billable"), (False, "HasBeenBilled")])
def test_whether_a_deleted_invoice_frees_its_time_is_a_setting(
    books: Books, freed: bool, expected: str
) -> None:
    books.set(unbill_on_delete=freed)
    row = activity(books)
    made = books.create("Invoice", {**CUSTOMER, "Line": [linked(row["Id"])]})
    assert books.delete("Invoice", made).status_code == 200
    assert status(books, row) == expected


def test_a_sparse_update_of_something_else_keeps_the_links(books: Books) -> None:
    row = activity(books)
    by_header = [{"TxnId": row["Id"], "TxnType": "TimeActivity"}]
    made = books.create("Invoice", {**CUSTOMER, "Line": [sales_line()], "LinkedTxn": by_header})
    changed = books.update("Invoice", made, PrivateNote="x")
    assert [x["TxnId"] for x in changed["LinkedTxn"]] == [row["Id"]]
    assert status(books, row) == "HasBeenBilled"
