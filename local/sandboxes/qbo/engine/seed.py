"""Puts rows with given Ids into a company, by the same rules as everything else."""

from __future__ import annotations

from ..rows import Row
from ..schema.registry import BY_NAME
from .change import Change, Context
from .clean import Found, clean
from .operations import complete, insert


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
