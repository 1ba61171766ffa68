"""All entities, by name and by path."""

from __future__ import annotations

from typing import Final

from .entity import Entity
from .expenses import EXPENSES
from .lists import LISTS
from .other import OTHER, RECURRING_KINDS
from .people import PEOPLE
from .sales import SALES

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
