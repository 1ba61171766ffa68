"""Bodies of updates and deletes: our fields in the stored record, and list records set inactive.

A full update empties every writable field that it leaves out, and a sparse one replaces the lines
as a whole. So an update is made of the record that QuickBooks holds: what others wrote in it stays,
and a field of ours is sent empty only if we wrote it and no longer use it. Source: Intuit's API
reference (full and sparse update); TimeActivity and Attachable know full updates only. Intuit's
sandbox showed how a field is emptied: "" for text, {} for addresses, {"value": ""} for references.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ledgerlink.connectors.qbo.documents import content, lines
from ledgerlink.connectors.qbo.documents.attachment import ATTACHMENT
from ledgerlink.connectors.qbo.documents.owned_fields import CUSTOM_FIELD
from ledgerlink.connectors.qbo.documents.ownership import Ownership
from ledgerlink.connectors.qbo.documents.time_entry import ALWAYS_OURS, CREATED_AS, TIME_ENTRY
from ledgerlink.connectors.qbo.protocol import values
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.domain.model.plan import Action, Write
from ledgerlink.domain.model.references import Body

EMPTY_REFERENCE: Mapping[str, Any] = {"value": ""}
TAX = "TxnTaxDetail"
PERSON: Mapping[str, Any] = {
    "GivenName": {"GivenName": ""},
    "FamilyName": {"FamilyName": ""},
    "PrimaryEmailAddr": {"PrimaryEmailAddr": {}},
}


def _references(*names: str) -> Mapping[str, Any]:
    return {name: {name: EMPTY_REFERENCE} for name in names}


CLEARED: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "Bill": {**_references("DepartmentRef"), TAX: {TAX: {}}},
    "Purchase": {**_references("EntityRef", "DepartmentRef"), TAX: {TAX: {}}},
    "Invoice": {
        **_references("DepartmentRef", "ClassRef"),
        "CustomerMemo": {"CustomerMemo": {"value": ""}},
        TAX: {TAX: {}},
    },
    "Customer": {"ParentRef": {"Job": False, "ParentRef": EMPTY_REFERENCE}},
    "Vendor": PERSON,
    "Employee": PERSON,
    "Item": {"ParentRef": {"SubItem": False, "ParentRef": EMPTY_REFERENCE}},
}
"""Our optional fields of each kind that is updated sparsely, and what is sent for one that we wrote
and no longer use. Left out is what QuickBooks fills in by itself (numbers, currencies, payables
accounts, terms, due dates, prices), and what is of use without us (e-mail addresses, custom
fields). An empty text clears a custom field."""

CALCULATED = frozenset(
    {
        "Id", "SyncToken", "MetaData", "domain", "sparse", "status", "TimeChargeId", "TimeZone",
        "HoursInEmployeeTimeZone", "TimeActivityEx", "FileAccessUri", "TempDownloadUri", "Size",
        "ThumbnailFileAccessUri", "ThumbnailTempDownloadUri",
    }
)  # fmt: skip
"""Fields of stored records that QuickBooks sets; they are not sent back."""

ATTACHED_AS = ("Category", "ContentType")
"""Fields that a new attachment is sent with and no update changes."""

DEACTIVATED = frozenset({"Customer", "Vendor", "Employee", "Item"})
"""Kinds that QuickBooks cannot delete; they are set inactive instead."""

INACTIVE: Mapping[str, Any] = {"Active": False}
"""What is sent to deactivate a record."""


def is_sparse(kind: str) -> bool:
    """Whether records of this kind are updated sparsely."""
    return kind in CLEARED


def merged_body(write: Write, stored: Entity) -> Body:
    """The body of an update that keeps what others wrote in the stored record."""
    body, expected = write.body or {}, _expected(write)
    ours = content.written_fields(write.kind, stored, expected) or Ownership(frozenset())
    if write.kind == TIME_ENTRY:
        return _time_entry(body, stored, ours.head)
    if write.kind == ATTACHMENT:
        edited = not content.has_content(write.kind, stored, expected)
        return _attachment(body, stored, ours.head, edited=edited)
    cleared = {
        name: value
        for field in _no_longer_used(write, ours.head)
        for name, value in CLEARED[write.kind][field].items()
    }
    merged = {**body, **cleared, **_custom_fields(body, stored), **_project(body, stored)}
    if "Line" in body:
        merged["Line"] = lines.merged_lines(write, stored, ours.lines)
    return merged


def has_unused_fields(write: Write, stored: Entity) -> bool:
    """Whether a record still has a field that we wrote last and that this update takes out. Then
    the update was not carried out, though all that it sends may be there."""
    ours = content.written_fields(write.kind, stored, _expected(write))
    if ours is None or write.kind == ATTACHMENT:
        return False
    unused = ours.head - (write.body or {}).keys()
    if write.kind != TIME_ENTRY:
        unused &= CLEARED[write.kind].keys() - {TAX}
    return any(stored.get(name) for name in unused)


def _expected(write: Write) -> str | None:
    """The fingerprint of what we wrote last."""
    return write.was.expected_fingerprint if write.was else write.base_fingerprint


def _no_longer_used(write: Write, written: frozenset[str]) -> Iterable[str]:
    """Our optional fields that we wrote last and do not write now. That we stated a tax only the
    total of the link shows."""
    body, total = write.body or {}, write.was.total if write.was else None
    taxed = {TAX} if total is not None and total.tax is not None else set()
    return [name for name in CLEARED[write.kind] if name in written | taxed and name not in body]


def _time_entry(body: Body, stored: Entity, written: frozenset[str]) -> Body:
    ours = ALWAYS_OURS | written
    constant = {name: stored.get(name, value) for name, value in CREATED_AS.items()}
    if lines.has_other_customer(stored, body):
        ours |= {lines.PROJECT}
    return {**_of_others(stored, ours), **body, **constant}


def _project(body: Body, stored: Entity) -> Mapping[str, Any]:
    """The emptied project of a document that goes to another customer."""
    if lines.PROJECT not in stored or "CustomerRef" not in body:
        return {}
    is_moved = lines.has_other_customer(stored, body)
    return {lines.PROJECT: EMPTY_REFERENCE} if is_moved else {}


def _attachment(body: Body, stored: Entity, written: frozenset[str], *, edited: bool) -> Body:
    """The attachment stays at the documents that others attached it to, with the flags that it has
    there."""
    constant = {name: stored[name] for name in ATTACHED_AS if stored.get(name)}
    refs = {_document(ref): ref for ref in values.blocks(stored, "AttachableRef")}
    ours = {_document(ref): ref for ref in values.blocks(body, "AttachableRef")}
    moved = not edited and not ours.keys() & refs.keys()
    kept = {} if moved else refs
    others = _of_others(stored, written)
    return {**others, **body, **constant, "AttachableRef": [*({**ours, **kept}).values()]}


def _document(ref: Entity) -> tuple[str, str]:
    entity = values.block(ref, "EntityRef")
    return str(entity.get("type")), str(entity.get("value"))


def _custom_fields(body: Body, stored: Entity) -> Mapping[str, Any]:
    """The custom fields of both, because an update replaces the list as a whole."""
    if CUSTOM_FIELD not in body:
        return {}
    both = [*values.blocks(stored, CUSTOM_FIELD), *values.blocks(body, CUSTOM_FIELD)]
    return {CUSTOM_FIELD: [*{str(each.get("DefinitionId")): each for each in both}.values()]}


def _of_others(stored: Entity, ours: frozenset[str]) -> Mapping[str, Any]:
    return {name: value for name, value in stored.items() if name not in ours | CALCULATED}


def is_deactivation(write: Write) -> bool:
    """Whether this delete only sets the record inactive."""
    return write.action is Action.DELETE and write.kind in DEACTIVATED


def is_removed(entity: Mapping[str, Any] | None) -> bool:
    """Whether a record that was looked up by its id is deleted or inactive."""
    return entity is None or entity.get("Active") is False
