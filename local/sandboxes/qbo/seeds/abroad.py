"""A small company outside the United States, where taxes go by code."""

from __future__ import annotations

from ..engine.change import Context
from ..engine.seed import plant
from . import empty
from .empty import many
from .lands import Land


def sow(context: Context, land: Land) -> None:
    """The people have the Ids they have in the sample company."""
    empty.sow(context, land)
    for row_id, name in (("1", "Amy's Bird Sanctuary"), ("3", "Cool Cars")):
        plant(context, "Customer", {"Id": row_id, "DisplayName": name, "Taxable": True})
    vendors = (("30", "Books by Bessie"), ("46", "Norton Lumber and Building Materials"))
    many(context, "Vendor", [{"Id": row_id, "DisplayName": name} for row_id, name in vendors])
    employees = (("54", "John", "Johnson"), ("55", "Emily", "Platt"))
    for row_id, given, family in employees:
        plant(context, "Employee", {"Id": row_id, "GivenName": given, "FamilyName": family})
