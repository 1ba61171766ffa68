"""Failures on demand, before, after and amid the commit."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from lxml import etree

from tests.sandbox.intacct.conftest import Books, query
from tests.sandbox.intacct.test_transactions import classes, make, statuses
from tests.sandbox.intacct.xml import el, els, errors, function, request


def arm(books: Books, action: str, **more: Any) -> None:
    books.admin("/faults", {"action": action, **more})


def post(books: Books, *functions: str, **control: Any) -> httpx.Response:
    books.sign_in()
    return books.post(
        request(el("sessionid", books.session), *functions, **control), books.endpoint
    )


WHOLE = [
    ("429", 429, "text/xml", "GW-0010"),
    ("400", 400, "text/xml", "GW-0011"),
    ("401", 401, "text/xml", "XMLGW_JPP0002"),
    ("unavailable", 200, "text/xml", "PL04000050"),
    ("schema_error", 200, "text/xml", "XL03000003"),
    ("status500", 500, "text/html", ""),
    ("html502", 502, "text/html", ""),
    ("html503", 503, "text/html", ""),
    ("524", 524, "text/html", ""),
    ("html200", 200, "text/html", ""),
]


@pytest.mark.parametrize(("action", "status", "media", "number"), WHOLE)
def test_a_failure_before_the_commit_leaves_nothing_behind(
    books: Books, action: str, status: int, media: str, number: str
) -> None:
    books.sign_in()
    arm(books, action)
    answer = post(books, make("A"))
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith(media)
    if number:
        assert errors(etree.fromstring(answer.content)).numbers == [number]
    assert not classes(books)
    assert statuses(books.send(make("A"))) == ["success"]


@pytest.mark.parametrize("action", [one[0] for one in WHOLE])
def test_a_failure_after_the_commit_hides_the_write(books: Books, action: str) -> None:
    books.sign_in()
    arm(books, action, when="after")
    post(books, make("A", "once"), uniqueid="true")
    assert classes(books) == {"A"}
    again = books.send(make("A", "once"), uniqueid="true")[0]
    assert errors(again).numbers == ["XL03000008"]


@pytest.mark.parametrize(("when", "made"), [("before", set()), ("after", {"A"})])
def test_a_cut_closes_the_connection_without_an_answer(
    books: Books, when: str, made: set[str]
) -> None:
    books.sign_in()
    arm(books, "cut", when=when)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        post(books, make("A"))
    assert classes(books) == made
    entry = books.journal()[-1]
    assert (entry["status"], entry["injected"]) == (0, "fault-1")


def test_an_answer_can_be_cut_short(books: Books) -> None:
    books.sign_in()
    arm(books, "truncate", when="after")
    answer = post(books, make("A"))
    assert answer.status_code == 200
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(answer.content)
    assert classes(books) == {"A"}


@pytest.mark.parametrize("action", ["cut", "html502", "524"])
def test_a_server_can_die_amid_a_request(books: Books, action: str) -> None:
    books.sign_in()
    arm(books, action, when="midway", functions=2)
    try:
        answer = post(books, *(make(key, key) for key in "ABCD"), uniqueid="true")
        assert answer.status_code >= 500
    except httpx.RemoteProtocolError:
        assert action == "cut"
    assert classes(books) == {"A", "B"}
    again = books.send(*(make(key, key) for key in "ABCD"), uniqueid="true")
    assert statuses(again) == ["failure", "failure", "success", "success"]


def test_a_transaction_that_dies_midway_was_never_there(books: Books) -> None:
    books.sign_in()
    arm(books, "html502", when="midway", functions=2)
    assert post(books, make("A"), make("B"), make("C"), transaction=True).status_code == 502
    assert not classes(books)


def test_a_session_can_be_ended_on_demand(books: Books) -> None:
    books.sign_in()
    arm(books, "invalid_session")
    operation = etree.fromstring(post(books, make("A")).content).find("operation")
    assert errors(operation).first == "Invalid session q...."
    assert not classes(books)


def test_an_answer_can_be_slow_and_come_all_the_same(books: Books) -> None:
    books.sign_in()
    books.admin("/clock", {"scale": 100})
    arm(books, "timeout", when="after", seconds=20)
    answer = post(books, make("A"))
    assert answer.elapsed.total_seconds() >= 0.2
    assert answer.status_code == 200


def test_beyond_fifteen_minutes_no_answer_comes(books: Books) -> None:
    books.sign_in()
    books.set(session_seconds=100_000)
    books.admin("/clock", {"scale": 9000})
    arm(books, "timeout", when="after", seconds=1000)
    assert post(books, make("A")).status_code == 524
    assert classes(books) == {"A"}


@pytest.mark.parametrize(
    ("action", "number", "text"),
    [
        ("function_error", "BL01001973", "Currently, we can't create the transaction"),
        ("offline", "BL01001973", "The Service is Temporarily Off-line"),
        ("permission", "PL04000005", "permission for API operation CREATE on objects of type cla"),
        ("unsubscribed", "PL04000005", "API operation 'CREATE' cannot be performed on objects of"),
        ("object_missing", "XL03000009", "Object definition CLASS not found"),
        ("read_error", "DL02000001", "There was an error processing the request."),
    ],
)
def test_single_functions_can_fail(books: Books, action: str, number: str, text: str) -> None:
    arm(books, action, match={"controlid": "two"})
    results = books.send(make("A", "one"), make("B", "two"), make("C", "three"))
    assert statuses(results) == ["success", "failure", "success"]
    assert errors(results[1]).numbers == [number]
    assert text in errors(results[1]).first
    assert classes(books) == {"A", "C"}


def test_a_function_can_take_effect_and_be_reported_as_failed(books: Books) -> None:
    arm(books, "function_error", when="after", match={"object": "CLASS"}, errorno="BL1", text="no")
    result = books.send(make("A"))[0]
    assert (errors(result).numbers, errors(result).first) == (["BL1"], "no")
    assert classes(books) == {"A"}


def test_failures_wait_count_and_end(books: Books) -> None:
    books.sign_in()
    arm(books, "html502", skip=1, times=2, match={"function": "create", "object": "CLASS"})
    codes = [post(books, make(key)).status_code for key in "ABCD"]
    assert codes == [200, 502, 502, 200]
    found = books.admin("/faults", method="GET")["faults"][0]
    assert (found["seen"], found["hits"]) == (3, 2)
    books.admin("/faults", method="DELETE")
    assert books.admin("/faults", method="GET") == {"faults": []}


@pytest.mark.parametrize(
    ("key", "value"),
    [("object", "VENDOR"), ("function", "delete"), ("company", "x"), ("request_controlid", "x")],
)
def test_other_requests_are_left_alone(books: Books, key: str, value: str) -> None:
    arm(books, "html502", match={key: value})
    assert statuses(books.send(make("A"))) == ["success"]


@pytest.mark.parametrize(
    "body",
    [
        {"action": "explode"},
        {"action": "429", "when": "later"},
        {"action": "429", "match": {"colour": "red"}},
        {"action": "429", "speed": 3},
        {"action": "offline", "when": "midway"},
    ],
)
def test_a_failure_that_makes_no_sense_is_refused(books: Books, body: dict[str, Any]) -> None:
    url = f"{books.running.url}/_sandbox/faults"
    assert books.http.post(url, json=body).status_code == 400


def test_the_journal_lists_requests_and_their_results(books: Books) -> None:
    books.sign_in()
    books.admin("/journal", method="DELETE")
    made = el("CLASS", els(CLASSID="A", NAME="A", COLOUR="red"))
    books.send(function(el("create", made), "f1"), make("CL1", "f2"), controlid="r1")
    entry = books.journal()[-1]
    assert (entry["controlid"], entry["company"], entry["user"]) == (
        "r1",
        books.company,
        "sandbox-user",
    )
    first, second = entry["functions"]
    assert (first["function"], first["object"], first["controlid"]) == ("create", "CLASS", "f1")
    assert (first["objects"], first["metered"], first["status"]) == (1, 1, "success")
    assert first["ignored"] == ["CLASS.COLOUR"]
    assert (second["status"], second["errorno"], second["metered"]) == ("failure", "BL34000061", 0)
    stats = books.admin("/stats", method="GET")
    assert stats["functions"] == {"create": 2}
    assert stats["metered"] == 1


def test_only_a_large_page_of_a_query_fails(books: Books) -> None:
    arm(books, "504", over_rows=200, match={"function": "query"}, times=9)

    def status(**more: Any) -> int:
        return post(books, function(query("CLASS", "RECORDNO", **more))).status_code

    assert status(pagesize=2000) == 504
    assert status(pagesize=200) == 200
    assert status() == 200


def test_a_session_can_be_invalid_several_times(books: Books) -> None:
    books.sign_in()
    arm(books, "invalid_session", times=2)
    answers = [etree.fromstring(post(books, make("A")).content) for _ in "ab"]
    numbers = [answer.findtext("operation/errormessage/error/errorno") for answer in answers]
    assert numbers == ["XL03000006"] * 2
    assert statuses(books.send(make("A"))) == ["success"]


def test_a_throttled_answer_can_ask_for_a_wait(books: Books) -> None:
    books.sign_in()
    arm(books, "429", retry_after=2)
    assert post(books, make("A")).headers["retry-after"] == "2"
