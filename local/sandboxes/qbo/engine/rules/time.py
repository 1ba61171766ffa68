"""TimeActivity: who, how long, for whom, at what rate."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from local.sandboxes.common.clock import PACIFIC
from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine.change import Change
from local.sandboxes.qbo.engine.references import display_name
from local.sandboxes.qbo.protocol.errors import Fault, business

MAX_SECONDS: Final = 8760 * 3600
_CLOCK = re.compile(
    r"(?:\d{4}-\d{2}-\d{2}T)?(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?"
)


def sparse_allowed(change: Change) -> None:
    if change.sent.get("sparse") is True and not change.settings.time_sparse_update:
        raise Fault("500", "Operation sparse update for TimeActivity is not supported.")


def not_billed(change: Change) -> None:
    """An activity on an invoice is closed to the API until the invoice lets go of it."""
    if change.was("BillableStatus") == "HasBeenBilled" and not change.context.by_hand:
        code = change.settings.billed_time_code
        raise business("This time activity has already been billed.", code)


def worker(change: Change) -> None:
    row = change.after
    has = [n for n in ("EmployeeRef", "VendorRef") if row.get(n)]
    if row["NameOf"] == "Other" and not row.get("OtherNameRef"):
        raise Fault("6300", "NameOf must be Employee or Vendor", "NameOf")
    if len(has) != 1 and row["NameOf"] != "Other":
        raise Fault("6290", "Exactly one of EmployeeRef and VendorRef must be given", "NameOf")
    if has and has[0] != f"{row['NameOf']}Ref":
        raise Fault("6300", f"NameOf is {row['NameOf']} but {has[0]} is given", "NameOf")


def billing(change: Change) -> None:
    row = change.after
    status = row["BillableStatus"]
    if status == "HasBeenBilled" and not change.context.by_hand:
        raise Fault("6320", "BillableStatus HasBeenBilled cannot be set", "BillableStatus")
    if status == "Billable" and not change.settings.billable_status_writable:
        row["BillableStatus"] = status = "NotBillable"
    if status == "Billable":
        if not row.get("CustomerRef"):
            raise Fault("6310", "A billable time activity needs a customer", "CustomerRef")
        if change.sent.get("HourlyRate") is None and not change.was("HourlyRate"):
            raise Fault("6330", "A billable time activity needs a rate", "HourlyRate")
    if change.creating and (status == "Billable" or change.settings.time_charge_on_nonbillable):
        row["TimeChargeId"] = int(change.company.sequences["transactions"].next())


def default_item(change: Change) -> None:
    """Without an ItemRef the company's "Hours" item is filled in."""
    row = change.after
    if not row.get("ItemRef") and change.company.default_time_item:
        item = change.company.row("Item", change.company.default_time_item)
        if item is not None:
            row["ItemRef"] = {"value": item["Id"], "name": display_name(item)}
    item = change.company.row("Item", (row.get("ItemRef") or {}).get("value", ""))
    if item is not None and item.get("Type") == "Category":
        words = "Invalid Reference Id : Categories cannot be used in transactions."
        raise Fault("2500", words, "ItemRef")


def duration(change: Change) -> None:
    row = change.after
    row.setdefault("TxnDate", change.context.clock.today().isoformat())
    by_clock = [n for n in ("StartTime", "EndTime") if row.get(n)]
    by_length = [n for n in ("Hours", "Minutes", "Seconds") if row.get(n) is not None]
    if by_clock and by_length:
        _one_style(change, by_clock, by_length)
    if any(row.get(n) for n in ("StartTime", "EndTime")):
        _by_clock(row)
    elif any(row.get(n) is not None for n in ("Hours", "Minutes", "Seconds")):
        _by_length(row)
    else:
        raise Fault("6350", "Either Hours and Minutes or StartTime and EndTime are needed", "Hours")


def _one_style(change: Change, by_clock: list[str], by_length: list[str]) -> None:
    """A sparse update may switch from one style to the other; sending both is refused."""
    sent_clock = [n for n in by_clock if n in change.sent]
    sent_length = [n for n in by_length if n in change.sent]
    if bool(sent_clock) == bool(sent_length):
        words = "Give either Hours and Minutes or StartTime and EndTime, not both"
        raise Fault("6390", words, "StartTime")
    for name in by_length if sent_clock else by_clock:
        del change.after[name]


def _by_length(row: Row) -> None:
    hours, minutes, seconds = (row.get(n) or 0 for n in ("Hours", "Minutes", "Seconds"))
    if minutes > 59 or seconds > 59:
        raise Fault("6340", "Minutes and Seconds must be between 0 and 59", "Minutes")
    if any(row.get(n) for n in ("BreakHours", "BreakMinutes", "BreakSeconds")):
        raise Fault("6360", "A break needs StartTime and EndTime", "BreakHours")
    if hours * 3600 + minutes * 60 + seconds > MAX_SECONDS:
        raise Fault("6380", "A duration cannot exceed 8760 hours", "Hours")
    row.update(Hours=hours, Minutes=minutes, Seconds=seconds)


def _by_clock(row: Row) -> None:
    if not (row.get("StartTime") and row.get("EndTime")):
        raise Fault("6350", "StartTime and EndTime are needed together", "StartTime")
    on = date.fromisoformat(row["TxnDate"])
    start, end = (company_time(row[n], on, n) for n in ("StartTime", "EndTime"))
    if start > end:
        raise Fault("6370", "StartTime is after EndTime", "StartTime")
    pause = sum(
        (row.get(name) or 0) * size
        for name, size in (("BreakHours", 3600), ("BreakMinutes", 60), ("BreakSeconds", 1))
    )
    if timedelta(seconds=pause) > end - start:
        raise Fault("6360", "The break is longer than the time between start and end", "BreakHours")
    row.update(StartTime=start.isoformat(), EndTime=end.isoformat())


def company_time(text: str, on: date, element: str) -> datetime:
    """A clock time on a day, in the company's zone.

    Only the clock time of what was sent counts. With an offset it is shifted to Pacific time,
    so 08:00-08:00 on a summer day is shown as 09:00-07:00.
    """
    match = _CLOCK.fullmatch(text.strip())
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise Fault("6340", f"Invalid time : {text}", element)
    zone = _zone(match[4]) if match[4] else None
    local = datetime(
        on.year, on.month, on.day, int(match[1]), int(match[2]), int(match[3] or 0), tzinfo=PACIFIC
    )
    if zone is None:
        return local
    shifted = local.replace(tzinfo=zone).astimezone(PACIFIC)
    return datetime.combine(on, shifted.timetz())


def _zone(offset: str) -> timezone:
    if offset == "Z":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    size = timedelta(hours=hours, minutes=minutes)
    return timezone(-size if offset[0] == "-" else size)


def other_name(change: Change) -> None:
    """The quirk of 2016: an EmployeeRef that is really a customer comes back as OtherNameRef."""
    reference = change.after.get("EmployeeRef") or {}
    if not change.settings.other_name_quirk or "name" in reference or not reference:
        return
    stranger = change.company.row("Customer", reference["value"])
    if stranger is None:
        words = f"Invalid Reference Id : Names element id {reference['value']} not found"
        raise Fault("2500", words, "EmployeeRef")
    change.after["NameOf"] = "Other"
    change.after["OtherNameRef"] = {"value": stranger["Id"], "name": display_name(stranger)}
    change.after.pop("EmployeeRef", None)
