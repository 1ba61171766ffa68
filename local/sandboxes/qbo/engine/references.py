"""Follows references: they must lead to a live row, and carry its name back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from local.sandboxes.qbo.books.company import Company
from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine.change import Change, Context
from local.sandboxes.qbo.engine.clean import Found
from local.sandboxes.qbo.protocol.errors import INACTIVE_WORDS, Fault
from local.sandboxes.qbo.schema import currencies
from local.sandboxes.qbo.schema.fields import Field, Kind, Shape
from local.sandboxes.qbo.schema.registry import BY_NAME, ENTITIES, LIST_WORDS

SPECIAL_ITEMS: Final = frozenset({"SHIPPING_ITEM_ID", "GRATUITY_ITEM_ID"})


def resolve(change: Change, found: Found) -> None:
    """Looks up every reference that was sent; raises 2500, 610 or 5030."""
    for described, reference, path in found.references:
        if described.needs and not change.company.preferred(described.needs):
            words = f"Feature Not Supported Error : {path} needs a feature that is turned off"
            raise Fault(change.settings.feature_off_code, words, path)
        if described.to == ("*",):
            _resolve_link(change.company, reference)
        elif described.to:
            _resolve_one(change, described, reference)
        else:
            reference.pop("type", None)
            if described.name == "CurrencyRef":
                reference.update(currencies.named(reference["value"]))


def _resolve_one(change: Change, described: Field, reference: Row) -> None:
    target = _target(change.context, described, reference)
    if target is None:
        if described.name == "EmployeeRef" and change.settings.other_name_quirk:
            return
        word = LIST_WORDS.get(described.to[0], f"{described.to[0]}s")
        detail = f"Invalid Reference Id : {word} element id {reference['value']} not found"
        raise Fault("2500", detail, described.name)
    entity, row = target
    unchanged = (change.before or {}).get(described.name, {}) or {}
    if row.get("Active") is False and unchanged.get("value") != reference["value"]:
        raise _inactive(change, described.name)
    reference["name"] = display_name(row)
    if len(described.to) > 1:
        reference["type"] = entity
    else:
        reference.pop("type", None)


def _target(context: Context, described: Field, reference: Row) -> tuple[str, Row] | None:
    value, wanted = reference["value"], reference.get("type", "")
    if described.to == ("Item",) and value in SPECIAL_ITEMS:
        return "Item", {"Name": value}
    for entity in described.to:
        if len(described.to) > 1 and wanted and wanted.casefold() != entity.casefold():
            continue
        row = context.company.row(entity, value)
        if row is not None and (entity, value) not in context.fresh:
            return entity, row
    return None


def _inactive(change: Change, element: str) -> Fault:
    code = change.settings.inactive_reference_code
    lead = "Object Not Found" if code == "610" else "Invalid Reference Id"
    return Fault(code, f"{lead} : {INACTIVE_WORDS}", element)


def _resolve_link(company: Company, reference: Row) -> None:
    """An attachment's reference names its entity by `type`, in any case."""
    kinds = {name.casefold(): name for name in BY_NAME}
    entity = kinds.get(reference.get("type", "").casefold())
    if entity is None or entity in ("Attachable", "TaxCode", "TaxRate", "Preferences"):
        raise Fault("6050", f"Attachable cannot be linked to {reference.get('type', '')!r}")
    row = company.row(entity, reference["value"])
    if row is None:
        detail = f"Invalid Reference Id : {entity} element id {reference['value']} not found"
        raise Fault("2500", detail, "EntityRef")
    reference["type"] = entity


def display_name(row: Row) -> str:
    return str(row.get("DisplayName") or row.get("Name") or row.get("DocNumber") or "")


def each_reference(shape: Shape, row: Row) -> Iterator[tuple[Field, Row]]:
    """Every reference of a stored row, with the field that describes it."""
    for name, value in row.items():
        described = shape.by_name.get(name)
        if described is None or not value:
            continue
        if described.kind is Kind.REF:
            yield described, value
        elif described.shape is not None and described.kind in (Kind.PART, Kind.PARTS):
            for item in value if described.kind is Kind.PARTS else (value,):
                yield from each_reference(described.shape, item)


def rename(company: Company, entity: str, row: Row) -> None:
    """Lets every stored reference to a renamed row show its new name."""
    name = display_name(row)
    holders = [e for e in ENTITIES if _points_to(e.shape, entity)]
    for holder in holders:
        for other in company.rows(holder.name):
            for described, reference in each_reference(holder.shape, other):
                if entity in described.to and reference["value"] == row["Id"]:
                    reference["name"] = name


def _points_to(shape: Shape, entity: str) -> bool:
    return any(
        entity in f.to or (f.shape is not None and _points_to(f.shape, entity))
        for f in shape.fields
    )
