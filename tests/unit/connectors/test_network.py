"""Requests over real sockets of this machine, and what becomes of them when a server misbehaves."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from ledgerlink.connectors.intacct.transport import http_reply
from ledgerlink.connectors.qbo.protocol import response as qbo_response
from ledgerlink.connectors.shared.network import AiohttpTransport

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
TRUST = ssl.create_default_context()
UNSENT = (*qbo_response.UNSENT_ERRORS, *http_reply.UNSENT_ERRORS)


class Server:
    """Keeps every request as it arrived, and answers each by `answer`."""

    def __init__(self, answer: Answer) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._answer = answer

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
                self.requests.append(head + await reader.readexactly(int(length or b"0")))
                await self._answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client hung up
        finally:
            writer.close()


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[tuple[Server, str]]:
    """A server that answers so, and its address."""
    server = Server(answer)
    listening = await asyncio.start_server(server, "127.0.0.1", 0)
    try:
        yield server, f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()


@asynccontextmanager
async def client(**timeouts: float) -> AsyncIterator[httpx.AsyncClient]:
    transport = AiohttpTransport(TRUST)
    limits = httpx.Timeout(5.0, **timeouts)
    async with httpx.AsyncClient(transport=transport, timeout=limits) as http:
        yield http


def sending(*parts: bytes, closes: bool = False) -> Answer:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"".join(parts))
        await writer.drain()
        if closes:
            writer.close()

    return answer


async def never(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


def answered(body: bytes, *headers: bytes) -> bytes:
    lines = [b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


async def test_a_request_arrives_as_it_was_made_and_nothing_is_added() -> None:
    async with serving(sending(answered(b"{}"))) as (server, url), client() as http:
        headers = [("Accept", "application/json"), ("Authorization", "Bearer A")]
        path = "/v3/company/1/query?query=a%20%26%2fb&requestid=x%2By"
        request = httpx.Request("POST", url + path, headers=headers, content=b"<&>")
        await http.send(request)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    assert first == f"POST {path} HTTP/1.1".encode()
    assert body == b"<&>"
    names = sorted(line.partition(b":")[0].lower() for line in lines)
    assert names == [b"accept", b"authorization", b"content-length", b"host"]


async def test_a_response_is_read_whole_and_unpacked() -> None:
    body = b"[" + b"1," * 50_000 + b"1]"
    headers = (b"Content-Encoding: gzip", b"intuit_tid: 1-2", b"X-Long: " + b"y" * 20_000)
    answer = sending(answered(gzip.compress(body), *headers))
    async with serving(answer) as (_, url), client() as http:
        response = await http.get(url)
    assert response.content == body
    assert response.headers["Intuit_Tid"] == "1-2"
    assert response.status_code == 200


async def test_a_connection_is_used_again_and_no_redirect_is_followed() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"
    async with serving(sending(moved)) as (server, url), client() as http:
        statuses = [(await http.post(url, content=b"x")).status_code for _ in range(3)]
    assert statuses == [302, 302, 302]
    assert len(server.requests) == 3
    assert server.connections == 1


@pytest.mark.parametrize(("method", "arrived"), [("POST", 1), ("GET", 2)])
async def test_only_what_writes_nothing_is_sent_once_more(method: str, arrived: int) -> None:
    """aiohttp does so with idempotent methods when a connection ends before an answer."""
    async with serving(sending(closes=True)) as (server, url), client() as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await http.request(method, url)
    assert len(server.requests) == arrived


async def failure(answer: Answer, **timeouts: float) -> tuple[httpx.RequestError, int]:
    """The error of a POST that is answered so, and how often it arrived."""
    async with serving(answer) as (server, url), client(**timeouts) as http:
        with pytest.raises(httpx.RequestError) as caught:
            await http.post(url, content=b"x")
    return caught.value, len(server.requests)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (sending(closes=True), httpx.RemoteProtocolError),
        (sending(b"HTTP/1.1 200 OK\r\nContent-Le", closes=True), httpx.RemoteProtocolError),
        (sending(answered(b"0123456789")[:-4], closes=True), httpx.RemoteProtocolError),
        (sending(b"SSH-2.0-OpenSSH\r\n\r\n", closes=True), httpx.RemoteProtocolError),
        (sending(answered(b"no gzip", b"Content-Encoding: gzip")), httpx.DecodingError),
    ],
    ids=["closed", "cut head", "cut body", "no http", "no gzip"],
)
async def test_a_request_that_may_have_arrived_is_sent_once_and_says_so(
    answer: Answer, error: type[httpx.RequestError]
) -> None:
    raised, arrived = await failure(answer)
    assert type(raised) is error
    assert not isinstance(raised, UNSENT)
    assert arrived == 1


async def test_an_answer_that_does_not_come_is_a_read_timeout() -> None:
    raised, arrived = await failure(never, read=0.02)
    assert type(raised) is httpx.ReadTimeout
    assert arrived == 1


async def test_a_body_that_cannot_be_sent_ends_with_all_timeouts_together() -> None:
    """aiohttp has no timeout for sending."""

    async def deaf(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    listening = await asyncio.start_server(deaf, "127.0.0.1", 0, limit=1)
    url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with client(connect=0.02, write=0.02, read=0.02) as http:
        with pytest.raises(httpx.ReadTimeout):
            await http.post(url, content=b"x" * 8_000_000)
    listening.close()


async def test_without_a_listener_nothing_can_have_arrived() -> None:
    async with serving(never) as (_, url):
        pass
    async with client() as http:
        with pytest.raises(httpx.ConnectError) as caught:
            await http.post(url, content=b"x")
    assert isinstance(caught.value, UNSENT)


async def test_a_server_without_tls_is_left_before_anything_is_sent() -> None:
    heard = b""

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heard
        heard += await reader.read(5000)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    listening = await asyncio.start_server(plain, "127.0.0.1", 0)
    url = f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with client() as http:
        with pytest.raises(httpx.ConnectError):
            await http.post(url, content=b"secret")
    assert heard
    assert b"secret" not in heard
    listening.close()


async def test_a_host_that_does_not_accept_in_time_is_a_connect_timeout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def hang(*_args: object, **_named: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("aiohttp.connector.aiohappyeyeballs.start_connection", hang)
    async with client(connect=0.02) as http:
        with pytest.raises(httpx.ConnectTimeout) as caught:
            await http.post("http://127.0.0.1:1", content=b"x")
    assert isinstance(caught.value, UNSENT)
