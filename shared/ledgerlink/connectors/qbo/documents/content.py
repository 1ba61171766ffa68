"""The content of stored records: compared with what was sent, and fingerprinted to detect edits.

The fingerprint of a money document or attachment is made of QuickBooks' own response, because it
writes equal values in several ways. It covers the fields that are ours, and none that change
without an edit: balances, links, line ids, mail and print status, calculated tax. Fingerprints of
links that do not tell which fields are ours cover all that may be.
"""

import re
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

from ledgerlink.connectors.qbo.documents import comparable
from ledgerlink.connectors.qbo.documents.attachment import ATTACHMENT
from ledgerlink.connectors.qbo.documents.owned_fields import (
    CUSTOM_FIELD,
    HEAD_FIELDS,
    LINE_FIELDS,
    LIST_FIELDS,
    LIST_OPTIONAL,
    TAX_CODE,
    OwnedField,
    choices,
)
from ledgerlink.connectors.qbo.documents.ownership import Ownership
from ledgerlink.connectors.qbo.documents.time_entry import (
    TIME_ENTRY,
    possible_time_bodies,
    possible_time_fingerprints,
)
from ledgerlink.connectors.qbo.protocol import values
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.references import Body

MONEY_DOCUMENTS = frozenset({"Bill", "Purchase", "Invoice"})

KNOWN_BY_CONTENT = MONEY_DOCUMENTS | {ATTACHMENT}
"""Kinds whose fingerprint is made of QuickBooks' response."""

MARKER = re.compile(r"\[(?:expense|expense-report|expense-period|invoice):.+\]")
"""A posting key in brackets, the last line of the note of our documents."""

SUBTOTAL = "SubTotalLineDetail"
"""The type of a line that QuickBooks adds by itself."""


def possible_bodies(kind: str, entity: Entity) -> list[Body]:
    """The bodies that may have been sent for a stored record, or its content, the likeliest first.
    Empty for kinds that we do not write."""
    if kind == TIME_ENTRY:
        return [*possible_time_bodies(entity)]
    if kind in LIST_FIELDS:
        return [*_possible_list_bodies(kind, entity)]
    return [content(kind, entity)] if kind in KNOWN_BY_CONTENT else []


def possible_fingerprints(kind: str, entity: Entity) -> tuple[str, ...]:
    """The fingerprints of `possible_bodies`."""
    if kind == TIME_ENTRY:
        return tuple(possible_time_fingerprints(entity))
    return tuple(fingerprint(body) for body in possible_bodies(kind, entity))


def has_content(kind: str, entity: Entity, recorded: str | None) -> bool:
    """Whether a stored record still has what a recorded fingerprint stands for."""
    ours = Ownership.parse(recorded)
    if ours is None:
        return recorded in possible_fingerprints(kind, entity)
    return _owned_fingerprint(kind, entity, ours) == recorded


def written_fields(kind: str, entity: Entity, recorded: str | None) -> Ownership | None:
    """The fields that we wrote last, by the fingerprint of that. None if it does not tell, and the
    record does not either, because somebody has edited it."""
    if (ours := Ownership.parse(recorded)) is not None:
        return ours
    bodies = possible_bodies(kind, entity) if recorded else []
    body = next((body for body in bodies if fingerprint(body) == recorded), None)
    if body is None:
        return None
    return Ownership(frozenset(body), frozenset(field.property for field in LINE_FIELDS))


def matching_key(activity: Body) -> Hashable:
    """The fields that a stored time entry certainly shares with the body that was sent; without
    those that QuickBooks may fill in."""
    return (
        activity.get("NameOf"),
        comparable.id_in(activity.get("EmployeeRef"))
        or comparable.id_in(activity.get("VendorRef")),
        activity.get("TxnDate"),
        comparable.number(activity.get("Hours")) * 60 + comparable.number(activity.get("Minutes")),
        comparable.id_in(activity.get("CustomerRef")),
        comparable.text(activity.get("Description")),
    )


def content(kind: str, entity: Entity, ours: Ownership | None = None) -> dict[str, Any]:
    """Fields of a record whose kind is known by content, normalised: those that are ours, or all
    that may be."""
    row = _without_check_number(entity)
    lines: Sequence[OwnedField] = LINE_FIELDS
    found: Sequence[OwnedField] = HEAD_FIELDS[kind]
    if ours is None:
        found = [field for field in found if not field.newer]
    else:
        row = _with_custom_fields(row, ours.custom_fields)
        found = [field for field in (*found, TAX_CODE) if field.property in ours.head]
        lines = [field for field in lines if field.property in ours.lines]
    read = [_present(lines, _line_reader(line)) for line in stated_lines(entity)]
    return {"kind": kind, **_present(found, row.get), "lines": read}


def held(kind: str, entity: Entity) -> dict[str, Any]:
    """Our fields of a record whose kind is known by content, as they are stored; empty for others.
    To be shown beside what is sent."""
    if kind not in HEAD_FIELDS:
        return {}
    names = [each.property for each in (*HEAD_FIELDS[kind], TAX_CODE)]
    body = {name: entity[name] for name in names if entity.get(name) not in (None, "", [])}
    lines = [_held_line(line) for line in stated_lines(entity)]
    shown: dict[str, Any] = _as_json({**body, **({"Line": lines} if lines else {})})
    return shown


