from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from local.demo.timesheet import Row, Timesheet

ROW = Row(
    entry_key="e1",
    work_date=date(2026, 3, 2),
    staff_key="u1",
    staff="Zoë Lind",
    client_key="c1",
    client="Brandt",
    project_key="p1",
    project="Hall",
    labor_code="Design",
    billable=True,
    minutes=90,
    task="Plan",
    notes="",
)


@pytest.fixture
def sheet() -> Callable[..., Timesheet]:
    """A timesheet of rows that differ from a plain one as the arguments say."""

    def make(*changes: dict[str, Any]) -> Timesheet:
        rows = (
            replace(ROW, **({"entry_key": f"e{number}"} | change))
            for number, change in enumerate(changes, start=1)
        )
        return Timesheet("hours.csv", "0" * 64, tuple(rows))

    return make
