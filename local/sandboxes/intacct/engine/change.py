"""A record on its way into the books, and the rules that look at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from local.sandboxes.intacct.books.company import Company
from local.sandboxes.intacct.books.rows import Record, Values
from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.schema.fields import Object
from local.sandboxes.intacct.settings import Settings


@dataclass(slots=True)
class Sent:
    """What a request says about one record; an empty value clears a field. `contacts` are the
    members of nested contacts by the name of their relation; `lines` None means not mentioned.
    `subtotals` are what is said beneath the lines: text and amount."""

    values: Values = field(default_factory=dict)
    lines: list[Values] | None = None
    contacts: dict[str, Values] = field(default_factory=dict)
    subtotals: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Line:
    """One line of a document; `recordno` is 0 for one that is new."""

    values: Values
    recordno: int = 0


@dataclass(slots=True)
class Change:
    """`before` is None on create; `after` is what will be stored, `lines` None if they stay."""

    context: Context
    entry: Object
    before: Record | None
    after: Values
    sent: Sent
    lines: list[Line] | None = None

    @property
    def company(self) -> Company:
        return self.context.company

    @property
    def settings(self) -> Settings:
        return self.context.settings

    @property
    def creating(self) -> bool:
        return self.before is None

    def was(self, name: str) -> str:
        return "" if self.before is None else self.before.values.get(name, "")

    def value(self, name: str) -> str:
        return self.after.get(name, "")

    def changed(self, name: str) -> bool:
        return self.was(name) != self.value(name)


Rule: TypeAlias = Callable[[Change], None]
Effect: TypeAlias = Callable[[Change, Record], None]
DeleteRule: TypeAlias = Callable[[Context, Record], None]
