"""Change data capture and webhooks: sections 10 and 11."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from local.sandboxes.qbo.protocol.timestamps import stamp
from tests.sandbox.qbo.conftest import Books, hours
from tests.support.waiting import until


def changed(books: Books, entities: str, since: str | None = None) -> list[dict[str, Any]]:
    since = since or stamp(time.time() - 60)
    answer = books.http.get("cdc", params={"entities": entities, "changedSince": since})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["CDCResponse"][0]["QueryResponse"]
    return found


def test_changes_come_whole_and_deletions_as_stubs(books: Books) -> None:
    invoice = books.rows("Invoice")[0]
    token = {"Id": invoice["Id"], "SyncToken": invoice["SyncToken"]}
    books.post("invoice", token, operation="delete")
    customers, invoices = changed(books, "Customer,Invoice")
    assert {"startPosition": 1, "maxResults": 23, "totalCount": 23}.items() <= customers.items()
    stub = next(r for r in invoices["Invoice"] if r["Id"] == invoice["Id"])
    assert stub["status"] == "Deleted"
    assert set(stub) == {"domain", "status", "Id", "MetaData"}


def test_an_entity_without_changes_is_an_empty_object(books: Books) -> None:
    assert changed(books, "Deposit") == [{}]


@pytest.mark.parametrize("entity", ["TimeActivity", "TaxCode", "TaxRate", "TaxAgency"])
def test_some_entities_have_no_change_data(books: Books, entity: str) -> None:
    params = {"entities": entity, "changedSince": stamp(time.time())}
    assert books.fault(books.http.get("cdc", params=params))[0] == "500"


def test_thirty_days_is_the_limit(books: Books) -> None:
    params = {"entities": "Customer", "changedSince": stamp(time.time() - 31 * 86400)}
    _, detail = books.fault(books.http.get("cdc", params=params))
    assert "older than fixed days is not supported" in detail


def test_a_page_of_changes_is_bounded(books: Books) -> None:
    books.set(cdc_page_limit=5)
    assert changed(books, "Customer")[0]["maxResults"] == 5


@contextmanager
def subscriber(status: Callable[[int], int]) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """Somebody who listens; `status` says how it answers its nth notification."""
    heard: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            heard.append((self.headers["intuit-signature"], body))
            self.send_response(status(len(heard)))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", heard
    finally:
        server.shutdown()
        server.server_close()


def wait_for(heard: list[Any], count: int) -> None:
    until(lambda: len(heard) >= count)


def subscribe(books: Books, url: str, kind: str) -> None:
    body = {"url": url, "verifier_token": "secret", "format": kind}
    books.admin("/webhooks", body, method="PUT")
    books.admin("/clock", {"scale": 50})


def test_classic_notifications_are_signed_and_gathered(books: Books) -> None:
    with subscriber(lambda _n: 200) as (url, heard):
        subscribe(books, url, "classic")
        row = books.create("TimeActivity", hours())
        books.create("Customer", {"DisplayName": "Hooked"})
        wait_for(heard, 1)
    signature, body = heard[0]
    expected = base64.b64encode(hmac.new(b"secret", body, hashlib.sha256).digest()).decode()
    note = json.loads(body)["eventNotifications"][0]
    entities = note["dataChangeEvent"]["entities"]
    assert signature == expected
    assert note["realmId"] == books.realm
    assert {(e["name"], e["operation"]) for e in entities} >= {("TimeActivity", "Create")}
    assert row["Id"] in {e["id"] for e in entities}


def test_cloud_events_come_as_an_array(books: Books) -> None:
    with subscriber(lambda _n: 200) as (url, heard):
        subscribe(books, url, "cloudevents")
        row = books.create("TimeActivity", hours())
        wait_for(heard, 1)
    event = json.loads(heard[0][1])[0]
    assert event["type"] == "qbo.timeactivity.created.v1"
    assert (event["intuitentityid"], event["intuitaccountid"]) == (row["Id"], books.realm)
    assert event["specversion"] == "1.0"


def test_a_notification_is_repeated_until_it_is_taken(books: Books) -> None:
    with subscriber(lambda n: 200 if n == 3 else 500) as (url, heard):
        subscribe(books, url, "cloudevents")
        books.admin("/clock", {"scale": 1000})
        books.create("TimeActivity", hours())
        wait_for(heard, 3)
    assert len({body for _, body in heard}) == 1


def test_some_entities_are_not_announced(books: Books) -> None:
    with subscriber(lambda _n: 200) as (url, heard):
        subscribe(books, url, "classic")
        books.create("Attachable", {"Note": "quiet"})
        books.create("TimeActivity", hours())
        wait_for(heard, 1)
    assert b"Attachable" not in heard[0][1]
