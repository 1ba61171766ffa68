"""Case general 17: the OpenAPI document says which numbers and currencies records may have."""

import json
from typing import Any

import pytest

from functions.api.routes.docs import DOCUMENT

SCHEMAS: dict[str, Any] = json.loads(DOCUMENT.read_text())["components"]["schemas"]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ("ExpenseEntry", "amount"),
        ("ExpenseEntry", "exchange_rate"),
        ("InvoiceLine", "quantity"),
        ("InvoiceLine", "unit_price"),
        ("Invoice", "total"),
        ("TimeEntry", "bill_rate"),
    ],
)
def test_a_decimal_is_described_with_its_seven_places(form: str, field: str) -> None:
    described = SCHEMAS[form]["properties"][field]
    assert "at most seven decimal places" in described["description"]
    assert "{1,7}" in json.dumps(described)


@pytest.mark.parametrize("form", ["ExpenseEntry", "Invoice"])
def test_a_currency_is_described_with_its_capital_letters(form: str) -> None:
    text = SCHEMAS[form]["properties"]["currency"]["anyOf"][0]
    assert text["pattern"] == "^[A-Z]{3}$"
