"""What records hold of ours: compared with what was sent, and known again by a fingerprint.

Of a document of money the ledger's own answer is kept as a fingerprint, because it fills in more
than anybody could foretell. What comes and goes without an edit is no part of it: balances, links,
line ids, what was mailed or printed, tax that the ledger works out, terms and due dates, custom
fields of the bookkeepers.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any

from ledgerlink.connectors.qbo.documents import comparable
from ledgerlink.connectors.qbo.documents.owned_fields import (
    CUSTOM,
    HEADS,
    LINE,
    LISTED,
    PRICE,
    Field,
)
from ledgerlink.connectors.qbo.documents.time_entry import sent_forms
from ledgerlink.connectors.qbo.protocol import values
from ledgerlink.domain.model.documents import fingerprint

Form = Mapping[str, Any]
"""A body, or what stands for one."""

ACTIVITY = "TimeActivity"
FILE = "Attachable"
MONEY = frozenset({"Bill", "Purchase", "Invoice"})
BY_CONTENT = MONEY | {FILE}
"""Kinds that are known again by what the ledger answered."""

OUR_NAME = re.compile(r"\[(?:expense|expense-report|expense-period|invoice):.+\]")
"""A posting key in brackets, with which the notes of documents of ours end."""

SUM = "SubTotalLineDetail"
"""A line that the ledger adds by itself."""


def forms(kind: str, entity: Form) -> list[Form]:
    """What the record may have come from, or what it holds, the likeliest first. None of a kind
    that nobody writes."""
    if kind == ACTIVITY:
        told: list[Form] = [*sent_forms(entity)]
        return told[::-1]
    if kind in LISTED:
        listed = _listed(kind, entity)
        unpriced = {wire: value for wire, value in listed.items() if wire != PRICE}
        return [listed, unpriced] if PRICE in listed else [listed]
    return [content(kind, entity)] if kind in BY_CONTENT else []


def prints(kind: str, entity: Form) -> tuple[str, ...]:
    """The fingerprints of these."""
    return tuple(fingerprint(form) for form in forms(kind, entity))


def shared(activity: Form) -> Hashable:
    """What two equal activities share for certain; what the ledger may fill in is left out."""
    return (
        activity.get("NameOf"),
        comparable.ref(activity.get("EmployeeRef")) or comparable.ref(activity.get("VendorRef")),
        activity.get("TxnDate"),
        comparable.number(activity.get("Hours")) * 60 + comparable.number(activity.get("Minutes")),
        comparable.ref(activity.get("CustomerRef")),
        comparable.text(activity.get("Description")),
    )


def content(kind: str, entity: Form) -> dict[str, Any]:
    """What a record of a kind that is known by its content holds of ours, in one form."""
    lines = [_held(LINE, _reader(line)) for line in _lines(entity)]
    return {"kind": kind, **_held(HEADS[kind], _lasting(entity).get), "lines": lines}


def content_print(kind: str, entity: Form) -> str:
    """The fingerprint of the content; empty for a kind that is not known by it."""
    return fingerprint(content(kind, entity)) if kind in BY_CONTENT else ""


def differences(kind: str, body: Form, entity: Form) -> Iterator[str]:
    """The fields of a kind known by its content that are stored otherwise than sent, in words;
    what was left out has to be empty, unless the ledger fills it in."""
    yield from _different("", HEADS[kind], body.get, _narrowed(body, entity).get)
    sent, stored = _lines(body), _lines(entity)
    if len(sent) != len(stored):
        yield f"{len(sent)} lines became {len(stored)}"
        return
    for number, (ours, theirs) in enumerate(zip(sent, stored, strict=True), 1):
        before, after = _reader(ours), _reader(theirs)
        yield from _different(f"line {number} ", LINE, before, after)


def fixed(kind: str, form: Form) -> str:
    """What of a record no update changes: how a purchase is paid."""
    return comparable.text(form.get("PaymentType")) if kind == "Purchase" else ""


def name_of_ours(record: Form) -> str:
    """The last line of its note that is a name of ours in brackets, which is our own: a title that
    looks like one is above it. Empty where there is none."""
    lines = (line.strip() for line in str(record.get("PrivateNote") or "").splitlines())
    return next((line for line in reversed(list(lines)) if OUR_NAME.fullmatch(line)), "")


def is_same(body: Form, entity: Form) -> bool:
    """Whether a document carries our name for what is sent."""
    ours = name_of_ours(body)
    return bool(ours) and ours == name_of_ours(entity)


def _narrowed(body: Form, entity: Form) -> Form:
    """The record with those custom fields alone that the body has."""
    sent = {str(each.get("DefinitionId")) for each in values.blocks(body, CUSTOM)}
    some = [e for e in values.blocks(entity, CUSTOM) if str(e.get("DefinitionId")) in sent]
    return {**entity, CUSTOM: some}


def _lasting(entity: Form) -> Form:
    """The record without what it gets by itself later on: a check is numbered when it is
    printed."""
    if entity.get("PaymentType") != "Check":
        return entity
    return {wire: value for wire, value in entity.items() if wire != "DocNumber"}


def _lines(entity: Form) -> list[Form]:
    return [line for line in values.blocks(entity, "Line") if line.get("DetailType") != SUM]


def _reader(line: Form) -> Callable[[str], Any]:
    """What a line holds under a name of the ledger, itself or in its detail."""
    detail = values.block(line, str(line.get("DetailType")))
    return lambda wire: line[wire] if wire in line else detail.get(wire)


def _held(some: tuple[Field, ...], read: Callable[[str], Any]) -> dict[str, str]:
    """The fields that have a value and stay."""
    told = {field.wire: field.read(read(field.wire)) for field in some if not field.passing}
    return {wire: value for wire, value in told.items() if value}


def _different(
    where: str,
    some: tuple[Field, ...],
    sent: Callable[[str], Any],
    stored: Callable[[str], Any],
) -> Iterator[str]:
    for field in some:
        before, after = field.read(sent(field.wire)), field.read(stored(field.wire))
        if before != after and not (field.filled and sent(field.wire) is None):
            yield f"{where}{field.name} {comparable.shown(before)} became {comparable.shown(after)}"


def _listed(kind: str, entity: Form) -> Form:
    said = {wire: say(entity[wire]) for wire, say in LISTED[kind].items() if entity.get(wire)}
    return {wire: value for wire, value in said.items() if value and value != "0"}
