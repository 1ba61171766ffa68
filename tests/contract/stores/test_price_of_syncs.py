"""What a sync writes and reads; each unit is paid for by every connection, every night."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from ledgerlink.connectors.qbo.reads.catalog import LISTS
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.list_records import ListRecord, ListType
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.services.connections import connect
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.sync import scheduler
from ledgerlink.services.sync.request import request_sync

from tests.bench.meter import Meter
from tests.contract.stores.stores import Clients, Stores, on_aws
from tests.contract.stores.test_store_story import house_of, work
from tests.fakes.company import FakeCompany
from tests.fakes.failure_plan import FailurePlan
from tests.fakes.ledger import FakeConnector
from tests.fakes.service import REDIRECT

FIRM, USER = "acme", "ada"
CUSTOMERS = 30
NIGHT = 24 * 3600
NIGHT_UNITS = 40
"""Write units of a night without changes, the scheduler's included."""
_numbers = count()


class Night:
    """A connected company with all lists of QuickBooks Online, on stores whose calls are counted.
    Its first sync is over."""

    def __init__(self, aws: Clients) -> None:
        self.aws = aws
        self.stores: Stores = on_aws(aws, f"ledgerlink-nights-{next(_numbers)}")
        deps, _ = house_of(self.stores)
        connector = FakeConnector(self.stores.clock, FailurePlan(), name="qbo", lists=LISTS)
        self.deps: Dependencies = replace(deps, connectors={"qbo": connector})
        self.company: FakeCompany = connector.company("realm")
        self.company.lists.page = 1000
        for number in range(CUSTOMERS):
            self.create(f"{number}", parent_id=f"{number // 10}" if number >= 10 else None)
        consent = connect.connect(self.deps, FIRM, USER, "qbo", REDIRECT)
        state = consent.authorize_url.partition("state=")[2].partition("&")[0]
        connection = connect.complete(self.deps, state, "code", "realm")
        self.key = ConnectionKey(FIRM, connection.id)
        self.work()

    def create(self, record_id: str, parent_id: str | None = None) -> None:
        name = f"name {record_id}"
        record = ListRecord(type=ListType.CUSTOMER, id=record_id, name=name, parent_id=parent_id)
        self.company.lists.create(record)

    def work(self) -> None:
        work(self.deps, self.stores)

    def night(self) -> Run:
        """The tick of the next night, and the sync that it starts."""
        self.stores.clock.go_on(seconds=NIGHT)
        assert scheduler.tick(self.deps, lambda: False) == 1
        self.work()
        return self.newest()

    def newest(self) -> Run:
        (run,) = self.deps.runs.list(self.key, None, 1).items
        assert run.state is RunState.COMPLETED
        return run

    @contextmanager
    def counted(self) -> Iterator[Meter]:
        """Count the calls of the block."""
        meter = Meter()
        meter.attach(self.aws.dynamodb, self.aws.s3)
        try:
            yield meter
        finally:
            meter.detach()


@pytest.fixture(scope="module")
def night(aws: Clients) -> Night:
    night = Night(aws)
    night.night()
    return night


def test_a_night_without_changes_writes_little(night: Night) -> None:
    with night.counted() as meter:
        run = night.night()
    assert set(run.counts()) >= {"unchanged"}
    assert not any(number for name, number in run.counts().items() if name != "unchanged")
    assert meter.units["writes"] <= NIGHT_UNITS
    assert meter.requests["s3:PutObject"] == meter.requests["s3:GetObject"] == 0
    assert meter.requests["dynamodb:BatchGetItem"] == 0


def test_a_night_with_one_change_stores_the_page_the_change_and_little_more(night: Night) -> None:
    night.create("new", parent_id="3")
    with night.counted() as meter:
        run = night.night()
    assert run.counts()["created"] == 1
    assert meter.units["writes"] <= 2 * NIGHT_UNITS
    assert meter.requests["s3:PutObject"] == 2  # the page, and the records above it


def test_a_first_sync_asks_for_no_record_that_cannot_have_been_written(night: Night) -> None:
    """After a connect nothing was written, so that asking for each of its records is in vain."""
    keys: list[str] = []

    def note(params: dict[str, Any], **_: object) -> None:
        some = params["RequestItems"].values()
        keys.extend(key["sk"]["S"] for one in some for key in one["Keys"])

    events = night.aws.dynamodb.meta.events
    events.register("before-parameter-build.dynamodb.BatchGetItem", note, unique_id="keys")
    request_sync(night.deps, night.key, USER, "whole", whole=True)
    for number in range(CUSTOMERS):
        night.company.lists.change(ListType.CUSTOMER, f"{number}", name=f"renamed {number}")
    night.work()
    events.unregister("before-parameter-build.dynamodb.BatchGetItem", unique_id="keys")
    assert night.newest().counts()["changed"] == CUSTOMERS
    assert {key.split("#")[0] for key in keys} == {"record"}
