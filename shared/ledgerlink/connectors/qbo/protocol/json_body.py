"""Request bodies as JSON text.

In a body, money and quantities are decimal strings, because every store keeps those exactly.
`encode` writes them as JSON numbers with the same digits, at any depth.
"""

import json
import sys
from collections.abc import Mapping
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

DECIMAL_FIELDS = frozenset(
    {
        "Amount",
        "CostRate",
        "ExchangeRate",
        "HourlyRate",
        "Percent",
        "Qty",
        "TaxAmount",
        "TaxInclusiveAmt",
        "TotalTax",
        "UnitPrice",
    }
)
"""Fields that hold money, rates, percentages or quantities. QuickBooks uses none of these names for
text."""


def decimal_text(number: Decimal) -> str:
    """A number as a body holds it, without exponent and trailing zeros: `15.5`, `100`. Bodies share
    one text for each, because many have the same rate."""
    text = f"{number:f}"
    return sys.intern(text.rstrip("0").rstrip(".") if "." in text else text)


def encode(body: Mapping[str, Any]) -> str:
    """The body as JSON text; equal bodies give equal text."""
    members = [
        f"{encode_basestring(name)}:{value if name in DECIMAL_FIELDS else _value(value)}"
        for name, value in body.items()
    ]
    return f"{{{','.join(members)}}}"


_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _value(value: Any) -> str:
    if isinstance(value, str):  # as most are
        return encode_basestring(value)
    if type(value) is int:
        return str(value)
    if isinstance(value, Mapping):
        return encode(value)
    if isinstance(value, list | tuple):
        return f"[{','.join(_value(each) for each in value)}]"
    if isinstance(value, Decimal):  # of a stored record, whose fields of others are sent back
        return str(value)
    return _dumps(value)
