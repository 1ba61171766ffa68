"""An HTTP response, parsed into a payload or faults."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx

from ledgerlink.connectors.qbo.protocol.faults import Fault, faults_in_json, faults_in_xml


@dataclass(frozen=True, slots=True)
class Response:
    """What came back for one call."""

    status: int
    """The HTTP status; 0 without a response."""
    payload: Mapping[str, Any] = field(default_factory=dict)
    """The JSON object; empty if the body is not one. Its numbers are int or Decimal."""
    faults: tuple[Fault, ...] = ()
    trace_id: str = ""
    """QuickBooks' own id of the call."""
    retry_after: int | None = None
    """Seconds that QuickBooks asks us to wait."""
    network_error: str = ""
    """Why there was no response."""

    def __str__(self) -> str:
        faults = "; ".join(str(fault) for fault in self.faults)
        return faults or self.network_error or f"HTTP status {self.status}"


def parse(response: httpx.Response) -> Response:
    """An HTTP response whose body has been read."""
    payload = _json_object(response.content)
    retry_after = response.headers.get("retry-after", "")
    return Response(
        status=response.status_code,
        payload=payload,
        faults=faults_in_json(payload) if payload else _faults_in_markup(response.content),
        trace_id=trace_id(response),
        retry_after=int(retry_after) if retry_after.isascii() and retry_after.isdigit() else None,
    )


def trace_id(response: httpx.Response) -> str:
    """QuickBooks' own id of the call; the header has been seen in both spellings."""
    headers = response.headers
    return str(headers.get("intuit_tid") or headers.get("intuit-tid") or "")


def no_response(error: httpx.RequestError) -> Response:
    """For a call that ended in a network error; it may or may not have been carried out."""
    return Response(status=0, network_error=f"no answer ({type(error).__name__})")


def _json_object(content: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(content, parse_float=Decimal)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _faults_in_markup(content: bytes) -> tuple[Fault, ...]:
    return faults_in_xml(content) if content.lstrip().startswith(b"<") else ()
