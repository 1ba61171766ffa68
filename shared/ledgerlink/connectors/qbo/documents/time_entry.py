"""Time entries: TimeActivity."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import combinations
from typing import Any

from ledgerlink.connectors.qbo.documents.common import PERSON_ENTITY, ref, reference_value
from ledgerlink.connectors.qbo.documents.text import LENGTHS, Wording
from ledgerlink.connectors.qbo.protocol.json_body import decimal_text
from ledgerlink.domain.model.documents import Document, ResolvedTime
from ledgerlink.domain.model.reasons import Blocked, reason

TIME_ENTRY = "TimeActivity"

ADDED_BY_OTHERS = ("ItemRef", "ClassRef", "DepartmentRef")
"""Fields that a stored time entry may have though they were not sent: QuickBooks fills in the item,
and bookkeepers add class and location."""


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
        "Taxable": False,
        **({"Description": text} if text else {}),
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


def possible_time_bodies(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The bodies that QuickBooks may have stored as this time entry, as `compose_time_entry` makes
    them: one for each combination of ADDED_BY_OTHERS, the one with the fewest fields first."""
    billable = row.get("BillableStatus") in ("Billable", "HasBeenBilled")
    name_of = str(row.get("NameOf"))
    body: dict[str, Any] = {
        "NameOf": name_of,
        f"{name_of}Ref": _id_only(row.get(f"{name_of}Ref")),
        "TxnDate": row.get("TxnDate"),
        "Hours": int(row.get("Hours") or 0),
        "Minutes": int(row.get("Minutes") or 0),
        "BillableStatus": "Billable" if billable else "NotBillable",
        "Taxable": row.get("Taxable", False),
    }
    if row.get("CustomerRef"):
        body["CustomerRef"] = _id_only(row["CustomerRef"])
    if billable:
        body["HourlyRate"] = decimal_text(Decimal(str(row.get("HourlyRate") or 0)))
    if row.get("Description"):
        body["Description"] = str(row["Description"])
    present = [name for name in ADDED_BY_OTHERS if row.get(name)]
    for count in range(len(present) + 1):
        for names in combinations(present, count):
            yield {**body, **{name: _id_only(row[name]) for name in names}}


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
    name_of = PERSON_ENTITY[time.person]
    hours, minutes = divmod(time.minutes, 60)
    return {
        "NameOf": name_of,
        **ref(f"{name_of}Ref", time.staff),
        "TxnDate": time.day.isoformat(),
        "Hours": hours,
        "Minutes": minutes,
    }


def _billing(time: ResolvedTime) -> dict[str, Any]:
    """The billable status; the rate is sent only with billable time, because it has no meaning
    otherwise."""
    if not time.billable or time.rate is None:
        return {"BillableStatus": "NotBillable"}
    return {"BillableStatus": "Billable", "HourlyRate": decimal_text(time.rate)}
