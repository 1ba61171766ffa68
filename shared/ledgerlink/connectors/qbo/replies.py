"""An HTTP response read: a payload or faults, whatever form they came in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from ledgerlink.connectors.qbo.faults import Fault, in_json, in_xml


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `payload` is empty where the body was no JSON object; its numbers are int
    or Decimal. `retry_after` is in seconds."""

    status: int
    payload: Mapping[str, Any]
    faults: tuple[Fault, ...]
    trace_id: str = ""
    retry_after: int | None = None

    def __str__(self) -> str:
        return "; ".join(str(fault) for fault in self.faults) or f"HTTP status {self.status}"


def read(response: httpx.Response) -> Reply:
    """The reply in a response whose body has been read."""
    payload = _json_object(response.content)
    faults = in_json(payload) if payload else _faults_in_markup(response.content)
    waits = response.headers.get("retry-after", "")
    return Reply(
        status=response.status_code,
        payload=payload,
        faults=faults,
        trace_id=response.headers.get("intuit_tid", ""),
        retry_after=int(waits) if waits.isascii() and waits.isdigit() else None,
    )


def _json_object(content: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(content, parse_float=Decimal)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _faults_in_markup(content: bytes) -> tuple[Fault, ...]:
    return in_xml(content) if content.lstrip().startswith(b"<") else ()
