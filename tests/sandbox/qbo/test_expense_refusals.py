"""What bills and purchases are refused for, alone and inside a batch: sections 8.3 to 8.5, 9."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.qbo.conftest import Books, bill, expense_line, item_line, purchase, without

Maker = Callable[..., dict[str, Any]]
BOTH: tuple[tuple[str, Maker], ...] = (("Bill", bill), ("Purchase", purchase))
both = pytest.mark.parametrize(("entity", "make"), BOTH, ids=["Bill", "Purchase"])


@both
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Line": []}, "2020"),
        ({"Line": ""}, "2020"),
        ({"Line": [without(expense_line(), "Amount")]}, "2020"),
        ({"Line": [without(expense_line(), "DetailType")]}, "2020"),
        ({"Line": [expense_line(AccountRef={"value": ""})]}, "2020"),
        ({"Colour": "red"}, "2010"),
        ({"Line": [expense_line() | {"Colour": "red"}]}, "2010"),
        ({"Line": [expense_line(DepartmentRef={"value": "1"})]}, "2010"),
        ({"Line": [expense_line() | {"DetailType": "SalesItemLineDetail"}]}, "2170"),
        ({"Line": [expense_line(AccountRef={"value": "999"})]}, "2500"),
        ({"Line": [expense_line(CustomerRef={"value": "30"})]}, "2500"),
        ({"Line": [expense_line(ClassRef={"value": "7"})]}, "2500"),
        ({"Line": [expense_line() | {"ProjectRef": {"value": "28"}}]}, "2500"),
        ({"Line": [item_line(item="999")]}, "2500"),
        ({"DepartmentRef": {"value": "99"}}, "2500"),
        ({"Line": [item_line(50, Qty=3, UnitPrice=20)]}, "6070"),
        ({"Line": [expense_line(-5)]}, "2290"),
        ({"Line": [expense_line(TaxCodeRef={"value": "2"})]}, "6100"),
        ({"Line": [expense_line(BillableStatus="HasBeenBilled")]}, "6320"),
        ({"Line": [expense_line(BillableStatus="Billable")]}, "6000"),
        ({"Line": [expense_line(BillableStatus="Sometimes")]}, "2170"),
        ({"DocNumber": "x" * 22}, "2050"),
        ({"PrivateNote": "x" * 4001}, "2050"),
        ({"Line": [expense_line() | {"Description": "x" * 4001}]}, "2050"),
        ({"TxnDate": "yesterday"}, "2070"),
        ({"Line": [expense_line() | {"Amount": "much"}]}, "2110"),
    ],
)
def test_a_wrong_expense_is_refused_by_code(
    books: Books, entity: str, make: Maker, changes: dict[str, Any], code: str
) -> None:
    assert books.refused(entity, make(**changes)) == code


@pytest.mark.parametrize(
    ("entity", "body", "code"),
    [
        ("Bill", without(bill(), "VendorRef"), "2020"),
        ("Bill", bill(VendorRef={"value": "54"}), "2500"),
        ("Bill", bill(VendorRef={"value": "1"}), "2500"),
        ("Bill", bill(VendorRef={"value": "999"}), "2500"),
        ("Bill", bill(SalesTermRef={"value": "99"}), "2500"),
        ("Bill", bill(BillEmail={"Address": "nobody"}), "2210"),
        ("Purchase", without(purchase(), "PaymentType"), "2020"),
        ("Purchase", without(purchase(), "AccountRef"), "2020"),
        ("Purchase", purchase(AccountRef={"value": "999"}), "2500"),
        ("Purchase", purchase(EntityRef={"value": "999", "type": "Vendor"}), "2500"),
        ("Purchase", purchase(EntityRef={"value": "54", "type": "Vendor"}), "2500"),
        ("Purchase", purchase(EntityRef={"value": "30", "type": "Employee"}), "2500"),
        ("Purchase", purchase(EntityRef={"value": "30", "type": "Partner"}), "2500"),
        ("Purchase", purchase(PaymentType="Barter"), "2170"),
        ("Purchase", purchase(PaymentType="Expense"), "2170"),
        ("Purchase", purchase(PaymentType="Check"), "6430"),
        ("Purchase", purchase(PaymentType="Cash"), "6430"),
        ("Purchase", purchase(AccountRef={"value": "35"}), "6430"),
        ("Purchase", purchase(Credit=True, Line=[expense_line(-5)]), "2290"),
        (
            "Purchase",
            purchase(PaymentType="Check", AccountRef={"value": "35"}, Credit=True),
            "6000",
        ),
        ("Purchase", purchase(PaymentRefNum="x" * 22), "2050"),
    ],
)
def test_dimensions_of_a_single_record_are_checked_too(
    books: Books, entity: str, body: dict[str, Any], code: str
) -> None:
    assert books.refused(entity, body) == code


@both
def test_the_longest_texts_that_fit_are_taken(books: Books, entity: str, make: Maker) -> None:
    line = expense_line() | {"Description": "d" * 4000}
    row = books.create(entity, make(DocNumber="n" * 21, PrivateNote="p" * 4000, Line=[line]))
    lengths = (len(row["DocNumber"]), len(row["PrivateNote"]), len(row["Line"][0]["Description"]))
    assert lengths == (21, 4000, 4000)


INACTIVE: tuple[tuple[str, dict[str, Any], str, dict[str, Any]], ...] = (
    ("Vendor", {"DisplayName": "Gone"}, "Bill", {"VendorRef": {}}),
    ("Vendor", {"DisplayName": "Gone"}, "Purchase", {"EntityRef": {"type": "Vendor"}}),
    ("Customer", {"DisplayName": "Gone"}, "Bill", {"CustomerRef": {}}),
    ("Customer", {"DisplayName": "Gone"}, "Purchase", {"CustomerRef": {}}),
    ("Account", {"Name": "Gone", "AccountType": "Expense"}, "Bill", {"AccountRef": {}}),
    ("Account", {"Name": "Gone", "AccountType": "Expense"}, "Purchase", {"AccountRef": {}}),
    (
        "Item",
        {"Name": "Gone", "Type": "Service", "IncomeAccountRef": {"value": "1"}},
        "Bill",
        {"ItemRef": {}},
    ),
)


@pytest.mark.parametrize(("target", "row", "entity", "place"), INACTIVE)
def test_an_inactive_row_is_refused_with_either_code(
    books: Books, target: str, row: dict[str, Any], entity: str, place: dict[str, Any]
) -> None:
    gone = books.create(target, row)
    books.update(target, gone, Active=False)
    ((name, reference),) = place.items()
    reference = {**reference, "value": gone["Id"]}
    make = bill if entity == "Bill" else purchase
    if name == "ItemRef":
        body = make(Line=[item_line(item=gone["Id"])])
    elif name in ("AccountRef", "CustomerRef"):
        detail: dict[str, Any] = {name: reference}
        body = make(Line=[expense_line(**detail)])
    else:
        body = make(**{name: reference})
    assert books.refused(entity, body) == "610"
    books.set(inactive_reference_code="2500")
    assert books.refused(entity, body) == "2500"


@both
def test_the_code_for_a_wrong_account_is_a_setting(books: Books, entity: str, make: Maker) -> None:
    wrong = {"APAccountRef" if entity == "Bill" else "AccountRef": {"value": "35"}}
    assert books.refused(entity, make(**wrong)) == "6430"
    books.set(wrong_account_code="6000")
    assert books.refused(entity, make(**wrong)) == "6000"


@both
@pytest.mark.parametrize("account", ["33", "84"])
def test_whether_a_line_takes_receivables_and_payables_is_a_setting(
    books: Books, entity: str, make: Maker, account: str
) -> None:
    body = make(Line=[expense_line(AccountRef={"value": account})])
    assert books.create(entity, body)["TotalAmt"] == 50
    books.set(account_on_line="checked")
    assert books.refused(entity, body) == "6430"


@both
def test_whether_an_item_needs_an_expense_account_is_a_setting(
    books: Books, entity: str, make: Maker
) -> None:
    assert books.create(entity, make(Line=[item_line(item="4")]))["TotalAmt"] == 50
    books.set(purchase_item_needs_account=True)
    assert books.refused(entity, make(Line=[item_line(item="4")])) == "6000"
    assert books.create(entity, make(Line=[item_line(item="5")]))["TotalAmt"] == 50


@both
def test_whether_a_negative_line_may_stand_beside_others_is_a_setting(
    books: Books, entity: str, make: Maker
) -> None:
    lines = [expense_line(50), expense_line(-20)]
    assert books.refused(entity, make(Line=lines)) == "2290"
    books.set(negative_lines="total")
    assert books.create(entity, make(Line=lines))["TotalAmt"] == 30
    assert books.refused(entity, make(Line=[expense_line(50), expense_line(-60)])) == "2290"


def test_a_credit_never_has_negative_lines(books: Books) -> None:
    books.set(negative_lines="total")
    lines = [expense_line(50), expense_line(-20)]
    assert books.refused("Purchase", purchase(Credit=True, Line=lines)) == "2290"
    assert books.create("Purchase", purchase(Credit=True))["TotalAmt"] == 50


@both
def test_closed_books_take_no_create_update_or_delete(
    books: Books, entity: str, make: Maker
) -> None:
    row = books.create(entity, make(TxnDate="2026-02-10"))
    token = {"Id": row["Id"], "SyncToken": row["SyncToken"]}
    books.preferences(AccountingInfoPrefs={"BookCloseDate": "2026-02-28"})
    assert books.refused(entity, make(TxnDate="2026-02-28")) == "6210"
    assert books.refused(entity, make(**token, TxnDate="2026-03-05")) == "6210"
    assert books.fault(books.delete(entity, row))[0] == "6210"
    (answer,) = books.batch({"operation": "delete", entity: token})
    assert answer["Fault"]["Error"][0]["code"] == "6210"
    books.set(closed_books_code="6200")
    assert books.refused(entity, make(TxnDate="2026-01-01")) == "6200"
    later = books.create(entity, make(TxnDate="2026-03-01"))
    moved = make(Id=later["Id"], SyncToken="0", TxnDate="2026-02-01")
    assert books.refused(entity, moved) == "6200"


@both
@pytest.mark.parametrize("code", ["5030", "6000"])
def test_features_turned_off_by_a_preference_are_refused(
    books: Books, entity: str, make: Maker, code: str
) -> None:
    tracked = books.rows("Class")[0]["Id"]
    north = books.rows("Department")[0]["Id"]
    wants_class = make(Line=[expense_line(ClassRef={"value": tracked})])
    wants_place = make(DepartmentRef={"value": north})
    billable = make(Line=[expense_line(BillableStatus="Billable", CustomerRef={"value": "1"})])
    for body in (wants_class, wants_place, billable):
        assert books.create(entity, body)["Id"]
    off = {
        "ClassTrackingPerTxn": False,
        "ClassTrackingPerTxnLine": False,
        "TrackDepartments": False,
    }
    books.preferences(
        AccountingInfoPrefs=off, VendorAndPurchasesPrefs={"BillableExpenseTracking": False}
    )
    books.set(feature_off_code=code)
    for body in (wants_class, wants_place, billable):
        assert books.refused(entity, body) == code


@pytest.mark.parametrize("code", ["6000", "6310"])
def test_a_billable_line_without_customer_is_refused(books: Books, code: str) -> None:
    books.set(billable_without_customer_code=code)
    body = purchase(Line=[expense_line(BillableStatus="Billable")])
    assert books.refused("Purchase", body) == code


@both
def test_an_old_version_is_refused(books: Books, entity: str, make: Maker) -> None:
    row = books.create(entity, make())
    token = {"Id": row["Id"], "SyncToken": "0"}
    books.create(entity, make(**token, PrivateNote="first"))
    assert books.refused(entity, make(**token, PrivateNote="second")) == "5010"
    assert books.fault(books.delete(entity, row))[0] == "5010"


@both
def test_a_gone_record_is_not_found(books: Books, entity: str, make: Maker) -> None:
    row = books.create(entity, make())
    assert books.delete(entity, row).status_code == 200
    assert books.refused(entity, make(Id=row["Id"], SyncToken="0")) == "610"
    assert books.fault(books.delete(entity, row))[0] == "610"


def test_the_payment_type_stays_and_must_be_repeated(books: Books) -> None:
    row = books.create("Purchase", purchase())
    token = {"Id": row["Id"], "SyncToken": "0"}
    other = purchase(**token, PaymentType="Check", AccountRef={"value": "35"})
    assert books.refused("Purchase", other) == "6000"
    sparse = {**token, "sparse": True, "PrivateNote": "x"}
    assert books.refused("Purchase", sparse) == "2020"
    changed = books.create("Purchase", {**sparse, "PaymentType": "CreditCard"})
    assert (changed["PrivateNote"], changed["TotalAmt"]) == ("x", 50)


def test_kinds_of_payment_beyond_the_reference_are_a_setting(books: Books) -> None:
    books.set(purchase_types_of_schema=True)
    assert books.create("Purchase", purchase(PaymentType="Expense"))["PaymentType"] == "Expense"


def test_the_length_of_a_payment_reference_is_a_setting(books: Books) -> None:
    books.set(payment_ref_limit=30)
    assert books.create("Purchase", purchase(PaymentRefNum="x" * 30))["PaymentRefNum"]
