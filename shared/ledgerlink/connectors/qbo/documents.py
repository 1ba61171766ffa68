"""Composing: neutral records as the ledger's documents.

Bodies are JSON values. Money is a decimal string there, exact through every store; `wire` turns
it into a JSON number with the same digits.
"""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ledgerlink.connectors.qbo import texts
from ledgerlink.domain.documents import (
    Document,
    NewCustomer,
    NewItem,
    NewListRecord,
    NewPerson,
    ResolvedTime,
    Target,
    reference,
)
from ledgerlink.domain.ports import Blocked
from ledgerlink.domain.reasons import Reason, reason

SEPARATOR = " - "
"""Between the task and the notes in a description."""

AMOUNTS = frozenset({"HourlyRate", "UnitPrice"})
"""Fields that hold money."""

NAME_OF = {"employee": "Employee", "vendor": "Vendor"}


class Documents:
    """The composer of QuickBooks Online."""

    def time(self, time: ResolvedTime) -> Document:
        """A TimeActivity: date, hours and minutes, never clock times. Raises Blocked."""
        _refuse_unbillable(time)
        description, warnings = _description(time)
        body = {
            **_worked(time),
            **_optional("CustomerRef", time.customer),
            **_optional("ItemRef", time.item),
            **_billing(time),
            "Taxable": False,
            **description,
        }
        return Document(
            key=time.key,
            kind="TimeActivity",
            body=body,
            members=tuple(entry.key for entry in time.entries),
            day=time.day,
            minutes=time.minutes,
            warnings=warnings,
        )

    def list_record(self, record: NewListRecord) -> Document:
        """A Customer, Employee, Vendor or service Item. Raises Blocked."""
        match record:
            case NewCustomer():
                kind, body = "Customer", _customer(record)
            case NewPerson():
                kind, body = NAME_OF[record.person], _person(record)
            case NewItem():
                kind, body = "Item", _item(record)
        return Document(record.key, kind, body, (record.key,))


def amount(money: Decimal) -> str:
    """Money in its shortest plain form: `15.5`, `100`, never an exponent."""
    text = f"{money:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def wire(body: Mapping[str, Any]) -> str:
    """The body as JSON text, the same for the same body; money as exact JSON numbers."""
    return f"{{{','.join(_member(name, value) for name, value in body.items())}}}"


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _member(name: str, value: Any) -> str:
    text = str(value) if name in AMOUNTS else _encode(value)
    return f'"{name}":{text}'


def sent_forms(activity: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The bodies that the ledger would answer with this time activity, as `time` composes them:
    with the item as it is, and without, because the ledger fills in one that was not sent."""
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
    yield form
    yield {**form, "ItemRef": _only_id(activity.get("ItemRef"))}


def _only_id(ref: Any) -> dict[str, str]:
    return {"value": str(ref["value"])} if ref else {}


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
        f"{name_of}Ref": {"value": reference(time.staff)},
        "TxnDate": time.day.isoformat(),
        "Hours": hours,
        "Minutes": minutes,
    }


def _optional(name: str, target: Target | None) -> dict[str, Any]:
    return {} if target is None else {name: {"value": reference(target)}}


def _billing(time: ResolvedTime) -> dict[str, Any]:
    """The rate is sent with billable time only; elsewhere it would mean nothing."""
    if not time.billable or time.rate is None:
        return {"BillableStatus": "NotBillable"}
    return {"BillableStatus": "Billable", "HourlyRate": amount(time.rate)}


def _description(time: ResolvedTime) -> tuple[dict[str, str], tuple[Reason, ...]]:
    """The text, if there is one, and a warning when it had to be cut. Raises Blocked."""
    given = ((field, texts.free_text(part, field)) for field, part in time.parts)
    parts = [(field, part) for field, part in given if part]
    if not parts:
        return {}, ()
    text, field = SEPARATOR.join(part for _, part in parts), parts[-1][0]
    if time.shorten:
        cut, warnings = texts.cut(text, "Description", field)
        return {"Description": cut}, warnings
    return {"Description": texts.fitting(text, "Description", field)}, ()


def _customer(record: NewCustomer) -> dict[str, Any]:
    body: dict[str, Any] = {"DisplayName": texts.name(record.name, "DisplayName")}
    below = {} if record.parent is None else {"Job": True}
    return {**body, **below, **_optional("ParentRef", record.parent)}


def _person(record: NewPerson) -> dict[str, Any]:
    named = {"DisplayName": texts.name(record.name, "DisplayName"), **_name_parts(record)}
    if not record.email:
        return named
    return {**named, "PrimaryEmailAddr": {"Address": texts.email(record.email)}}


def _item(record: NewItem) -> dict[str, Any]:
    price = {} if record.rate is None else {"UnitPrice": amount(record.rate)}
    below = {"SubItem": True, "ParentRef": {"value": record.parent_id}} if record.parent_id else {}
    return {
        "Name": texts.name(record.name, "Name"),
        "Type": "Service",
        "IncomeAccountRef": {"value": record.income_account_id},
        **price,
        **below,
    }


def _name_parts(record: NewPerson) -> dict[str, str]:
    """As given, else from the words of the name: the last is the family's, the rest the given."""
    given, family = record.given_name, record.family_name
    if not given and not family:
        *first, last = record.name.split()
        given, family = (" ".join(first), last) if first else (last, None)
    parts = {"GivenName": (given, "given_name"), "FamilyName": (family, "family_name")}
    return {
        member: texts.name(part, member, field) for member, (part, field) in parts.items() if part
    }
