"""Time as the ledger keeps it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import combinations
from typing import Any

from ledgerlink.connectors.qbo.documents.common import NAME_OF, pointer, ref
from ledgerlink.connectors.qbo.documents.text import LENGTHS, Wording
from ledgerlink.connectors.qbo.protocol.json_body import amount
from ledgerlink.domain.model.documents import Document, ResolvedTime
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.ports import Blocked

MAY_BE_ADDED = ("ItemRef", "ClassRef", "DepartmentRef")
"""What an activity may have that was not sent."""


def activity(time: ResolvedTime) -> Document:
    """A TimeActivity: date, hours and minutes, never clock times. Raises Blocked."""
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
        kind="TimeActivity",
        body=body,
        members=tuple(entry.key for entry in time.entries),
        day=time.day,
        minutes=time.minutes,
        warnings=tuple(wording.warnings),
    )


def sent_forms(activity: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The bodies that may have become this time activity, as `activity` composes them, the barest
    first: with and without the item, because the ledger fills in one that was not sent, and with
    and without class and location, because bookkeepers may have added them."""
    billable = activity.get("BillableStatus") in ("Billable", "HasBeenBilled")
    name_of = str(activity.get("NameOf"))
    form: dict[str, Any] = {
        "NameOf": name_of,
        f"{name_of}Ref": _only_id(activity.get(f"{name_of}Ref")),
        "TxnDate": activity.get("TxnDate"),
        "Hours": int(activity.get("Hours") or 0),
        "Minutes": int(activity.get("Minutes") or 0),
        "BillableStatus": "Billable" if billable else "NotBillable",
        "Taxable": activity.get("Taxable", False),
    }
    if activity.get("CustomerRef"):
        form["CustomerRef"] = _only_id(activity["CustomerRef"])
    if billable:
        form["HourlyRate"] = amount(Decimal(str(activity.get("HourlyRate") or 0)))
    if activity.get("Description"):
        form["Description"] = str(activity["Description"])
    there = [name for name in MAY_BE_ADDED if activity.get(name)]
    for count in range(len(there) + 1):
        for names in combinations(there, count):
            yield {**form, **{name: _only_id(activity[name]) for name in names}}


def _only_id(ref: Any) -> Mapping[str, Any]:
    return pointer(str(ref["value"])) if ref else {}


def _refuse_unbillable(time: ResolvedTime) -> None:
    if not time.billable:
        return
    if time.customer is None:
        raise Blocked(reason("missing_customer"))
    if time.rate is None:
        raise Blocked(reason("missing_rate", key=time.entry.labor_code_key or "(none)"))


def _worked(time: ResolvedTime) -> dict[str, Any]:
    name_of = NAME_OF[time.person]
    hours, minutes = divmod(time.minutes, 60)
    return {
        "NameOf": name_of,
        **ref(f"{name_of}Ref", time.staff),
        "TxnDate": time.day.isoformat(),
        "Hours": hours,
        "Minutes": minutes,
    }


def _billing(time: ResolvedTime) -> dict[str, Any]:
    """The rate is sent with billable time only; elsewhere it would mean nothing."""
    if not time.billable or time.rate is None:
        return {"BillableStatus": "NotBillable"}
    return {"BillableStatus": "Billable", "HourlyRate": amount(time.rate)}
