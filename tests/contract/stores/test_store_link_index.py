"""A link that exists is found in every way: after any writes, deaths between two rows, and while a
migration is moving rows that an earlier program has stored."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from threading import Condition, current_thread
from typing import Any

import pytest
from ledgerlink.domain.model.document_facts import EntryAttributes
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.storage import keys, link_rows
from ledgerlink.storage.link_rows import link_of
from ledgerlink.storage.links import DynamoLinks
from ledgerlink.storage.migrations.links import LinkMigration
from ledgerlink.storage.migrations.passes import NotFinished, migrate
from ledgerlink.storage.shape import TableShape
from ledgerlink.storage.table import Row, Table, _plain
from ledgerlink.wire.stored import Unreadable

from tests.contract.stores.samples import ACME, ACME_SECOND, link
from tests.fakes.failure_plan import WorkerDied
from tests.support.earlier_links import put_earlier
from tests.support.memory_dynamo import MemoryDynamo
from tests.support.sampling import sampled

DAYS = [date(2026, 2, 20) + timedelta(2 * n) for n in range(8)]
KINDS = ["TimeActivity", "Customer", "Invoice"]
RECORDS = 12
LONG = "字" * 90


@dataclass
class Steps:
    """Ends the worker at a step; the calls of one thread come in their turn with another's."""

    die_at: int = -1
    taken: int = 0

    def __call__(self, name: str) -> None:
        self.taken += 1
        if self.taken == self.die_at:
            raise WorkerDied(name)


@dataclass
class Turns:
    """Lets a worker, with the threads that it starts, and a migration go on in an order that a seed
    decides, a step at a time, until one of them ends."""

    dice: random.Random
    ended: bool = False
    turn: str = "worker"
    _changed: Condition = field(default_factory=Condition)

    def __call__(self, _: str) -> None:
        me = "migration" if current_thread().name == "migration" else "worker"
        with self._changed:
            assert self._changed.wait_for(lambda: self.ended or self.turn == me, timeout=20)
            self.turn = self.dice.choice(("worker", "migration"))
            self._changed.notify_all()

    def taken_by(self, name: str, work: Callable[[], None]) -> None:
        """Do this work; after it the other thread need not wait for its turn any more."""
        current_thread().name = name
        try:
            work()
        finally:
            with self._changed:
                self.ended = True
                self._changed.notify_all()


@dataclass
class Worker:
    """Writes links as runs do."""

    links: DynamoLinks
    dice: random.Random
    last_id: int = 0

    def write_and_read(self, dynamo: MemoryDynamo) -> None:
        """Several times; what is read is what was written, whoever moves it meanwhile."""
        for _ in range(3):
            self.write()
            require_found(self.links, stored(dynamo))

    def write(self) -> None:
        """Post, correct or delete some records."""
        chosen = self.dice.sample(range(RECORDS), self.dice.randint(1, 5))
        before = self.links.get(ACME, [key_of(n) for n in chosen])
        if self.dice.random() < 0.3:
            self.links.delete(ACME, [key_of(n) for n in chosen])
            return
        posted = [self._posted(n, before.get(key_of(n))) for n in chosen]
        days = {one.key: one.work_date for one in posted if one.work_date}
        if prepared := self.dice.random() < 0.7:
            self.links.index_days(ACME, days)
        self.links.put(ACME, posted, before, days if prepared else {})

    def _posted(self, number: int, before: Link | None) -> Link:
        same_day, same_id = self.dice.random() < 0.5, self.dice.random() < 0.7
        day = before.work_date if before and same_day else self.dice.choice(DAYS)
        self.last_id += self.dice.choice((1, 1, 1, 200))
        ledger_id = before.ledger_id if before and same_id else str(self.last_id)
        return made(number, ledger_id, day)


def key_of(number: int) -> str:
    """Time of one entry, of several, an expense report, a receipt with a long key, a customer."""
    names = ("time:{}", "time:several-{}", "expense-report:{}", "receipt:expense/" + LONG + "{}/r")
    return (*names, "client:{}", "time:{}")[number % 6].format(number)


