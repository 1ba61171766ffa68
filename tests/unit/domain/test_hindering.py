"""Entries that cannot be posted, and the entries that they may be combined with.

Case general 01.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.partial_records import NOTHING_READ, PartialRecord
from ledgerlink.domain.model.source_records import TimeEntry
from ledgerlink.domain.planning.hindering import (
    MAY_BE_FILLED_IN,
    MOST_UNCLEAR,
    MUST_AGREE,
    HinderingEntries,
    few,
    fields_of,
)

ENTRY = TimeEntry(key="a", staff_key="u1", work_date=date(2026, 2, 27), minutes=60)
OTHER: dict[str, Any] = {
    "staff_key": "u2",
    "work_date": date(2026, 2, 26),
    "client_key": "c1",
    "project_key": "p1",
    "labor_code_key": "dev",
    "leave_type_key": "ill",
    "billable": True,
    "bill_rate": Decimal(80),
    "class_key": "k1",
    "department_key": "d1",
    "location_key": "l1",
}


def without(read: PartialRecord, name: str) -> PartialRecord:
    """The record, of which this field cannot be read."""
    return PartialRecord(values={n: v for n, v in read.values.items() if n != name})


def hinders(read: PartialRecord, *entries: TimeEntry) -> bool:
    found = HinderingEntries()
    found.add(read, "bad")
    return found.of(entries) == "bad"


def test_an_entry_that_agrees_in_everything_hinders() -> None:
    assert hinders(fields_of(ENTRY), ENTRY)
    assert hinders(NOTHING_READ, ENTRY)
    assert not hinders(fields_of(ENTRY))
    assert HinderingEntries().of([ENTRY]) is None


@pytest.mark.parametrize("name", MUST_AGREE)
def test_a_field_in_which_entries_must_agree_tells_them_apart_if_it_can_be_read(name: str) -> None:
    other = fields_of(replace(ENTRY, **{name: OTHER[name]}))
    assert not hinders(other, ENTRY)
    assert hinders(without(other, name), ENTRY)
    assert hinders(other, ENTRY, replace(ENTRY, **{name: OTHER[name]}))


@pytest.mark.parametrize("name", MAY_BE_FILLED_IN)
def test_a_field_that_may_be_filled_in_tells_apart_only_where_both_state_it(name: str) -> None:
    stated = replace(ENTRY, **{name: OTHER[name]})
    another: Any = Decimal(1) if name == "bill_rate" else "other"
    third = replace(ENTRY, **{name: another})
    assert hinders(fields_of(stated), stated)
    assert hinders(fields_of(stated), ENTRY)
    assert hinders(fields_of(ENTRY), stated)
    assert not hinders(fields_of(stated), third)
    assert hinders(without(fields_of(stated), name), third)


def test_many_unclear_records_count_as_one_that_may_be_any() -> None:
    unclear = [(fields_of(ENTRY), str(n)) for n in range(MOST_UNCLEAR)]
    assert few(unclear) == unclear
    assert few([*unclear, (NOTHING_READ, "last")]) == [(NOTHING_READ, "0")]
    assert few([]) == []
