"""Statements of the query language."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from ledgerlink.connectors.qbo.protocol import queries


def read_literal(statement: str, start: int) -> tuple[str, int]:
    """Reads a quoted string as the ledger does; the text and where it ends."""
    assert statement[start] == "'"
    text, at = "", start + 1
    while statement[at] != "'":
        at += statement[at] == "\\"
        text, at = text + statement[at], at + 1
    return text, at + 1


@given(st.text())
def test_any_text_reads_back_as_itself_and_ends_where_it_should(text: str) -> None:
    literal = queries.literal(text)
    assert read_literal(literal, 0) == (text, len(literal))


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_no_value_breaks_out_of_a_list(values: list[str]) -> None:
    condition = queries.is_in("DisplayName", values)
    at = len("DisplayName IN (")
    for number, value in enumerate(values):
        assert condition[:at].endswith(", " if number else "(")
        text, at = read_literal(condition, at)
        assert text == value
        at += 2 if condition[at : at + 2] == ", " else 0
    assert condition[at:] == ")"


def test_an_apostrophe_is_escaped_as_the_ledger_wants_it() -> None:
    assert queries.literal("Amy's Bird Sanctuary") == r"'Amy\'s Bird Sanctuary'"


def test_a_moment_carries_its_offset() -> None:
    moment = datetime(2026, 1, 1, 8, 30, 15, 999, tzinfo=UTC)
    condition = queries.at_or_after("MetaData.CreateTime", moment)
    assert condition == "MetaData.CreateTime >= '2026-01-01T08:30:15+00:00'"


def test_pages_are_ordered_and_hold_a_thousand() -> None:
    statement = queries.select("TimeActivity", "Id IN ('1')", "Active = true", start=2001)
    assert statement == (
        "SELECT * FROM TimeActivity WHERE Id IN ('1') AND Active = true "
        "ORDERBY Id STARTPOSITION 2001 MAXRESULTS 1000"
    )
