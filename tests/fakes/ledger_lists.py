"""The lists of a ledger company in memory, as somebody keeps them and as they are read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ledgerlink.domain.errors import LedgerError
from ledgerlink.domain.model.list_records import Gone, ListBatch, ListRead, ListRecord, ListType
from ledgerlink.domain.ports import Clock

PAGE = 3


@dataclass
class FakeLedgerLists:
    """`refused` lists raise; `untold` lists are left out of the changes; `late` states are told
    once, though they are old."""

    clock: Clock
    rows: dict[ListType, dict[str, ListRecord]] = field(default_factory=dict)
    refused: dict[ListType, LedgerError] = field(default_factory=dict)
    untold: set[ListType] = field(default_factory=set)
    late: list[ListRecord] = field(default_factory=list)
    deleted: list[tuple[ListType, Gone]] = field(default_factory=list)
    page: int = PAGE
    unreadable: dict[ListType, dict[str, str]] = field(default_factory=dict)
    """Records that our program cannot read, with the id that it knows of each: its own or none."""
    _version: int = 0

    def held(self, kind: ListType) -> Mapping[str, ListRecord]:
        return self.rows.setdefault(kind, {})

    def create(self, record: ListRecord) -> ListRecord:
        """Somebody adds a record."""
        self._version += 1
        stamped = replace(record, version=str(self._version), changed_at=self.clock.now())
        self.rows.setdefault(record.type, {})[record.id] = stamped
        return stamped

    def change(self, kind: ListType, record_id: str, **changes: Any) -> ListRecord:
        """Somebody changes one."""
        return self.create(replace(self.held(kind)[record_id], **changes))

    def delete(self, kind: ListType, record_id: str) -> None:
        """Somebody deletes one, which is told; what stood below it stands at the top."""
        self.deleted.append((kind, Gone(id=record_id, at=self.clock.now())))
        self._remove(kind, record_id, None)

    def merge(self, kind: ListType, loser: str, survivor: str) -> None:
        """Somebody merges one into another, which nothing tells."""
        self._remove(kind, loser, survivor)

    def _remove(self, kind: ListType, record_id: str, heir: str | None) -> None:
        gone = self.rows[kind].pop(record_id)
        for each in list(self.held(kind).values()):
            if each.parent_id == record_id:
                parent = gone.parent_id if heir in (None, each.id) else heir
                self.change(kind, each.id, parent_id=parent)

    def read(self, reading: ListRead) -> ListBatch:
        """A batch in the order of ids."""
        if reading.type in self.refused:
            raise self.refused[reading.type]
        after = reading.position or ""
        found = [r for _, r in sorted(self.held(reading.type).items()) if _asked(r, reading)]
        left = [record for record in found if record.id > after]
        position = left[self.page - 1].id if len(left) > self.page else None
        batch = ListBatch(records=left[: self.page], as_of=self.clock.now(), position=position)
        return self._without_unreadable(reading.type, batch)

    def _without_unreadable(self, kind: ListType, batch: ListBatch) -> ListBatch:
        ids = self.unreadable.get(kind, {})
        known = {ids[r.id]: KeyError("ours") for r in batch.records if r.id in ids}
        readable = [record for record in batch.records if record.id not in ids]
        return replace(batch, records=readable, unreadable=known)

    def changes(self, wanted: Sequence[ListType], since: datetime) -> Mapping[ListType, ListBatch]:
        """What the ledger tells of changes."""
        late, self.late = self.late, []
        return {
            kind: self._without_unreadable(kind, self._changed(kind, since, late))
            for kind in wanted
            if kind not in self.untold
        }

    def _changed(self, kind: ListType, since: datetime, late: Sequence[ListRecord]) -> ListBatch:
        return ListBatch(
            records=[r for r in self.held(kind).values() if _since(r, since)]
            + [r for r in late if r.type is kind],
            gone=[g for k, g in self.deleted if k is kind and g.at and g.at >= since],
            as_of=self.clock.now(),
        )


def _asked(record: ListRecord, reading: ListRead) -> bool:
    if reading.since is not None and not _since(record, reading.since):
        return False
    if reading.ids is not None and record.id not in reading.ids:
        return False
    day = str(record.fields.get("date", ""))
    return reading.first_day is None or str(reading.first_day) <= day <= str(reading.last_day)


def _since(record: ListRecord, since: datetime) -> bool:
    return record.changed_at is not None and record.changed_at >= since
