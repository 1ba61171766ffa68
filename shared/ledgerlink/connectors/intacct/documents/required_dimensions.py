"""Dimensions that an account requires of its lines: checked before a document is sent."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ledgerlink.connectors.intacct.protocol.faults import Fault
from ledgerlink.connectors.intacct.protocol.record_ids import parse_ref
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.reasons import Blocked, Reason, reason
from ledgerlink.domain.model.references import PENDING, Body

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
"""What gives a line each dimension: a field of the body, and the object that it refers to (empty
for any). A project brings its customer. Dimensions that a line gets from its head are left to the
ledger."""

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
"""The field of the product's record that decides each dimension."""

WITH_DEFAULT = frozenset({"department", "location", "class"})
"""Dimensions for which the company can choose a default."""

OTHER_TERMS = {
    "job": "project",
    "engagement": "project",
    "client": "customer",
    "supplier": "vendor",
}
"""Dimensions by the terms that a company may use instead."""

DEMANDED = re.compile(r"(?:requires an?|missing the) (\w+)", re.IGNORECASE)
DEMANDING_ACCOUNT = re.compile(r"\baccount(?: number)? '?([\w.-]*\w)", re.IGNORECASE)

LINE_ELEMENTS = frozenset({"APBILLITEM", "expense", "ccpayitem", "lineitem", "sotransitem"})
"""The elements that are lines of a document."""


def demanded_dimension(fault: Fault) -> tuple[str, str]:
    """The dimension that a fault asks for, and the number of the account that requires it; empty
    where the fault names none."""
    found, account = DEMANDED.search(fault.words), DEMANDING_ACCOUNT.search(fault.words)
    word = found.group(1).lower() if found else ""
    dimension = OTHER_TERMS.get(word, word)
    if dimension not in PRODUCT_FIELDS:
        return "", ""
    return dimension, account.group(1) if account else ""


def missing_dimension(detail: str, dimension: str) -> Reason:
    """That a record lacks a dimension, and where to enter it."""
    field = PRODUCT_FIELDS[dimension]
    why = reason("missing_dimension", field, detail=detail)
    return Reason(why.code, why.message, _remedy(dimension), field)


def require_dimensions(
    kind: str, lines: Sequence[Line], features: Features, names: Sequence[str] = ()
) -> None:
    """Raise Blocked where a line of such a document lacks a required dimension. `names` are what
    the lines are called in the reason; without them they are numbered."""
    for position, line in enumerate(lines):
        for dimension, account in _required(kind, line, features):
            if dimension not in features.fills and not has_dimension(line, dimension):
                name = names[position] if names else f"line {position + 1}"
                who = f"account {account}" if account else "a company of several entities"
                detail = f"{who} requires a {dimension}, and {name} has none"
                raise Blocked(missing_dimension(detail, dimension))


def booked_on(kind: str, line: Line) -> str:
    """What decides to which account a line is posted: the account or label that it names, else
    its item together with the kind of the document."""
    return str(line["ACCOUNT"]) if "ACCOUNT" in line else f"{kind} {line.get('ITEM', '')}"


def has_dimension(line: Line, dimension: str) -> bool:
    """Whether a line has a dimension. A record that the same plan creates counts for any, because
    its object is not known yet."""
    for field, kind in SUPPLIED_BY[dimension]:
        if field in line and kind in ("", parse_ref(str(line[field])).kind):
            return True
        if field in line and PENDING in line[field]:
            return True
    return False


def body_lines(body: Body | None) -> Iterator[Line]:
    """The lines of a body, without subtotals and custom fields."""
    for value in (body or {}).values():
        if isinstance(value, Mapping):
            for name in LINE_ELEMENTS.intersection(value):
                yield from value[name]


def posted_lines(body: Body | None) -> Sequence[Line]:
    """What of a body is posted to accounts: its lines, or itself if it has none."""
    return list(body_lines(body)) or [body or {}]


def _required(kind: str, line: Line, features: Features) -> Iterator[tuple[str, str]]:
    """The dimensions that are required of a line, each with the account that requires it."""
    for name in (kind, booked_on(kind, line)):
        for dimension, account in features.required.get(name, {}).items():
            if dimension in SUPPLIED_BY:
                yield dimension, account


def _remedy(dimension: str) -> str:
    article = "an" if dimension[0] in "aeiou" else "a"
    where = f"Enter {article} {dimension} for the record"
    if dimension in WITH_DEFAULT:
        where += (
            f", or for its project or employee in Sage Intacct, or choose a default {dimension}"
            " under Settings > Accounting system"
        )
    return f"{where}; then post again."
