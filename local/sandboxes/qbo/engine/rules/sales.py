"""Sales forms: what QuickBooks fills in, and the time they bill."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

from local.sandboxes.qbo.books.rows import Row, clone
from local.sandboxes.qbo.engine.change import Change
from local.sandboxes.qbo.protocol.errors import Fault


def filled(change: Change) -> None:
    row = change.after
    customer = change.company.row("Customer", (row.get("CustomerRef") or {}).get("value", ""))
    if change.creating and customer is not None:
        for name in ("BillAddr", "ShipAddr", "SalesTermRef"):
            if name in customer and (name != "SalesTermRef" or change.entity.name == "Invoice"):
                row.setdefault(name, clone(customer[name]))
    row.setdefault("LinkedTxn", [])
    if row.get("EmailStatus") == "NeedToSend" and not row.get("BillEmail"):
        raise Fault("6420", "BillEmail is needed when EmailStatus is NeedToSend", "BillEmail")


def due(change: Change) -> None:
    row = change.after
    if row.get("DueDate"):
        return
    term = change.company.row("Term", (row.get("SalesTermRef") or {}).get("value", "")) or {}
    row["DueDate"] = _due(date.fromisoformat(row["TxnDate"]), term).isoformat()


def _due(on: date, term: Row) -> date:
    """So many days later, or on a day of the month that is far enough away."""
    if not term.get("DayOfMonthDue"):
        return on + timedelta(days=int(term.get("DueDays") or 0))
    day = _day_of_month(on, int(term["DayOfMonthDue"]))
    if day < on + timedelta(days=int(term.get("DueNextMonthDays") or 0)):
        day = _day_of_month(on.replace(day=1) + timedelta(days=32), int(term["DayOfMonthDue"]))
    return day


def _day_of_month(month: date, day: int) -> date:
    return month.replace(day=min(day, monthrange(month.year, month.month)[1]))


def custom_fields(change: Change) -> None:
    """The company's definitions, each with the value that was sent for it."""
    sent = {f.get("DefinitionId"): f for f in change.after.get("CustomField", ())}
    names = defined_fields(change.company.preference("SalesFormsPrefs", "CustomField"))
    for unknown in sent.keys() - names.keys():
        raise Fault("3000", f"Custom field {unknown} is not defined", "CustomField")
    change.after["CustomField"] = [
        _custom_field(key, name, sent.get(key, {})) for key, name in names.items()
    ]


def _custom_field(key: str, name: str, sent: Row) -> Row:
    described = {"DefinitionId": key, "Name": name, "Type": "StringType"}
    value = sent.get("StringValue")
    return {**described, "StringValue": value} if value else described


def defined_fields(preference: object) -> dict[str, str]:
    """Definition id to label, from the doubly nested preference."""
    flat: list[dict[str, Any]] = []
    for group in preference if isinstance(preference, list) else ():
        flat.extend(group.get("CustomField", ()))
    used = {f["Name"][-1] for f in flat if "UseSales" in f["Name"] and f.get("BooleanValue")}
    labels = {
        f["Name"][-1]: f.get("StringValue", "") for f in flat if "SalesCustomName" in f["Name"]
    }
    return {key: label for key, label in sorted(labels.items()) if key in used}
