"""Intuit's discovery document, and Intuit's own client over ours."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from ledgerlink.connectors.qbo import PRODUCTION
from ledgerlink.connectors.qbo.auth import discovery
from ledgerlink.connectors.qbo.auth.intuit_client import IntuitClient
from ledgerlink.connectors.qbo.auth.token_endpoint import Application
from ledgerlink.connectors.shared import errors
from ledgerlink.domain.errors import LedgerStopped, LedgerUnavailable

ENDPOINTS = replace(PRODUCTION, discovery_url="https://discovery.example")
OURS = dict(discovery.addresses(ENDPOINTS))


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """No document is kept from another test."""
    discovery._documents.clear()
    yield
    discovery._documents.clear()


class Intuit:
    """Answers with this document, and counts."""

    def __init__(self, content: Any, status: int = 200) -> None:
        self.content, self.status, self.asked = content, status, 0

    def __call__(self, request: httpx.Request, time_limit: float) -> httpx.Response:
        assert (str(request.url), time_limit) == ("https://discovery.example", 2.0)
        self.asked += 1
        if isinstance(self.content, Exception):
            raise self.content
        return httpx.Response(self.status, content=self.content)


def test_the_document_is_read_once_an_hour() -> None:
    intuit = Intuit(json.dumps(OURS))
    for now in (0.0, 1.0, 3599.0):
        discovery.compare(ENDPOINTS, intuit, now)
    assert intuit.asked == 1
    discovery.compare(ENDPOINTS, intuit, 3600.0)
    assert intuit.asked == 2


@pytest.mark.parametrize("name", sorted(OURS))
def test_another_address_stops_connecting_and_is_named(name: str) -> None:
    moved = "https://elsewhere.example/oauth2"
    intuit = Intuit(json.dumps({**OURS, name: moved}))
    with pytest.raises(LedgerStopped) as stopped:
        discovery.compare(ENDPOINTS, intuit, 0.0)
    assert name in stopped.value.message
    assert moved in stopped.value.message
    assert OURS[name] in stopped.value.message


@pytest.mark.parametrize(
    "intuit",
    [
        Intuit(errors.unavailable("no answer")),
        Intuit(b"<html>", 503),
        Intuit(b"\xff"),
        Intuit(b"[]"),
        Intuit(b"{}"),
        Intuit(json.dumps({"issuer": "https://oauth.platform.intuit.com/op/v1"})),
    ],
)
def test_a_document_that_says_nothing_is_no_obstacle_and_asked_for_a_minute_later(
    intuit: Intuit,
) -> None:
    discovery.compare(ENDPOINTS, intuit, 0.0)
    discovery.compare(ENDPOINTS, intuit, 59.0)
    assert intuit.asked == 1


def client(*answers: httpx.Response | Exception) -> tuple[IntuitClient, list[httpx.Request]]:
    waiting, seen = list(answers), []

    def send(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        answer = waiting.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return IntuitClient(ENDPOINTS, Application("app", "s3cret"), send), seen


@pytest.mark.parametrize(
    "content",
    [b"", b"nonsense", b"[]", b"[1]", b'"text"', b"null", b'{"refresh": 1, "close": null}'],
)
@pytest.mark.parametrize("status", [200, 400, 503])
def test_whatever_intuit_answers_the_answer_is_returned_once(status: int, content: bytes) -> None:
    intuit, seen = client(httpx.Response(status, content=content))
    answer = intuit.exchange("c0de", "https://us.example/back")
    assert (answer.status_code, answer.content, len(seen)) == (status, content, 1)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_because_the_secret_would_go_along(status: int) -> None:
    intuit, seen = client(httpx.Response(status, headers={"Location": "https://evil.example"}))
    assert intuit.revoke("R").status_code == status
    assert [str(request.url) for request in seen] == [ENDPOINTS.revoke_url]


def test_an_id_token_is_not_checked_over_the_network() -> None:
    token = {"access_token": "A", "refresh_token": "R", "id_token": "e30.e30.sig"}
    intuit, seen = client(httpx.Response(200, json=token))
    assert intuit.exchange("c0de", "https://us.example/back").json() == token
    assert len(seen) == 1


def test_an_outage_is_told_as_our_client_tells_it() -> None:
    intuit, _ = client(errors.unavailable("no answer (ConnectTimeout)"))
    with pytest.raises(LedgerUnavailable, match="ConnectTimeout"):
        intuit.exchange("c0de", "https://us.example/back")


def test_the_library_is_imported_only_where_somebody_connects() -> None:
    wiring = "ledgerlink.bootstrap, ledgerlink.connectors.qbo, ledgerlink.services.lane"
    loaded = "any(name in sys.modules for name in ('intuitlib.client', 'requests'))"
    code = f"import sys, {wiring}; sys.exit({loaded})"
    path = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], env=path, check=False).returncode == 0
