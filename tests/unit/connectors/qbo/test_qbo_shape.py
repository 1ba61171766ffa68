"""Case product 4: fields that are read have the shape of the schema, and others may have any."""

from typing import Any

import pytest
from ledgerlink.connectors.qbo.protocol.shape import LISTS, NUMBERS, OBJECTS, TEXTS, is_well_formed

UNKNOWN: list[Any] = [None, True, 7, "x", [], ["x"], [{}], {}, [[1]], {"x": [{"y": [None]}]}]


@pytest.mark.parametrize("value", UNKNOWN)
@pytest.mark.parametrize("name", ["TagRef", "MemoRef", "GroupLineDetail", "CustomExtensions", "x"])
def test_a_field_that_is_not_read_may_have_any_shape(name: str, value: Any) -> None:
    """A record is not refused for a list that Intuit adds one day."""
    line = {"Amount": 5, "SalesItemLineDetail": {"ItemRef": {"value": "1"}, name: value}}
    assert is_well_formed({"Id": "1", "Line": [{**line, name: value}], name: value})


@pytest.mark.parametrize(
    ("names", "wrong"),
    [
        (OBJECTS, [[], [{}], "x", 7, True]),
        (LISTS, [{}, "x", 7, ["x"], [None]]),
        (NUMBERS, [{}, [], "x", "1e999"]),
        (TEXTS, [{}, []]),
    ],
)
def test_a_field_that_is_read_has_its_own_shape(names: frozenset[str], wrong: list[Any]) -> None:
    for name in names:
        for value in wrong:
            assert not is_well_formed({name: value}), (name, value)
            assert not is_well_formed({"Line": [{"x": {name: value}}]}), (name, value)
        assert is_well_formed({name: None})
