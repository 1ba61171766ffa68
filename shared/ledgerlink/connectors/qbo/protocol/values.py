"""Values of QuickBooks' JSON records, read as plain Python values."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeGuard
from zoneinfo import ZoneInfo

from ledgerlink.connectors.qbo.protocol.numbers import number
from ledgerlink.connectors.qbo.protocol.response import Response
from ledgerlink.connectors.qbo.protocol.shape import CHECKED, is_well_formed
from ledgerlink.connectors.shared import errors

Entity = Mapping[str, Any]
"""A record of the ledger as JSON."""

PACIFIC = ZoneInfo("America/Los_Angeles")
"""The time zone of QuickBooks' own timestamps."""

WITHOUT_ID = frozenset({"ExchangeRate"})
"""Entities whose records are known by other fields."""

DELETED_SUFFIX = re.compile(r" \(deleted\)(?=:|$)", re.IGNORECASE)
"""What QuickBooks appends to the name of a record that it sets inactive, to free the name."""


def moment(value: object) -> datetime | None:
    """A timestamp in UTC; None if it is not one. Without an offset it is Pacific time."""
    try:
        read = datetime.fromisoformat(str(value))
        return (read if read.tzinfo else read.replace(tzinfo=PACIFIC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def as_of(response: Response) -> datetime:
    """QuickBooks' time of a response. Raises LedgerUnavailable if it does not state one."""
    timestamp = moment(response.payload.get("time"))
    if timestamp is None:
        detail = "QuickBooks' answer is incomplete (its time is missing)"
        raise errors.unavailable(detail, trace_id=response.trace_id)
    return timestamp


def rows(response: Response, entity: str) -> list[Entity]:
    """The records of this entity in the response to a query. Raises as the response's `part`, and
    LedgerUnavailable if one is no object with an id."""
    value = response.part("QueryResponse").get(entity)
    found = value if isinstance(value, list) else [value] * (value is not None)
    if not all(_is_usable(entity, each) for each in found):
        detail = f"QuickBooks' answer cannot be understood (a {entity} of unexpected form)"
        raise errors.unavailable(detail, trace_id=response.trace_id)
    return [each for each in found if isinstance(each, Mapping)]


def _is_usable(entity: str, value: object) -> bool:
    if entity in WITHOUT_ID:
        return isinstance(value, Mapping)
    return is_record(value) and (entity not in CHECKED or is_well_formed(value))


def is_record(value: object) -> TypeGuard[Entity]:
    """Whether a value is an object with an id."""
    return isinstance(value, Mapping) and isinstance(value.get("Id"), str) and value["Id"] != ""


def block(entity: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object in this field; empty if there is none."""
    value = entity.get(name)
    return value if isinstance(value, Mapping) else {}


def blocks(entity: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects in this field, which is a list."""
    value = entity.get(name)
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def reference_id(entity: Mapping[str, Any], name: str) -> str | None:
    """The id in a reference; None if it is empty."""
    value = block(entity, name).get("value")
    return str(value) if value not in (None, "") else None


def text(entity: Mapping[str, Any], name: str) -> str | None:
    """A text or number as text; None if it is missing or empty."""
    value = entity.get(name)
    return None if value is None or value == "" else str(value)


def flag(entity: Mapping[str, Any], name: str) -> bool | None:
    """A switch, which comes as a JSON boolean or as a word; None if it is missing."""
    value = entity.get(name)
    return None if value is None else str(value).lower() == "true"


def whole(entity: Mapping[str, Any], name: str) -> int | None:
    """A whole number; None if it is missing or none."""
    value = number(entity.get(name))
    return None if value is None else int(value)


def decimal(entity: Mapping[str, Any], name: str) -> str | None:
    """Money, a rate or a percentage as canonical decimal text; None if it is missing or none."""
    value = number(entity.get(name))
    return None if value is None else canonical_decimal(value)


def canonical_decimal(number: Decimal) -> str:
    """Decimal text without exponent and trailing zeros, the same for equal numbers: QuickBooks
    writes one amount in several ways."""
    digits = format(number, "f")
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return "0" if digits in ("-0", "") else digits


def without_deleted_suffix(name: str, *, active: bool) -> str:
    """A name or path as it was before QuickBooks set the record inactive."""
    return name if active else DELETED_SUFFIX.sub("", name)


def custom_values(entity: Mapping[str, Any]) -> dict[str, Any]:
    """The values of custom fields by definition id, without empty ones."""
    read = {
        str(each.get("DefinitionId")): _custom_value(each) for each in blocks(entity, "CustomField")
    }
    return {name: value for name, value in read.items() if value is not None}


def _custom_value(each: Mapping[str, Any]) -> str | bool | None:
    if each.get("Type") == "BooleanType":
        return flag(each, "BooleanValue")
    if each.get("Type") == "NumberType":
        return decimal(each, "NumberValue")
    return text(each, "StringValue") or text(each, "DateValue")
