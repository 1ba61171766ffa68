"""Puts rows with given Ids into a company, by the same rules as everything else."""

from __future__ import annotations

from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine.change import Change, Context
from local.sandboxes.qbo.engine.clean import Found, clean
from local.sandboxes.qbo.engine.operations import complete, insert
from local.sandboxes.qbo.schema.registry import BY_NAME


def plant(context: Context, entity_name: str, row: Row) -> Row:
    """Inserts a row under its own Id, or the next one, and keeps the sequence ahead of it."""
    entity = BY_NAME[entity_name]
    found = Found(context.settings)
    sent = clean(entity.shape, row, found)
    calculated = {name: row[name] for name in entity.readonly if name in row}
    after = {name: value for name, value in sent.items() if value is not None} | calculated
    change = Change(context, entity, None, after, sent)
    complete(change, found)
    if "Id" in row:
        after["Id"] = str(row["Id"])
    planted = insert(change)
    if planted["Id"].isdigit():
        context.company.sequences[entity.sequence].reserve(int(planted["Id"]))
    context.fresh.clear()
    return planted
