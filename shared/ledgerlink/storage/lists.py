"""List records and their feed, in the table (`docs/adr/0008`).

A writer first stores feed entries beyond the head, then their records, then moves the head. Readers
stop at the head, so they never see half of it. The next writer completes what one that died left
beyond the head.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, takewhile

from ledgerlink.domain.errors import Expired
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.list_records import Change, ListRecord, ListType, SyncState
from ledgerlink.domain.model.retention import STANDARD, Retention
from ledgerlink.domain.ports import Clock
from ledgerlink.services.ports import Page
from ledgerlink.storage import keys
from ledgerlink.storage.batches import parts
from ledgerlink.storage.readable import readable
from ledgerlink.storage.table import Row, Table
from ledgerlink.wire.stored import dump, load

CHILDREN_TOGETHER = 25
"""Children of a parent that share a row, which then has less than a KB."""
CHILDREN_AT_ONCE = 100
"""Children of a parent that are read at once."""

Counts = Mapping[ListType, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the feed for readers."""

    seq: int = 0
    """The number of the last visible entry."""
    run: str = ""
    """The run that wrote it."""
    counts: Counts = field(default_factory=dict)
    """The changes that this run has recorded, by list and kind."""


class DynamoLists:
    """Implements `services.ports.Lists`. Every list has a partition of its own. A record that our
    program cannot read counts as none, until a sync brings it in again."""

    def __init__(self, table: Table, clock: Clock, retention: Retention = STANDARD) -> None:
        self._table = table
        self._clock = clock
        self._retention = retention

    def get(
        self, connection_key: ConnectionKey, kind: ListType, ids: Iterable[str]
    ) -> Mapping[str, ListRecord]:
        pk = keys.records(connection_key, kind)
        rows = self._table.get_many(pk, (keys.row("record", each) for each in ids))
        return {record.id: record for record in readable(ListRecord, rows)}

    def page(
        self, connection_key: ConnectionKey, kind: ListType, after: str | None, limit: int
    ) -> Page[ListRecord]:
        found = self._table.query(
            keys.records(connection_key, kind),
            keys.under("record"),
            after=keys.row("record", after) if after is not None else None,
            limit=limit + 1,
        )
        rows = list(found)
        items = list(readable(ListRecord, rows[:limit]))
        return Page(items, rows[limit - 1]["id"] if len(rows) > limit else None)

    def ids(self, connection_key: ConnectionKey, kind: ListType) -> Iterator[str]:
        pk = keys.records(connection_key, kind)
        rows = self._table.query(pk, keys.under("record"), names=("id", "gone"))
        return (row["id"] for row in rows if not row["gone"])

    def has_children(self, connection_key: ConnectionKey, kind: ListType, parent_id: str) -> bool:
        """A row below a parent shows that it had this child once; the child's record shows whether
        it still has."""
        rows = self._table.query(
            keys.children(connection_key, kind), keys.under("child", parent_id)
        )
        children = (each for row in rows for each in row.get("ids") or [row["id"]])
        while ids := list(islice(children, CHILDREN_AT_ONCE)):
            found = self.get(connection_key, kind, ids).values()
            if any(record.parent_id == parent_id and record.usable for record in found):
                return True
        return False

    def recover(self, connection_key: ConnectionKey) -> None:
        """Entries beyond the head are completed up to the first missing one; the others are
        deleted."""
        head = self._head(connection_key)
        rows = self._entry_rows(connection_key, head.seq + 1, keys.LAST_NUMBER)
        beyond = list(readable(Change, rows))
        complete = [c for seq, c in enumerate(beyond, head.seq + 1) if c.seq == seq]
        rest = beyond[len(complete) :]
        pk = keys.feed(connection_key)
        self._table.delete_many(pk, (keys.row("entry", keys.number(c.seq)) for c in rest))
        self._store(connection_key, [change.record for change in complete], places=True)
        self._advance(connection_key, head, complete)

    def record(
        self,
        connection_key: ConnectionKey,
        run_id: str,
        changes: Sequence[Change],
        same: Sequence[ListRecord] = (),
        *,
        places: bool = False,
    ) -> Sequence[Change]:
        head = self._head(connection_key)
        numbered = [
            replace(change, seq=seq, run_id=run_id)
            for seq, change in enumerate(changes, start=head.seq + 1)
        ]
        expires_at = int((self._clock.now() + self._retention.feed).timestamp())
        self._table.put_many(_entry(connection_key, each, expires_at) for each in numbered)
        self._store(connection_key, [*(c.record for c in numbered), *same], places=places)
        self._advance(connection_key, head, numbered)
        return numbered

    def _store(
        self, connection_key: ConnectionKey, records: Sequence[ListRecord], *, places: bool
    ) -> None:
        rows = [_row(connection_key, record) for record in records]
        below = _children(connection_key, records) if places else ()
        self._table.put_many([*rows, *below])

    def _head(self, connection_key: ConnectionKey) -> Head:
        row = self._table.get(keys.connection(connection_key), "feed")
        return load(Head, row["data"]) if row else Head()

    def _advance(
        self, connection_key: ConnectionKey, head: Head, changes: Sequence[Change]
    ) -> None:
        """Move the head behind these changes. Raises Taken when another writer has moved it."""
        if not changes:
            return
        moved = Head(changes[-1].seq, changes[-1].run_id, _counted(head, changes))
        pk = keys.connection(connection_key)
        row = {"pk": pk, "sk": "feed", "seq": moved.seq, "data": dump(moved).decode()}
        unmoved = "seq = :seq" if head.seq else "attribute_not_exists(pk)"
        self._table.put_if(row, unmoved, {":seq": head.seq} if head.seq else None)

    def tally(self, connection_key: ConnectionKey, run_id: str) -> Counts:
        head = self._head(connection_key)
        return head.counts if head.run == run_id else {}

    def changes(self, connection_key: ConnectionKey, after: int, limit: int) -> Page[Change]:
        head = self._head(connection_key).seq
        last = min(after + limit, head)
        if last <= after:
            return Page([], str(after))
        now = self._clock.now().timestamp()
        rows = self._entry_rows(connection_key, after + 1, last)
        kept = [row for row in rows if row.get("expires_at", now + 1) > now]
        items = _without_gap((load(Change, row["data"]) for row in kept), after + 1)
        if not items:
            raise self._expired(after, head)
        return Page(items, str(items[-1].seq))

    def _expired(self, after: int, head: int) -> Expired:
        days = self._retention.feed.days
        return Expired(
            "changes_expired",
            f"The changes after {after} are older than {days} days and were deleted.",
            f"Read the records of every list, then go on with the changes after {head}.",
            after=head,
        )

    def _entry_rows(self, connection_key: ConnectionKey, first: int, last: int) -> Iterator[Row]:
        first_key, last_key = (keys.row("entry", keys.number(seq)) for seq in (first, last))
        return self._table.between(keys.feed(connection_key), first_key, last_key)

    def state(self, connection_key: ConnectionKey) -> SyncState:
        row = self._table.get(keys.connection(connection_key), "sync")
        return load(SyncState, row["data"]) if row else SyncState()

    def save_state(self, connection_key: ConnectionKey, state: SyncState) -> None:
        pk = keys.connection(connection_key)
        self._table.put({"pk": pk, "sk": "sync", "data": dump(state).decode()})


