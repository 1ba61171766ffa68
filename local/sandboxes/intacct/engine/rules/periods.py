"""Closed books: each module has its own last closed day, and the general ledger one for all."""

from __future__ import annotations

from datetime import date, timedelta

from local.sandboxes.intacct.books.company import Company
from local.sandboxes.intacct.books.rows import Record, Values
from local.sandboxes.intacct.engine.change import Change
from local.sandboxes.intacct.protocol.errors import Refusal, broken
from local.sandboxes.intacct.protocol.timestamps import day_of, day_text
from local.sandboxes.intacct.schema.fields import Object


def posting_day(entry: Object, values: Values) -> date | None:
    for name in entry.posting_dates:
        if values.get(name):
            return day_of(values[name])
    return None


def closed_through(company: Company, module: str) -> date | None:
    days = [company.closed[m] for m in (module, "GL") if m in company.closed]
    return max(days, default=None)


def open_period(change: Change) -> None:
    """What posts must post to an open period; attachments and the like do not post."""
    if not change.entry.module or change.value("STATE") == "Draft":
        return
    dates_stay = not any(change.changed(name) for name in change.entry.posting_dates)
    if not change.creating and change.lines is None and dates_stay:
        return
    _must_be_open(change.company, change.entry, change.after)
    if change.before is not None:
        _must_be_open(change.company, change.entry, change.before.values)


def still_open(company: Company, entry: Object, record: Record) -> None:
    """A document that posted to a closed period cannot be deleted."""
    if entry.module and record.values.get("STATE") != "Draft":
        _must_be_open(company, entry, record.values)


def _must_be_open(company: Company, entry: Object, values: Values) -> None:
    day, closed = posting_day(entry, values), closed_through(company, entry.module)
    if day is not None and closed is not None and day <= closed:
        raise shut(entry.module, day, closed)


def shut(module: str, day: date, closed: date) -> Refusal:
    first = day_text(closed + timedelta(days=1))
    words = f"The {module} period of {day_text(day)} is closed. Date must be on or after {first}."
    return broken(words, "Open the period or use a later date, then try again.")