def made(number: int, ledger_id: str, day: date | None) -> Link:
    """A link of that record with what is needed to find it."""
    key = key_of(number)
    made = replace(link(key, ledger_id), kind=KINDS[number % 3], listed=number % 4 != 3)
    if key.startswith("time:"):
        several = "several" in key
        source = EntryAttributes(staff_key="u", work_date=day or DAYS[0])
        members = (f"{number}a", f"{number}b") if several else (key.partition(":")[2],)
        return replace(made, source=source, members=members)
    if key.startswith("expense-report:"):
        return replace(made, record=RecordKind.EXPENSE, members=(f"{number}x",))
    return made


def stored(dynamo: MemoryDynamo) -> Mapping[str, Link]:
    """The links that the table holds, in whatever shape; the newer one of two."""
    pk = keys.connection(ACME)
    rows = [_plain(row) for row in dynamo.rows.values()]
    rows = [row for row in rows if f"{row['pk']}#".startswith(f"{pk}#")]
    earlier = [link_of(row) for row in rows if row["sk"].startswith("link#")]
    now = [link_of(row) for row in rows if row["sk"].startswith("key#")]
    return {one.key: one for one in [*earlier, *now]}


def require_all_found(dynamo: MemoryDynamo) -> None:
    """Every link that is stored is found in every way, and nothing else is found."""
    dynamo.step = lambda _: None
    require_found(DynamoLinks(Table(dynamo, "t")), stored(dynamo))  # type: ignore[arg-type]


def require_found(links: DynamoLinks, there: Mapping[str, Link]) -> None:
    """These links are found in every way, and nothing else is found."""
    assert links.get(ACME, map(key_of, range(RECORDS))) == there
    time = {key: one for key, one in there.items() if one.source}
    found = list(links.between(ACME, date.min, date.max))
    assert {one.key: one for one in found} == time
    assert len(found) == len(time)
    for day in DAYS:
        worked = {one.key for one in links.between(ACME, day, day)}
        assert worked == {key for key, one in time.items() if one.work_date == day}
    for kind in KINDS:
        of_kind = {o.ledger_id: o for o in there.values() if o.listed and o.kind == kind}
        assert sorted(links.ledger_ids(ACME, [kind])) == sorted(of_kind)
        assert links.of_records(ACME, [kind], [*of_kind, "none", "99999999"]) == of_kind
    for record in (RecordKind.TIME, RecordKind.EXPENSE):
        several = [o for o in there.values() if o.is_found_by_members and o.record is record]
        owners = {member: one for one in several for member in one.members}
        names = [f"{n}{letter}" for n in range(RECORDS) for letter in "abx"]
        assert links.owner_documents(ACME, names, record) == owners
    for number in range(3, RECORDS, 6):
        start = key_of(number).removesuffix("r")
        receipts = {key: one for key, one in there.items() if key.startswith(start)}
        assert links.beginning(ACME, [start]) == receipts


def new_store(dynamo: MemoryDynamo, *, migrated: bool) -> DynamoLinks:
    table = Table(dynamo, "t")  # type: ignore[arg-type]
    if migrated:
        TableShape(table).finish()
    return DynamoLinks(table)


@sampled("seed", range(120), one_in=4)
def test_links_are_found_after_any_writes(seed: int) -> None:
    dynamo, dice = MemoryDynamo(), random.Random(seed)
    worker = Worker(new_store(dynamo, migrated=seed % 2 == 0), dice)
    for _ in range(3):
        for _ in range(4):
            worker.write()
        require_all_found(dynamo)


@sampled("seed", range(400), one_in=8)
def test_links_are_found_after_a_death_between_any_two_rows(seed: int) -> None:
    dynamo, dice = MemoryDynamo(), random.Random(seed)
    table = Table(dynamo, "t")  # type: ignore[arg-type]
    if seed % 2:
        put_earlier(table, ACME, [made(n, str(n), dice.choice(DAYS)) for n in range(RECORDS)])
    worker = Worker(new_store(dynamo, migrated=seed % 2 == 0), dice, last_id=RECORDS)
    for _ in range(4):
        worker.write()
    dynamo.step = Steps(die_at=dice.randint(1, 20))
    with suppress(WorkerDied):
        worker.write()
    require_all_found(dynamo)


