"""All entities, by name and by path."""

from __future__ import annotations

from typing import Final

from local.sandboxes.qbo.schema.entity import Entity
from local.sandboxes.qbo.schema.expenses import EXPENSES
from local.sandboxes.qbo.schema.lists import LISTS
from local.sandboxes.qbo.schema.other import OTHER, RECURRING_KINDS
from local.sandboxes.qbo.schema.people import PEOPLE
from local.sandboxes.qbo.schema.sales import SALES

ENTITIES: Final[tuple[Entity, ...]] = (*PEOPLE, *LISTS, *OTHER, *SALES, *EXPENSES)
BY_NAME: Final[dict[str, Entity]] = {entity.name: entity for entity in ENTITIES}
BY_PATH: Final[dict[str, Entity]] = {entity.path: entity for entity in ENTITIES}
BY_WIRE: Final[dict[str, Entity]] = {entity.wire: entity for entity in ENTITIES}

__all__ = ["BY_NAME", "BY_PATH", "BY_WIRE", "ENTITIES", "LIST_WORDS", "RECURRING_KINDS"]

# How 2500 names the list of a reference that leads nowhere.
LIST_WORDS: Final[dict[str, str]] = {
    "Account": "Accounts",
    "Class": "Klasses",
    "Customer": "Names",
    "Vendor": "Names",
    "Employee": "Names",
    "Department": "Depts",
    "Item": "Items",
    "Term": "Terms",
    "PaymentMethod": "PaymentMethods",
    "Project": "Projects",
}
