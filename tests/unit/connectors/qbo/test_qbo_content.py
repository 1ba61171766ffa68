"""The content of stored records: differences in words, edits, and our marker."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.connectors.qbo.documents import content
from ledgerlink.connectors.qbo.documents.composer import QuickBooksComposer
from ledgerlink.connectors.qbo.documents.owned_fields import HEAD_FIELDS, LINE_FIELDS, TAX_CODE
from ledgerlink.connectors.qbo.documents.ownership import PROPERTIES, Ownership
from ledgerlink.connectors.qbo.outcomes.accepted import differences
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.new_records import NewCustomer, NewItem, NewListRecord, NewPerson
from ledgerlink.domain.model.references import ExistingRecord

from tests.unit.connectors.qbo.document_samples import (
    BRITISH,
    CARD,
    CHECK,
    composed,
    expenses,
    invoice,
    line,
    receipt,
    sold,
)
from tests.unit.connectors.qbo.stored_documents import BILL, SALE, MoneyRecord, Row, edited, stored

BILLABLE = line(
    customer=ExistingRecord("21"),
    class_id="7",
    billable=True,
    markup_percent=Decimal(10),
    parts=(("notes", "Lunch"),),
)
ACCOUNT = "AccountBasedExpenseLineDetail"
SALES = "SalesItemLineDetail"

PAPERS: list[MoneyRecord] = [
    BILL,
    expenses(BILLABLE, line(item_id="8", account_id=None), location_id="3", account_id="33"),
    expenses(**CHECK, note=(("report_name", "March"),)),
    expenses(**CARD, credit=True),
    expenses(line(tax=Decimal("6.30"), tax_code_id="2"), features=BRITISH, currency="EUR"),
    SALE,
    invoice(
        sold(description="Garden", class_id="7", tax_code_id="TAX", time=ExistingRecord("5")),
        sold(quantity=None, unit_price=None),
        memo="Thank you",
        email="Amy@example.com",
        custom_fields={"1": "102"},
        class_id="7",
        terms_id="3",
    ),
    receipt(note="lunch"),
]


def kind_of(sample: MoneyRecord) -> str:
    return composed(sample).kind


def told(sample: MoneyRecord, row: Row) -> list[str]:
    document = composed(sample)
    return differences(document.kind, document.body, row)


def print_of(sample: MoneyRecord, row: Row) -> str:
    return content.content_fingerprint(kind_of(sample), row)


def echo(sample: MoneyRecord) -> Row:
    """The answer with what was sent of custom fields."""
    sent = composed(sample).body.get("CustomField")
    return stored(sample, **({"CustomField": sent} if sent else {}))


@pytest.mark.parametrize("sample", PAPERS)
def test_fields_filled_by_the_ledger_are_no_difference(sample: MoneyRecord) -> None:
    assert told(sample, echo(sample)) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"VendorRef": {"value": "47"}}, "vendor 46 became 47"),
        ({"TxnDate": "2026-02-03"}, "date 2026-02-02 became 2026-02-03"),
        ({"DocNumber": "R2"}, "number R1 became R2"),
        ({"DocNumber": None}, "number R1 became (nothing)"),
        ({"PrivateNote": "cut"}, "notes [expense-report:R1] became cut"),
        ({"DepartmentRef": {"value": "3"}}, "location (nothing) became 3"),
    ],
)
def test_each_field_of_a_bill_that_is_stored_otherwise_is_named(changes: Row, words: str) -> None:
    assert told(BILL, stored(BILL, **changes)) == [words]


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("Amount",), 31.4, "line 1 amount 31.5 became 31.4"),
        (("Description",), "Supper", "line 1 text Lunch became Supper"),
        ((ACCOUNT, "AccountRef"), {"value": "14"}, "line 1 account 13 became 14"),
        ((ACCOUNT, "CustomerRef"), None, "line 1 customer 21 became (nothing)"),
        ((ACCOUNT, "ClassRef"), None, "line 1 class 7 became (nothing)"),
        (
            (ACCOUNT, "BillableStatus"),
            "NotBillable",
            "line 1 billable Billable became NotBillable",
        ),
        ((ACCOUNT, "MarkupInfo"), {"Percent": 12}, "line 1 markup 10 became 12"),
    ],
)
def test_each_field_of_a_line_that_is_stored_otherwise_is_named(
    path: tuple[str, ...], value: Any, words: str
) -> None:
    sample = expenses(BILLABLE)
    assert told(sample, edited(stored(sample), "Line", 0, *path, value=value)) == [words]


def test_lines_that_are_missing_are_counted() -> None:
    sample = expenses(line(), line(key="x2"))
    row = stored(sample)
    assert told(sample, {**row, "Line": row["Line"][:1]}) == ["2 lines became 1"]


def test_a_subtotal_line_is_not_compared() -> None:
    row = stored(SALE)
    added = [*row["Line"], {"Amount": 53.38, "DetailType": "SubTotalLineDetail"}]
    assert told(SALE, {**row, "Line": added}) == []
    assert print_of(SALE, {**row, "Line": added}) == print_of(SALE, row)


def test_custom_fields_of_others_are_no_difference() -> None:
    sample = invoice(custom_fields={"1": "102"})
    ours = {"DefinitionId": "1", "Type": "StringType", "StringValue": "102"}
    theirs = {"DefinitionId": "2", "Type": "StringType", "StringValue": "blue"}
    assert told(sample, stored(sample, CustomField=[theirs, ours])) == []
    assert told(sample, stored(sample, CustomField=[theirs])) == [
        "custom fields 1: 102 became (nothing)"
    ]


@pytest.mark.parametrize("sample", [BILL, expenses(**CHECK), SALE])
@pytest.mark.parametrize(
    "changes",
    [
        {"SyncToken": "9"},
        {"Balance": 0},
        {"LinkedTxn": [{"TxnId": "12", "TxnType": "BillPaymentCheck"}]},
        {"EmailStatus": "EmailSent"},
        {"PrintStatus": "PrintComplete"},
        {"DueDate": "2026-06-01"},
        {"SalesTermRef": {"value": "3"}},
        {"TxnTaxDetail": {"TotalTax": 4.2}},
        {"TotalAmt": 99},
        {"MetaData": {"LastUpdatedTime": "2026-04-01T10:00:00-07:00"}},
    ],
)
def test_fields_that_the_ledger_changes_by_itself_are_no_edit(
    sample: MoneyRecord, changes: Row
) -> None:
    assert print_of(sample, stored(sample, **changes)) == print_of(sample, stored(sample))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("Id",), "77"),
        (("LineNum",), 4),
        (("Amount",), "31.500"),
        (("LinkedTxn",), [{"TxnId": "12", "TxnType": "ReimburseCharge"}]),
        (("Description",), "  Lunch\n"),
        ((ACCOUNT, "BillableStatus"), "HasBeenBilled"),
        ((ACCOUNT, "CustomerRef"), {"value": "21", "name": "Renamed"}),
    ],
)
def test_fields_of_a_line_that_the_ledger_changes_by_itself_are_no_edit(
    path: tuple[str, ...], value: Any
) -> None:
    row = stored(expenses(BILLABLE))
    assert print_of(BILL, edited(row, "Line", 0, *path, value=value)) == print_of(BILL, row)


@pytest.mark.parametrize(
    ("sample", "path", "value"),
    [
        (BILL, ("VendorRef",), {"value": "47"}),
        (BILL, ("APAccountRef",), {"value": "34"}),
        (BILL, ("TxnDate",), "2026-02-03"),
        (BILL, ("DocNumber",), "R2"),
        (BILL, ("PrivateNote",), "touched"),
        (BILL, ("DepartmentRef",), {"value": "3"}),
        (BILL, ("CurrencyRef",), {"value": "EUR"}),
        (BILL, ("Line", 0, "Amount"), 31.4),
        (BILL, ("Line", 0, "Description"), "Supper"),
        (BILL, ("Line", 0, ACCOUNT, "AccountRef"), {"value": "14"}),
        (BILL, ("Line", 0, ACCOUNT, "CustomerRef"), {"value": "21"}),
        (BILL, ("Line", 0, ACCOUNT, "ClassRef"), {"value": "7"}),
        (BILL, ("Line", 0, ACCOUNT, "BillableStatus"), "Billable"),
        (BILL, ("Line", 0, ACCOUNT, "TaxCodeRef"), {"value": "TAX"}),
        (BILL, ("Line",), []),
        (expenses(**CARD), ("Credit",), True),
        (expenses(**CARD), ("EntityRef",), {"value": "46", "type": "Vendor"}),
        (expenses(**CHECK), ("AccountRef",), {"value": "36"}),
        (SALE, ("CustomerRef",), {"value": "22"}),
        (SALE, ("ClassRef",), {"value": "7"}),
        (SALE, ("CustomerMemo",), {"value": "Thanks"}),
        (SALE, ("Line", 0, SALES, "ItemRef"), {"value": "9"}),
        (SALE, ("Line", 0, SALES, "Qty"), 7),
        (SALE, ("Line", 0, SALES, "ServiceDate"), "2026-02-01"),
        (receipt(), ("AttachableRef",), []),
        (receipt(), ("Note",), "touched"),
    ],
)
def test_an_edit_shows(sample: MoneyRecord, path: tuple[str | int, ...], value: Any) -> None:
    row = stored(sample)
    assert print_of(sample, edited(row, *path, value=value)) != print_of(sample, row)


def test_kinds_with_the_same_values_are_not_the_same() -> None:
    assert content.content_fingerprint("Bill", {}) != content.content_fingerprint("Purchase", {})


@pytest.mark.parametrize(
    ("note", "same"),
    [
        ("[expense-report:R1]", True),
        ("March\n[expense-report:R1]", True),
        ("[expense-report:R1]\nchecked by Amy", True),
        (" [expense-report:R1] \r\n", True),
        ("[expense-report:R10]", False),
        ("[EXPENSE-REPORT:R1]", False),
        ("[expense-report:R1]\n[checked]", True),
        ("[expense-report:R1]\n[expense-report:R2]", False),
        ("see [expense-report:R1]", False),
        ("Voided", False),
        (None, False),
    ],
)
def test_a_document_is_recognised_by_its_whole_marker(note: str | None, same: bool) -> None:
    assert content.has_marker_of(composed(BILL).body, {"PrivateNote": note}) is same


def test_a_line_of_the_product_in_brackets_is_not_taken_for_our_name() -> None:
    sample = expenses(note=(("report_name", "[draft]"),))
    assert not content.has_marker_of(composed(sample).body, {"PrivateNote": "[draft]"})


RECORDS: list[NewListRecord] = [
    NewCustomer(key="c", name="Amy's Bird Sanctuary"),
    NewCustomer(key="p", name="Aviary", parent=ExistingRecord("1")),
    NewPerson(key="s", name="Emily Platt", person="employee", email="emily@example.com"),
    NewPerson(key="v", name="Cher", person="vendor"),
    NewItem(key="i", name="Design", income_account_id="79", rate=Decimal("75.50"), parent_id="3"),
    NewItem(key="j", name="Design", income_account_id="79"),
]


@pytest.mark.parametrize("record", RECORDS)
def test_list_records_match_the_body_that_was_sent(
    record: NewListRecord,
) -> None:
    document = QuickBooksComposer().list_record(record)
    parent = {"ParentRef": {"value": "1", "name": "Amy"}} if document.body.get("Job") else {}
    prices = {"UnitPrice": 75.5} if "UnitPrice" in document.body else {"UnitPrice": 0}
    row = {**document.body, **parent, **prices, "Notes": "theirs", "Job": "Job" in document.body}
    assert fingerprint(document.body) in content.possible_fingerprints(document.kind, row)


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("Customer", {"DisplayName": "Amy"}),
        ("Customer", {"ParentRef": {"value": "2"}}),
        ("Vendor", {"PrimaryEmailAddr": {"Address": "emily@example.com"}}),
    ],
)
def test_an_edit_of_our_fields_of_a_list_record_shows(kind: str, changes: Row) -> None:
    more: Row = {"PrimaryEmailAddr": {"Address": "amy@birds.example"}}
    if kind == "Customer":
        more = {"Job": True, "ParentRef": {"value": "1"}}
    body = {"DisplayName": "Amy's Bird Sanctuary", **more}
    assert fingerprint(body) in content.possible_fingerprints(kind, body)
    assert fingerprint(body) not in content.possible_fingerprints(kind, {**body, **changes})


@pytest.mark.parametrize(
    ("kind", "added"),
    [
        ("Customer", {"Job": True, "ParentRef": {"value": "1"}}),
        ("Vendor", {"PrimaryEmailAddr": {"Address": "emily@example.com"}}),
        ("Employee", {"GivenName": "Amy", "FamilyName": "Bird"}),
    ],
)
def test_what_others_add_to_a_list_record_is_no_edit(kind: str, added: Row) -> None:
    """We did not write these fields, so they are not ours. Case quickbooks-online 1."""
    body = {"DisplayName": "Amy's Bird Sanctuary"}
    assert fingerprint(body) in content.possible_fingerprints(kind, {**body, **added})


@pytest.mark.parametrize(
    "given", [{"email": "a@x.example"}, {"terms_id": "3"}, {"due": date(2026, 3, 2)}]
)
def test_a_changed_field_of_an_invoice_is_an_edit_if_it_was_sent(given: Row) -> None:
    """Case quickbooks-online 1: what people change in a field of ours is an edit."""
    sample = invoice(**given)
    row = stored(sample)
    other: Row = {"BillEmail": {"Address": "b@y.example"}, "SalesTermRef": {"value": "9"}}
    other["DueDate"] = "2027-01-01"
    sent = composed(sample).body
    written = content.content_fingerprint("Invoice", row, sent)
    assert content.has_content("Invoice", row, written)
    assert not content.has_content("Invoice", {**row, **other}, written)
    plain = content.content_fingerprint("Invoice", stored(SALE), composed(SALE).body)
    assert content.has_content("Invoice", {**stored(SALE), **other}, plain)


@pytest.mark.parametrize("sample", PAPERS)
def test_a_fingerprint_tells_which_fields_are_ours(sample: MoneyRecord) -> None:
    body, kind = composed(sample).body, kind_of(sample)
    recorded = content.content_fingerprint(kind, stored(sample), body)
    ours, sent = Ownership.parse(recorded), Ownership.of(body)
    assert ours is not None
    assert ours.head == sent.head & set(PROPERTIES)
    assert ours.lines == sent.lines & set(PROPERTIES)
    assert content.written_fields(kind, stored(sample), recorded) == ours


def test_every_field_of_ours_has_a_place_in_the_fingerprint() -> None:
    heads = {field.property for fields in HEAD_FIELDS.values() for field in fields}
    lines = {field.property for field in LINE_FIELDS}
    assert heads | lines | {TAX_CODE.property} == set(PROPERTIES)
    assert len(set(PROPERTIES)) == len(PROPERTIES)


def test_the_number_that_a_check_gets_when_it_is_printed_is_no_edit() -> None:
    check = expenses(**CHECK)
    assert print_of(check, stored(check, DocNumber="1042")) == print_of(check, stored(check))
    assert print_of(BILL, stored(BILL, DocNumber="1042")) != print_of(BILL, stored(BILL))
