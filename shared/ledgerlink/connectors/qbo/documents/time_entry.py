"""Time entries: TimeActivity."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ledgerlink.connectors.qbo.documents.common import (
    PERSON_ENTITY,
    PERSON_REFERENCE,
    day_text,
    ref,
    reference_value,
)
from ledgerlink.connectors.qbo.documents.owned_fields import choices
from ledgerlink.connectors.qbo.documents.text import LENGTHS, Wording
from ledgerlink.connectors.qbo.protocol.json_body import decimal_text
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.fingerprints import fingerprints_without
from ledgerlink.domain.model.reasons import Blocked, reason
from ledgerlink.domain.model.references import Body
from ledgerlink.domain.model.resolved_time import ResolvedTime

TIME_ENTRY = "TimeActivity"

ADDED_BY_OTHERS = ("ItemRef", "ClassRef", "DepartmentRef", "CostRate")
"""Fields that a stored time entry may have though they were not sent: QuickBooks fills in the item
and the employee's cost rate, and bookkeepers add class and location."""

LENGTH = (
    "Hours", "Minutes", "Seconds", "StartTime", "EndTime",
    "BreakHours", "BreakMinutes", "BreakSeconds",
)  # fmt: skip
"""The fields that state how long it is. We send the first two; somebody may have entered others,
which exclude those (6390)."""

ALWAYS_OURS = frozenset(
    {
        "NameOf", "EmployeeRef", "VendorRef", "OtherNameRef", "TxnDate", "CustomerRef",
        "BillableStatus", "Description", *LENGTH,
    }
)  # fmt: skip
"""The fields of a stored time entry that an update replaces whatever they hold."""

CREATED_AS: Mapping[str, Any] = {"Taxable": False}
"""What a new time entry is sent with and no update changes."""


def compose_time_entry(time: ResolvedTime) -> Document:
    """A TimeActivity with date, hours and minutes, never clock times. Raises Blocked."""
    _refuse_unbillable(time)
    wording = Wording(time.shorten)
    text = wording.join(time.parts, LENGTHS["Description"])
    body = {
        **_worked(time),
        **ref("CustomerRef", time.customer),
        **ref("ItemRef", time.item),
        **ref("ClassRef", time.class_id),
        **ref("DepartmentRef", time.location_id),
        **_billing(time),
        **CREATED_AS,
        **({"Description": text} if text else {}),
        **_cost(time),
    }
    return Document(
        key=time.key,
        kind=TIME_ENTRY,
        body=body,
        members=tuple(entry.key for entry in time.entries),
        day=time.day,
        minutes=time.minutes,
        warnings=tuple(wording.warnings),
    )


def possible_time_bodies(row: Mapping[str, Any]) -> Iterator[Body]:
    """The bodies that QuickBooks may have stored as this time entry, as `compose_time_entry` makes
    them: one for each choice of ADDED_BY_OTHERS, the one with most fields first."""
    body, left_out = _forms(row)
    for names in left_out:
        yield {name: value for name, value in body.items() if name not in names}


def possible_time_fingerprints(row: Mapping[str, Any]) -> Iterator[str]:
    """The fingerprints of `possible_time_bodies`, in the same order."""
    return fingerprints_without(*_forms(row))


def _forms(row: Mapping[str, Any]) -> tuple[Body, Sequence[Sequence[str]]]:
    """The body with all that the entry has, and each choice of what was not sent of it. QuickBooks
    shows a cost rate of 0 if none was sent, so the choices that keep it come last."""
    names = [name for name in ADDED_BY_OTHERS if row.get(name)]
    added = {name: _sent_value(name, row[name]) for name in names}
    left_out: list[Sequence[str]] = [*choices(names)]
    if "CostRate" in row and "CostRate" not in added:
        added["CostRate"] = "0"
        left_out = [*((*some, "CostRate") for some in left_out), *left_out]
    return {**_stored(row), **added}, left_out


def _stored(row: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a stored time entry without ADDED_BY_OTHERS."""
    billable = row.get("BillableStatus") in ("Billable", "HasBeenBilled")
    name_of, seconds = str(row.get("NameOf")), int(row.get("Seconds") or 0)
    customer, text = row.get("CustomerRef"), row.get("Description")
    rate = decimal_text(Decimal(str(row.get("HourlyRate") or 0)))
    return {
        "NameOf": name_of,
        f"{name_of}Ref": _id_only(row.get(f"{name_of}Ref")),
        "TxnDate": row.get("TxnDate"),
        "Hours": int(row.get("Hours") or 0),
        "Minutes": int(row.get("Minutes") or 0),
        **({"Seconds": seconds} if seconds else {}),
        "BillableStatus": "Billable" if billable else "NotBillable",
        **CREATED_AS,
        **({"CustomerRef": _id_only(customer)} if customer else {}),
        **({"HourlyRate": rate} if billable else {}),
        **({"Description": str(text)} if text else {}),
    }


def _sent_value(name: str, value: Any) -> Any:
    """The value of one of ADDED_BY_OTHERS as a body has it."""
    return decimal_text(Decimal(str(value))) if name == "CostRate" else _id_only(value)


def _id_only(value: Any) -> Mapping[str, Any]:
    return reference_value(str(value["value"])) if value else {}


def _refuse_unbillable(time: ResolvedTime) -> None:
    if not time.billable:
        return
    if time.customer is None:
        raise Blocked(reason("missing_customer"))
    if time.rate is None:
        raise Blocked(reason("missing_rate", key=time.entry.labor_code_key or "(none)"))


def _worked(time: ResolvedTime) -> dict[str, Any]:
    hours, minutes = divmod(time.minutes, 60)
    return {
        "NameOf": PERSON_ENTITY[time.person],
        **ref(PERSON_REFERENCE[time.person], time.staff),
        "TxnDate": day_text(time.day),
        "Hours": hours,
        "Minutes": minutes,
    }


def _billing(time: ResolvedTime) -> dict[str, Any]:
    """The billable status; the rate is sent only with billable time, because it has no meaning
    otherwise."""
    if not time.billable or time.rate is None:
        return {"BillableStatus": "NotBillable"}
    return {"BillableStatus": "Billable", "HourlyRate": decimal_text(time.rate)}


def _cost(time: ResolvedTime) -> dict[str, Any]:
    """What an hour costs, if the record says so; QuickBooks fills in the employee's rate
    otherwise."""
    return {} if time.cost_rate is None else {"CostRate": decimal_text(time.cost_rate)}
