"""How far a sync is, and when that is stored.

What happened is stored at once: a state, a page with records, changes of records, a list that ended
with changes. A list without news is stored with whatever is stored next, because a sync that finds
nothing would otherwise cost a write per list to say so. A worker that dies before that repeats the
reads and comparisons of those lists, which have no further effect.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.list_records import (
    ListTraits,
    ListType,
    ListWork,
    Sync,
    SyncState,
)
from ledgerlink.domain.model.runs import Run
from ledgerlink.domain.model.settings import Settings
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.sync.list_records import LinkedRecords


def sync_of(run: Run) -> Sync:
    """The part of the run that only syncs have."""
    assert run.sync is not None
    return run.sync


def lists_of(run: Run) -> tuple[ListWork, ...]:
    """How far each list of a sync is."""
    return sync_of(run).lists


@dataclass(slots=True)
class SyncProgress:
    """A sync at work: its run, and how far the connection's lists are."""

    deps: Dependencies
    connection: Connection
    run: Run
    """The run as it is now; parts of it may not be stored yet."""
    settings: Settings
    """The connection's settings when this turn began."""
    linked: LinkedRecords
    """Which list records the product uses."""
    _stored: Run = field(init=False)
    _merged: dict[ListType, datetime | None] = field(default_factory=dict)
    """Lists whose cursor is not moved yet; when each was compared, if it was read whole."""

    def __post_init__(self) -> None:
        self._stored = self.run

    def traits(self, kind: ListType) -> ListTraits:
        """How the ledger treats a list."""
        return self.deps.connector(self.connection.ledger).lists[kind]

    def work(self, kind: ListType) -> ListWork:
        """How far a list is."""
        return next(work for work in lists_of(self.run) if work.type is kind)

    def note(self, work: ListWork) -> None:
        """Take how far a list is now, to be stored with whatever is stored next."""
        sync = sync_of(self.run)
        lists = tuple(work if work.type is each.type else each for each in sync.lists)
        self.run = replace(self.run, sync=replace(sync, lists=lists))

    def note_calls(self, calls: Mapping[str, int], metered: int) -> None:
        """Add calls to the ledger, and how many of them its maker meters."""
        sync = sync_of(self.run)
        total = dict(Counter(sync.calls) + Counter(calls))
        sync = replace(sync, calls=total, metered=sync.metered + metered)
        self.run = replace(self.run, sync=sync)

    def note_merged(self, work: ListWork) -> None:
        """Take that all records of a list are recorded, so that its cursor may move."""
        self.note(work)
        self._merged[work.type] = self.deps.clock.now() if work.whole else None

    def store_in_state(self, run: Run) -> None:
        """Store the run in a new state. Raises Conflict like `store`."""
        self.deps.runs.save(run, of_generation=run.generation)
        self.run = self._stored = run

    def store(self) -> None:
        """Store what is not stored yet. Raises Conflict when a user has cancelled or resumed the
        run meanwhile."""
        if self._merged:
            self.save_list_state()
        if self.run != self._stored:
            self.deps.runs.update(self.run)
            self._stored = self.run

    def save_list_state(self, **changes: Any) -> None:
        """Move the cursors of merged lists, and store these changes of the connection's state."""
        state = replace(self._moved(self.deps.lists.state(self.connection.key)), **changes)
        self.deps.lists.save_state(self.connection.key, state)
        self._merged.clear()

    def _moved(self, state: SyncState) -> SyncState:
        cursors, compared = dict(state.cursors), dict(state.compared)
        for kind, compared_at in self._merged.items():
            as_of = self.work(kind).as_of
            if as_of is None or self.traits(kind).on_request:
                continue  # a list that is read by days has no cursor
            cursors[kind] = max(as_of, cursors.get(kind, as_of))
            if compared_at is not None:
                compared[kind] = compared_at
        return replace(state, cursors=cursors, compared=compared)