@sampled("seed", range(300), one_in=10)
def test_links_are_found_while_and_after_a_migration_moves_them(seed: int) -> None:
    dynamo, dice = MemoryDynamo(), random.Random(seed)
    table = Table(dynamo, "t")  # type: ignore[arg-type]
    put_earlier(table, ACME, [made(n, str(n), dice.choice(DAYS)) for n in range(RECORDS)])
    put_earlier(table, ACME_SECOND, [made(1, "7", DAYS[0])])
    worker = Worker(new_store(dynamo, migrated=False), dice, last_id=RECORDS)
    turns = dynamo.step = Turns(random.Random(seed))
    with ThreadPoolExecutor(2) as threads:
        done = [
            threads.submit(turns.taken_by, "worker", lambda: worker.write_and_read(dynamo)),
            threads.submit(turns.taken_by, "migration", lambda: migrated(table)),
        ]
    for one in done:
        one.result()
    require_all_found(dynamo)
    migrated(table)
    assert earlier_rows(dynamo) == []
    require_all_found(dynamo)
    assert not TableShape(table).has_earlier_rows


def migrated(table: Table) -> None:
    list(migrate(table, LinkMigration(table).move, pause=lambda _: None))


def earlier_rows(dynamo: MemoryDynamo) -> Sequence[str]:
    """The sort keys of rows of the earlier shape."""
    names = ("link", "worked", "written", "carrier", "attached")
    places = {keys.connection(ACME), keys.connection(ACME_SECOND)}
    return [sk for pk, sk in dynamo.rows if pk in places and sk.split("#")[0] in names]


@sampled("die_at", range(1, 160), one_in=8)
def test_a_migration_that_dies_anywhere_goes_on(die_at: int) -> None:
    dynamo, dice = MemoryDynamo(), random.Random(die_at)
    table = Table(dynamo, "t")  # type: ignore[arg-type]
    put_earlier(table, ACME, [made(n, str(n), dice.choice(DAYS)) for n in range(RECORDS)])
    before = stored(dynamo)
    dynamo.step = Steps(die_at)
    with suppress(WorkerDied):
        migrated(table)
    require_all_found(dynamo)
    migrated(table)
    require_all_found(dynamo)
    assert stored(dynamo) == before
    assert earlier_rows(dynamo) == []


def only_links(table: Table, links: Sequence[Link]) -> None:
    """Store links as that program did when it died before it wrote the rows that lead to them."""
    lost: Any = MemoryDynamo()
    put_earlier(Table(lost, "t"), ACME, links)
    rows = [_plain(row) for row in lost.rows.values()]
    table.put_many(row for row in rows if row["sk"].startswith("link#"))


def test_a_link_without_the_rows_that_lead_to_it_is_found_once_it_was_moved() -> None:
    dynamo = MemoryDynamo()
    table = Table(dynamo, "t")  # type: ignore[arg-type]
    only_links(table, [made(n, str(n), DAYS[n % 8]) for n in range(RECORDS)])
    migrated(table)
    require_all_found(dynamo)
    assert earlier_rows(dynamo) == []


def test_a_member_that_has_got_another_document_since_keeps_it() -> None:
    dynamo = MemoryDynamo()
    table = Table(dynamo, "t")  # type: ignore[arg-type]
    old = replace(made(1, "1", DAYS[0]), members=("a", "b"))
    put_earlier(table, ACME, [old])
    new = replace(old, key="time:several-99", ledger_id="99", members=("b",))
    DynamoLinks(table).put(ACME, [new])
    migrated(table)
    owners = DynamoLinks(table).owner_documents(ACME, ["a", "b"])
    assert {member: one.key for member, one in owners.items()} == {"a": old.key, "b": new.key}


