"""Batch and idempotency: sections 4 and 6."""

from __future__ import annotations

import threading
from typing import Any

from tests.sandbox.qbo.conftest import Books, hours


def item(number: int, **changes: Any) -> dict[str, Any]:
    return {"bId": f"b{number}", "operation": "create", "TimeActivity": hours(**changes)}


def send(books: Books, items: list[dict[str, Any]], **params: str) -> list[dict[str, Any]]:
    answer = books.post("batch", {"BatchItemRequest": items}, **params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["BatchItemResponse"]
    return found


def test_thirty_items_pass_and_each_keeps_its_bid(books: Books) -> None:
    answers = send(books, [item(n) for n in range(30)])
    assert [a["bId"] for a in answers] == [f"b{n}" for n in range(30)]
    assert len({a["TimeActivity"]["Id"] for a in answers}) == 30


def test_the_thirty_first_item_is_too_many(books: Books) -> None:
    body = {"BatchItemRequest": [item(n) for n in range(31)]}
    assert books.fault(books.post("batch", body))[0] == "1040"
    assert len(books.rows("TimeActivity")) == 1


def test_a_bad_item_faults_alone(books: Books) -> None:
    answers = send(books, [item(1), item(2, Minutes=70), item(3)])
    assert answers[1]["Fault"]["Error"][0]["code"] == "6340"
    assert answers[1]["bId"] == "b2"
    assert "TimeActivity" in answers[0]
    assert "TimeActivity" in answers[2]


def test_a_batch_of_faults_is_still_200(books: Books) -> None:
    assert "Fault" in send(books, [item(1, Hours=-1)])[0]


def test_a_batch_updates_deletes_voids_and_queries(books: Books) -> None:
    row = books.create("TimeActivity", hours())
    gone = books.create("TimeActivity", hours())
    invoice = books.rows("Invoice")[0]
    answers = send(
        books,
        [
            {
                "bId": "u",
                "operation": "update",
                "TimeActivity": hours(Id=row["Id"], SyncToken="0", Hours=9),
            },
            {
                "bId": "d",
                "operation": "delete",
                "TimeActivity": {"Id": gone["Id"], "SyncToken": "0"},
            },
            {
                "bId": "v",
                "operation": "void",
                "Invoice": {"Id": invoice["Id"], "SyncToken": invoice["SyncToken"]},
            },
            {"bId": "q", "Query": "select count(*) from Vendor"},
        ],
    )
    assert answers[0]["TimeActivity"]["Hours"] == 9
    assert answers[1]["TimeActivity"]["status"] == "Deleted"
    assert answers[2]["Invoice"]["PrivateNote"] == "Voided"
    assert answers[3]["QueryResponse"]["totalCount"] == 8


def test_an_item_cannot_refer_to_a_record_of_the_same_batch(books: Books) -> None:
    following = str(
        max(int(r["Id"]) for e in ("Customer", "Vendor", "Employee") for r in books.rows(e)) + 1
    )
    answers = send(
        books,
        [
            {"bId": "c", "operation": "create", "Customer": {"DisplayName": "Just Made"}},
            item(1, CustomerRef={"value": following}),
        ],
    )
    assert answers[0]["Customer"]["Id"] == following
    assert answers[1]["Fault"]["Error"][0]["code"] == "2500"


def test_a_repeated_requestid_returns_the_first_answer(books: Books) -> None:
    first = books.post("timeactivity", hours(), requestid="r1")
    again = books.post("timeactivity", hours(), requestid="r1")
    assert first.content == again.content
    assert len(books.rows("TimeActivity")) == 2


def test_a_repeated_batch_does_nothing_again(books: Books) -> None:
    first = send(books, [item(1), item(2, Hours=-1)], requestid="rb")
    assert send(books, [item(1), item(2, Hours=-1)], requestid="rb") == first
    assert len(books.rows("TimeActivity")) == 2


def test_a_requestid_is_the_companys_own(books: Books) -> None:
    other = books.admin("/companies", {"name": "Other", "seed": "sample"})["realm"]
    token = books.admin("/token", {"realm": other})["access_token"]
    books.post("timeactivity", hours(), requestid="shared")
    url = f"{books.running.api}/{other}/timeactivity"
    headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
    answer = books.http.post(url, json=hours(), params={"requestid": "shared"}, headers=headers)
    assert answer.json()["TimeActivity"]["Id"] == "2"
    sandbox = books.running.sandbox
    assert len(list(sandbox.companies[other].rows("TimeActivity"))) == 2


def test_another_body_under_the_same_id_replays_or_faults(books: Books) -> None:
    first = books.post("timeactivity", hours(), requestid="r2").json()
    assert books.post("timeactivity", hours(Hours=9), requestid="r2").json() == first
    books.set(requestid_other_body="fault")
    answer = books.post("timeactivity", hours(Hours=9), requestid="r2")
    assert books.fault(answer)[0] == "600"


def test_a_long_requestid_is_refused(books: Books) -> None:
    assert books.fault(books.post("timeactivity", hours(), requestid="x" * 51))[0] == "2130"
    body = {"BatchItemRequest": [item(1)]}
    assert books.fault(books.post("batch", body, requestid="x" * 37))[0] == "2130"


def test_a_fault_does_not_use_up_the_id(books: Books) -> None:
    assert books.fault(books.post("timeactivity", hours(Hours=-1), requestid="r3"))[0] == "2240"
    assert books.post("timeactivity", hours(), requestid="r3").status_code == 200


def test_forgotten_ids_execute_again(books: Books) -> None:
    books.set(requestid_seconds=60)
    first = books.post("timeactivity", hours(), requestid="r4").json()["TimeActivity"]["Id"]
    books.admin("/clock", {"advance_seconds": 61})
    again = books.post("timeactivity", hours(), requestid="r4").json()["TimeActivity"]["Id"]
    assert first != again


def test_a_repeat_while_the_first_is_under_way_does_not_execute_twice(books: Books) -> None:
    books.admin("/faults", {"action": "timeout", "when": "after", "seconds": 0.3})
    answers: list[bytes] = []

    def post() -> None:
        answers.append(books.post("timeactivity", hours(), requestid="r5").content)

    threads = [threading.Thread(target=post) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert len(books.rows("TimeActivity")) == 2


def own(books: Books, **settings: Any) -> None:
    """Settings of this company alone."""
    books.admin(f"/companies/{books.realm}/settings", settings)


def test_an_ignored_requestid_does_everything_again(books: Books) -> None:
    """Case quickbooks-online 3: two reports say that requestid did nothing."""
    own(books, requestid="ignored")
    for _ in range(2):
        books.post("timeactivity", hours(), requestid="i1")
        send(books, [item(1), item(2)], requestid="i2")
    assert len(books.rows("TimeActivity")) == 1 + 2 * 3


def test_a_repeat_can_be_answered_with_a_fault_for_each_item(books: Books) -> None:
    """Case quickbooks-online 2: a committed batch whose repeat answered 6000 per item."""
    own(books, requestid="fault")
    send(books, [item(n) for n in range(5)], requestid="f1")
    again = send(books, [item(n) for n in range(5)], requestid="f1")
    errors = [answer["Fault"]["Error"][0] for answer in again]
    assert {error["code"] for error in errors} == {"6000"}
    assert all("Please wait a few minutes and try again" in error["Detail"] for error in errors)
    assert [answer["bId"] for answer in again] == [f"b{n}" for n in range(5)]
    assert len(books.rows("TimeActivity")) == 6


def test_a_repeat_of_a_single_call_can_be_answered_with_a_fault(books: Books) -> None:
    own(books, requestid="fault")
    books.create("TimeActivity", hours(), requestid="f2")
    assert books.fault(books.post("timeactivity", hours(), requestid="f2"))[0] == "6000"
    assert len(books.rows("TimeActivity")) == 2


def test_what_was_refused_is_no_repeat(books: Books) -> None:
    own(books, requestid="fault")
    assert books.fault(books.post("timeactivity", hours(Hours=-1), requestid="f3"))[0] == "2240"
    assert books.post("timeactivity", hours(), requestid="f3").status_code == 200


def test_a_companys_settings_are_shown_and_wrong_ones_refused(books: Books) -> None:
    own(books, requestid="fault")
    path = f"/companies/{books.realm}/settings"
    assert books.admin(path, method="GET") == {"requestid": "fault"}
    refused = books.anybody.post(f"/_sandbox{path}", json={"requestid": "perhaps"})
    assert refused.status_code == 400
