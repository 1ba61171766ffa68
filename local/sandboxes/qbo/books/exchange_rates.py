"""The table of exchange rates: per currency, from a day on."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from local.sandboxes.qbo.books.company import Company
from local.sandboxes.qbo.books.rows import Record, Row

NAME = "ExchangeRate"


def newest(company: Company, code: str) -> Row | None:
    return max(_of(company, code), key=_day, default=None)


def on_day(company: Company, code: str, day: str) -> Row | None:
    """The rate that was set for this very day."""
    return next((row for row in _of(company, code) if row["AsOfDate"] == day), None)


def as_of(company: Company, code: str, day: str, without_day: str) -> Row | None:
    """The rate that holds on a day: its own, or as `without_day` says the latest one before.

    A day before the first one has the first one's rate.
    """
    own = on_day(company, code, day)
    if own is not None or without_day != "earlier":
        return own
    earlier = [row for row in _of(company, code) if row["AsOfDate"] <= day]
    found = max(earlier, key=_day, default=min(_of(company, code), key=_day, default=None))
    return None if found is None else {**found, "AsOfDate": day}


def all_as_of(company: Company, day: str, without_day: str) -> list[Record]:
    """Every currency's rate on a day."""
    codes = dict.fromkeys(row["SourceCurrencyCode"] for row in company.rows(NAME))
    found = (as_of(company, code, day, without_day) for code in codes)
    times = {r.row["Id"]: r for r in company.table(NAME).records.values()}
    return [Record(row, times[row["Id"]].created, times[row["Id"]].updated) for row in found if row]


def rate(company: Company, code: str, day: str) -> Decimal:
    """Home units for one unit of the currency; 1 for the home currency and an unknown one."""
    row = None if code == company.home["value"] else as_of(company, code, day, "earlier")
    return Decimal(1) if row is None else Decimal(row["Rate"])


def _of(company: Company, code: str) -> Iterator[Row]:
    return (row for row in company.rows(NAME) if row["SourceCurrencyCode"] == code)


def _day(row: Row) -> str:
    return str(row["AsOfDate"])
