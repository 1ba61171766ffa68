"""Records, feed, settings, schedules, usage and bus in memory."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ledgerlink.domain.model.list_records import Change, ListRecord, ListType, SyncState
from ledgerlink.domain.model.schedule import Due
from ledgerlink.domain.model.settings import Settings
from ledgerlink.services.ports import Event, Page

Connection = tuple[str, str]


@dataclass
class FakeLists:
    """Implements `services.stores.Lists`."""

    rows: dict[tuple[str, str, ListType], dict[str, ListRecord]] = field(default_factory=dict)
    feeds: dict[Connection, list[Change]] = field(default_factory=dict)
    states: dict[Connection, SyncState] = field(default_factory=dict)

    def get(
        self, firm: str, connection_id: str, kind: ListType, ids: Iterable[str]
    ) -> Mapping[str, ListRecord]:
        mine = self.rows.get((firm, connection_id, kind), {})
        return {each: mine[each] for each in ids if each in mine}

    def page(
        self, firm: str, connection_id: str, kind: ListType, after: str | None, limit: int
    ) -> Page[ListRecord]:
        mine = self.rows.get((firm, connection_id, kind), {})
        ids = [each for each in sorted(mine) if after is None or each > after]
        items = [mine[each] for each in ids[:limit]]
        return Page(items, items[-1].id if len(ids) > limit else None)

    def ids(self, firm: str, connection_id: str, kind: ListType) -> Iterator[str]:
        mine = self.rows.get((firm, connection_id, kind), {})
        return iter([each for each, record in mine.items() if not record.gone])

    def has_children(self, firm: str, connection_id: str, kind: ListType, parent_id: str) -> bool:
        mine = self.rows.get((firm, connection_id, kind), {})
        return any(record.parent_id == parent_id and record.usable for record in mine.values())

    def recover(self, firm: str, connection_id: str) -> None:
        """A record is made in one step here."""

    def record(
        self,
        firm: str,
        connection_id: str,
        run_id: str,
        changes: Sequence[Change],
        same: Sequence[ListRecord] = (),
    ) -> Sequence[Change]:
        feed = self.feeds.setdefault((firm, connection_id), [])
        begun = len(feed) + 1
        numbered = [
            replace(change, seq=seq, run_id=run_id) for seq, change in enumerate(changes, begun)
        ]
        feed.extend(numbered)
        for record in (*(change.record for change in changes), *same):
            self.rows.setdefault((firm, connection_id, record.type), {})[record.id] = record
        return numbered

    def tally(
        self, firm: str, connection_id: str, run_id: str
    ) -> Mapping[ListType, Mapping[str, int]]:
        counts: dict[ListType, Counter[str]] = {}
        for change in self.feeds.get((firm, connection_id), []):
            if change.run_id == run_id:
                counts.setdefault(change.record.type, Counter())[change.kind.value] += 1
        return counts

    def changes(self, firm: str, connection_id: str, after: int, limit: int) -> Page[Change]:
        items = self.feeds.get((firm, connection_id), [])[after : after + limit]
        return Page(items, str(items[-1].seq if items else after))

    def state(self, firm: str, connection_id: str) -> SyncState:
        return self.states.get((firm, connection_id), SyncState())

    def save_state(self, firm: str, connection_id: str, state: SyncState) -> None:
        self.states[(firm, connection_id)] = state


@dataclass
class FakeSettings:
    """Implements `services.stores.SettingsStore`."""

    rows: dict[Connection, Settings] = field(default_factory=dict)

    def get(self, firm: str, connection_id: str) -> Settings:
        return self.rows.get((firm, connection_id), Settings())

    def put(self, firm: str, connection_id: str, settings: Settings) -> None:
        self.rows[(firm, connection_id)] = settings


@dataclass
class FakeSchedules:
    """Implements `services.stores.Schedules`."""

    rows: dict[Connection, Due] = field(default_factory=dict)

    def get(self, firm: str, connection_id: str) -> Due:
        plain = Due(firm=firm, connection_id=connection_id)
        return self.rows.get((firm, connection_id), plain)

    def put(self, due: Due) -> bool:
        if self.get(due.firm, due.connection_id).version != due.version:
            return False
        self.rows[(due.firm, due.connection_id)] = replace(due, version=due.version + 1)
        return True

    def due(self, now: datetime, limit: int) -> Sequence[Due]:
        moments = {row: due.at for row, due in self.rows.items() if due.at is not None}
        ripe = sorted((at, row) for row, at in moments.items() if at <= now)
        return [self.rows[row] for _, row in ripe[:limit]]


@dataclass
class FakeUsage:
    """Implements `services.stores.Usage`."""

    applications: Counter[tuple[str, str]] = field(default_factory=Counter)
    connections: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, ledger: str, firm: str, connection_id: str, month: str, calls: int) -> None:
        self.applications[(ledger, month)] += calls
        self.connections[(firm, connection_id, month)] += calls

    def of_application(self, ledger: str, month: str) -> int:
        return self.applications[(ledger, month)]

    def of_connection(self, firm: str, connection_id: str, month: str) -> int:
        return self.connections[(firm, connection_id, month)]


@dataclass
class FakeBus:
    """Implements `services.stores.Bus`."""

    events: list[Event] = field(default_factory=list)

    def publish(self, events: Sequence[Event]) -> None:
        self.events.extend(events)
