"""Bodies on the wire.

Bodies are JSON values. Money and quantities are decimal strings there, exact through every store;
`wire` turns them into JSON numbers with the same digits, however deep they lie.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

NUMBERS = frozenset(
    {
        "Amount",
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
"""Fields that hold money, rates, percentages or quantities. The ledger has no field of one of these
names that holds text."""


def amount(number: Decimal) -> str:
    """A number in its shortest plain form: `15.5`, `100`, never an exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def wire(body: Mapping[str, Any]) -> str:
    """The body as JSON text, the same for the same body."""
    return f"{{{','.join(_member(name, value) for name, value in body.items())}}}"


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _member(name: str, value: Any) -> str:
    text = str(value) if name in NUMBERS else _value(value)
    return f"{_encode(name)}:{text}"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return wire(value)
    if isinstance(value, list | tuple):
        return f"[{','.join(_value(each) for each in value)}]"
    return _encode(value)
