"""A proxy between a worker and the outside that kills the worker at a chosen request.

It forwards HTTP to one upstream. At the chosen request it kills the worker's process with
SIGKILL: before the request is passed on, when half of its body is passed on, or after the upstream
has answered and before the worker hears of it.
"""

import http.client
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

import httpx

When = Literal["before", "during", "after"]
Matches = Callable[[str, str, dict[str, str]], bool]
"""Whether a request is meant, by its method, path and headers."""
SKIPPED = {"host", "content-length", "connection", "transfer-encoding", "content-encoding"}


@dataclass(slots=True)
class Kill:
    """Kill at the `nth` (from 1) request that `matches` and whose body `says` this; the next worker
    meets the kill `then`."""

    matches: Matches
    when: When
    nth: int
    then: "Kill | None" = None
    says: bytes = b""
    seen: int = 0
    done: bool = False
    hit: bytes = b""
    """The body of the request that it came at."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def due(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bool:
        """Whether this request is the one."""
        if self.done or self.says not in body or not self.matches(method, path, headers):
            return False
        with self._lock:
            self.seen += 1
            self.hit = body if self.seen == self.nth else self.hit
            return self.seen == self.nth


@dataclass(slots=True)
class KillingProxy:
    """A forwarding server on loopback; `url` is its address. `named` is one that the upstream takes
    for itself, so that the addresses that it gives lead here."""

    upstream: str
    named: bool = False
    planned: Kill | None = None
    pid: int | None = None
    _server: ThreadingHTTPServer = field(init=False)
    _client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self._client = httpx.Client(timeout=60, trust_env=False)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._client.close()

    def point_at(self, pid: int) -> None:
        """At the next worker, with the next kill if the last one is done."""
        self.pid = pid
        if self.planned is not None and self.planned.done and self.planned.then is not None:
            self.planned = self.planned.then

    def kill(self) -> None:
        """End the worker without warning."""
        assert self.planned is not None
        assert self.pid is not None
        self.planned.done = True
        os.kill(self.pid, signal.SIGKILL)

    def forward(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> httpx.Response:
        due = self.planned is not None and self.planned.due(method, path, headers, body)
        if due and self.planned is not None and self.planned.when != "after":
            if self.planned.when == "during":
                self._pass_half(method, path, headers, body)
            self.kill()
            raise ConnectionAbortedError
        kept = {name: value for name, value in headers.items() if name.lower() not in SKIPPED}
        if self.named:
            kept["Host"] = self.url.removeprefix("http://")
        answer = self._client.request(method, self.upstream + path, headers=kept, content=body)
        if due:
            self.kill()
            raise ConnectionAbortedError
        return answer

    def _pass_half(self, method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        """The upstream waits for the rest, until the connection ends."""
        connection = http.client.HTTPConnection(self.upstream.removeprefix("http://"), timeout=60)
        connection.putrequest(method, path)
        for name, value in headers.items():
            if name.lower() != "host":
                connection.putheader(name, value)
        connection.endheaders()
        connection.send(body[: len(body) // 2])
        connection.close()


def _length(method: str, answer: httpx.Response) -> str:
    """The length of an answer's body; for HEAD that of the body that it only describes."""
    if method == "HEAD":
        return str(answer.headers.get("Content-Length", "0"))
    return str(len(answer.content))


def _handler(proxy: KillingProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            try:
                BaseHTTPRequestHandler.handle_one_request(self)
            except ConnectionError:
                self.close_connection = True

        def _pass(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            if len(body) < length:
                raise ConnectionAbortedError  # the worker died while it sent it
            answer = proxy.forward(self.command, self.path, dict(self.headers.items()), body)
            self.send_response(answer.status_code)
            for name, value in answer.headers.multi_items():
                if name.lower() not in SKIPPED:
                    self.send_header(name, value)
            self.send_header("Content-Length", _length(self.command, answer))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _pass  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            return

    return Handler
