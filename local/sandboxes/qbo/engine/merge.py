"""Merging two rows of a list, as the QuickBooks screens offer it."""

from __future__ import annotations

from typing import Final

from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine.change import Context, mark
from local.sandboxes.qbo.engine.operations import write
from local.sandboxes.qbo.engine.references import display_name, each_reference
from local.sandboxes.qbo.protocol.errors import not_found
from local.sandboxes.qbo.schema.registry import BY_NAME, ENTITIES

MERGEABLE: Final = ("Customer", "Vendor", "Employee", "Account", "Item", "Class")


def merge(context: Context, entity_name: str, loser_id: str, survivor_id: str) -> Row:
    """The loser's children and transactions go to the survivor, and the loser goes; the survivor.

    Raises ValueError for a list without merging or the same row twice.
    """
    if entity_name not in MERGEABLE or loser_id == survivor_id:
        raise ValueError(f"two rows of one of {', '.join(MERGEABLE)} can be merged")
    company, entity = context.company, BY_NAME[entity_name]
    loser, survivor = company.row(entity_name, loser_id), company.row(entity_name, survivor_id)
    if loser is None or survivor is None:
        raise not_found()
    for child in [r for r in company.rows(entity_name) if _parent(r) == loser_id]:
        moved = {"Id": child["Id"], "SyncToken": child["SyncToken"], "sparse": True}
        write(context, entity, {**moved, "ParentRef": {"value": survivor_id}}, "update")
    _move(context, entity_name, loser_id, survivor)
    if context.settings.merge_keeps_loser:
        token = {"Id": loser_id, "SyncToken": loser["SyncToken"], "sparse": True}
        write(context, entity, {**token, "Active": False}, "update")
    elif context.settings.merge_in_cdc:
        company.remove(entity, loser_id, context.seconds(), context.settings)
    else:
        company.forget(entity, loser_id, context.settings)
    if context.settings.merge_touches_survivor:
        mark(context, company.table(entity_name).records[survivor_id])
    return survivor


def _parent(row: Row) -> str:
    return str((row.get("ParentRef") or {}).get("value", ""))


def _move(context: Context, entity_name: str, loser_id: str, survivor: Row) -> None:
    """Transactions name the survivor from now on; their own times stay."""
    for holder in ENTITIES:
        for row in context.company.rows(holder.name):
            for described, reference in each_reference(holder.shape, row):
                kind = reference.get("type") or described.to[:1]
                if entity_name in described.to and entity_name in kind:
                    _point(reference, loser_id, survivor)


def _point(reference: Row, loser_id: str, survivor: Row) -> None:
    if reference.get("value") == loser_id:
        reference["value"], reference["name"] = survivor["Id"], display_name(survivor)
