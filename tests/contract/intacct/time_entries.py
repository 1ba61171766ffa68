"""Entries of timesheets: what is posted, and what the company holds of it."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.source_records import Record, RecordKind

from tests.contract.intacct.books import Row
from tests.contract.intacct.poster import Poster
from tests.contract.papers import DAY, gone
from tests.contract.poster import Outcomes

NEXT = DAY + timedelta(days=7)


def deleted(key: str = "t1") -> Record:
    return gone(key, RecordKind.TIME)


def states(outcomes: Outcomes) -> Mapping[str, ItemState]:
    return {key: outcome.state for key, outcome in outcomes.items()}


def theirs(poster: Poster, state: str = "Draft", **entry: Any) -> str:
    """Somebody has entered time by hand; the RECORDNO of the sheet."""
    line = {"ENTRYDATE": "03/03/2026", "QTY": "1.5", "NOTES": "By hand", "PROJECTID": "P-1"}
    sheet = {"EMPLOYEEID": "E1", "BEGINDATE": "03/02/2026", "STATE": state}
    return str(poster.books.create("TIMESHEET", [{**line, **entry}], **sheet)["RECORDNO"])


def kept(row: Row) -> Row:
    return {k: v for k, v in row.items() if k not in ("parent", "STATE", "LINENO")}


def hours(poster: Poster) -> Mapping[str, Decimal]:
    """The hours of all entries of ours, by their marks; one that is there twice fails."""
    told = [
        (str(entry["NOTES"]).splitlines()[-1][1:-1], Decimal(entry["QTY"]))
        for entry in poster.books.rows("TIMESHEETENTRY")
        if "[" in str(entry.get("NOTES"))
    ]
    assert len({mark for mark, _ in told}) == len(told)
    return dict(told)
