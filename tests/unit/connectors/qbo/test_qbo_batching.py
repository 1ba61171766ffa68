"""Which writes share a request, and the result of each write."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgerlink.connectors.qbo.posting.batching import (
    MINUTE_SIZE,
    call_for,
    group_by_request,
    request_sizes,
    write_results,
)
from ledgerlink.connectors.qbo.protocol.faults import Fault
from ledgerlink.connectors.qbo.protocol.response import Response
from ledgerlink.domain.model.plan import Action, Request
from ledgerlink.domain.model.references import ExistingRecord

from tests.support.qbo.scripted_company import fault_body
from tests.support.qbo.writes import activity, change, create
from tests.unit.connectors.qbo import stored_documents
from tests.unit.connectors.qbo.document_samples import (
    CHECK,
    composed,
    expenses,
    invoice,
    sold,
)


@pytest.mark.parametrize(
    ("count", "sizes"),
    [
        (0, []),
        (1, [1]),
        (31, [30, 1]),
        (1200, [30] * 40),
        (1210, [30] * 40 + [1] * 10),
        (1660, [30] * 40 + [1] * 460),
        (1700, [30] * 40 + [1] * 460 + [30, 10]),
    ],
)
def test_operations_are_spread_over_batches_first_and_singles_beyond(
    count: int, sizes: list[int]
) -> None:
    assert request_sizes(["TimeActivity"] * count) == sizes


@given(st.integers(0, 20_000))
def test_packages_add_up_and_stay_within_a_minutes_budget_per_chunk(count: int) -> None:
    sizes = request_sizes(["Bill"] * count)
    assert sum(sizes) == count
    minutes = -(-count // MINUTE_SIZE)
    assert len(sizes) <= 500 * minutes
    assert sum(size > 1 for size in sizes) <= 40 * minutes
    assert max(sizes, default=0) <= 30


def test_files_are_uploaded_one_by_one_between_the_batches() -> None:
    kinds = ["Bill"] * 31 + ["Attachable"] * 2 + ["Invoice"] * 2 + ["Attachable"]
    assert request_sizes(kinds) == [30, 1, 1, 1, 2, 1]
    assert request_sizes(["Attachable"] * 40) == [1] * 40


@given(st.lists(st.sampled_from(["Bill", "TimeActivity", "Attachable"]), max_size=200))
def test_no_file_shares_a_request(kinds: list[str]) -> None:
    left = list(kinds)
    for size in request_sizes(kinds):
        some, left = left[:size], left[size:]
        assert size == 1 or "Attachable" not in some
    assert left == []


def test_a_request_of_one_write_is_a_single_call() -> None:
    call = call_for(Request("r-1", (create(4),)))
    assert (call.kind, call.method) == ("single", "POST")
    assert call.path == "/timeactivity?requestid=r-1&minorversion=75"
    assert json.loads(call.body()) == {**activity(4), "HourlyRate": 15.25}


def test_a_request_of_more_writes_is_a_batch_with_short_ids() -> None:
    writes = (create(4), change(5, Action.UPDATE), change(6, Action.DELETE))
    call = call_for(Request("r-1", writes))
    assert (call.kind, call.path) == ("batch", "/batch?requestid=r-1&minorversion=75")
    created, updated, deleted = json.loads(call.body())["BatchItemRequest"]
    assert (created["bId"], created["operation"]) == ("0", "create")
    assert updated["TimeActivity"] == {
        **activity(5),
        "HourlyRate": 15.25,
        "Id": "7",
        "SyncToken": "2",
        "sparse": False,
    }
    assert deleted == {
        "bId": "2",
        "operation": "delete",
        "TimeActivity": {"Id": "7", "SyncToken": "2"},
    }


def test_a_single_delete_has_its_operation_in_the_url() -> None:
    call = call_for(Request("r-1", (change(6, Action.DELETE),)))
    assert call.path == "/timeactivity?operation=delete&requestid=r-1&minorversion=75"
    assert json.loads(call.body()) == {"Id": "7", "SyncToken": "2"}


def updated(kind: str, body: Mapping[str, Any]) -> Any:
    """What an update of such a record sends, as a single call and as one of a batch."""
    write = replace(change(5, Action.UPDATE), kind=kind, body=body)
    single = call_for(Request("r", (write,)))
    assert single.path == f"/{kind.lower()}?requestid=r&minorversion=75"
    first, _ = json.loads(call_for(Request("r", (write, write))).body())["BatchItemRequest"]
    assert (first["operation"], first[kind]) == ("update", json.loads(single.body()))
    return first[kind]


ADDRESS = {"Id": "7", "SyncToken": "2", "sparse": True}


def test_an_address_that_stays_leaves_alone_whether_it_was_mailed() -> None:
    sent = updated("Invoice", composed(invoice(email="amy@birds.example")).body)
    assert "EmailStatus" not in sent


@pytest.mark.parametrize("kind", ["Bill", "Purchase", "Invoice", "Attachable"])
def test_documents_of_money_and_files_are_deleted_for_good(kind: str) -> None:
    write = replace(change(6, Action.DELETE), kind=kind)
    call = call_for(Request("r-1", (write,)))
    assert call.path == f"/{kind.lower()}?operation=delete&requestid=r-1&minorversion=75"
    assert json.loads(call.body()) == {"Id": "7", "SyncToken": "2"}


@pytest.mark.parametrize("kind", ["Customer", "Vendor", "Employee", "Item"])
def test_list_records_are_made_inactive_and_all_else_of_them_stays(kind: str) -> None:
    write = replace(change(6, Action.DELETE), kind=kind)
    call = call_for(Request("r-1", (write,)))
    assert call.path == f"/{kind.lower()}?requestid=r-1&minorversion=75"
    assert json.loads(call.body()) == {"Active": False, **ADDRESS}


def test_the_same_request_is_the_same_call_byte_for_byte() -> None:
    bodies = [composed(expenses(**CHECK)).body, composed(invoice()).body, activity(3)]
    writes = [create(n, body) for n, body in enumerate(bodies)]
    assert call_for(Request("r", tuple(writes))) == call_for(Request("r", tuple(writes)))
    thawed = [replace(w, body=json.loads(json.dumps(w.body))) for w in writes]
    assert call_for(Request("r", tuple(thawed))) == call_for(Request("r", tuple(writes)))


def test_text_that_looks_like_our_fields_stays_text() -> None:
    tricky = 'a "HourlyRate":"1" \\ \u2028 é 日本'
    call = call_for(Request("r", (create(1, activity(Description=tricky)),)))
    assert json.loads(call.body())["Description"] == tricky


def test_batch_items_are_matched_by_id_and_missing_ones_are_unanswered() -> None:
    request = Request("r", (create(10), create(11), create(12)))
    payload = {
        "BatchItemResponse": [
            {"bId": "2", **fault_body("610")},
            {"bId": "0", "TimeActivity": {"Id": "5", "SyncToken": "0"}},
        ]
    }
    told = {answer.write.seq: answer for answer in write_results(request, Response(200, payload))}
    assert set(told) == {10, 12}
    assert told[10].entity["Id"] == "5"
    assert told[12].faults[0].code == "610"


def test_a_fault_of_the_whole_call_is_each_ones() -> None:
    request = Request("r", (create(1), create(2)))
    told = list(write_results(request, Response(400, {}, (Fault("1040"),))))
    assert [(answer.write.seq, answer.faults[0].code) for answer in told] == [
        (1, "1040"),
        (2, "1040"),
    ]


def test_a_fault_without_text_is_a_rejection() -> None:
    (told,) = write_results(Request("r", (create(1),)), Response(418, {"odd": True}))
    assert str(told.faults[0]) == "HTTP status 418"


def test_invoices_that_bill_time_share_no_request_with_other_documents() -> None:
    plain, billing = invoice(), invoice(sold(time=ExistingRecord("5")))
    places = group_by_request([stored_documents.create(sample) for sample in (plain, billing) * 20])
    assert sorted(place for some in places for place in some) == list(range(40))
    assert [{place % 2 for place in some} for some in places] == [{0}, {1}]


def test_records_are_never_created_in_a_request_with_updates() -> None:
    """The id of a request with updates follows from what is stored; under another id, records would
    be created twice. Case quickbooks-online 1."""
    mixed = [create(0), change(1, Action.UPDATE), create(2), change(3, Action.DELETE)]
    assert group_by_request(mixed) == [[0, 2], [1, 3]]
