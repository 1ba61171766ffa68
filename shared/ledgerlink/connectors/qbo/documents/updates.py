"""Bodies of updates and deletes: cleared fields, and list records set inactive.

A sparse update changes the fields that are sent and keeps the rest, so one of our fields that is no
longer used has to be sent empty. Source: Intuit's API reference (sparse update). Intuit's sandbox
showed how a field is emptied: "" for text, {} for addresses, {"value": ""} for references.
"""

from collections.abc import Mapping
from typing import Any

from ledgerlink.domain.model.plan import Action, Write

EMPTY_REFERENCE: Mapping[str, Any] = {"value": ""}

TAX: Mapping[str, Any] = {"TxnTaxDetail": {"TxnTaxDetail": {}}}
PERSON: Mapping[str, Any] = {
    "GivenName": {"GivenName": ""},
    "FamilyName": {"FamilyName": ""},
    "PrimaryEmailAddr": {"PrimaryEmailAddr": {}},
}


def _references(*names: str) -> Mapping[str, Any]:
    return {name: {name: EMPTY_REFERENCE} for name in names}


CLEARED: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "Bill": {**_references("DepartmentRef"), **TAX},
    "Purchase": {**_references("EntityRef", "DepartmentRef"), **TAX},
    "Invoice": {
        **_references("DepartmentRef", "ClassRef"),
        "CustomerMemo": {"CustomerMemo": {"value": ""}},
        **TAX,
    },
    "Customer": {"ParentRef": {"Job": False, "ParentRef": EMPTY_REFERENCE}},
    "Vendor": PERSON,
    "Employee": PERSON,
    "Item": {"ParentRef": {"SubItem": False, "ParentRef": EMPTY_REFERENCE}},
}
"""Our optional fields of each kind that is updated sparsely, and what is sent for one that is no
longer used. Left out is what QuickBooks fills in by itself (numbers, currencies, payables accounts,
terms, due dates, prices), and what bookkeepers may have added (e-mail addresses, custom fields),
because we do not remember which of those were ours. An empty text clears a custom field."""

DEACTIVATED = frozenset({"Customer", "Vendor", "Employee", "Item"})
"""Kinds that QuickBooks cannot delete; they are set inactive instead."""

INACTIVE: Mapping[str, Any] = {"Active": False}
"""What is sent to deactivate a record."""


def update_body(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """What an update sends besides id and version. Kinds in CLEARED are updated sparsely; for
    others the update is full, and QuickBooks empties what is left out."""
    changed = dict(body)
    for name, empty in CLEARED.get(kind, {}).items():
        if name not in body:
            changed |= empty
    return {**changed, "sparse": kind in CLEARED}


def is_deactivation(write: Write) -> bool:
    """Whether this delete only sets the record inactive."""
    return write.action is Action.DELETE and write.kind in DEACTIVATED


def is_removed(entity: Mapping[str, Any] | None) -> bool:
    """Whether a record that was looked up by its id is deleted or inactive."""
    return entity is None or entity.get("Active") is False
