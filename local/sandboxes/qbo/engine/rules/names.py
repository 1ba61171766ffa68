"""Names: how they are put together, that they are unique, and what deactivation does to them."""

from __future__ import annotations

import re
from typing import Final

from local.sandboxes.qbo.books.company import name_key
from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine.change import Change, touch
from local.sandboxes.qbo.engine.references import display_name
from local.sandboxes.qbo.engine.rules.guards import check_email
from local.sandboxes.qbo.protocol.errors import Fault

_PARTS: Final = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
_FORBIDDEN = re.compile(r"[:\t\n\r]")
MAX_DEPTH: Final = 5


def person(change: Change) -> None:
    row = change.after
    given = ("GivenName", "FamilyName") if change.entity.name == "Employee" else _PARTS
    spelled = " ".join(str(row[part]) for part in _PARTS if row.get(part))
    if not row.get("DisplayName") or (change.entity.name == "Employee" and not spelled):
        if not any(row.get(part) for part in given):
            raise Fault("6080", "At least one of the name fields must be supplied", "DisplayName")
        row["DisplayName"] = spelled
    for name in ("DisplayName", *_PARTS):
        if _FORBIDDEN.search(str(row.get(name, ""))):
            raise Fault("2040", f"{name} contains characters that are not supported", name)
    row.setdefault("PrintOnCheckName", row.get("CompanyName") or row["DisplayName"])
    check_email(row.get("PrimaryEmailAddr") or {}, "PrimaryEmailAddr")


def customer(change: Change) -> None:
    row = change.after
    if bool(row.get("Job")) != bool(row.get("ParentRef")):
        raise Fault("6150", "Job and ParentRef must be given together", "ParentRef")
    if row.get("BillWithParent") and not row.get("ParentRef"):
        raise Fault("6150", "BillWithParent needs a ParentRef", "ParentRef")
    _own_currency(change)


def _own_currency(change: Change) -> None:
    """Fixed at creation; the home currency unless another one was given with multi-currency on."""
    held = change.was("CurrencyRef")
    if isinstance(held, dict):
        change.after["CurrencyRef"] = held
    elif not change.company.multi_currency:
        change.after["CurrencyRef"] = change.company.home
    change.after.setdefault("CurrencyRef", change.company.home)


def vendor(change: Change) -> None:
    row = change.after
    if change.creating and change.settings.vendor_term_ignored_on_create:
        row.pop("TermRef", None)
    _own_currency(change)
    identifier = str(row.get("TaxIdentifier", ""))
    if identifier and "TaxIdentifier" in change.sent and not identifier.startswith("X"):
        row["TaxIdentifier"] = "X" * max(len(identifier) - 4, 0) + identifier[-4:]


def employee(change: Change) -> None:
    if change.after.get("SSN"):
        change.after["SSN"] = "XXX-XX-XXXX"


def settle_activity(change: Change) -> None:
    """Deactivation adds the suffix and so frees the name; reactivation leaves it, or not."""
    entity, row = change.entity, change.after
    own = entity.names[0]
    name = str(row.get(own, ""))
    if row.get("Active") is False:
        if not name.endswith(entity.suffix):
            row[own] = name + entity.suffix
    elif change.was("Active") is False and change.settings.unsuffix_on_reactivation:
        row[own] = name.removesuffix(entity.suffix)


def hierarchy(change: Change) -> None:
    """FullyQualifiedName, Level and the limit of five levels."""
    row = change.after
    own = display_name(row)
    parents = list(_ancestors(change))
    if len(parents) >= MAX_DEPTH:
        raise Fault("6180", f"Only {MAX_DEPTH} levels are allowed", "ParentRef")
    row["FullyQualifiedName"] = ":".join([*(display_name(p) for p in reversed(parents)), own])
    if change.entity.name in ("Customer", "Item"):
        row["Level"] = len(parents)
    for marker in ("SubAccount", "SubClass", "SubDepartment"):
        if marker in change.entity.shape.by_name:
            row[marker] = bool(parents)


def _ancestors(change: Change) -> list[Row]:
    found: list[Row] = []
    reference = change.after.get("ParentRef")
    while reference and len(found) <= MAX_DEPTH:
        if reference["value"] == change.after.get("Id"):
            raise Fault("6150", "A row cannot be its own parent", "ParentRef")
        parent = change.company.row(change.entity.name, reference["value"])
        if parent is None:
            break
        found.append(parent)
        reference = parent.get("ParentRef")
    return found


def unique(change: Change) -> None:
    row = change.after
    if row.get("Active") is False:
        return
    holder = change.company.names.get(name_key(change.entity, row, change.settings))
    if holder is not None and holder != row.get("Id"):
        raise Fault("6240", _taken(change, holder))


def _taken(change: Change, holder: str) -> str:
    lead = "The name supplied already exists. : "
    if change.settings.duplicate_name_detail == "id":
        return f"{lead}Id={holder}"
    if change.settings.duplicate_name_detail == "null":
        return f"{lead}null"
    words = "Another customer, vendor or employee is already using this name."
    return f"{lead}{words} Please use a different name."


def rename_children(change: Change) -> None:
    """A renamed parent shows in the full names of everything below it."""
    if change.creating or change.was("FullyQualifiedName") == change.after["FullyQualifiedName"]:
        return
    parent = change.after
    for child in list(change.company.rows(change.entity.name)):
        if (child.get("ParentRef") or {}).get("value") != parent["Id"]:
            continue
        change.company.unindex(change.entity, child, change.settings)
        touch(change.context, change.entity.name, child["Id"])
        before = {**child}
        child["FullyQualifiedName"] = f"{parent['FullyQualifiedName']}:{display_name(child)}"
        change.company.index(change.entity, child, change.settings)
        rename_children(Change(change.context, change.entity, before, child))
