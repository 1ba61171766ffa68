"""Create, update, delete: sections 2, 6, 7 and 9.2."""

from __future__ import annotations

import pytest

from tests.sandbox.qbo.conftest import Books, expense_line, hours, sales_line

ROUND_TRIP = (
    *("Customer", "Vendor", "Employee", "Item", "Account", "Class", "Department", "Term"),
    *("PaymentMethod", "Invoice", "Payment", "Bill", "Purchase", "TimeActivity"),
    "CompanyCurrency",
)


@pytest.mark.parametrize("entity", ROUND_TRIP)
def test_sending_back_an_answer_changes_nothing(books: Books, entity: str) -> None:
    row = books.query(f"select * from {entity} maxresults 1")[entity][0]
    again = books.create(entity, row)
    assert again == row


def test_an_unknown_property_is_named_with_its_class(books: Books) -> None:
    body = {"CustomerRef": {"value": "1"}, "Line": [sales_line()], "BadJson": 1}
    code, detail = books.fault(books.post("invoice", body))
    assert code == "2010"
    assert 'Unrecognized field "BadJson" (class com.intuit.schema.finance.v3.Invoice)' in detail


def test_a_missing_line_is_named(books: Books) -> None:
    code, detail = books.fault(books.post("invoice", {"CustomerRef": {"value": "1"}}))
    assert (code, detail) == ("2020", "Required parameter Line is missing in the request")


def test_a_stale_token_is_refused(books: Books) -> None:
    customer = books.read("Customer", "1")
    books.update("Customer", customer, Notes="first")
    body = {"Id": "1", "SyncToken": customer["SyncToken"], "sparse": True, "Notes": "second"}
    code, detail = books.fault(books.post("customer", body))
    assert code == "5010"
    assert "were working on this at the same time" in detail


def test_an_update_without_change_keeps_the_token(books: Books) -> None:
    customer = books.update("Customer", books.read("Customer", "1"), Active=False)
    again = books.update("Customer", customer, Active=False)
    assert again["SyncToken"] == customer["SyncToken"]


def test_a_sparse_update_changes_only_what_it_sends_and_clears_with_empty(books: Books) -> None:
    row = books.create("Customer", {"DisplayName": "Sparse", "Notes": "a", "CompanyName": "b"})
    row = books.update("Customer", row, Notes="", CompanyName=None)
    assert "Notes" not in row
    assert row["CompanyName"] == "b"


@pytest.mark.parametrize(("entity", "row_id"), [("Bill", 0), ("Purchase", 0)])
def test_a_sparse_update_repeats_what_is_always_required(
    books: Books, entity: str, row_id: int
) -> None:
    row = books.rows(entity)[row_id]
    body = {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True, "PrivateNote": "x"}
    assert books.fault(books.post(entity.lower(), body))[0] == "2020"


def test_a_delete_answers_a_stub(books: Books) -> None:
    row = books.create("TimeActivity", hours())
    answer = books.post("timeactivity", {"Id": row["Id"], "SyncToken": "0"}, operation="delete")
    stub = {"domain": "QBO", "status": "Deleted", "Id": row["Id"]}
    assert answer.json()["TimeActivity"] == stub
    assert books.fault(books.http.get(f"timeactivity/{row['Id']}"))[0] == "610"


def test_list_rows_cannot_be_deleted(books: Books) -> None:
    body = {"Id": "1", "SyncToken": "0"}
    assert books.fault(books.post("customer", body, operation="delete"))[0] == "500"


def test_a_taken_name_is_refused_with_the_holders_id(books: Books) -> None:
    code, detail = books.fault(books.post("vendor", {"DisplayName": "cool cars"}))
    assert (code, detail) == ("6240", "The name supplied already exists. : Id=3")


def test_deactivation_adds_the_suffix_and_frees_the_name(books: Books) -> None:
    row = books.update("Customer", books.read("Customer", "3"), Active=False)
    assert row["DisplayName"] == "Cool Cars (deleted)"
    assert row["FullyQualifiedName"] == "Cool Cars (deleted)"
    assert books.create("Vendor", {"DisplayName": "Cool Cars"})["Id"]


