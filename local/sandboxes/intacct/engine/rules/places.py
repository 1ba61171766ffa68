"""Where something belongs when the company has several entities."""

from __future__ import annotations

from local.sandboxes.intacct.books.rows import Values
from local.sandboxes.intacct.engine.work import Work


def place(work: Work, values: Values) -> str:
    """The location of a record or line; that of the entity somebody signed in to if none is
    given. Empty where nothing says it."""
    if work.entity and not values.get("LOCATIONID"):
        values["LOCATIONID"] = work.entity
    return values.get("LOCATIONID", "")
