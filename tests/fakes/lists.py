"""Records, feed, settings, schedules, usage and bus in memory."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ledgerlink.domain.errors import ChangedMeanwhile, Expired
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.list_records import Change, ListRecord, ListType, SyncState
from ledgerlink.domain.model.schedule import Due
from ledgerlink.domain.model.settings import Settings
from ledgerlink.services.messages import Event
from ledgerlink.services.ports import Page


@dataclass
class FakeLists:
    """Implements `services.ports.Lists`."""

    rows: dict[tuple[ConnectionKey, ListType], dict[str, ListRecord]] = field(default_factory=dict)
    feeds: dict[ConnectionKey, list[Change]] = field(default_factory=dict)
    states: dict[ConnectionKey, SyncState] = field(default_factory=dict)
    expired: int = 0
    """The last entry of a feed that was deleted because of its age."""

    def get(
        self, connection_key: ConnectionKey, kind: ListType, ids: Iterable[str]
    ) -> Mapping[str, ListRecord]:
        mine = self.rows.get((connection_key, kind), {})
        return {each: mine[each] for each in ids if each in mine}

    def page(
        self, connection_key: ConnectionKey, kind: ListType, after: str | None, limit: int
    ) -> Page[ListRecord]:
        mine = self.rows.get((connection_key, kind), {})
        ids = [each for each in sorted(mine) if after is None or each > after]
        items = [mine[each] for each in ids[:limit]]
        return Page(items, items[-1].id if len(ids) > limit else None)

    def ids(self, connection_key: ConnectionKey, kind: ListType) -> Iterator[str]:
        mine = self.rows.get((connection_key, kind), {})
        return iter([each for each, record in mine.items() if not record.gone])

    def has_children(self, connection_key: ConnectionKey, kind: ListType, parent_id: str) -> bool:
        mine = self.rows.get((connection_key, kind), {})
        return any(record.parent_id == parent_id and record.usable for record in mine.values())

    def recover(self, connection_key: ConnectionKey) -> None:
        """A record is made in one step here."""

    def record(
        self,
        connection_key: ConnectionKey,
        run_id: str,
        changes: Sequence[Change],
        same: Sequence[ListRecord] = (),
        *,
        places: bool = False,
    ) -> Sequence[Change]:
        feed = self.feeds.setdefault(connection_key, [])
        begun = len(feed) + 1
        numbered = [
            replace(change, seq=seq, run_id=run_id) for seq, change in enumerate(changes, begun)
        ]
        feed.extend(numbered)
        for record in (*(change.record for change in changes), *same):
            self.rows.setdefault((connection_key, record.type), {})[record.id] = record
        return numbered

    def tally(
        self, connection_key: ConnectionKey, run_id: str
    ) -> Mapping[ListType, Mapping[str, int]]:
        counts: dict[ListType, Counter[str]] = {}
        for change in self.feeds.get(connection_key, []):
            if change.run_id == run_id:
                counts.setdefault(change.record.type, Counter())[change.kind.value] += 1
        return counts

    def changes(self, connection_key: ConnectionKey, after: int, limit: int) -> Page[Change]:
        feed = self.feeds.get(connection_key, [])
        if after < min(self.expired, len(feed)):
            raise Expired("changes_expired", "They were deleted.", "Read the lists.", len(feed))
        items = feed[after : after + limit]
        return Page(items, str(items[-1].seq if items else after))

    def state(self, connection_key: ConnectionKey) -> SyncState:
        return self.states.get(connection_key, SyncState())

    def save_state(self, connection_key: ConnectionKey, state: SyncState) -> None:
        self.states[connection_key] = state


@dataclass
class FakeSettings:
    """Implements `services.ports.SettingsStore`."""

    rows: dict[ConnectionKey, Settings] = field(default_factory=dict)

    def get(self, connection_key: ConnectionKey) -> Settings:
        return self.rows.get(connection_key, Settings())

    def put(self, connection_key: ConnectionKey, settings: Settings) -> Settings:
        if settings.version != self.get(connection_key).version:
            raise ChangedMeanwhile
        stored = replace(settings, version=settings.version + 1)
        self.rows[connection_key] = stored
        return stored


@dataclass
class FakeSchedules:
    """Implements `services.ports.Schedules`."""

    rows: dict[ConnectionKey, Due] = field(default_factory=dict)

    def get(self, connection_key: ConnectionKey) -> Due:
        plain = Due(firm=connection_key.firm, connection_id=connection_key.id)
        return self.rows.get(connection_key, plain)

    def put(self, due: Due) -> bool:
        if self.get(due.connection_key).version != due.version:
            return False
        self.rows[due.connection_key] = replace(due, version=due.version + 1)
        return True

    def due(self, now: datetime, limit: int) -> Sequence[Due]:
        moments = {row: due.at for row, due in self.rows.items() if due.at is not None}
        ripe = sorted((at, row) for row, at in moments.items() if at <= now)
        return [self.rows[row] for _, row in ripe[:limit]]


@dataclass
class FakeUsage:
    """Implements `services.ports.Usage`."""

    applications: Counter[tuple[str, str]] = field(default_factory=Counter)
    connections: Counter[tuple[ConnectionKey, str]] = field(default_factory=Counter)

    def add(self, ledger: str, connection_key: ConnectionKey, month: str, calls: int) -> None:
        self.applications[(ledger, month)] += calls
        self.connections[(connection_key, month)] += calls

    def of_application(self, ledger: str, month: str) -> int:
        return self.applications[(ledger, month)]

    def of_connection(self, connection_key: ConnectionKey, month: str) -> int:
        return self.connections[(connection_key, month)]


@dataclass
class FakeMetrics:
    """Implements `services.ports.Metrics`. `counts` adds up over all invocations."""

    counts: Counter[str]

    def count(self, name: str, number: int) -> None:
        self.counts.update({name: number})

    def add_up_per_ledger(self, ledger: str) -> None: ...


@dataclass
class FakeBus:
    """Implements `services.ports.Bus`."""

    events: list[Event] = field(default_factory=list)

    def publish(self, events: Sequence[Event]) -> None:
        self.events.extend(events)
