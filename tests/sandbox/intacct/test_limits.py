"""Room for requests, time for them, and pages."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from lxml import etree

from tests.sandbox.intacct.conftest import Books, op, query
from tests.sandbox.intacct.test_transactions import classes, make
from tests.sandbox.intacct.xml import el, els, errors, function, request
from tests.support.skipped_time import SkippedTime, send_together

LIST = el("readByQuery", els(object="CLASS", query="", fields="CLASSID"))


def asking(*companies: Books) -> list[httpx.Request]:
    """A request of each company's session."""
    return [
        httpx.Request(
            "POST",
            books.endpoint,
            content=request(el("sessionid", books.session), function(LIST)).encode(),
        )
        for books in companies
    ]


def test_requests_beyond_the_limit_wait_for_room(own: Books, time: SkippedTime) -> None:
    own.sign_in()
    own.admin("/journal", method="DELETE")
    own.set(request_ms=10_000.0, concurrent_requests=2)
    started, skipped = time.monotonic(), time.skipped
    answers = send_together(time, own.running.transport, asking(own, own, own, own))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert time.monotonic() - started >= 20
    assert time.skipped - skipped <= 21
    assert own.admin("/stats", method="GET")["peak_concurrency"] == 2
    assert max(entry["waited_ms"] for entry in own.journal()) > 0


@pytest.mark.parametrize(("answer", "status"), [("429", 429), ("operation", 200)])
def test_who_waits_too_long_is_sent_away(
    own: Books, time: SkippedTime, answer: str, status: int
) -> None:
    own.sign_in()
    own.set(request_ms=60_000.0, concurrent_requests=1, queue_seconds=10.0, busy_answer=answer)
    answers = send_together(time, own.running.transport, asking(own, own))
    refused = [a for a in answers if b"<errormessage>" in a.content]
    assert [a.status_code for a in refused] == [status]
    root = etree.fromstring(refused[0].content)
    number = "GW-0010" if answer == "429" else "XL03000006"
    assert root.findtext(".//error/errorno") == number


def test_companies_do_not_wait_for_each_other(own: Books, time: SkippedTime) -> None:
    own.running.sandbox.add_company("other", "sample")
    other = replace(own, company="other", sessions={})
    own.sign_in()
    other.sign_in()
    own.set(request_ms=60_000.0, concurrent_requests=1)
    skipped = time.skipped
    send_together(time, own.running.transport, asking(own, other))
    assert time.skipped - skipped <= 61


def test_a_sender_may_be_limited_by_the_minute(books: Books) -> None:
    books.sign_in()
    books.set(requests_per_minute=2)
    body = request(el("sessionid", books.session), function(LIST))
    codes = [books.post(body, books.endpoint).status_code for _ in range(3)]
    assert codes[-1] == 429
    books.set(throttle=False)
    assert books.post(body, books.endpoint).status_code == 200
    books.set(throttle=True)
    books.admin("/clock", {"advance_seconds": 61})
    assert books.post(body, books.endpoint).status_code == 200


@pytest.mark.parametrize(("survives", "made"), [(True, {"A"}), (False, set())])
def test_work_beyond_the_time_limit_may_be_done_all_the_same(
    books: Books, survives: bool, made: set[str]
) -> None:
    books.sign_in()
    books.set(function_ms=2_000_000.0, work_survives_limit=survives, session_seconds=100_000)
    books.admin("/clock", {"scale": 9000})
    body = request(el("sessionid", books.session), make("A"))
    assert books.post(body, books.endpoint).status_code == 524
    assert classes(books) == made


def test_a_request_takes_time_by_its_functions_and_objects(own: Books, time: SkippedTime) -> None:
    own.sign_in()
    own.set(request_ms=50_000.0, function_ms=50_000.0, object_ms=50_000.0)
    body = request(el("sessionid", own.session), make("A"), make("B"))
    started, skipped = time.monotonic(), time.skipped
    send_together(
        time,
        own.running.transport,
        [httpx.Request("POST", own.endpoint, content=body.encode())],
    )
    assert time.monotonic() - started >= 250
    assert time.skipped - skipped <= 251


def test_the_scale_divides_time(own: Books, time: SkippedTime) -> None:
    own.sign_in()
    own.set(request_ms=60_000.0)
    own.admin("/clock", {"scale": 20})
    started, skipped = time.monotonic(), time.skipped
    send_together(time, own.running.transport, asking(own))
    assert time.monotonic() - started >= 3
    assert time.skipped - skipped <= 3.1


def test_a_request_may_be_too_large(books: Books) -> None:
    books.set(request_bytes=300)
    answer = books.post(request(books.login(), function(LIST)))
    assert answer.status_code == 400
    assert errors(etree.fromstring(answer.content)).numbers == ["GW-0011"]


def test_a_machine_before_the_gateway_may_say_that_it_is_too_large(books: Books) -> None:
    books.set(request_bytes=300, oversize_answer="413")
    answer = books.post(request(books.login(), function(LIST)))
    assert (answer.status_code, answer.headers["content-type"][:9]) == (413, "text/html")


def test_read_takes_a_hundred_keys(books: Books) -> None:
    keys = ",".join(str(number) for number in range(101))
    assert "1 to 100 keys" in books.refused(el("read", els(object="CLASS", keys=keys))).first


def test_limits_of_lists_can_be_set(books: Books) -> None:
    books.set(keys_limit=1, query_page_limit=2, values_limit=1, bad_query_errorno="Q1")
    assert "1 to 1 keys" in books.refused(el("read", els(object="CLASS", keys="1,2"))).first
    found = books.refused(query("CLASS", "NAME", pagesize=3))
    assert (found.numbers, found.first) == (["Q1"], "pagesize must be 1 to 2")
    assert "2 values" in books.refused(query("CLASS", "NAME", op("in", "NAME", "a", "b"))).first


def test_the_time_limit_can_be_set(books: Books) -> None:
    books.sign_in()
    books.set(server_seconds=0.05, request_ms=100.0)
    body = request(el("sessionid", books.session), function(LIST))
    assert books.post(body, books.endpoint).status_code == 524
