"""Failures on demand, before and after the commit."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.sandbox.qbo.conftest import Books, hours, sales_line


def arm(books: Books, action: str, **more: Any) -> None:
    books.admin("/faults", {"action": action, **more})


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        ("status500", 500, "text/html"),
        ("fault10000", 500, "application/json"),
        ("html502", 502, "text/html"),
        ("503", 503, "text/html"),
        ("429xml", 429, "application/xml"),
        ("429json", 429, "application/json"),
        ("401", 401, "application/json"),
        ("item_fault", 400, "application/json"),
    ],
)
def test_a_failure_before_the_commit_leaves_nothing_behind(
    books: Books, action: str, status: int, kind: str
) -> None:
    arm(books, action)
    answer = books.post("timeactivity", hours(), requestid="q")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith(kind)
    assert len(books.rows("TimeActivity")) == 1
    assert books.post("timeactivity", hours(), requestid="q").status_code == 200


@pytest.mark.parametrize("action", ["status500", "fault10000", "html502", "503", "cut"])
def test_after_a_failed_answer_the_same_requestid_finds_the_commit(
    books: Books, action: str
) -> None:
    arm(books, action, when="after", match={"kind": "single"})
    try:
        assert books.post("timeactivity", hours(), requestid="q").status_code >= 500
    except httpx.RemoteProtocolError:
        assert action == "cut"
    assert len(books.rows("TimeActivity")) == 2
    again = books.post("timeactivity", hours(), requestid="q")
    assert again.json()["TimeActivity"]["Id"] == "2"
    assert len(books.rows("TimeActivity")) == 2


def test_a_cut_closes_the_connection_without_an_answer(books: Books) -> None:
    arm(books, "cut")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        books.http.get("customer/1")
    assert books.http.get("customer/1").status_code == 200


def test_a_timeout_holds_the_answer(books: Books) -> None:
    arm(books, "timeout", seconds=0.5)
    with pytest.raises(httpx.ReadTimeout):
        books.http.get("customer/1", timeout=0.1)


def test_a_request_over_120_seconds_is_cut_by_the_server(books: Books) -> None:
    books.admin("/clock", {"scale": 1000})
    arm(books, "timeout", when="after")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        books.post("timeactivity", hours())
    assert len(books.rows("TimeActivity")) == 2


def test_a_failure_skips_matches_and_stops(books: Books) -> None:
    arm(books, "503", skip=1, times=2, match={"kind": "read", "entity": "customer"})
    statuses = [books.http.get("customer/1").status_code for _ in range(4)]
    assert books.http.get("vendor/30").status_code == 200
    assert statuses == [200, 503, 503, 200]
    assert books.admin("/faults", method="GET")["faults"][0]["hits"] == 2


@pytest.mark.parametrize(
    ("match", "meets"),
    [
        ({"operation": "update"}, False),
        ({"operation": "create"}, True),
        ({"path_prefix": "/v3/company/1/"}, False),
        ({"realm": "other"}, False),
    ],
)
def test_a_failure_affects_only_matching_requests(
    books: Books, match: dict[str, str], meets: bool
) -> None:
    arm(books, "503", match=match)
    assert (books.post("timeactivity", hours()).status_code == 503) is meets


@pytest.mark.parametrize("when", ["before", "after"])
def test_one_item_of_a_batch_can_fault(books: Books, when: str) -> None:
    match = {"entity": "TimeActivity"}
    arm(books, "item_fault", skip=1, code="6000", detail="custom", when=when, match=match)
    items = [{"bId": str(n), "operation": "create", "TimeActivity": hours()} for n in range(3)]
    answers = books.post("batch", {"BatchItemRequest": items}).json()["BatchItemResponse"]
    assert [("Fault" in a) for a in answers] == [False, True, False]
    assert answers[1]["Fault"]["Error"][0]["Detail"] == "custom"
    assert len(books.rows("TimeActivity")) == (4 if when == "after" else 3)


def test_an_unknown_action_is_refused(books: Books) -> None:
    answer = books.anybody.post(f"{books.running.url}/_sandbox/faults", json={"action": "explode"})
    assert answer.status_code == 400


def test_the_journal_names_the_failure(books: Books) -> None:
    books.admin("/journal", method="DELETE")
    arm(books, "html502", name="gate")
    books.post("timeactivity", hours(), requestid="j1")
    books.post("timeactivity", hours(), requestid="j1")
    books.post("timeactivity", hours(), requestid="j1")
    entries = books.admin("/journal?after=0&limit=10", method="GET")["entries"]
    assert [(e["status"], e["injected"], e["replayed"]) for e in entries] == [
        (502, "gate", False),
        (200, None, False),
        (200, None, True),
    ]
    assert {e["kind"] for e in entries} == {"single"}
    assert {e["requestid"] for e in entries} == {"j1"}
    assert {e["realm"] for e in entries} == {books.realm}


def test_nothing_a_caller_sends_breaks_the_sandbox(books: Books) -> None:
    link = {"TxnType": "TimeActivity"}
    body = {"CustomerRef": {"value": "1"}, "Line": [sales_line(1, LinkedTxn=[link])]}
    assert books.fault(books.post("invoice", body))[0] == "6000"
    bodies: tuple[Any, ...] = ([], {"BatchItemRequest": ["x"]})
    for wrong in (*bodies, {"BatchItemRequest": [{"Customer": 1}]}):
        assert books.post("batch", wrong).status_code in (200, 400)
    assert books.http.post("customer", content=b"{").status_code == 400


def test_a_throttled_answer_can_ask_for_a_wait_several_times(books: Books) -> None:
    """Case quickbooks-online 8."""
    arm(books, "429json", retry_after=1, times=4)
    answers = [books.post("timeactivity", hours()) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [429] * 4 + [200]
    assert {answer.headers["retry-after"] for answer in answers[:4]} == {"1"}


def test_only_a_large_page_of_a_query_fails(books: Books) -> None:
    """Case quickbooks-online 9: a page of 1,000 times out, 100 would do."""
    arm(books, "504", match={"kind": "query"}, over_rows=250, times=9)

    def status(words: str) -> int:
        statement = f"select {words}"
        return books.http.get("query", params={"query": statement}).status_code

    assert status("* from TimeActivity maxresults 1000") == 504
    assert status("* from TimeActivity startposition 1 maxresults 251") == 504
    assert status("* from TimeActivity maxresults 250") == 200
    assert status("* from TimeActivity") == 200
    assert status("count(*) from TimeActivity") == 200


def test_an_internal_error_under_6000_comes_once(books: Books) -> None:
    """Case quickbooks-online 4."""
    arm(books, "item_fault")
    code, detail = books.fault(books.post("timeactivity", hours()))
    assert (code, "Unexpected Internal Error. (-30000)" in detail) == ("6000", True)
    assert books.post("timeactivity", hours()).status_code == 200
