"""Merging, large companies and storms, by the sandbox's own calls."""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest

from local.sandboxes.qbo.server import Options, running
from local.sandboxes.qbo.settings import Settings


class Books:
    """One company of a running sandbox."""

    def __init__(self, url: str, realm: str, token: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=30, trust_env=False)
        self.realm, self.token = realm, token

    def in_the_screens(self, path: str, body: Any) -> Any:
        answer = self.http.post(f"/_sandbox/companies/{self.realm}/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def get(self, path: str, **params: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        return self.http.get(f"/v3/company/{self.realm}/{path}", params=params, headers=headers)

    def query(self, statement: str) -> Any:
        answer = self.get("query", query=statement)
        assert answer.status_code == 200, answer.text
        return answer.json()["QueryResponse"]

    def changed(self) -> list[str]:
        """Customers that change data capture tells of."""
        since = (datetime.now(UTC) - timedelta(days=1)).isoformat()
        answer = self.get("cdc", entities="Customer", changedSince=since).json()
        (response,) = answer["CDCResponse"][0]["QueryResponse"]
        return [row["Id"] for row in response.get("Customer", ())]


@pytest.fixture
def url() -> Iterator[str]:
    with running(
        Options(seed="empty", settings=Settings(throttle=False, query_ms=0, single_ms=0))
    ) as server:
        yield server.url


def company(url: str, **given: Any) -> Books:
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as http:
        body = {"name": "Books", "seed": "empty"} | given
        realm = http.post("/_sandbox/companies", json=body).json()["realm"]
        token = http.post("/_sandbox/token", json={"realm": realm}).json()["access_token"]
    return Books(url, realm, token)


def merged(books: Books) -> tuple[str, str, str]:
    """A loser with a child, merged into a survivor; their ids."""

    def new(name: str, **more: Any) -> str:
        body = {"entity": "Customer", "create": {"DisplayName": name} | more}
        return str(books.in_the_screens("edit", body)["Id"])

    loser, survivor = new("Twice"), new("Once")
    child = new("Job", ParentRef={"value": loser}, Job=True)
    books.in_the_screens("merge", {"entity": "Customer", "loser": loser, "survivor": survivor})
    return loser, survivor, child


def test_a_merged_customer_disappears_and_its_child_stands_below_the_survivor(url: str) -> None:
    books = company(url)
    loser, survivor, child = merged(books)
    found = books.query("select * from Customer where Active in (true, false)")["Customer"]
    assert {row["Id"] for row in found} == {survivor, child}
    (moved,) = [row for row in found if row["Id"] == child]
    assert (moved["ParentRef"]["value"], moved["FullyQualifiedName"]) == (survivor, "Once:Job")
    assert books.get(f"customer/{loser}").json()["Fault"]["Error"][0]["code"] == "610"
    assert loser not in books.changed()


@pytest.mark.parametrize(
    ("setting", "status"), [("merge_in_cdc", "Deleted"), ("merge_keeps_loser", None)]
)
def test_change_data_capture_reports_a_merge_only_by_setting(
    url: str, setting: str, status: str | None
) -> None:
    books = company(url)
    books.http.post("/_sandbox/settings", json={setting: True})
    loser, _, _ = merged(books)
    assert loser in books.changed()
    inactive = books.query("select * from Customer where Active = false")
    assert bool(inactive) is (status is None)


def test_rows_that_cannot_be_merged_are_refused(url: str) -> None:
    books = company(url)
    path = f"/_sandbox/companies/{books.realm}/merge"
    for body in (
        {"entity": "Term", "loser": "1", "survivor": "2"},
        {"entity": "Customer", "loser": "1", "survivor": "1"},
        {"entity": "Customer", "loser": "98", "survivor": "99"},
    ):
        assert books.http.post(path, json=body).status_code == 400


def test_a_large_company_is_read_page_by_page(url: str) -> None:
    sizes = {"customers": 2500, "items": 30, "employees": 3, "time_activities": 7000}
    books = company(url, seed="large", sizes=sizes)
    ids: list[str] = []
    for start in range(1, 2501, 1000):
        where = "where Active in (true, false) orderby Id"
        page = books.query(f"select * from Customer {where} startposition {start} maxresults 1000")
        ids += [row["Id"] for row in page["Customer"]]
    assert len(set(ids)) == len(ids) == 2500
    assert ids == sorted(ids, key=lambda each: (len(each), each))
    count = books.query("select count(*) from TimeActivity")
    assert count["totalCount"] == 7000
    inactive = books.query("select * from Customer where Active = false maxresults 1000")
    assert all(row["DisplayName"].endswith("(deleted)") for row in inactive["Customer"])


def test_a_kept_order_is_forgotten_when_a_row_changes(url: str) -> None:
    sizes = {"customers": 6000, "items": 0, "employees": 0, "time_activities": 0}
    books = company(url, seed="large", sizes=sizes)
    newest = "select * from Customer orderby Id desc maxresults 1"
    before = books.query(newest)["Customer"][0]["Id"]
    body = {"entity": "Customer", "create": {"DisplayName": "Newcomer"}}
    created = books.in_the_screens("edit", body)["Id"]
    assert books.query(newest)["Customer"][0]["Id"] == created != before


def test_a_size_that_is_not_known_is_refused(url: str) -> None:
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as http:
        body = {"name": "Books", "seed": "large", "sizes": {"cats": 3}}
        assert http.post("/_sandbox/companies", json=body).status_code == 400


class Door(BaseHTTPRequestHandler):
    """A subscriber that keeps what it was sent."""

    heard: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((self.headers["intuit-signature"], body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.mark.parametrize("kind", ["cloudevents", "classic"])
def test_a_webhook_storm_is_signed_and_repeats_its_events(url: str, kind: str) -> None:
    sizes = {"customers": 600, "items": 100, "employees": 2, "time_activities": 0}
    books = company(url, seed="large", sizes=sizes)
    heard: list[tuple[str, bytes]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Door,), {"heard": heard}))
    Thread(target=server.serve_forever, daemon=True).start()
    target = f"http://127.0.0.1:{server.server_address[1]}/"
    books.http.put("/_sandbox/webhooks", json={"url": target, "verifier_token": "key"})
    storm = {"count": 900, "duplicates": 0.5, "shuffle": True, "format": kind}
    sent = books.in_the_screens("storm", storm)
    server.shutdown()
    server.server_close()
    assert sent["notifications"] == 900
    assert sent["statuses"] == {"200": len(heard)}
    assert 0 < sent["in_time"] <= 1
    bodies = [body for _, body in heard]
    assert len(set(bodies)) * 3 == len(bodies) * 2
    for given, body in heard:
        assert given == b64encode(hmac.digest(b"key", body, hashlib.sha256)).decode()
        assert json.loads(body)
