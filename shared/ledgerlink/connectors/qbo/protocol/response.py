"""An HTTP response, parsed into a payload or faults, and what to do about it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

import httpx

from ledgerlink.connectors.qbo.protocol.error_codes import (
    BY_STATUS,
    BY_TYPE,
    TABLE,
    gravest,
    is_internal_error,
    meaning,
)
from ledgerlink.connectors.qbo.protocol.faults import Fault, faults_in_json, faults_in_xml
from ledgerlink.connectors.shared import errors
from ledgerlink.connectors.shared.errors import Disposition

UNSENT_ERRORS = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""Errors after which QuickBooks cannot have received anything."""


@dataclass(frozen=True)
class Response:
    """What came back for one call. It has no slots, because it keeps its disposition."""

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
    unsent: bool = False
    """Whether QuickBooks cannot have received the request."""
    timed_out: bool = False
    """Whether it took QuickBooks too long."""

    @cached_property
    def disposition(self) -> Disposition:
        """What to do about the response as a whole."""
        if self.status in (401, 429):
            return BY_STATUS[self.status]
        known = [fault for fault in self.faults if fault.code in TABLE or fault.type in BY_TYPE]
        return meaning(gravest(known)).disposition if known else self._by_status()

    @property
    def may_have_begun(self) -> bool:
        """Whether QuickBooks may have begun what the call asks for, if the response does not tell
        how it ended."""
        return self.disposition is not Disposition.THROTTLED and not self.unsent

    @property
    def has_ended(self) -> bool:
        """Whether QuickBooks itself has answered that it failed, so that it does no more."""
        return any(is_internal_error(fault) for fault in self.faults)

    def part(self, name: str) -> Mapping[str, Any]:
        """This part of the payload of an accepted response. Raises ListUnreadable for faults,
        LedgerUnavailable if the part is missing."""
        if self.disposition is not Disposition.ACCEPTED:
            raise errors.unreadable(str(self), trace_id=self.trace_id)
        found = self.payload.get(name)
        if not isinstance(found, Mapping):
            detail = f"QuickBooks' answer is incomplete ({name} is missing)"
            raise errors.unavailable(detail, trace_id=self.trace_id)
        return found

    def _by_status(self) -> Disposition:
        if self.status < 300:
            readable = Disposition.REJECTED if self.faults else Disposition.ACCEPTED
            return readable if self.payload else Disposition.RETRY
        if self.status >= 500:
            return Disposition.RETRY
        return BY_STATUS.get(self.status, Disposition.REJECTED)

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
        retry_after=_seconds(retry_after),
        timed_out=response.status_code == httpx.codes.GATEWAY_TIMEOUT,
    )


def trace_id(response: httpx.Response) -> str:
    """QuickBooks' own id of the call; the header has been seen in both spellings."""
    headers = response.headers
    return str(headers.get("intuit_tid") or headers.get("intuit-tid") or "")


def no_response(error: httpx.RequestError) -> Response:
    """For a call that ended in a network error; it may or may not have been carried out."""
    detail = f"no answer ({type(error).__name__})"
    return Response(
        status=0,
        network_error=detail,
        unsent=isinstance(error, UNSENT_ERRORS),
        timed_out=isinstance(error, httpx.ReadTimeout | httpx.RemoteProtocolError),
    )


def _seconds(text: str) -> int | None:
    """A number of seconds; None for anything else, such as a date."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _json_object(content: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(content, parse_float=Decimal)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _faults_in_markup(content: bytes) -> tuple[Fault, ...]:
    return faults_in_xml(content) if content.lstrip().startswith(b"<") else ()
