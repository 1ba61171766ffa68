"""Several functions in one request: alone, together, and never twice."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.sandbox.intacct.conftest import Books
from tests.sandbox.intacct.xml import el, els, errors, function, request

ROLLED_BACK = "The entire transaction in this operation has been rolled back due to an error."


def make(key: str, controlid: str | None = None) -> str:
    return function(el("create", el("CLASS", els(CLASSID=key, NAME=key))), controlid)


def classes(books: Books) -> set[str]:
    return {row["CLASSID"] for row in books.rows("CLASS")} - {"CL1", "CL2"}


def statuses(results: list[etree._Element]) -> list[str]:
    return [str(result.findtext("status")) for result in results]


def test_without_a_transaction_each_function_stands_alone(books: Books) -> None:
    results = books.send(make("A"), make("CL1"), make("B"))
    assert statuses(results) == ["success", "failure", "success"]
    assert classes(books) == {"A", "B"}


def test_a_transaction_is_done_wholly(books: Books) -> None:
    assert statuses(books.send(make("A"), make("B"), transaction=True)) == ["success"] * 2
    assert classes(books) == {"A", "B"}


def test_a_failed_transaction_leaves_nothing_behind(books: Books) -> None:
    trail = len(books.rows("AUDITHISTORY"))
    results = books.send(make("A", "1"), make("CL1", "2"), make("B", "3"), transaction=True)
    assert statuses(results) == ["aborted", "aborted", "aborted"]
    assert [r.findtext("controlid") for r in results] == ["1", "2", "3"]
    first, second, third = (errors(result) for result in results)
    assert (first.numbers, first.texts) == (["XL03000009"], [ROLLED_BACK])
    assert second.numbers[0] == "BL34000061"
    assert second.texts[-1] == ROLLED_BACK
    assert third.numbers == ["XL03000009"]
    assert all(result.find("data") is None for result in results)
    assert not classes(books)
    assert len(books.rows("AUDITHISTORY")) == trail


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ({"after_failure": "left_out"}, ["aborted", "aborted"]),
        ({"failed_status": "failure"}, ["aborted", "failure", "aborted"]),
    ],
)
def test_unverified_rollback_behaviour_can_be_set(
    books: Books, setting: dict[str, str], expected: list[str]
) -> None:
    books.set(**setting)
    results = books.send(make("A"), make("CL1"), make("B"), transaction=True)
    assert statuses(results) == expected


def test_a_record_that_was_rolled_back_can_be_made_again(books: Books) -> None:
    books.send(make("A"), make("CL1"), transaction=True)
    assert statuses(books.send(make("A"))) == ["success"]


def test_with_uniqueid_a_function_that_is_done_is_not_done_again(books: Books) -> None:
    books.send(make("A", "same"), uniqueid="true")
    again = books.send(make("B", "same"), uniqueid="true")[0]
    assert again.findtext("status") == "failure"
    assert errors(again).numbers == ["XL03000008"]
    assert classes(books) == {"A"}


def test_uniqueid_is_on_unless_it_is_turned_off(books: Books) -> None:
    books.send(make("A", "same"), uniqueid=None)
    assert statuses(books.send(make("B", "same"), uniqueid=None)) == ["failure"]
    assert statuses(books.send(make("B", "same"))) == ["success"]


def test_the_words_for_a_repeat_can_be_set(books: Books) -> None:
    books.set(duplicate_errorno="XL03000011", duplicate_text="twice: {controlid}")
    books.send(make("A", "same"), uniqueid="true")
    found = errors(books.send(make("B", "same"), uniqueid="true")[0])
    assert (found.numbers, found.first) == (["XL03000011"], "twice: same")


@pytest.mark.parametrize(("kept", "status"), [(False, "success"), (True, "failure")])
def test_a_failed_function_may_use_up_its_id(books: Books, kept: bool, status: str) -> None:
    books.set(failures_use_up_ids=kept)
    books.send(make("CL1", "same"), uniqueid="true")
    assert statuses(books.send(make("A", "same"), uniqueid="true")) == [status]


def test_a_rolled_back_function_does_not_use_up_its_id(books: Books) -> None:
    books.send(make("A", "a"), make("CL1", "b"), transaction=True, uniqueid="true")
    assert statuses(books.send(make("A", "a"), uniqueid="true")) == ["success"]


@pytest.mark.parametrize(("uniqueid", "expected"), [("true", "failure"), ("false", "success")])
def test_one_id_twice_in_a_request(books: Books, uniqueid: str, expected: str) -> None:
    results = books.send(make("A", "same"), make("B", "same"), uniqueid=uniqueid)
    assert statuses(results) == ["success", expected]


def test_request_ids_are_remembered_for_the_configured_time(books: Books) -> None:
    books.set(duplicate_seconds=600)
    books.send(make("A", "same"), uniqueid="true")
    books.admin("/clock", {"advance_seconds": 601})
    assert statuses(books.send(make("B", "same"), uniqueid="true")) == ["success"]


@pytest.mark.parametrize(
    ("scope", "status"), [("company", "success"), ("sender", "success"), ("everywhere", "failure")]
)
def test_ids_are_remembered_within_their_scope(
    books: Books, group: Books, scope: str, status: str
) -> None:
    books.set(duplicate_scope=scope)
    books.send(make("A", f"id-{scope}"), uniqueid="true")
    assert statuses(group.send(make("A", f"id-{scope}"), uniqueid="true")) == [status]


@pytest.mark.parametrize(("scope", "status"), [("company", "failure"), ("sender", "success")])
def test_another_sender_may_use_the_same_id(books: Books, scope: str, status: str) -> None:
    books.set(duplicate_scope=scope)
    books.admin("/senders", {"sender": "second", "password": "p2"})
    books.about(body={"senders": ["sandbox-sender", "second"]})
    books.send(make("A", "same"), uniqueid="true")
    body = request(
        books.login(), make("B", "same"), senderid="second", password="p2", uniqueid="true"
    )
    result = books.xml(body).find("operation/result")
    assert result is not None
    assert result.findtext("status") == status


def test_several_objects_in_one_create_are_reported_of_one_by_one(books: Books) -> None:
    inner = "".join(el("CLASS", els(CLASSID=key, NAME=key)) for key in ("A", "CL1", "B"))
    result = books.call(el("create", inner))
    assert result.findtext("status") == "failure"
    data = result.find("data")
    assert data is not None
    assert (data.get("listtype"), data.get("count")) == ("objects", "2")
    assert [row.findtext("CLASSID") for row in data] == ["A", "B"]
    found = errors(result)
    assert found.numbers == ["BL34000061", "BL01001973", "BL01001973"]
    assert found.texts == [
        "Another Class with the given value(s) CL1  already exists",
        "Could not create class record!",
        "Error while saving the Class info",
    ]
    assert classes(books) == {"A", "B"}


def test_a_create_may_stop_at_its_first_failure(books: Books) -> None:
    books.set(create_goes_on=False)
    inner = "".join(el("CLASS", els(CLASSID=key, NAME=key)) for key in ("A", "CL1", "B"))
    books.call(el("create", inner))
    assert classes(books) == {"A"}


def test_a_failed_create_lists_nothing(books: Books) -> None:
    result = books.call(el("create", el("CLASS", els(CLASSID="CL1", NAME="x"))))
    data = result.find("data")
    assert data is not None
    assert (data.get("count"), len(data)) == ("0", 0)


@pytest.mark.parametrize("on", [True, False])
def test_support_ids_follow_the_words(books: Books, on: bool) -> None:
    books.set(support_ids=on)
    result = books.call(el("create", el("CLASS", els(CLASSID="CL1", NAME="x"))))
    text = result.findtext("errormessage/error/description2") or ""
    assert ("[Support ID: " in text) is on
    assert ("%7E" in text) is on


def test_objects_and_functions_may_be_limited(books: Books) -> None:
    books.set(objects_limit=1, functions_limit=2)
    two = "".join(el("CLASS", els(CLASSID=key, NAME=key)) for key in "AB")
    assert "1 to 1 objects" in books.refused(el("create", two)).first
    answer = books.xml(request(books.login(), make("A"), make("B"), make("C")))
    assert "more than 2 functions" in errors(answer).first


def test_control_ids_can_be_ignored(books: Books) -> None:
    """The counterpart of case quickbooks-online 3: a repeat is carried out again."""
    books.about("/settings", {"uniqueid": "ignored"})
    again = [statuses(books.send(make(key, "same"), uniqueid="true")) for key in "AB"]
    assert again == [["success"], ["success"]]
    assert classes(books) == {"A", "B"}


def test_a_repeat_can_be_answered_with_a_fault_that_says_nothing(books: Books) -> None:
    """The counterpart of case quickbooks-online 2."""
    books.about("/settings", {"uniqueid": "fault"})
    books.send(make("A", "same"), uniqueid="true")
    assert errors(books.send(make("A", "same"), uniqueid="true")[0]).numbers == ["DL02000001"]
    assert classes(books) == {"A"}
    assert books.about("/settings", method="GET") == {"uniqueid": "fault"}
