"""Bills, purchases and invoices alike: repeats, deletes, queries, changes and notifications."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from local.sandboxes.qbo import snapshot
from local.sandboxes.qbo.sandbox import Sandbox
from tests.sandbox.qbo.conftest import Books, bill, expense_line, invoice, purchase, sales_line
from tests.sandbox.qbo.test_changes import changed, subscribe, subscriber
from tests.support.waiting import until

NOTE: dict[str, Any] = {"Note": "a note"}
MADE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Bill", bill()),
    ("Purchase", purchase()),
    ("Invoice", invoice()),
    ("Attachable", NOTE),
)
each = pytest.mark.parametrize(("entity", "body"), MADE, ids=[entity for entity, _ in MADE])
documents = pytest.mark.parametrize(("entity", "body"), MADE[:3], ids=[e for e, _ in MADE[:3]])


def token(row: dict[str, Any]) -> dict[str, Any]:
    return {"Id": row["Id"], "SyncToken": row["SyncToken"]}


@each
def test_a_repeat_returns_the_first_answer_and_does_nothing(
    books: Books, entity: str, body: dict[str, Any]
) -> None:
    before = len(books.rows(entity))
    first = books.post(entity.lower(), body, requestid="m1")
    assert books.post(entity.lower(), body, requestid="m1").content == first.content
    item = {"operation": "create", entity: body}
    batch = books.batch(item, item, requestid="m2")
    assert books.batch(item, item, requestid="m2") == batch
    assert len(books.rows(entity)) == before + 3
    row = first.json()[entity]
    gone = books.post(entity.lower(), token(row), operation="delete", requestid="m3")
    again = books.post(entity.lower(), token(row), operation="delete", requestid="m3")
    assert gone.status_code == 200
    assert again.content == gone.content


@each
@pytest.mark.parametrize("action", ["html502", "cut"])
@pytest.mark.parametrize("kind", ["single", "batch"])
def test_a_write_lost_after_the_commit_is_found_by_its_requestid(
    books: Books, entity: str, body: dict[str, Any], action: str, kind: str
) -> None:
    before = {row["Id"] for row in books.rows(entity)}
    match = {"kind": kind, "entity": entity, "operation": "create"}
    books.admin("/faults", {"action": action, "when": "after", "match": match})
    items = {"BatchItemRequest": [{"bId": "1", "operation": "create", entity: body}]}
    path, sent = (entity.lower(), body) if kind == "single" else ("batch", items)
    try:
        assert books.post(path, sent, requestid="m4").status_code == 502
    except httpx.RemoteProtocolError:
        assert action == "cut"
    (made,) = {row["Id"] for row in books.rows(entity)} - before
    again = books.post(path, sent, requestid="m4").json()
    found = again if kind == "single" else again["BatchItemResponse"][0]
    assert found[entity]["Id"] == made
    assert len(books.rows(entity)) == len(before) + 1


@each
def test_a_delete_answers_a_stub_alone_and_inside_a_batch(
    books: Books, entity: str, body: dict[str, Any]
) -> None:
    one, two = books.create(entity, body), books.create(entity, body)
    stub = {"domain": "QBO", "status": "Deleted"}
    assert books.delete(entity, one).json()[entity] == {**stub, "Id": one["Id"]}
    (answer,) = books.batch({"operation": "delete", entity: token(two)})
    assert answer[entity] == {**stub, "Id": two["Id"]}
    assert books.query(f"select * from {entity} where Id = '{one['Id']}'") == {}
    assert books.fault(books.http.get(f"{entity.lower()}/{one['Id']}"))[0] == "610"


@each
def test_changes_report_creates_updates_and_deletes(
    books: Books, entity: str, body: dict[str, Any]
) -> None:
    kept, gone = books.create(entity, body), books.create(entity, body)
    member = "Note" if entity == "Attachable" else "PrivateNote"
    kept = books.create(entity, {**kept, member: "changed"})
    books.delete(entity, gone)
    (found,) = changed(books, entity)
    rows = {row["Id"]: row for row in found[entity]}
    assert rows[kept["Id"]] == kept
    assert rows[gone["Id"]].keys() == {"domain", "status", "Id", "MetaData"}
    assert rows[gone["Id"]]["status"] == "Deleted"


def test_a_voided_invoice_is_a_change_with_nothing_left(books: Books) -> None:
    row = books.create("Invoice", invoice())
    books.post("invoice", token(row), operation="void")
    (found,) = changed(books, "Invoice")
    (voided,) = (x for x in found["Invoice"] if x["Id"] == row["Id"])
    assert (voided["TotalAmt"], voided["Balance"], voided["PrivateNote"]) == (0, 0, "Voided")


def test_a_void_twice_or_of_a_bill_is_refused(books: Books) -> None:
    row = books.create("Invoice", invoice())
    voided = books.post("invoice", token(row), operation="void").json()["Invoice"]
    assert books.fault(books.post("invoice", token(voided), operation="void"))[0] == "6450"
    for entity in ("Bill", "Purchase"):
        row = books.rows(entity)[0]
        assert books.fault(books.post(entity.lower(), token(row), operation="void"))[0] == "500"


FILTERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Invoice": (
        ("CustomerRef", "DocNumber", "TxnDate", "DueDate", "SalesTermRef", "ProjectRef"),
        ("TotalAmt", "DepartmentRef", "ClassRef", "PrivateNote", "BillEmail", "EmailStatus"),
    ),
    "Bill": (
        ("VendorRef", "APAccountRef", "SalesTermRef", "TxnDate", "DueDate", "DocNumber"),
        ("DepartmentRef", "ProjectRef", "PrivateNote", "CurrencyRef", "LinkedTxn"),
    ),
    "Purchase": (
        ("TxnDate", "DocNumber", "PaymentType"),
        ("EntityRef", "AccountRef", "DepartmentRef", "ProjectRef", "PrivateNote", "Credit"),
    ),
    "Payment": (
        ("CustomerRef", "TxnDate", "DocNumber"),
        ("ProjectRef", "PaymentMethodRef", "UnappliedAmt", "PaymentRefNum"),
    ),
    "Attachable": (("FileName",), ("Note", "Category", "Size", "ContentType")),
    "TaxCode": (("Name",), ("Description", "Taxable")),
    "TaxRate": (("Name",), ("RateValue", "AgencyRef")),
}
NUMBERS = (
    ("Invoice", "Balance"),
    ("Bill", "Balance"),
    ("Bill", "TotalAmt"),
    ("Purchase", "TotalAmt"),
    ("Payment", "TotalAmt"),
)
TIMES = ("Id", "MetaData.CreateTime", "MetaData.LastUpdatedTime")


@pytest.mark.parametrize("entity", FILTERS)
def test_a_query_may_name_only_listed_fields(books: Books, entity: str) -> None:
    yes, no = FILTERS[entity]
    for name in yes:
        value = "2026-01-01" if name in ("TxnDate", "DueDate") else "1"
        assert books.query(f"select count(*) from {entity} where {name} = '{value}'")
        books.query(f"select * from {entity} orderby {name}")
    for name in TIMES:
        books.query(f"select * from {entity} orderby {name} desc")
    for name in no:
        statement = f"select * from {entity} where {name} = '1'"
        answer = books.http.get("query", params={"query": statement})
        words = f"QueryValidationError: property '{name}' is not queryable"
        assert books.fault(answer) == ("4001", words)


@pytest.mark.parametrize(("entity", "name"), NUMBERS)
def test_amounts_are_compared_as_numbers(books: Books, entity: str, name: str) -> None:
    wide = {
        "Bill": bill(Line=[expense_line(1005)]),
        "Purchase": purchase(Line=[expense_line(1005)]),
        "Invoice": invoice(Line=[sales_line(1005)]),
        "Payment": {"CustomerRef": {"value": "1"}, "TotalAmt": 1005},
    }[entity]
    row = books.create(entity, wide)
    found = books.query(f"select * from {entity} where {name} > '900'")[entity]
    assert [x["Id"] for x in found] == [row["Id"]]


@pytest.mark.parametrize("entity", ["Bill", "Purchase", "Invoice"])
def test_line_fields_are_unknown_to_a_query(books: Books, entity: str) -> None:
    name = "ItemRef" if entity == "Invoice" else "BillableStatus"
    statement = f"select * from {entity} where {name} = '1'"
    answer = books.http.get("query", params={"query": statement})
    words = f"QueryValidationError: Property {name} not found for Entity {entity}"
    assert books.fault(answer) == ("4001", words)


def test_a_bill_is_found_by_number_vendor_and_day(books: Books) -> None:
    row = books.create("Bill", bill(DocNumber="Q-1", TxnDate="2026-03-02"))
    where = "DocNumber = 'q-1' and VendorRef = '30' and TxnDate >= '2026-03-02'"
    assert books.query(f"select * from Bill where {where}")["Bill"] == [row]


def test_webhooks_of_money_name_the_operation(books: Books) -> None:
    rows = {entity: books.create(entity, body) for entity, body in MADE}
    paid = books.create("Invoice", invoice())
    line = {"Amount": 5, "LinkedTxn": [{"TxnId": paid["Id"], "TxnType": "Invoice"}]}
    with subscriber(lambda _n: 200) as (url, heard):
        subscribe(books, url, "classic")
        made = {entity: books.create(entity, body) for entity, body in MADE[:2]}
        for entity, _ in MADE[:2]:
            books.delete(entity, rows[entity])
        books.post("invoice", token(rows["Invoice"]), operation="void")
        books.delete("Attachable", rows["Attachable"])
        paying = {"CustomerRef": {"value": "1"}, "TotalAmt": 5, "Line": [line]}
        payment = books.create("Payment", paying)
        wait_until_told(heard, ("Payment", payment["Id"], "Create"))
    assert told(heard) == {
        *((entity, made[entity]["Id"], "Create") for entity in made),
        *((entity, rows[entity]["Id"], "Delete") for entity in made),
        ("Invoice", rows["Invoice"]["Id"], "Void"),
        ("Invoice", paid["Id"], "Update"),
        ("Payment", payment["Id"], "Create"),
    }


def told(heard: list[tuple[str, bytes]]) -> set[tuple[str, str, str]]:
    return {
        (entry["name"], entry["id"], entry["operation"])
        for _, body in heard
        for note in json.loads(body)["eventNotifications"]
        for entry in note["dataChangeEvent"]["entities"]
    }


def wait_until_told(heard: list[tuple[str, bytes]], last: tuple[str, str, str]) -> None:
    until(lambda: last in told(heard))


@documents
def test_an_unchanged_update_keeps_the_version(
    books: Books, entity: str, body: dict[str, Any]
) -> None:
    row = books.create(entity, body)
    assert books.create(entity, row) == row
    assert books.create(entity, {**row, "sparse": True}) == row


@documents
def test_records_of_a_batch_can_be_referred_to_only_after_it(
    books: Books, entity: str, body: dict[str, Any]
) -> None:
    following = str(max(int(r["Id"]) for e in ("Vendor", "Employee") for r in books.rows(e)) + 1)
    person = "Customer" if entity == "Invoice" else "Vendor"
    reference = {"value": following}
    named = {
        "Invoice": {**body, "CustomerRef": reference},
        "Bill": {**body, "VendorRef": reference},
        "Purchase": {**body, "EntityRef": {**reference, "type": "Vendor"}},
    }[entity]
    made, early = books.batch(
        {"operation": "create", person: {"DisplayName": "Just Made"}},
        {"operation": "create", entity: named},
    )
    assert made[person]["Id"] == following
    assert early["Fault"]["Error"][0]["code"] == "2500"
    assert books.create(entity, named)["Id"]


@documents
@pytest.mark.parametrize("paid", ["allow", "refuse"])
def test_a_template_of_it_is_changed_like_any_row(
    books: Books, entity: str, body: dict[str, Any], paid: str
) -> None:
    books.set(paid_documents=paid)
    info = {"Name": "Monthly", "RecurType": "Automated", "Active": True}
    template = {entity: {**body, "RecurringInfo": info}}
    answer = books.post("recurringtransaction", template).json()
    made = answer["RecurringTransaction"][entity]
    changed_body = {entity: {**made, "PrivateNote": "every month"}}
    answer = books.post("recurringtransaction", changed_body).json()
    again = answer["RecurringTransaction"][entity]
    assert (again["PrivateNote"], again["SyncToken"]) == ("every month", "1")


def test_marks_currencies_and_files_outlive_a_restart(books: Books, tmp_path: Any) -> None:
    row = books.create("Purchase", purchase(DocNumber="kept"))
    mark = {"entity": "Purchase", "id": row["Id"], "as": "reconciled"}
    books.admin(f"/companies/{books.realm}/mark", mark)
    currency = {"code": "EUR", "rates": {"2026-03-02": "1.1"}}
    books.admin(f"/companies/{books.realm}/currencies", currency)
    snapshot.save(books.running.sandbox, tmp_path / "state.json")
    again = Sandbox()
    snapshot.load(again, tmp_path / "state.json")
    company = again.companies[books.realm]
    assert company.marks == {("Purchase", row["Id"]): "reconciled"}
    assert company.multi_currency
    assert list(company.numbers["Purchase", "kept", ""]) == [row["Id"]]