def test_an_inactive_row_cannot_be_used(books: Books) -> None:
    books.update("Customer", books.read("Customer", "21"), Active=False)
    code, detail = books.fault(books.post("timeactivity", hours()))
    assert code == "610"
    assert "made inactive" in detail
    books.set(inactive_reference_code="2500")
    assert books.fault(books.post("timeactivity", hours()))[0] == "2500"


def test_a_reference_to_nothing_names_its_list(books: Books) -> None:
    bill = {"VendorRef": {"value": "30"}, "Line": [expense_line(AccountRef={"value": "999"})]}
    code, detail = books.fault(books.post("bill", bill))
    assert (code, detail) == ("2500", "Invalid Reference Id : Accounts element id 999 not found")


def test_people_share_one_sequence_of_ids(books: Books) -> None:
    ids = [
        int(books.create(entity, {"DisplayName": f"New {entity}", "GivenName": "New"})["Id"])
        for entity in ("Customer", "Vendor", "Employee")
    ]
    assert ids == [ids[0], ids[0] + 1, ids[0] + 2]


def test_class_ids_are_long(books: Books) -> None:
    assert len(books.create("Class", {"Name": "Long"})["Id"]) == 19


def test_a_sub_customer_needs_job_and_parent(books: Books) -> None:
    assert books.fault(books.post("customer", {"DisplayName": "x", "Job": True}))[0] == "6150"
    body = {"DisplayName": "Shed", "Job": True, "ParentRef": {"value": "1"}}
    row = books.create("Customer", body)
    assert (row["Level"], row["FullyQualifiedName"]) == (1, "Amy's Bird Sanctuary:Shed")


def test_the_sixth_level_is_refused(books: Books) -> None:
    parent = ""
    for level in range(5):
        below = {"ParentRef": {"value": parent}} if parent else {}
        parent = books.create("Department", {"Name": f"L{level}", **below})["Id"]
    body = {"Name": "L5", "ParentRef": {"value": parent}}
    assert books.fault(books.post("department", body))[0] == "6180"


def test_a_nameless_customer_is_refused(books: Books) -> None:
    assert books.fault(books.post("customer", {"Notes": "who?"}))[0] == "6080"


def test_a_colon_in_a_name_is_refused(books: Books) -> None:
    assert books.fault(books.post("customer", {"DisplayName": "a:b"}))[0] == "2040"


def test_a_used_document_number_names_its_holder(books: Books) -> None:
    bill = {"VendorRef": {"value": "30"}, "DocNumber": "B-7", "Line": [expense_line()]}
    held = books.create("Bill", bill)
    code, detail = books.fault(books.post("bill", bill))
    assert code == "6140"
    assert detail.endswith(f"DocNumber=B-7 is assigned to TxnType=Bill with TxnId={held['Id']}")
    assert books.create("Bill", bill, include="allowduplicatedocnum")["Id"] != held["Id"]


def test_a_service_needs_an_income_account(books: Books) -> None:
    assert books.fault(books.post("item", {"Name": "x", "Type": "Service"}))[0] == "2020"


def test_account_type_and_subtype_must_agree(books: Books) -> None:
    body = {"Name": "x", "AccountType": "Bank", "AccountSubType": "Travel"}
    assert books.fault(books.post("account", body))[0] == "6010"


def test_a_category_cannot_be_used_on_time(books: Books) -> None:
    category = books.create("Item", {"Name": "Group", "Type": "Category"})
    code, detail = books.fault(books.post("timeactivity", hours(ItemRef={"value": category["Id"]})))
    assert code == "2500"
    assert "Categories cannot be used in transactions" in detail


def test_a_feature_that_is_off_is_refused(books: Books) -> None:
    books.preferences(AccountingInfoPrefs={"TrackDepartments": False})
    row = books.rows("Department")[0]
    body = hours(DepartmentRef={"value": row["Id"]})
    assert books.fault(books.post("timeactivity", body))[0] == "5030"
