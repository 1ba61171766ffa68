"""Posts, corrections, imports, syncs and undos go on while a migration moves the rows of commit
cf90c41, and end as they would have without it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from ledgerlink.domain.model.connections import Connection, ConnectionKey
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.list_records import ListRecord, ListTraits, ListType
from ledgerlink.services.imports.reconciliation import reconcile
from ledgerlink.services.ports import Links
from ledgerlink.services.sync.request import request_sync
from ledgerlink.storage.links import DynamoLinks
from ledgerlink.storage.migrations.links import LinkMigration
from ledgerlink.storage.migrations.passes import Progress, migrate
from ledgerlink.storage.shape import TableShape
from ledgerlink.storage.table import Table

from tests.fakes.rows import FakeLinks
from tests.fakes.service import USER, InMemoryService, entry, in_memory_service
from tests.support.earlier_links import put_earlier
from tests.support.importing import imported, undone
from tests.support.memory_dynamo import MemoryDynamo

TIME = ListType.TIME
LISTS = {TIME: ListTraits(entities=("Time",), by_changes=False, on_request=True)}
FIRST_DAY, LAST_DAY = date(2026, 2, 1), date(2026, 2, 28)
PAGE = 3
"""Rows that the migration moves at once."""


class EarlierLinks:
    """Stores links as the program of that commit did."""

    def __init__(self, table: Table) -> None:
        self._table, self._links = table, DynamoLinks(table)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._links, name)

    def index_days(self, connection_key: ConnectionKey, days: Mapping[str, date]) -> None:
        """Each link was found when it was stored."""

    def put(self, connection_key: ConnectionKey, links: Sequence[Link], *_: Any) -> None:
        put_earlier(self._table, connection_key, links)


class MigratingLinks:
    """The links of a table of which a migration moves a page before every call."""

    def __init__(self, table: Table) -> None:
        self._links = DynamoLinks(table)
        self.migration: Iterator[Progress] = iter(())

    def __getattr__(self, name: str) -> Any:
        next(self.migration, None)
        return getattr(self._links, name)


class Firm:
    """A firm whose story is told; `stored` are its links."""

    def __init__(self, earlier: Links, now: Links) -> None:
        self.app: InMemoryService = in_memory_service(lists=LISTS, links=earlier)
        self.connection: Connection = self.app.connected()
        self._now = now
        self.runs: list[Any] = []

    def before(self) -> None:
        """An import, a post and a sync by the earlier program."""
        kept = [entry(f"i{n}", minutes=30, notes="same") for n in range(3)]
        single = [entry(f"s{n}", work_date=f"2026-02-{n + 10}") for n in range(6)]
        self.runs.append(imported(self.app, self.connection, *kept, *single, key="import"))
        self.post("first", [entry(f"p{n}", work_date=f"2026-02-{n + 3:02}") for n in range(6)])

    def deploy(self) -> None:
        """From now on the newer program works."""
        self.app.deps = replace(self.app.deps, links=self._now)

    def after(self) -> None:
        """A correction, moved days, a deletion, a sync, another import, and an undo."""
        self.post("second", [entry("p1", minutes=90), entry("p2", work_date="2026-02-20")])
        self.post("gone", [{"key": "p3", "kind": "time", "deleted": True}])
        self.sync()
        single = [entry(f"s{n}", work_date=f"2026-02-{n + 11}", minutes=45) for n in range(4)]
        self.runs.append(imported(self.app, self.connection, *single, key="again"))
        self.reconciled = reconcile(self.app.deps, self.connection.key, FIRST_DAY, LAST_DAY)
        self.runs.append(undone(self.app, self.runs[-1]))

    def post(self, key: str, records: Sequence[Any]) -> None:
        self.runs.append(self.app.post(self.connection, key, records))
        self.app.work()

    def sync(self) -> None:
        for each in self.app.company().of_kind("Time"):
            day = {"date": "2026-02-27"}
            self.app.company().lists.create(
                ListRecord(type=TIME, id=each.id, name=each.id, fields=day)
            )
        request_sync(
            self.app.deps,
            self.connection.key,
            USER,
            "sync",
            wanted=(TIME,),
            first_day=FIRST_DAY,
            last_day=LAST_DAY,
        )
        self.app.work()

    def end(self) -> Mapping[str, object]:
        """What ledger, links, items and lists say at the end. Of records that an undo makes again
        together, it is left open which gets the first id."""
        bodies = {s.id: s.body for s in self.app.company().stored.values()}
        key, links = self.connection.key, self.app.deps.links
        found = {one.key: one for one in links.between(key, date.min, date.max)}
        records = self.app.deps.lists.page(key, TIME, None, 100).items
        return {
            "ledger": sorted(map(str, bodies.values())),
            "links": {name: bodies[one.ledger_id] for name, one in found.items()},
            "by id": sorted(links.ledger_ids(key, ["Time"])),
            "items": [self.app.states(run) for run in self.runs],
            "lists": {record.id: record.fields for record in records},
            "reconciled": (self.reconciled.total, self.reconciled.differences),
        }


def told(firm: Firm, deployed: Callable[[], object] = lambda: None) -> Mapping[str, object]:
    """The whole story; `deployed` is what else happens when the newer program is there."""
    firm.before()
    firm.deploy()
    deployed()
    firm.after()
    return firm.end()


@pytest.fixture(scope="module")
def undisturbed() -> Mapping[str, object]:
    """How it ends on stores that do not move."""
    links = FakeLinks()
    return told(Firm(links, links))


@pytest.mark.parametrize("head_start", [0, 5, 11, 10_000])
def test_the_story_ends_as_if_nothing_moved(
    undisturbed: Mapping[str, object], head_start: int
) -> None:
    dynamo: Any = MemoryDynamo()
    table = Table(dynamo, "t")
    now: Any = MigratingLinks(table)
    earlier: Any = EarlierLinks(table)
    pages = migrate(table, LinkMigration(table).move, pause=lambda _: None, page=PAGE)

    def deployed() -> None:
        for _, _ in zip(range(head_start), pages, strict=False):
            pass
        now.migration = pages

    assert told(Firm(earlier, now), deployed) == undisturbed
    for _ in pages:
        pass
    assert not TableShape(table).has_earlier_rows
    assert {sk.split("#")[0] for _, sk in dynamo.rows}.isdisjoint({"link", "worked", "written"})
