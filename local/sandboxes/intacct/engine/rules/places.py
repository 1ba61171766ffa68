"""Where something belongs when the company has several entities."""

from __future__ import annotations

from local.sandboxes.intacct.books.rows import Values
from local.sandboxes.intacct.engine.context import Context


def place(context: Context, values: Values) -> str:
    """The location of a record or line; that of the entity somebody signed in to if none is
    given. Empty where nothing says it."""
    if context.entity and not values.get("LOCATIONID"):
        values["LOCATIONID"] = context.entity
    return values.get("LOCATIONID", "")
