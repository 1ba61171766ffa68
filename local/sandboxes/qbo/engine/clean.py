"""Checks a JSON body against a shape and gives back what QuickBooks would store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.protocol.errors import Fault
from local.sandboxes.qbo.schema.fields import Field, Kind, Shape
from local.sandboxes.qbo.settings import Settings

ENVELOPE: Final = frozenset({"Id", "SyncToken", "MetaData", "domain", "sparse", "status"})
# A member that was sent empty: nothing to store, and in a sparse update a wish to clear.
CLEARED: Final = None


@dataclass(slots=True)
class Found:
    """The references met on the way, to be looked up once the body is known to be well formed."""

    settings: Settings
    references: list[tuple[Field, Row, str]] = field(default_factory=list)


def clean(shape: Shape, body: Row, found: Found, path: str = "") -> Row:
    """The body's members in their stored form; CLEARED for those sent empty.

    Raises Fault 2010 for an unknown member and the 2xxx code of a wrong value.
    """
    values: Row = {}
    by_name = shape.by_name
    for name, value in body.items():
        described = by_name.get(name)
        if described is None:
            if not path and name in ENVELOPE:
                continue
            raise _unknown(name, shape)
        if value is None or described.readonly:
            continue
        values[name] = CHECKS[described.kind](described, value, found, path)
    return values


def _unknown(name: str, shape: Shape) -> Fault:
    known = ", ".join(f'"{f.name}"' for f in shape.fields[:3])
    return Fault(
        "2010",
        f'Property Name:Unrecognized field "{name}" (class com.intuit.schema.finance.v3.'
        f"{shape.name}), not marked as ignorable ({len(shape.fields)} known properties: {known}, "
        "...) specified is unsupported or invalid",
        name,
    )


def _text(described: Field, value: Any, found: Found, _path: str) -> str | None:
    if not isinstance(value, str):
        if isinstance(value, dict | list):
            raise Fault("2120", f"Invalid type for {described.name}", described.name)
        value = str(value).lower() if isinstance(value, bool) else str(value)
    by_setting = described.limit_by
    limit = getattr(found.settings, by_setting) if by_setting else described.limit
    if limit is not None and len(value) > limit:
        raise Fault(
            "2050",
            "String length specified does not match the supported length. "
            f"Min:0 Max:{limit:,} supported. Supplied length: {len(value):,}",
            described.name,
        )
    return value or CLEARED


def _whole(described: Field, value: Any, found: Found, path: str) -> int | None:
    amount = _number(described, value, found, path, code="2090")
    if amount is not None and amount != int(amount):
        raise Fault("2090", f"Invalid Number : {value}", described.name)
    return None if amount is None else int(amount)


def _number(
    described: Field, value: Any, _found: Found, _path: str, code: str = "2110"
) -> Decimal | int | None:
    if value == "":
        return CLEARED
    amount = _decimal(value)
    if amount is None:
        raise Fault(code, f"Invalid Number : {value}", described.name)
    low, high = described.low, described.high
    if (low is not None and amount < low) or (high is not None and amount > high):
        raise Fault("2240", f"{described.name} is out of range : {value}", described.name)
    return amount


def _decimal(value: Any) -> Decimal | int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        value = repr(value)
    try:
        amount = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        return None
    return amount if amount.is_finite() else None


def _flag(described: Field, value: Any, _found: Found, _path: str) -> bool | None:
    if isinstance(value, bool):
        return value
    if value == "":
        return CLEARED
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    raise Fault("2230", f"Invalid Boolean : {value}", described.name)


def _day(described: Field, value: Any, _found: Found, _path: str) -> str | None:
    if value == "":
        return CLEARED
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        raise Fault("2070", f"Invalid date : {value}", described.name) from None


def _choice(described: Field, value: Any, _found: Found, _path: str) -> str | None:
    if value == "":
        return CLEARED
    if value not in described.choices:
        raise Fault("2170", f"Invalid Enumeration : {value}", described.name)
    return str(value)


def _reference(described: Field, value: Any, found: Found, path: str) -> Row | None:
    if value == "" or value == {}:
        return CLEARED
    if not isinstance(value, dict):
        raise Fault("2120", f"Invalid type for {described.name}", described.name)
    for name in value:
        if name not in ("value", "name", "type"):
            raise _unknown(name, Shape("ReferenceType", ()))
    target = value.get("value")
    if target is None or target == "":
        return CLEARED
    cleaned: Row = {"value": str(target)}
    if value.get("type"):
        cleaned["type"] = str(value["type"])
    found.references.append((described, cleaned, f"{path}{described.name}"))
    return cleaned


def _part(described: Field, value: Any, found: Found, path: str) -> Row | None:
    shape = described.shape
    if shape is None or not isinstance(value, dict):
        if value == "":
            return CLEARED
        raise Fault("2120", f"Invalid type for {described.name}", described.name)
    cleaned = clean(shape, value, found, f"{path}{described.name}.")
    kept = {name: item for name, item in cleaned.items() if item is not CLEARED}
    if not kept and shape.name.endswith("LineDetail"):
        return {}
    return kept or CLEARED


def _parts(described: Field, value: Any, found: Found, path: str) -> list[Row] | None:
    if value == "":
        return CLEARED
    if not isinstance(value, list):
        raise Fault("2120", f"Invalid type for {described.name}", described.name)
    cleaned = (_part(described, item, found, path) for item in value)
    return [item for item in cleaned if item is not None]


def _free(_described: Field, value: Any, _found: Found, _path: str) -> Any:
    return value if value not in ("", [], {}) else CLEARED


CHECKS: Final[dict[Kind, Callable[[Field, Any, Found, str], Any]]] = {
    Kind.TEXT: _text,
    Kind.WHOLE: _whole,
    Kind.NUMBER: _number,
    Kind.FLAG: _flag,
    Kind.DAY: _day,
    Kind.MOMENT: _text,
    Kind.CHOICE: _choice,
    Kind.REF: _reference,
    Kind.PART: _part,
    Kind.PARTS: _parts,
    Kind.FREE: _free,
}
