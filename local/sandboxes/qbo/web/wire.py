"""Bodies in and out: JSON with Decimals, the XML fallback, HTTP answers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.protocol.errors import Fault, GatewayFault
from local.sandboxes.qbo.protocol.timestamps import stamp_millis

JSON_OK: Final = "application/json;charset=utf-8"
JSON_FAULT: Final = "application/json"
XML: Final = "application/xml;charset=utf-8"
NAMESPACE: Final = "http://schema.intuit.com/finance/v3"


@dataclass(slots=True)
class Outcome:
    """One answer. `fault` is the code it carries; `cut` means that no answer is sent at all."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON_OK
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    fault: str | None = None
    cut: bool = False


def _plain(value: Any) -> float:
    """Amounts have at most 15 digits, which a double writes as they were."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


_encode: Final = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), default=_plain, check_circular=False
).encode


def dump(value: Any) -> bytes:
    return _encode(value).encode()


def load(body: bytes) -> Row:
    """A JSON object with Decimals; raises Fault 2010 for anything else."""
    try:
        value = json.loads(body, parse_float=Decimal)
    except (ValueError, UnicodeDecodeError):
        value = None
    if not isinstance(value, dict):
        raise Fault("2010", "Property Name:the body is not a JSON object")
    return value


def answered(value: Row, now: float) -> Outcome:
    """A success: the value with the envelope's time."""
    return Outcome(body=dump({**value, "time": stamp_millis(now)}))


def faulted(fault: Fault, now: float) -> Outcome:
    body = dump({"Fault": fault.body(), "time": stamp_millis(now)})
    return Outcome(fault.status, body, JSON_FAULT, fault=fault.code)


def refused(fault: GatewayFault, now: float, as_json: bool = True) -> Outcome:
    """A refusal at the gateway, with the header that a 401 carries."""
    outcome = Outcome(fault.status, content_type=JSON_FAULT, fault=fault.code)
    if fault.status == 401:
        challenge = b'Bearer realm="Intuit", error="invalid_token"'
        outcome.headers.append((b"www-authenticate", challenge))
    if as_json:
        outcome.body = dump(fault.body(int(now * 1000)))
        return outcome
    error = {"Message": fault.message, "Detail": fault.detail, "code": fault.code}
    body: Row = {"Fault": {"Error": [error], "type": fault.kind}, "time": stamp_millis(now)}
    outcome.body, outcome.content_type = xml(body), XML
    return outcome


def as_xml(outcome: Outcome) -> Outcome:
    """The same answer for a caller who did not ask for JSON."""
    if outcome.body and outcome.content_type.startswith("application/json"):
        outcome.body, outcome.content_type = xml(json.loads(outcome.body)), XML
    return outcome


def xml(body: Row) -> bytes:
    """An IntuitResponse element; lists repeat their element, `type` and `code` are attributes."""
    time = str(body.get("time", ""))
    inner = "".join(_element(name, value) for name, value in body.items() if name != "time")
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f"<IntuitResponse time={quoteattr(time)} xmlns={quoteattr(NAMESPACE)}>"
        f"{inner}</IntuitResponse>"
    ).encode()


_ATTRIBUTES: Final = frozenset(
    {
        "type",
        "code",
        "element",
        "domain",
        "sparse",
        "status",
        "name",
        "bId",
        "startPosition",
        "maxResults",
        "totalCount",
    }
)


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    if isinstance(value, dict):
        attributes = "".join(
            f" {key}={quoteattr(_text(item))}"
            for key, item in value.items()
            if key in _ATTRIBUTES and not isinstance(item, dict | list)
        )
        if "value" in value and not isinstance(value["value"], dict):
            return f"<{name}{attributes}>{escape(_text(value['value']))}</{name}>"
        inner = "".join(_element(k, v) for k, v in value.items() if k not in _ATTRIBUTES)
        return f"<{name}{attributes}>{inner}</{name}>"
    return f"<{name}>{escape(_text(value))}</{name}>"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
