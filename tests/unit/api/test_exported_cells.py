"""Cells of the CSV exports that a spreadsheet would take for formulas."""

import csv
from io import StringIO

import pytest

from tests.fakes.service import entry
from tests.unit.api.client import Api

SIGNS = ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"]


@pytest.mark.parametrize("sign", [*SIGNS, " =", "\u3000\uff1d", "\n ="])
def test_a_cell_that_begins_like_a_formula_is_quoted(api: Api, sign: str) -> None:
    """Case security 14."""
    connection = api.app.connected()
    key = f"{sign}1+1"
    run = api.send(connection.id, [entry("t1", staff_key=key)])
    api.app.work()
    text = api.get(run.json["href"].replace("/runs/", "/exports/runs/")).text
    (row,) = csv.DictReader(StringIO(text, newline=""))
    assert row["person"] == f"'{key}"


def test_other_cells_stay_as_they_are(api: Api) -> None:
    connection = api.app.connected()
    run = api.send(connection.id, [entry("t1", staff_key="a=b")])
    api.app.work()
    text = api.get(run.json["href"].replace("/runs/", "/exports/runs/")).text
    (row,) = csv.DictReader(StringIO(text))
    assert (row["person"], row["minutes"]) == ("a=b", "60")
