"""How records leave: time is deleted; list records cannot be, they are made inactive."""

from collections.abc import Iterable, Mapping
from typing import Any

from ledgerlink.connectors.qbo import queries
from ledgerlink.domain.plan import Action, Write

KEPT = frozenset({"Customer", "Vendor", "Employee", "Item"})
"""Kinds that are never deleted."""

INACTIVE: Mapping[str, Any] = {"Active": False}
"""What is sent instead."""


def deactivates(write: Write) -> bool:
    """Whether a delete is one in name only."""
    return write.action is Action.DELETE and write.kind in KEPT


def has_left(entity: Mapping[str, Any] | None) -> bool:
    """Whether a record, as it was looked up by `addressed`, needs no removing any more."""
    return entity is None or entity.get("Active") is False


def addressed(kind: str, ids: Iterable[str]) -> list[str]:
    """The conditions under which these records are shown, inactive or not."""
    hidden = [queries.WITH_INACTIVE] if kind in KEPT else []
    return [queries.among("Id", ids), *hidden]
