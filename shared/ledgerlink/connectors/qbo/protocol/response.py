"""An HTTP response read: a payload or faults, whatever form they came in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx

from ledgerlink.connectors.qbo.protocol.faults import Fault, in_json, in_xml


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `payload` is empty where the body was no JSON object; its numbers are int
    or Decimal. `retry_after` is in seconds. `lost` says why there was no response at all; the
    status is 0 then."""

    status: int
    payload: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    trace_id: str = ""
    retry_after: int | None = None
    lost: str = ""

    def __str__(self) -> str:
        faults = "; ".join(str(fault) for fault in self.faults)
        return faults or self.lost or f"HTTP status {self.status}"


def read(response: httpx.Response) -> Reply:
    """The reply in a response whose body has been read."""
    payload = _json_object(response.content)
    faults = in_json(payload) if payload else _faults_in_markup(response.content)
    waits = response.headers.get("retry-after", "")
    return Reply(
        status=response.status_code,
        payload=payload,
        faults=faults,
        trace_id=trace_id(response),
        retry_after=int(waits) if waits.isascii() and waits.isdigit() else None,
    )


def trace_id(response: httpx.Response) -> str:
    """The ledger's own id of the call; both spellings of the header have been seen."""
    headers = response.headers
    return str(headers.get("intuit_tid") or headers.get("intuit-tid") or "")


def lost(error: httpx.RequestError) -> Reply:
    """What is known when a request was sent, or not, and no response came."""
    return Reply(status=0, lost=f"no answer ({type(error).__name__})")


def _json_object(content: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(content, parse_float=Decimal)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _faults_in_markup(content: bytes) -> tuple[Fault, ...]:
    return in_xml(content) if content.lstrip().startswith(b"<") else ()
