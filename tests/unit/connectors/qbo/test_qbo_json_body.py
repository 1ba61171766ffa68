"""Request bodies as JSON text."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgerlink.connectors.qbo.protocol.json_body import DECIMAL_FIELDS, decimal_text, encode

EXACT: dict[str, Any] = {"parse_float": Decimal, "parse_int": Decimal}
MONEY = st.decimals(-99_999_999_999, 99_999_999_999, allow_nan=False, allow_infinity=False)
DEEPER = st.sampled_from(["TxnTaxDetail", "SalesItemLineDetail", "MarkupInfo"])


@given(MONEY, st.sampled_from(sorted(DECIMAL_FIELDS)), st.lists(st.one_of(DEEPER, st.none())))
def test_money_reaches_the_wire_with_every_digit_however_deep_it_lies(
    money: Decimal, name: str, way: list[str | None]
) -> None:
    body: dict[str, Any] = {name: decimal_text(money)}
    for step in way:
        body = {"Line": [body]} if step is None else {step: body}
    text = encode(json.loads(json.dumps(body)))
    read: Any = json.loads(text, **EXACT)
    for step in reversed(way):
        read = read["Line"][0] if step is None else read[step]
    assert read == {name: money}
    assert re.search(r"\dE", text) is None


@pytest.mark.parametrize("name", sorted(DECIMAL_FIELDS))
def test_money_and_quantities_become_numbers(name: str) -> None:
    assert encode({"Line": [{name: "1.50"}]}) == f'{{"Line":[{{"{name}":1.50}}]}}'


def test_equal_amounts_are_written_alike() -> None:
    assert {decimal_text(Decimal(text)) for text in ("100", "100.00", "1E+2")} == {"100"}


def test_other_values_than_money_stay_unchanged() -> None:
    body = {
        "DocNumber": "0042",
        "VendorRef": {"value": "46"},
        "Hours": 3,
        "Credit": True,
        "PrivateNote": 'a "Amount":"1" \\ \u2028 é 日本\n[x]',
        "DepartmentRef": {"value": ""},
        "BillEmail": {},
        "Line": [],
    }
    assert json.loads(encode(body), **EXACT) == body


def test_the_same_body_is_the_same_text_and_no_blank_is_sent() -> None:
    body = {"Line": [{"Amount": "1", "Description": "a"}, {"Amount": "2"}], "DocNumber": "7"}
    assert encode(body) == '{"Line":[{"Amount":1,"Description":"a"},{"Amount":2}],"DocNumber":"7"}'
