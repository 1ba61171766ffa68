"""A small company outside the United States, where taxes go by code."""

from __future__ import annotations

from local.sandboxes.qbo.engine.change import Context
from local.sandboxes.qbo.engine.seed import plant
from local.sandboxes.qbo.seeds import empty
from local.sandboxes.qbo.seeds.empty import many
from local.sandboxes.qbo.seeds.lands import Land


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
