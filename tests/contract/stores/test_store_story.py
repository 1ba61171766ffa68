"""The use cases tell the same story on every kind of store."""

import asyncio

from ledgerlink.domain.errors import LedgerUnavailable
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.list_records import ListRecord, ListTraits, ListType
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import Client, CreateProject, LinkTo, Mapping, RuleKind
from ledgerlink.domain.model.runs import RunState
from ledgerlink.services import lane
from ledgerlink.services.connections import connect
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.posting import accept
from ledgerlink.services.runs import parking
from ledgerlink.services.runs.history import get_run, list_items
from ledgerlink.services.settings.rules import put_rules
from ledgerlink.services.sync.request import request_sync

from tests.contract.stores.stores import Stores
from tests.fakes.clock import FakeIds
from tests.fakes.executions import FakeExecutions
from tests.fakes.failure_plan import FailurePlan
from tests.fakes.ledger import FakeConnector
from tests.fakes.service import REDIRECT, entry

FIRM, USER = "a#connection#x 字", "ada"
SITE = CreateProject(name="Site", client=Client(key="c/1", name="Client"))


def house_of(stores: Stores) -> tuple[Dependencies, FakeConnector]:
    lists = {ListType.CUSTOMER: ListTraits(entities=("Customer",), by_changes=True, places=True)}
    connector = FakeConnector(stores.clock, FailurePlan(), name="qbo", lists=lists)
    deps = Dependencies(
        connections=stores.connections,
        rules=stores.rules,
        links=stores.links,
        runs=stores.runs,
        staging=stores.staging,
        vaults=stores.vaults,
        lane=stores.lane,
        executions=FakeExecutions(stores.clock),
        connector_states=stores.connector_states,
        lists=stores.lists,
        settings=stores.settings,
        schedules=stores.schedules,
        usage=stores.usage,
        bus=stores.bus,
        connectors={"qbo": connector},
        clock=stores.clock,
        ids=FakeIds(),
    )
    return deps, connector


def work(deps: Dependencies, stores: Stores) -> None:
    for _ in range(20):
        messages = stores.received()
        if not messages:
            return
        for message in messages:
            asyncio.run(lane.handle(deps, message, lambda: False))
    raise AssertionError("the lane is still busy")


def test_a_post_is_interrupted_resumed_and_corrected_on_every_kind_of_store(
    stores: Stores,
) -> None:
    deps, connector = house_of(stores)
    consent = connect.connect(deps, FIRM, USER, "qbo", REDIRECT)
    state = consent.authorize_url.partition("state=")[2].partition("&")[0]
    number = connect.complete(deps, state, "code", "realm").id
    work(deps, stores)
    users: dict[str, Mapping] = {"u1": LinkTo(ledger_id="P1")}
    put_rules(deps, ConnectionKey(FIRM, number), USER, RuleKind.USERS, users)
    put_rules(deps, ConnectionKey(FIRM, number), USER, RuleKind.PROJECTS, {"p1": SITE})
    company = connector.company("realm")
    company.trouble = [None, None, None, None, LedgerUnavailable("down", "It is down.")]
    records = [entry(f"t#{n}/ä") for n in range(5)]

    run = accept.post(deps, ConnectionKey(FIRM, number), USER, "key", records)
    work(deps, stores)
    assert get_run(deps, ConnectionKey(FIRM, number), run.id, USER).state is RunState.PARKED
    parking.resume(deps, get_run(deps, ConnectionKey(FIRM, number), run.id, USER))
    work(deps, stores)
    assert get_run(deps, ConnectionKey(FIRM, number), run.id, USER).state is RunState.COMPLETED
    assert len(company.of_kind("Time")) == 5
    assert len(company.of_kind("Customer")) == 2

    records[2]["minutes"] = 90
    later = accept.post(deps, ConnectionKey(FIRM, number), USER, "other", records)
    work(deps, stores)
    items = list_items(
        deps, get_run(deps, ConnectionKey(FIRM, number), later.id, USER), 0, 100
    ).items
    assert [i.state for i in items] == [ItemState.POSTED] + [ItemState.UNCHANGED] * 4
    assert sorted(int(s.body["minutes"]) for s in company.of_kind("Time")) == [60] * 4 + [90]

    again = accept.post(
        deps, ConnectionKey(FIRM, number), USER, "key", [entry(f"t#{n}/ä") for n in range(5)]
    )
    assert again.id == run.id


def test_lists_are_pulled_changed_and_reported_with_every_kind_of_store(stores: Stores) -> None:
    deps, connector = house_of(stores)
    ledger = connector.company("realm").lists
    for each in range(7):
        ledger.create(ListRecord(type=ListType.CUSTOMER, id=f"{each}", name=f"name {each}"))
    consent = connect.connect(deps, FIRM, USER, "qbo", REDIRECT)
    state = consent.authorize_url.partition("state=")[2].partition("&")[0]
    number = connect.complete(deps, state, "code", "realm").id
    work(deps, stores)
    put_rules(
        deps, ConnectionKey(FIRM, number), USER, RuleKind.PROJECTS, {"p": LinkTo(ledger_id="3")}
    )

    ledger.change(ListType.CUSTOMER, "3", name="renamed")
    ledger.create(ListRecord(type=ListType.CUSTOMER, id="job", name="job", parent_id="4"))
    ledger.delete(ListType.CUSTOMER, "5")
    run = request_sync(deps, ConnectionKey(FIRM, number), USER, "key")
    work(deps, stores)
    run = get_run(deps, ConnectionKey(FIRM, number), run.id, USER)
    assert run.state is RunState.COMPLETED
    counts = {name: count for name, count in run.counts().items() if name != "unchanged" and count}
    assert counts == {"created": 1, "changed": 2, "deleted": 1}

    feed = deps.lists.changes(ConnectionKey(FIRM, number), 0, 100).items
    assert [change.seq for change in feed] == list(range(1, 12))
    records = deps.lists.page(ConnectionKey(FIRM, number), ListType.CUSTOMER, None, 100).items
    told = {change.record.id: change.record for change in feed}
    assert {record.id: record.seen() for record in records} == {
        record_id: record.seen() for record_id, record in told.items()
    }
    assert [(e.kind, e.detail.get("id")) for e in stores.heard()] == [
        ("sync.finished", None),
        ("record.changed", "3"),
        ("sync.finished", None),
    ]
