"""What one function sees: the company, who asks, and at which level."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from local.sandboxes.common.clock import Clock
from local.sandboxes.intacct.books.company import Company
from local.sandboxes.intacct.books.rows import Record
from local.sandboxes.intacct.protocol.errors import forbidden, unsubscribed
from local.sandboxes.intacct.schema.fields import Object
from local.sandboxes.intacct.settings import Settings
from local.sandboxes.intacct.traffic.journal import Note

# What the gateway calls the operation of a function, where it is not the word for the right.
API_OPERATIONS: Final = {"query": "QUERY", "readByQuery": "READ_BY_QUERY", "readMore": "READ_MORE"}


@dataclass(slots=True)
class Context:
    """`entity` is the location somebody signed in to, empty at the top level. `by_hand` means that
    somebody works in the screens, where what is read-only over the gateway may change."""

    company: Company
    settings: Settings
    clock: Clock
    sender: str = ""
    user: str = ""
    entity: str = ""
    by_hand: bool = False
    note: Note = field(default_factory=lambda: Note("", ""))

    def seconds(self) -> int:
        return int(self.clock.wall())

    @property
    def zone(self) -> str:
        return self.settings.times_zone

    def sees(self, record: Record, private: bool = True) -> bool:
        """Whether a record is there at this level; `private` asks for those of the entities."""
        if not self.company.multi_entity or not record.entity:
            return True
        return record.entity == self.entity if self.entity else private

    def permit(self, operation: str, entry: Object) -> None:
        """Raises Refusal for what the user may not do or the company has no subscription for."""
        user, named = self.company.users.get(self.user), API_OPERATIONS.get(self.note.function)
        if user is not None and f"{operation} {entry.name}" in user.denied:
            raise forbidden(named or operation, entry.name)
        if not self.subscribed(entry):
            raise unsubscribed(named or operation, entry.name)

    def subscribed(self, entry: Object) -> bool:
        return not entry.application or entry.application in self.company.applications

    def found(self, name: str, key: str) -> Record | None:
        """The record with this id, if it is there at this level."""
        record = self.company.find(name, key)
        return record if record is not None and self.sees(record) else None
