"""Somebody to whom the sandbox sends its webhooks."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from ledgerlink.domain.model.list_records import ListType

from tests.contract.qbo.books import CREDENTIALS, Books

PATIENCE = 5.0
"""Seconds to wait for a notice."""

Heard = list[tuple[dict[str, str], bytes]]


@contextmanager
def hooked(books: Books, kind: str) -> Iterator[Callable[[ListType, str, str], bool]]:
    """Listens in this format. What it gives says whether a notice of this list, record and
    operation comes in time."""
    heard: Heard = []

    def comes(list_type: ListType, record_id: str, operation: str) -> bool:
        wanted = (books.realm, list_type, record_id, operation)
        deadline = time.monotonic() + PATIENCE
        while wanted not in _told(books, heard) and time.monotonic() < deadline:
            time.sleep(0.01)
        return wanted in _told(books, heard)

    with listening(heard) as url:
        books.admin("webhooks", {"url": url, "verifier_token": "secret", "format": kind}, "PUT")
        books.admin("clock", {"scale": 50})
        try:
            yield comes
        finally:
            books.admin("webhooks", method="DELETE")
            books.admin("clock", {"scale": 1})


def _told(books: Books, heard: Heard) -> set[tuple[str, ListType | None, str, str]]:
    read = books.connector.webhook_events
    webhook_events = [
        n for headers, body in list(heard) for n in read(headers, body, lambda: CREDENTIALS)
    ]
    return {(n.company_id, n.type, n.id, n.operation) for n in webhook_events}


@contextmanager
def listening(heard: Heard) -> Iterator[str]:
    """Somebody who takes every notification in."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
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
