"""How records leave: time, documents of money and files are deleted; list records cannot be, they
are made inactive."""

from collections.abc import Mapping
from typing import Any

from ledgerlink.domain.model.plan import Action, Write

KEPT = frozenset({"Customer", "Vendor", "Employee", "Item"})
"""Kinds that are never deleted."""

INACTIVE: Mapping[str, Any] = {"Active": False}
"""What is sent instead."""


def deactivates(write: Write) -> bool:
    """Whether a delete is one in name only."""
    return write.action is Action.DELETE and write.kind in KEPT


def has_left(entity: Mapping[str, Any] | None) -> bool:
    """Whether a record, as a look by its id shows it, needs no removing any more: what is inactive
    is hidden from most looks."""
    return entity is None or entity.get("Active") is False
