"""Requests as calls, and answers told apart."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgerlink.connectors.qbo.batches import MINUTE_SIZE, answers, call_of, package
from ledgerlink.connectors.qbo.faults import Fault
from ledgerlink.connectors.qbo.replies import Reply
from ledgerlink.domain.plan import Action, Request

from tests.unit.connectors.qbo.stage import activity, change, create, faulty


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
    assert package(["TimeActivity"] * count) == sizes


@given(st.integers(0, 20_000))
def test_packages_add_up_and_stay_within_a_minutes_budget_per_chunk(count: int) -> None:
    sizes = package(["Bill"] * count)
    assert sum(sizes) == count
    minutes = -(-count // MINUTE_SIZE)
    assert len(sizes) <= 500 * minutes
    assert sum(size > 1 for size in sizes) <= 40 * minutes
    assert max(sizes, default=0) <= 30


def test_a_request_of_one_write_is_a_single_call() -> None:
    call = call_of(Request("r-1", (create(4),)))
    assert (call.kind, call.method) == ("single", "POST")
    assert call.path == "/timeactivity?requestid=r-1&minorversion=75"
    assert json.loads(call.content) == {**activity(4), "HourlyRate": 15.25}


def test_a_request_of_more_writes_is_a_batch_with_short_ids() -> None:
    writes = (create(4), change(5, Action.UPDATE), change(6, Action.DELETE))
    call = call_of(Request("r-1", writes))
    assert (call.kind, call.path) == ("batch", "/batch?requestid=r-1&minorversion=75")
    created, updated, deleted = json.loads(call.content)["BatchItemRequest"]
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


def test_a_single_delete_says_so_in_its_address() -> None:
    call = call_of(Request("r-1", (change(6, Action.DELETE),)))
    assert call.path == "/timeactivity?operation=delete&requestid=r-1&minorversion=75"
    assert json.loads(call.content) == {"Id": "7", "SyncToken": "2"}


def test_the_same_request_is_the_same_call_byte_for_byte() -> None:
    assert call_of(Request("r", (create(1), create(2)))) == call_of(
        Request("r", (create(1), create(2)))
    )


def test_text_that_looks_like_our_fields_stays_text() -> None:
    tricky = 'a "HourlyRate":"1" \\ \u2028 é 日本'
    call = call_of(Request("r", (create(1, activity(Description=tricky)),)))
    assert json.loads(call.content)["Description"] == tricky


def test_items_are_matched_by_their_ids_and_what_is_not_mentioned_has_no_answer() -> None:
    request = Request("r", (create(10), create(11), create(12)))
    payload = {
        "BatchItemResponse": [
            {"bId": "2", **faulty("610")},
            {"bId": "0", "TimeActivity": {"Id": "5", "SyncToken": "0"}},
        ]
    }
    told = {answer.write.seq: answer for answer in answers(request, Reply(200, payload))}
    assert set(told) == {10, 12}
    assert told[10].entity["Id"] == "5"
    assert told[12].faults[0].code == "610"


def test_a_fault_of_the_whole_call_is_each_ones() -> None:
    request = Request("r", (create(1), create(2)))
    told = list(answers(request, Reply(400, {}, (Fault("1040"),))))
    assert [(answer.write.seq, answer.faults[0].code) for answer in told] == [
        (1, "1040"),
        (2, "1040"),
    ]


def test_a_refusal_without_words_is_a_refusal() -> None:
    (told,) = answers(Request("r", (create(1),)), Reply(418, {"odd": True}))
    assert str(told.faults[0]) == "HTTP status 418"