def _entry(connection_key: ConnectionKey, change: Change, expires_at: int) -> Row:
    sk = keys.row("entry", keys.number(change.seq))
    data = dump(change).decode()
    return {"pk": keys.feed(connection_key), "sk": sk, "data": data, "expires_at": expires_at}


def _without_gap(changes: Iterable[Change], first: int) -> Sequence[Change]:
    """These changes from number `first` on, up to the first one that is missing."""
    numbered = takewhile(lambda each: each[0] == each[1].seq, enumerate(changes, first))
    return [change for _, change in numbered]


def _row(connection_key: ConnectionKey, record: ListRecord) -> Row:
    return {
        "pk": keys.records(connection_key, record.type),
        "sk": keys.row("record", record.id),
        "id": record.id,
        "gone": record.gone is not None,
        "data": dump(record).decode(),
    }


def _children(connection_key: ConnectionKey, records: Iterable[ListRecord]) -> Iterator[Row]:
    """Rows that lead from the parents of these records to them. A row is named after all children
    in it, so that it is never replaced by one with fewer."""
    below: dict[tuple[ListType, str], list[str]] = defaultdict(list)
    for record in records:
        if record.parent_id:
            below[record.type, record.parent_id].append(record.id)
    for (kind, parent_id), ids in below.items():
        for some in parts(ids, CHILDREN_TOGETHER):
            sk = keys.row("child", parent_id, "\n".join(some))
            yield {"pk": keys.children(connection_key, kind), "sk": sk, "ids": some}


def _counted(head: Head, changes: Sequence[Change]) -> Counts:
    """The counts of the run that recorded these changes, with them."""
    same_run = head.run == changes[-1].run_id
    counts = {kind: dict(some) for kind, some in head.counts.items()} if same_run else {}
    for change in changes:
        some = counts.setdefault(change.record.type, {})
        some[change.kind.value] = some.get(change.kind.value, 0) + 1
    return counts
