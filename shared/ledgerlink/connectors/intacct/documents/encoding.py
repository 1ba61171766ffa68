"""Bodies of documents, and how they are encoded for generic and for legacy functions.

A body holds JSON values under the ledger's own field names, except for references and days. A
reference stands under the name of its role (`FOR`, `ITEM`) and names its object (`project/P-7`).
The ledger's field for it is chosen when the body is sent, because a record that the same plan
creates has no object before. Days are ISO 8601.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ledgerlink.connectors.intacct.protocol.record_ids import Ref, parse_ref
from ledgerlink.connectors.intacct.protocol.values import DATE_FORMAT, canonical_decimal
from ledgerlink.connectors.intacct.protocol.xml import Value
from ledgerlink.domain.model.references import Target, reference

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
"""Roles of references, each with the object of an id that does not name one."""

FIELDS_BY_OBJECT: Mapping[str, str] = {
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
    "apterm": "TERMNAME",
}
"""The field of generic functions that refers to each object."""

LEGACY_FIELDS = {"ACCOUNTNO": "glaccountno"}
"""Fields of legacy functions that are not the generic name in lower case."""

DATE_FIELDS = frozenset(
    {
        "BEGINDATE", "ENTRYDATE", "WHENCREATED", "WHENDUE", "EXCH_RATE_DATE", "datecreated",
        "datedue", "paymentdate", "exchratedate",
    }
)  # fmt: skip


def reference_field(role: str, target: Target | str | None) -> dict[str, Any]:
    """A reference in this role; nothing without a target."""
    if target is None:
        return {}
    return {role: target if isinstance(target, str) else reference(target)}


def present(**fields: str | None) -> dict[str, str]:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value}


def decimal_text(number: Decimal) -> str:
    """A number as the ledger writes it."""
    return canonical_decimal(number)


def ledger_field(role: str, ledger_id: str) -> tuple[str, str]:
    """The generic field for a reference in this role, and the id that goes into it."""
    ref = parse_ref(ledger_id, REFERENCE_FIELDS[role])
    if role == "PARENT" and ref.kind == "project":
        return "PARENTID", ref.id
    return FIELDS_BY_OBJECT[ref.kind], ref.id


ROLES_BY_FIELD: Mapping[str, tuple[str, str]] = {
    "CUSTOMERID": ("FOR", "customer"),
    "CUSTVENDID": ("FOR", "customer"),
    "PROJECTID": ("FOR", "project"),
    "TASKKEY": ("FOR", "task"),
    "ITEMID": ("ITEM", "item"),
    "EMPLOYEEID": ("EMPLOYEE", "employee"),
    "VENDORID": ("VENDOR", "vendor"),
    "CLASSID": ("CLASS", "class"),
    "DEPARTMENTID": ("DEPARTMENT", "department"),
    "LOCATIONID": ("LOCATION", "location"),
    "ACCOUNTNO": ("ACCOUNT", "glaccount"),
    "GLACCOUNTNO": ("ACCOUNT", "glaccount"),
    "EXPENSETYPE": ("ACCOUNT", "eeaccountlabel"),
    "TERMNAME": ("TERM", "arterm"),
}
"""The role and the object that a held field stands for; of several with one role the last is the
most specific."""


def as_sent(fields: Mapping[str, str]) -> dict[str, str]:
    """Held fields under the names that a body has: references under their roles."""
    body = {name: value for name, value in fields.items() if name not in ROLES_BY_FIELD}
    for name, (role, kind) in ROLES_BY_FIELD.items():
        if name in fields:
            body[role] = str(Ref(kind, fields[name]))
    return body


def references_in(body: Any) -> Iterator[Ref]:
    """The records that a body refers to, with repetitions."""
    if isinstance(body, Mapping):
        for name, value in body.items():
            if name in REFERENCE_FIELDS and isinstance(value, str):
                yield parse_ref(value, REFERENCE_FIELDS[name])
            else:
                yield from references_in(value)
    elif isinstance(body, list | tuple):
        for value in body:
            yield from references_in(value)


def generic(body: Mapping[str, Any]) -> dict[str, Value]:
    """The body encoded for a generic function."""
    return dict(_generic(name, value) for name, value in body.items())


def legacy(body: Mapping[str, Any]) -> dict[str, Value]:
    """The body encoded for a legacy function."""
    return dict(_legacy(name, value) for name, value in body.items())


def _generic(name: str, value: Any) -> tuple[str, Value]:
    if name in REFERENCE_FIELDS:
        return ledger_field(name, str(value))
    if name in DATE_FIELDS:
        return name, date.fromisoformat(value).strftime(DATE_FORMAT)
    if isinstance(value, Mapping):
        return name, generic(value)
    if isinstance(value, list | tuple):
        return name, [generic(each) for each in value]
    return name, str(value)


def _legacy(name: str, value: Any) -> tuple[str, Value]:
    if name in REFERENCE_FIELDS:
        field, record_id = ledger_field(name, str(value))
        return LEGACY_FIELDS.get(field, field.lower()), record_id
    if name in DATE_FIELDS:
        year, month, day = value.split("-")
        return name, {"year": year, "month": month, "day": day}
    if isinstance(value, Mapping):
        return name, legacy(value)
    if isinstance(value, list | tuple):
        return name, [legacy(each) for each in value]
    return name, str(value)
