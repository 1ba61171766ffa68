"""An HTTP server that receives the sandbox's webhooks."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from ledgerlink.domain.model.list_records import ListType

from tests.contract.qbo.books import CREDENTIALS, Books

LONGEST_WAIT = 5.0
"""Seconds to wait for an event."""

Received = list[tuple[dict[str, str], bytes]]


@contextmanager
def receiving_webhooks(books: Books, kind: str) -> Iterator[Callable[[ListType, str, str], bool]]:
    """Receive webhooks in this format. Gives a function that waits for the event of a list, record
    and operation, and returns whether it arrived in time."""
    received: Received = []

    def arrives(list_type: ListType, record_id: str, operation: str) -> bool:
        wanted = (books.realm, list_type, record_id, operation)
        deadline = time.monotonic() + LONGEST_WAIT
        while wanted not in _events(books, received) and time.monotonic() < deadline:
            time.sleep(0.01)
        return wanted in _events(books, received)

    with listening(received) as url:
        books.admin("webhooks", {"url": url, "verifier_token": "secret", "format": kind}, "PUT")
        books.admin("clock", {"scale": 50})
        try:
            yield arrives
        finally:
            books.admin("webhooks", method="DELETE")
            books.admin("clock", {"scale": 1})


def _events(books: Books, received: Received) -> set[tuple[str, ListType | None, str, str]]:
    read = books.connector.webhook_events
    webhook_events = [
        n for headers, body in list(received) for n in read(headers, body, lambda: CREDENTIALS)
    ]
    return {(n.company_id, n.type, n.id, n.operation) for n in webhook_events}


@contextmanager
def listening(received: Received) -> Iterator[str]:
    """A server that stores every webhook; gives its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook"
    finally:
        server.shutdown()
        server.server_close()
