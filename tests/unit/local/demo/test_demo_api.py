import gzip
import json
from collections import Counter
from decimal import Decimal

import httpx
import pytest

from local.demo.api import Api
from local.demo.errors import DemoError
from local.demo.qbo.company_connector import QuickBooksCompanyConnector
from local.demo.qbo.sandbox import QuickBooksSandbox
from local.demo.sandbox import Traffic

PROBLEM = {"detail": "There is no connection x.", "remedy": "List them.", "status": 404}


def client(answers: dict[str, list[httpx.Response]]) -> tuple[httpx.Client, list[httpx.Request]]:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answers[f"{request.method} {request.url.path}"].pop(0)

    http = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://api")
    return http, seen


def test_a_refusal_is_reported_in_the_words_of_its_problem_document() -> None:
    kind = {"content-type": "application/problem+json"}
    refused = httpx.Response(404, json=PROBLEM, headers=kind)
    http, _ = client({"GET /v1/connections/x": [refused]})
    with pytest.raises(DemoError, match=r"no connection x\. List them\."):
        Api(http, http).connection("x")


def test_a_post_carries_its_idempotency_key() -> None:
    run = {"id": "r", "state": "queued", "counts": {}, "calls": {}}
    http, seen = client({"POST /v1/connections/c/posts": [httpx.Response(202, json=run)]})
    assert Api(http, http).post("c", "key-1", {"upload_id": "u"}).id == "r"
    assert seen[0].headers["idempotency-key"] == "key-1"
    assert json.loads(seen[0].content) == {"upload_id": "u"}


def test_an_upload_is_compressed_and_carries_no_token() -> None:
    place = {"upload_id": "u", "url": "http://files/u"}
    http, _ = client({"POST /v1/connections/c/uploads": [httpx.Response(201, json=place)]})
    http.headers["Authorization"] = "Bearer secret"
    files, put = client({"PUT /u": [httpx.Response(200)]})
    assert Api(http, files).upload("c", b"one\ntwo") == "u"
    assert gzip.decompress(put[0].content) == b"one\ntwo"
    assert "authorization" not in put[0].headers


def test_a_file_is_uploaded_as_it_is() -> None:
    place = {"upload_id": "u", "url": "http://files/u"}
    http, _ = client({"POST /v1/connections/c/uploads": [httpx.Response(201, json=place)]})
    files, put = client({"PUT /u": [httpx.Response(200)]})
    assert Api(http, files).upload_file("c", b"%PDF") == "u"
    assert put[0].content == b"%PDF"


def test_a_list_is_read_to_its_last_page() -> None:
    pages = [
        {"records": [{"id": "1", "name": "A", "roles": ["bank"]}], "next": "1#a"},
        {"records": [{"id": "2", "name": "B"}], "next": None},
    ]
    answers = [httpx.Response(200, json=page) for page in pages]
    http, seen = client({"GET /v1/connections/c/records/account": answers})
    assert [one.id for one in Api(http, http).records("c", "account")] == ["1", "2"]
    assert seen[1].url.params["after"] == "1#a"


def test_the_feed_is_read_from_its_beginning_to_where_nothing_follows() -> None:
    change = {"seq": 1, "type": "invoice", "record": {"id": "7", "name": "M-1"}}
    pages = [{"changes": [change], "next": "1"}, {"changes": [], "next": "1"}]
    answers = [httpx.Response(200, json=page) for page in pages]
    http, seen = client({"GET /v1/connections/c/changes": answers})
    assert [one.record.id for one in Api(http, http).changes("c")] == ["7"]
    assert [request.url.params["after"] for request in seen] == ["0", "1"]


def test_a_sync_is_of_the_lists_that_are_named() -> None:
    run = {"id": "r", "state": "queued", "counts": {}, "calls": {}}
    answers = [httpx.Response(202, json=run) for _ in range(2)]
    http, seen = client({"POST /v1/connections/c/syncs": answers})
    api = Api(http, http)
    api.sync("c", "k")
    api.sync("c", "k", "invoice")
    assert [json.loads(request.content) for request in seen] == [{}, {"lists": ["invoice"]}]


def test_a_preview_of_a_post_has_no_key() -> None:
    plan = {"counts": {"create": 1}, "items": [{"key": "k", "state": "pending", "total": "1.10"}]}
    http, seen = client({"POST /v1/connections/c/posts": [httpx.Response(200, json=plan)]})
    found = Api(http, http).preview_post("c", {"expenses": []})
    assert found.items[0].total == Decimal("1.10")
    assert seen[0].url.params["preview"] == "true"
    assert "idempotency-key" not in seen[0].headers


def connection(number: int, state: str, name: str = "Demo") -> dict[str, object]:
    return {
        "id": f"c{number}",
        "state": state,
        "created_at": f"2026-01-0{number}T00:00:00Z",
        "company_id": "42",
        "company_name": name,
    }


def company_connector(*connections: dict[str, object]) -> QuickBooksCompanyConnector:
    listed = httpx.Response(200, json={"connections": list(connections)})
    http, _ = client({"GET /v1/connections": [listed]})
    return QuickBooksCompanyConnector(Api(http, http), QuickBooksSandbox(http), http)


def test_the_newest_connected_company_of_that_name_is_used_again() -> None:
    found = company_connector(
        connection(1, "connected"),
        connection(3, "connected"),
        connection(4, "disconnected"),
        connection(5, "connected", "Another"),
    ).company("Demo", fresh=False)
    assert found.id == "c3"


def test_the_journal_is_summed_for_one_company() -> None:
    entries = [
        {"n": 1, "realm": "42", "kind": "batch", "items": 30, "status": 200},
        {"n": 2, "realm": "42", "kind": "single", "items": 0, "status": 200},
        {"n": 3, "realm": "42", "kind": "batch", "items": 30, "status": 429},
        {"n": 4, "realm": "7", "kind": "single", "items": 0, "status": 200},
        {"n": 5, "realm": "42", "kind": "query", "items": 0, "status": 200},
        {"n": 6, "realm": "42", "kind": "upload", "items": 1, "status": 200},
    ]
    pages = [{"entries": entries, "next": 6}, {"entries": [], "next": 6}]
    journal = [httpx.Response(200, json=page) for page in pages]
    http, seen = client({"GET /_sandbox/journal": journal})
    traffic = QuickBooksSandbox(http).traffic("42", 0)
    assert traffic == Traffic(
        Counter(batch=2, single=1, query=1, upload=1), throttled=1, written=32
    )
    assert [request.url.params["after"] for request in seen] == ["0", "6"]