def test_a_link_that_cannot_be_read_stops_no_others(caplog: pytest.LogCaptureFixture) -> None:
    """One whose key is stored as a hash is left where it is read, so that nothing is posted
    twice."""
    dynamo = MemoryDynamo()
    table = Table(dynamo, "t")  # type: ignore[arg-type]
    put_earlier(table, ACME, [made(n, str(n), DAYS[0]) for n in range(RECORDS)])
    hashed = {"pk": keys.connection(ACME), "sk": keys.row("link", key_of(3)), "data": "{"}
    plain = hashed | {"sk": keys.row("link", key_of(0))}
    whole = table.get(hashed["pk"], hashed["sk"])
    table.put_many([hashed, plain])
    with pytest.raises(NotFinished, match="moved but 1,"):
        migrated(table)
    assert earlier_rows(dynamo) == [hashed["sk"]]
    assert hashed["sk"] in caplog.text
    assert TableShape(table).has_earlier_rows
    with pytest.raises(Unreadable):
        DynamoLinks(table).get(ACME, [key_of(3)])
    assert whole is not None
    table.put(whole)
    migrated(table)
    assert not TableShape(table).has_earlier_rows
    assert DynamoLinks(table).get(ACME, [key_of(3)])


def test_moved_rows_are_packed() -> None:
    dynamo: Any = MemoryDynamo()
    table = Table(dynamo, "t")
    links = [made(0, str(n), date(2026, 3, 2) + timedelta(n % 60)) for n in range(300)]
    put_earlier(table, ACME, [replace(one, key=f"time:{n}") for n, one in enumerate(links)])
    migrated(table)
    shape, weeks, blocks, members = 1, 9, 3, 2
    assert len(dynamo.rows) <= 300 + shape + weeks + blocks + members


@pytest.mark.parametrize("text", ["\x01", "字", '"', "k"])
def test_no_packed_row_is_larger_than_a_row_may_be(text: str) -> None:
    """JSON writes some characters as six bytes, and a key may have 200 of them."""
    day = date(2026, 3, 2)
    named = {f"time:{text * 196}{n:04d}": day for n in range(link_rows.MOST_PACKED)}
    rows = list(link_rows.day_rows(ACME, named.items()))
    assert all(len(row["data"].encode()) <= link_rows.MOST_BYTES for row in rows)
    assert len({row["sk"] for row in rows}) == len(rows) <= 2
    dynamo: Any = MemoryDynamo()
    DynamoLinks(Table(dynamo, "t")).index_days(ACME, named)
    assert set(link_rows.LinkRows(Table(dynamo, "t")).of_days(ACME, day, day)) == named.keys()


@pytest.fixture
def rows_of_cf90c41() -> Iterator[Row]:
    """What commit cf90c41 stored for an imported entry, taken from that program."""
    data = (
        '{"key":"time:t1","kind":"TimeActivity","ledger_id":"17","version":"0","fingerprint":"f1",'
        '"run_id":"r1","written_at":"2026-03-02T09:00:00Z","rank":"r1","imported":true,'
        '"members":["t1"],"day":"2026-03-02","minutes":90,"rate":"50","source":{"staff_key":"u1",'
        '"work_date":"2026-03-02","project_key":"p1","billable":true},"targets":["P1","C1",null]}'
    )
    pk = "firm#acme#connection#c1"
    return iter(
        [
            {"pk": pk, "sk": "link#time%3At1", "data": data},
            {"pk": pk, "key": "time:t1", "sk": "written#TimeActivity#17", "ledger_id": "17"},
            {"pk": pk, "key": "time:t1", "sk": "worked#2026-03-02#time%3At1"},
        ]
    )


def test_rows_of_that_program_are_read_and_moved(rows_of_cf90c41: Iterator[Row]) -> None:
    dynamo = MemoryDynamo()
    table = Table(dynamo, "t")  # type: ignore[arg-type]
    table.put_many(rows_of_cf90c41)
    for _ in range(2):
        links = DynamoLinks(table)
        (found,) = links.between(ACME, date(2026, 3, 2), date(2026, 3, 2))
        assert (found.minutes, found.imported, found.members) == (90, True, ("t1",))
        assert links.of_records(ACME, ["TimeActivity"], ["17"]) == {"17": found}
        migrated(table)
