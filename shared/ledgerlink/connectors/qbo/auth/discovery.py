"""Intuit's discovery document, compared with the addresses that we are configured with.

The configured addresses are used, so that no answer can lead the application's secret elsewhere. If
the document names others, nobody is connected until an operator has looked at both. Source:
https://developer.intuit.com, discovery document.
"""

import json
from collections.abc import Callable, Mapping

import httpx

from ledgerlink.connectors.qbo.config import Endpoints
from ledgerlink.connectors.shared import errors
from ledgerlink.domain.errors import LedgerUnavailable

LIFETIME = 3600.0
"""Seconds for which a process keeps the document."""
RETRY_AFTER = 60.0
"""Seconds after which a document that could not be read is asked for again."""
TIME_LIMIT = 2.0
"""Real seconds to wait for the document, because a user waits at the browser."""

Send = Callable[[httpx.Request, float], httpx.Response]
"""Sends a request and waits for its answer, so many real seconds at most."""

_documents: dict[str, tuple[float, Mapping[str, object]]] = {}
"""Until when each document is kept, and the document, by its address."""


def addresses(endpoints: Endpoints) -> Mapping[str, str]:
    """The configured addresses, as a discovery document names them."""
    return {
        "authorization_endpoint": endpoints.authorize_url,
        "token_endpoint": endpoints.token_url,
        "revocation_endpoint": endpoints.revoke_url,
    }


def compare(endpoints: Endpoints, send: Send, now: float) -> None:
    """Compare the addresses with the document; `now` is in seconds of a clock that never goes back.

    A document that cannot be read proves nothing and is no obstacle. Raises LedgerStopped for an
    address that differs."""
    document = _document(endpoints.discovery_url, send, now)
    for name, ours in addresses(endpoints).items():
        named = document.get(name, ours)
        if named != ours:
            raise errors.stopped(f"Intuit names another {name}: {named}, where we have {ours}")


def _document(url: str, send: Send, now: float) -> Mapping[str, object]:
    until, document = _documents.get(url, (now, {}))
    if now < until:
        return document
    document = _read(url, send)
    _documents[url] = now + (LIFETIME if document else RETRY_AFTER), document
    return document


def _read(url: str, send: Send) -> Mapping[str, object]:
    request = httpx.Request("GET", url, headers={"Accept": "application/json"})
    try:
        response = send(request, TIME_LIMIT)
        found = json.loads(response.content) if response.is_success else {}
    except (LedgerUnavailable, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
