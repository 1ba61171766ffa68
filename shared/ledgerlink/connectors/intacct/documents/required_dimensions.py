"""What lines have to say, be it that their account asks for it: checked before anything is sent."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ledgerlink.connectors.intacct.protocol.faults import Fault
from ledgerlink.connectors.intacct.protocol.record_ids import parse
from ledgerlink.domain.model.documents import PENDING, Body, Features
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.ports import Blocked

Line = Mapping[str, Any]

SUPPLIED_BY: Mapping[str, Sequence[tuple[str, str]]] = {
    "department": [("DEPARTMENT", "")],
    "location": [("LOCATION", "")],
    "class": [("CLASS", "")],
    "project": [("FOR", "project"), ("FOR", "task")],
    "task": [("FOR", "task")],
    "customer": [("FOR", "")],
    "item": [("ITEM", "item")],
}
"""What gives a line each dimension, by place and object: a project brings its customer. What a line
has from its head is left to the ledger."""

PRODUCT_FIELDS: Mapping[str, str] = {
    "department": "department_key",
    "location": "location_key",
    "class": "class_key",
    "project": "project_key",
    "task": "project_key",
    "customer": "client_key",
    "vendor": "vendor_key",
    "employee": "staff_key",
    "item": "labor_code_key",
}
"""The field of the product that says each dimension."""

WITH_DEFAULT = frozenset({"department", "location", "class"})
"""Dimensions that have defaults."""

RENAMED_DIMENSIONS = {
    "job": "project",
    "engagement": "project",
    "client": "customer",
    "supplier": "vendor",
}
"""What a company may call them."""

DEMANDED = re.compile(r"(?:requires an?|missing the) (\w+)", re.IGNORECASE)
OF_ACCOUNT = re.compile(r"\baccount(?: number)? '?([\w.-]*\w)", re.IGNORECASE)


LINE_ELEMENTS = frozenset({"APBILLITEM", "expense", "ccpayitem", "lineitem", "sotransitem"})
"""What the lines of documents are called."""


def asked(fault: Fault) -> tuple[str, str]:
    """The dimension that a refusal asks for, and the number of the account; empty where it says
    none."""
    found, account = DEMANDED.search(fault.words), OF_ACCOUNT.search(fault.words)
    word = found.group(1).lower() if found else ""
    dimension = RENAMED_DIMENSIONS.get(word, word)
    if dimension not in PRODUCT_FIELDS:
        return "", ""
    return dimension, account.group(1) if account else ""


def missing(detail: str, dimension: str) -> Reason:
    """That a record does not say what it has to, and what to do about it."""
    field = PRODUCT_FIELDS[dimension]
    remedy = f"Give the record a {field}"
    if dimension in WITH_DEFAULT:
        remedy += (
            f", or its project or person in Sage Intacct a {dimension}, or the connection a"
            f" ledger.{dimension}_id in its settings"
        )
    why = reason("missing_dimension", field, detail=detail)
    return Reason(why.code, why.message, f"{remedy}; then post again.", field)


def require(
    kind: str, some: Sequence[Line], features: Features, called: Sequence[str] = ()
) -> None:
    """Raise Blocked where one of the lines of such a document does not say what it has to. Lines
    are `called` so, else they are numbered."""
    for place, line in enumerate(some):
        for dimension, account in wanted(kind, line, features):
            if dimension not in features.fills and not says(line, dimension):
                whose = called[place] if called else f"line {place + 1}"
                who = f"account {account}" if account else "a company of several entities"
                detail = f"{who} requires a {dimension}, and {whose} has none"
                raise Blocked(missing(detail, dimension))


def wanted(kind: str, line: Line, features: Features) -> Iterator[tuple[str, str]]:
    """The dimensions that a line has to say, each with the account that asks for it."""
    for name in (kind, name_of(kind, line)):
        for dimension, account in features.required.get(name, {}).items():
            if dimension in SUPPLIED_BY:
                yield dimension, account


def name_of(kind: str, line: Line) -> str:
    """What decides on which account a line is booked: the account or label that it names, else
    what it is of, in such documents."""
    return str(line["ACCOUNT"]) if "ACCOUNT" in line else f"{kind} {line.get('ITEM', '')}"


def says(line: Line, dimension: str) -> bool:
    """Whether a line says it. What the same plan creates may be anything."""
    for place, kind in SUPPLIED_BY[dimension]:
        if place in line and kind in ("", parse(str(line[place])).kind):
            return True
        if place in line and PENDING in line[place]:
            return True
    return False


def lines(body: Body | None) -> Iterator[Line]:
    """The lines of a body; subtotals and custom fields are none."""
    for value in (body or {}).values():
        if isinstance(value, Mapping):
            for name in LINE_ELEMENTS.intersection(value):
                yield from value[name]


def booked(body: Body | None) -> Sequence[Line]:
    """What of a body is booked: its lines, or itself where it has none."""
    return list(lines(body)) or [body or {}]
