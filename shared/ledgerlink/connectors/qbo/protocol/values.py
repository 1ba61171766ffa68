"""How the ledger's JSON values read in neutral terms."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ledgerlink.connectors.qbo.protocol.response import Reply
from ledgerlink.connectors.shared import errors

PACIFIC = ZoneInfo("America/Los_Angeles")
"""The zone of the ledger's own stamps."""

SUFFIX = re.compile(r" \(deleted\)(?=:|$)", re.IGNORECASE)
"""What the ledger appends to the name of a record that it sets inactive, to free the name."""


def moment(value: object) -> datetime | None:
    """A stamp in UTC, cut to microseconds; None for what is no stamp. One without an offset is
    taken for Pacific."""
    try:
        read = datetime.fromisoformat(str(value))
        return (read if read.tzinfo else read.replace(tzinfo=PACIFIC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def as_of(reply: Reply) -> datetime:
    """The ledger's time of an answer. Raises LedgerUnavailable for an answer without one."""
    stamp = moment(reply.payload.get("time"))
    if stamp is None:
        raise errors.unavailable(
            "its answer does not say when it was given", trace_id=reply.trace_id
        )
    return stamp


def block(entity: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part that is an object; empty when there is none."""
    value = entity.get(name)
    return value if isinstance(value, Mapping) else {}


def blocks(entity: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects of a part that is a list."""
    value = entity.get(name)
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def ref(entity: Mapping[str, Any], name: str) -> str | None:
    """The id in a reference."""
    value = block(entity, name).get("value")
    return str(value) if value not in (None, "") else None


def text(entity: Mapping[str, Any], name: str) -> str | None:
    """A text or number as text; None when it is missing or empty."""
    value = entity.get(name)
    return None if value is None or value == "" else str(value)


def flag(entity: Mapping[str, Any], name: str) -> bool | None:
    """A switch, which comes as a JSON boolean or as a word; None when it is not stated."""
    value = entity.get(name)
    return None if value is None else str(value).lower() == "true"


def whole(entity: Mapping[str, Any], name: str) -> int | None:
    """A whole number; None when it is missing."""
    value = text(entity, name)
    return int(Decimal(value)) if value is not None else None


def amount(entity: Mapping[str, Any], name: str) -> str | None:
    """Money, a rate or a percentage as exact decimal text without needless zeros: the ledger
    writes the same amount in several ways."""
    value = text(entity, name)
    return plain(Decimal(value)) if value is not None else None


def plain(number: Decimal) -> str:
    """Decimal text without exponent and needless zeros."""
    digits = format(number, "f")
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return "0" if digits in ("-0", "") else digits


def unsuffixed(name: str, *, active: bool) -> str:
    """A name or path as it was before the ledger set the record inactive."""
    return name if active else SUFFIX.sub("", name)


def custom_values(entity: Mapping[str, Any]) -> dict[str, Any]:
    """The values of custom fields by definition id; fields without a value are left out."""
    read = {str(each.get("DefinitionId")): _custom(each) for each in blocks(entity, "CustomField")}
    return {name: value for name, value in read.items() if value is not None}


def _custom(each: Mapping[str, Any]) -> str | bool | None:
    if each.get("Type") == "BooleanType":
        return flag(each, "BooleanValue")
    if each.get("Type") == "NumberType":
        return amount(each, "NumberValue")
    return text(each, "StringValue") or text(each, "DateValue")
