"""Updates are made of the stored record: what others wrote there stays, and ours is replaced.

Case quickbooks-online 1.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.connectors.qbo.documents.updates import has_unused_fields, merged_body
from ledgerlink.connectors.qbo.outcomes.accepted import accepted
from ledgerlink.connectors.qbo.protocol.json_body import encode
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Action, Request, Write
from ledgerlink.domain.model.references import ExistingRecord
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.domain.money import Total

from tests.support.qbo.scripted_company import ScriptedCompany, write_all
from tests.support.qbo.virtual_time import run
from tests.support.qbo.writes import activity, change
from tests.unit.connectors.qbo.document_samples import (
    CHECK,
    composed,
    expenses,
    invoice,
    line,
    receipt,
    sold,
)
from tests.unit.connectors.qbo.stored_documents import (
    BILL,
    SALE,
    MoneyRecord,
    Row,
    create,
    edited,
    stored,
)

ACCOUNT = "AccountBasedExpenseLineDetail"
SALES = "SalesItemLineDetail"
PROJECT = {"value": "39298045"}


def link(kind: str, body: Mapping[str, Any], **more: Any) -> Link:
    """The link of record 145, which was written with this body."""
    return Link(
        key="k",
        kind=kind,
        ledger_id="145",
        version="2",
        fingerprint=fingerprint(body),
        run_id="r",
        written_at=datetime(2026, 3, 2, tzinfo=UTC),
        **more,
    )


def update(kind: str, body: Mapping[str, Any], was: Link | None = None, **more: Any) -> Write:
    plain = replace(change(0, Action.UPDATE, "145"), kind=kind, day=None, was=was, **more)
    return replace(plain, body=body, base_fingerprint=was.expected_fingerprint if was else None)


def written(sample: MoneyRecord, row: Row, **more: Any) -> Link:
    """The link of a document that QuickBooks stored as this row."""
    fresh = create(sample)
    outcome = accepted(fresh, row)
    facts = {"content": outcome.content, "line_ids": outcome.line_ids, "total": fresh.total}
    return link(fresh.kind, fresh.body or {}, **{**facts, **more})


def revised(before: MoneyRecord, after: MoneyRecord, row: Row | None = None, **more: Any) -> Any:
    """What the update of a document sends whose row is this now."""
    first = stored(before)
    write = update(composed(after).kind, composed(after).body, written(before, first), **more)
    return json.loads(encode(merged_body(write, row or first)))


HELD: Row = {
    **activity(1),
    "Id": "145",
    "SyncToken": "2",
    "MetaData": {"CreateTime": "2026-03-01T22:48:04-08:00"},
    "domain": "QBO",
    "sparse": False,
    "TimeChargeId": 54,
    "HourlyRate": 15.25,
    "CostRate": 0,
    "Seconds": 0,
}
"""A time entry as QuickBooks returns it."""


def timed(before: Mapping[str, Any], after: Mapping[str, Any], **held: Any) -> Any:
    write = update("TimeActivity", after, link("TimeActivity", before))
    return json.loads(encode(merged_body(write, {**HELD, **before, **held})))


OF_OTHERS: Row = {
    "CostRate": Decimal("31"),
    "PayrollItemRef": {"value": "900"},
    "ProjectRef": PROJECT,
    "ClassRef": {"value": "7"},
    "DepartmentRef": {"value": "2"},
    "Taxable": True,
    "TransactionLocationType": "WithinFrance",
}


def test_what_others_set_in_a_time_entry_stays() -> None:
    sent = timed(activity(1), activity(1, Hours=2), **OF_OTHERS)
    assert sent == {**activity(1, Hours=2), "HourlyRate": 15.25, **OF_OTHERS, "CostRate": 31}


def test_an_item_that_was_filled_in_stays_as_others_changed_it() -> None:
    bare = activity(1, ItemRef=None)
    assert timed(bare, activity(1, ItemRef=None, Hours=2), ItemRef={"value": "9"})["ItemRef"] == {
        "value": "9"
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ClassRef", {"value": "7"}),
        ("DepartmentRef", {"value": "2"}),
        ("ItemRef", {"value": "8"}),
        ("CostRate", "41.25"),
        ("CustomerRef", {"value": "21"}),
        ("Description", "Garden"),
    ],
)
def test_what_we_wrote_in_a_time_entry_and_no_longer_use_goes(name: str, value: Any) -> None:
    before = activity(1, **{name: value, "BillableStatus": "NotBillable", "HourlyRate": None})
    after = {field: each for field, each in before.items() if field != name}
    assert name not in timed(before, after, PayrollItemRef={"value": "900"})


def test_clock_times_of_others_do_not_contradict_our_hours() -> None:
    times = {"StartTime": "2026-02-02T08:00:00", "EndTime": "2026-02-02T12:00:00", "BreakHours": 1}
    assert not times.keys() & timed(activity(1), activity(1, Hours=2), **times).keys()


LINE_OF_OTHERS = {"ProjectRef": PROJECT, "CustomField": [{"DefinitionId": "9"}]}


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (BILL, expenses(line(net=Decimal("40")), number="R1"), ACCOUNT),
        (expenses(**CHECK), expenses(line(net=Decimal("40")), **CHECK), ACCOUNT),
        (SALE, invoice(sold(amount=Decimal("30.50"), quantity=Decimal(2)), number="1041"), SALES),
    ],
)
def test_what_others_set_in_a_line_stays(before: MoneyRecord, after: Any, kind: str) -> None:
    row = stored(before)
    for name, value in LINE_OF_OTHERS.items():
        row = edited(row, "Line", 0, name, value=value)
    row = edited(row, "Line", 0, kind, "TaxInclusiveAmt", value=99)
    (sent,) = revised(before, after, row)["Line"]
    assert sent["Id"] == "1"
    assert {name: sent[name] for name in LINE_OF_OTHERS} == LINE_OF_OTHERS
    assert sent[kind]["TaxInclusiveAmt"] == 99
    assert sent["Amount"] == float(after.lines[0].net if kind == ACCOUNT else "30.50")


def test_a_line_that_others_added_stays_where_it_is() -> None:
    added = {"Id": "7", "LineNum": 2, "Amount": 5, "DetailType": "DiscountLineDetail"}
    mine, subtotal = stored(SALE)["Line"][0], {"DetailType": "SubTotalLineDetail", "Amount": 1}
    two = invoice(sold(), sold(amount=Decimal(9), quantity=None), number="1041")
    sent = revised(SALE, two, {**stored(SALE), "Line": [mine, added, subtotal]})["Line"]
    assert [each.get("Id") for each in sent] == ["1", "7", None]


def test_an_added_line_of_our_type_is_told_apart_by_the_ids_that_we_know() -> None:
    mine = stored(SALE)["Line"][0]
    row = {**stored(SALE), "Line": [{**mine, "Id": "4"}, mine]}
    sent = revised(SALE, invoice(sold(amount=Decimal(9), quantity=None), number="1041"), row)
    assert [(each["Id"], each["Amount"]) for each in sent["Line"]] == [("4", 53.38), ("1", 9)]


def test_a_line_keeps_what_others_set_when_another_expense_goes_before_it() -> None:
    two = expenses(line(key="e1"), line(key="e2", net=Decimal(7)))
    row = edited(stored(two), "Line", 1, "ProjectRef", value=PROJECT)
    first = written(two, stored(two), members=("e1", "e2"))
    now = expenses(line(key="e2", net=Decimal(8)))
    more = {"members": ("e2",), "record": RecordKind.EXPENSE}
    sent = merged_body(update("Bill", composed(now).body, first, **more), row)
    (only,) = sent["Line"]
    assert (only["Id"], only["ProjectRef"]) == ("2", PROJECT)


def test_a_new_expense_does_not_inherit_the_line_of_another() -> None:
    row = edited(stored(BILL), "Line", 0, "ProjectRef", value=PROJECT)
    first = written(BILL, stored(BILL), members=("e1",))
    more = {"members": ("e9",), "record": RecordKind.EXPENSE}
    (sent,) = merged_body(update("Bill", composed(BILL).body, first, **more), row)["Line"]
    assert not {"Id", "ProjectRef"} & sent.keys()


def test_an_optional_field_of_a_line_that_we_wrote_and_no_longer_use_goes() -> None:
    before = expenses(line(class_id="5", customer=ExistingRecord("21"), billable=True))
    (sent,) = revised(before, BILL)["Line"]
    assert not {"ClassRef", "CustomerRef", "BillableStatus"} & sent[ACCOUNT].keys()


def test_an_optional_field_of_a_line_that_others_set_stays() -> None:
    row = edited(stored(BILL), "Line", 0, ACCOUNT, "ClassRef", value={"value": "5"})
    assert revised(BILL, BILL, row)["Line"][0][ACCOUNT]["ClassRef"] == {"value": "5"}


def test_a_line_of_another_type_is_new_and_keeps_its_project() -> None:
    row = edited(stored(BILL), "Line", 0, "ProjectRef", value=PROJECT)
    (sent,) = revised(BILL, expenses(line(account_id=None, item_id="3")), row)["Line"]
    assert "Id" not in sent
    assert sent["ProjectRef"] == PROJECT


def test_links_of_others_stay_at_a_line_and_ours_follow_the_record() -> None:
    estimate = {"TxnId": "7", "TxnType": "Estimate"}
    before = invoice(sold(time=ExistingRecord("12")))
    bills = stored(before)["Line"][0]["LinkedTxn"]
    row = edited(stored(before), "Line", 0, "LinkedTxn", value=[estimate, *bills])
    (sent,) = revised(before, invoice(sold()), row)["Line"]
    assert sent["LinkedTxn"] == [estimate]


NO_RECORD = {"value": ""}


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        (expenses(location_id="2"), BILL, {}),
        (invoice(class_id="5", location_id="2", memo="Hi"), invoice(), {"CustomerMemo": NO_RECORD}),
    ],
)
def test_optional_fields_that_we_wrote_are_emptied(
    before: MoneyRecord, after: MoneyRecord, gone: Row
) -> None:
    sent = revised(before, after)
    refs = {name for name in ("ClassRef", "DepartmentRef") if name in composed(before).body}
    assert {name: sent[name] for name in refs} == dict.fromkeys(refs, NO_RECORD)
    assert {name: sent[name] for name in gone} == gone


def test_optional_fields_that_others_set_are_not_emptied() -> None:
    row = {**stored(SALE), "ClassRef": {"value": "5"}, "TxnTaxDetail": {"TxnTaxCodeRef": PROJECT}}
    assert not {"ClassRef", "TxnTaxDetail", "CustomerMemo"} & revised(SALE, SALE, row).keys()


def test_a_tax_that_we_stated_goes_with_the_record() -> None:
    taxed = Total(amount=Decimal(16), currency=None, tax=Decimal(1), rate=None)
    write = update("Bill", composed(BILL).body, written(BILL, stored(BILL), total=taxed))
    assert merged_body(write, stored(BILL))["TxnTaxDetail"] == {}


def test_custom_fields_of_others_stay_beside_ours() -> None:
    theirs = {"DefinitionId": "2", "Type": "StringType", "StringValue": "Crew 9"}
    row = {**stored(SALE), "CustomField": [theirs]}
    sent = revised(SALE, invoice(custom_fields={"1": "x"}), row)["CustomField"]
    assert [each["DefinitionId"] for each in sent] == ["2", "1"]


AMY = {"DisplayName": "Amy"}
EMAIL = {"PrimaryEmailAddr": {"Address": "amy@birds.example"}}


@pytest.mark.parametrize("kind", ["Vendor", "Employee"])
def test_an_address_of_a_person_is_emptied_only_if_it_is_ours(kind: str) -> None:
    row = {"Id": "145", **AMY, **EMAIL}
    ours = update(kind, {"DisplayName": "Amelia"}, link(kind, {**AMY, **EMAIL}))
    theirs = update(kind, {"DisplayName": "Amelia"}, link(kind, AMY))
    assert merged_body(ours, row)["PrimaryEmailAddr"] == {}
    assert "PrimaryEmailAddr" not in merged_body(theirs, row)


def test_a_customer_stays_where_others_put_it() -> None:
    below = {"Job": True, "ParentRef": {"value": "1"}}
    row = {"Id": "145", **AMY, **below}
    ours = update("Customer", AMY, link("Customer", {**AMY, **below}))
    theirs = update("Customer", AMY, link("Customer", AMY))
    assert merged_body(ours, row) == {**AMY, "Job": False, "ParentRef": NO_RECORD}
    assert merged_body(theirs, row) == AMY


def test_an_attachment_keeps_its_category_its_place_and_its_other_documents() -> None:
    other = {"EntityRef": {"type": "Invoice", "value": "9"}, "IncludeOnSend": True}
    first = stored(receipt())
    refs = [{**first["AttachableRef"][0], "IncludeOnSend": True}, other]
    row = {**first, "AttachableRef": refs, "Category": "Image", "Lat": "1.5", "Note": "theirs"}
    write = update("Attachable", composed(receipt()).body, written(receipt(), first))
    sent = merged_body(write, row)
    assert sent["AttachableRef"] == refs
    assert (sent["Category"], sent["Lat"], sent["Note"]) == ("Image", "1.5", "theirs")
    assert not {"Size", "FileAccessUri", "Id"} & sent.keys()


def test_a_lost_update_that_takes_a_field_out_is_not_found_while_it_is_there() -> None:
    """Others may have raised the version, and all that the update sends may be there already."""
    before, after = invoice(memo="Hi"), invoice()
    write = update("Invoice", composed(after).body, written(before, stored(before)))
    assert has_unused_fields(write, stored(before))
    assert not has_unused_fields(write, stored(after))
    bare = {name: value for name, value in activity(1).items() if name != "ItemRef"}
    timed_write = update("TimeActivity", bare, link("TimeActivity", activity(1)))
    assert has_unused_fields(timed_write, {**HELD, **activity(1)})
    assert not has_unused_fields(timed_write, {**HELD, **activity(1, Hours=7)})


def there_is(row: Row) -> ScriptedCompany:
    made = ScriptedCompany()
    made.rows = lambda statement: {"TimeActivity": [row]}
    return made


def test_the_record_is_read_once_and_the_update_has_the_id_of_its_content() -> None:
    ids = []
    for cost in (1, 1, 2):
        there = there_is({**HELD, "CostRate": cost})
        write = update("TimeActivity", activity(2), link("TimeActivity", activity(1)))
        run(write_all(there, [Request("r", (write,))]))
        assert len(there.calls("query")) == 1
        (call,) = there.calls("timeactivity")
        ids.append(call.url.params["requestid"])
    assert ids[0] == ids[1] != ids[2]


def test_nothing_is_read_for_records_that_are_created_or_deleted() -> None:
    there = there_is(HELD)
    run(write_all(there, [Request("r", (change(0, Action.DELETE),))]))
    assert there.calls("query") == []
