"""Time entries from lines of JSON."""

import json
from decimal import Decimal

import pytest
from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.model.source_records import TimeEntry
from ledgerlink.wire.records import source_record

GOOD = {"key": "e1", "staff_key": "u1", "work_date": "2026-03-02", "minutes": 90}


def line(**changes: object) -> bytes:
    return json.dumps(GOOD | changes).encode()


@pytest.mark.parametrize("rate", ["0", "95.00", "0.1234567", "99999999"])
def test_a_rate_keeps_its_digits(rate: str) -> None:
    record = source_record(line(bill_rate=rate))
    assert isinstance(record, TimeEntry)
    assert record.bill_rate == Decimal(rate)


@pytest.mark.parametrize("rate", ["1e-999999999", "1e-3000", "0.12345678", "-1", "1e9", "NaN"])
def test_a_rate_that_no_ledger_holds_names_its_field(rate: str) -> None:
    with pytest.raises(Invalid) as wrong:
        source_record(line(bill_rate=rate))
    assert [problem.pointer for problem in wrong.value.problems] == ["/bill_rate"]