def _as_json(value: Any) -> Any:
    """The value with decimal text in place of numbers that JSON cannot hold exactly."""
    if isinstance(value, Decimal):
        return values.canonical_decimal(value)
    if isinstance(value, Mapping):
        return {name: _as_json(each) for name, each in value.items()}
    return [_as_json(each) for each in value] if isinstance(value, list | tuple) else value


def _held_line(line: Body) -> dict[str, Any]:
    own = {"DetailType", *(each.property for each in LINE_FIELDS)}
    detail_type = str(line.get("DetailType"))
    detail = {name: v for name, v in values.block(line, detail_type).items() if name in own}
    return {**{name: v for name, v in line.items() if name in own}, detail_type: detail}


def content_fingerprint(kind: str, entity: Entity, sent: Body | None = None) -> str:
    """The fingerprint of the content that this body wrote; empty for kinds that are not known by
    it."""
    if kind not in KNOWN_BY_CONTENT:
        return ""
    if sent is None:
        return fingerprint(content(kind, entity))
    return _owned_fingerprint(kind, entity, Ownership.of(sent))


def _owned_fingerprint(kind: str, entity: Entity, ours: Ownership) -> str:
    return f"{ours}:{fingerprint(content(kind, entity, ours))}"


def content_differences(
    kind: str, body: Body, entity: Entity, *, sent_only: bool = False
) -> Iterator[str]:
    """The fields of a kind known by content that are stored with another value than was sent, in
    words. A field that was not sent must be empty, unless QuickBooks fills it in, or only what was
    sent is compared."""
    ours = Ownership.of(body)
    row = _with_custom_fields(entity, ours.custom_fields)
    yield from _differing("", HEAD_FIELDS[kind], body.get, row.get, sent_only)
    sent, stored = stated_lines(body), stated_lines(entity)
    if len(sent) != len(stored):
        yield f"{len(sent)} lines became {len(stored)}"
        return
    for number, (line, other) in enumerate(zip(sent, stored, strict=True), 1):
        place, read, read_other = f"line {number} ", _line_reader(line), _line_reader(other)
        yield from _differing(place, LINE_FIELDS, read, read_other, sent_only)


def unchangeable_part(kind: str, body: Body) -> str:
    """The payment type of a purchase, which no update can change. Empty for other kinds."""
    return comparable.text(body.get("PaymentType")) if kind == "Purchase" else ""


def marker_of(record: Body) -> str:
    """The posting key in brackets from the note; empty if there is none. The last one counts,
    because a title above it may look like one."""
    lines = (line.strip() for line in str(record.get("PrivateNote") or "").splitlines())
    return next((line for line in reversed(list(lines)) if MARKER.fullmatch(line)), "")


def has_marker_of(body: Body, entity: Entity) -> bool:
    """Whether a stored document has the marker of this body."""
    marker = marker_of(body)
    return bool(marker) and marker == marker_of(entity)


def _with_custom_fields(entity: Entity, ids: Collection[str]) -> Entity:
    """The record with only these custom fields."""
    stored = values.blocks(entity, CUSTOM_FIELD)
    kept = [each for each in stored if str(each.get("DefinitionId")) in ids]
    return {**entity, CUSTOM_FIELD: kept}


def _without_check_number(entity: Entity) -> Entity:
    """The record without the number of a check, which QuickBooks assigns when it is printed."""
    if entity.get("PaymentType") != "Check":
        return entity
    return {name: value for name, value in entity.items() if name != "DocNumber"}


def stated_lines(entity: Body) -> list[Body]:
    """The lines of a document, without those that QuickBooks adds by itself."""
    return [line for line in values.blocks(entity, "Line") if line.get("DetailType") != SUBTOTAL]


def _line_reader(line: Body) -> Callable[[str], Any]:
    """Reads a property of a line, from the line itself or from its detail."""
    detail = values.block(line, str(line.get("DetailType")))
    return lambda name: line[name] if name in line else detail.get(name)


def _present(fields: Iterable[OwnedField], read: Callable[[str], Any]) -> dict[str, str]:
    """The normalised values of fields that are not empty and part of the content."""
    found = {each.property: each.normalize(read(each.property)) for each in fields if each.lasting}
    return {name: value for name, value in found.items() if value}


def _differing(
    place: str,
    fields: tuple[OwnedField, ...],
    sent: Callable[[str], Any],
    stored: Callable[[str], Any],
    sent_only: bool,
) -> Iterator[str]:
    shown = comparable.shown
    for field in fields:
        ours = field.normalize(sent(field.property))
        theirs = field.normalize(stored(field.property))
        if ours != theirs and not (sent(field.property) is None and (field.filled_in or sent_only)):
            yield f"{place}{field.label} {shown(ours)} became {shown(theirs)}"


def _possible_list_bodies(kind: str, entity: Entity) -> Iterator[Body]:
    """The body of a list record with all that it has first, then without what others may have
    added."""
    body = _list_body(kind, entity)
    added = [names for names in LIST_OPTIONAL[kind] if any(name in body for name in names)]
    for left_out in choices(added):
        without = {*chain.from_iterable(left_out)}
        yield {name: value for name, value in body.items() if name not in without}


def _list_body(kind: str, entity: Entity) -> Body:
    """The body that may have been sent for a list record, with all that it has."""
    converts = LIST_FIELDS[kind]
    body = {name: convert(entity[name]) for name, convert in converts.items() if entity.get(name)}
    return {name: value for name, value in body.items() if value and value != "0"}
