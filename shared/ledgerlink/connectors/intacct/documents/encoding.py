"""Bodies of documents: JSON values under the ledger's own names, but for references and days.

A reference stands under the name of its place (`FOR`, `ITEM`) and says of which object it is
(`project/P-7`); which field of the ledger that goes to is decided when it is sent, since a record
that the same plan creates is not known before. Days are ISO 8601.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ledgerlink.connectors.intacct.protocol.record_ids import parse
from ledgerlink.connectors.intacct.protocol.values import DATE_FORMAT, plain
from ledgerlink.connectors.intacct.protocol.xml import Value
from ledgerlink.domain.model.documents import Target, reference

REFERENCE_FIELDS: Mapping[str, str] = {
    "FOR": "customer",
    "ITEM": "item",
    "EMPLOYEE": "employee",
    "VENDOR": "vendor",
    "CLASS": "class",
    "DEPARTMENT": "department",
    "LOCATION": "location",
    "ACCOUNT": "glaccount",
    "CARD": "creditcard",
    "TERM": "arterm",
    "PARENT": "customer",
}
"""The places of references, each with the object that an id without one is taken for."""

GENERIC_FIELDS: Mapping[str, str] = {
    "customer": "CUSTOMERID",
    "project": "PROJECTID",
    "task": "TASKKEY",
    "item": "ITEMID",
    "timetype": "TIMETYPE",
    "employee": "EMPLOYEEID",
    "vendor": "VENDORID",
    "class": "CLASSID",
    "department": "DEPARTMENTID",
    "location": "LOCATIONID",
    "locationentity": "LOCATIONID",
    "glaccount": "ACCOUNTNO",
    "apaccountlabel": "ACCOUNTLABEL",
    "araccountlabel": "ACCOUNTLABEL",
    "eeaccountlabel": "EXPENSETYPE",
    "creditcard": "CHARGECARDID",
    "arterm": "TERMNAME",
}
"""The field that names a record of each object, in generic functions."""

LEGACY_NAMES = {"ACCOUNTNO": "glaccountno"}
"""What legacy functions call otherwise than the same in lower case."""

DATE_FIELDS = frozenset(
    {
        "BEGINDATE", "ENTRYDATE", "WHENCREATED", "WHENDUE", "EXCH_RATE_DATE", "datecreated",
        "datedue", "paymentdate", "exchratedate",
    }
)  # fmt: skip


def at(place: str, target: Target | str | None) -> dict[str, Any]:
    """A reference at a place; nothing without a target."""
    if target is None:
        return {}
    return {place: target if isinstance(target, str) else reference(target)}


def said(**fields: str | None) -> dict[str, str]:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value}


def amount(number: Decimal) -> str:
    """A number as the ledger writes it."""
    return plain(number)


def field(place: str, name: str) -> tuple[str, str]:
    """The field that the reference goes to, and the id there."""
    ref = parse(name, REFERENCE_FIELDS[place])
    parent = place == "PARENT" and ref.kind == "project"
    return ("PARENTID" if parent else GENERIC_FIELDS[ref.kind]), ref.id


def generic(body: Mapping[str, Any]) -> dict[str, Value]:
    """The body as a generic function takes it."""
    return {name: value for key, raw in body.items() for name, value in [_generic(key, raw)]}


def legacy(body: Mapping[str, Any]) -> dict[str, Value]:
    """The body as a legacy function takes it."""
    return {name: value for key, raw in body.items() for name, value in [_legacy(key, raw)]}


def _generic(key: str, raw: Any) -> tuple[str, Value]:
    if key in REFERENCE_FIELDS:
        return field(key, str(raw))
    if key in DATE_FIELDS:
        return key, date.fromisoformat(raw).strftime(DATE_FORMAT)
    if isinstance(raw, Mapping):
        return key, generic(raw)
    if isinstance(raw, list | tuple):
        return key, [generic(each) for each in raw]
    return key, str(raw)


def _legacy(key: str, raw: Any) -> tuple[str, Value]:
    if key in REFERENCE_FIELDS:
        name, value = field(key, str(raw))
        return LEGACY_NAMES.get(name, name.lower()), value
    if key in DATE_FIELDS:
        year, month, day = raw.split("-")
        return key, {"year": year, "month": month, "day": day}
    if isinstance(raw, Mapping):
        return key, legacy(raw)
    if isinstance(raw, list | tuple):
        return key, [legacy(each) for each in raw]
    return key, str(raw)
