"""What a rule sees: the row before and after, and the company around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from local.sandboxes.common.clock import Clock
from local.sandboxes.qbo.books.company import Company
from local.sandboxes.qbo.books.rows import Record, Row
from local.sandboxes.qbo.protocol.timestamps import stamp
from local.sandboxes.qbo.schema.entity import Entity
from local.sandboxes.qbo.settings import Settings

# What just happened to a row: realm, entity name, Id, operation.
Listener: TypeAlias = Callable[[str, str, str, str], None]


@dataclass(slots=True)
class Context:
    """One request's surroundings.

    `include`: the query parameter's values. `fresh`: rows made by the same batch, which later
    items of that batch cannot refer to. `by_hand`: somebody edits in the QuickBooks screens,
    where what is read-only over the API may change.
    """

    company: Company
    settings: Settings
    clock: Clock
    listener: Listener
    include: frozenset[str] = frozenset()
    fresh: set[tuple[str, str]] = field(default_factory=set)
    by_hand: bool = False

    def seconds(self) -> int:
        return int(self.clock.wall())

    def tell(self, entity: str, row_id: str, operation: str) -> None:
        self.listener(self.company.realm, entity, row_id, operation)


@dataclass(slots=True)
class Change:
    """A row on its way into the books. `before` is None on create, `after` is {} on delete."""

    context: Context
    entity: Entity
    before: Row | None
    after: Row
    sent: Row = field(default_factory=dict)

    @property
    def company(self) -> Company:
        return self.context.company

    @property
    def settings(self) -> Settings:
        return self.context.settings

    @property
    def creating(self) -> bool:
        return self.before is None

    def was(self, name: str) -> object:
        return None if self.before is None else self.before.get(name)


Rule: TypeAlias = Callable[[Change], None]


def touch(context: Context, entity_name: str, row_id: str) -> Row | None:
    """The stored row, marked as changed: one SyncToken further and updated now."""
    record = context.company.table(entity_name).records.get(row_id)
    if record is None:
        return None
    mark(context, record)
    context.tell(entity_name, row_id, "Update")
    return record.row


def mark(context: Context, record: Record) -> None:
    context.company.version += 1
    record.updated = context.seconds()
    record.row["SyncToken"] = str(int(record.row["SyncToken"]) + 1)
    record.row["MetaData"] = {
        **record.row["MetaData"],
        "LastUpdatedTime": stamp(record.updated),
    }
