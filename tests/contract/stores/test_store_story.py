"""The use cases tell the same story on every kind of store."""

import asyncio

from ledgerlink.domain.errors import LedgerUnavailable
from ledgerlink.domain.plan import ItemState
from ledgerlink.domain.rules import Client, CreateProject, Link, Mapping, RuleKind
from ledgerlink.domain.runs import RunState
from ledgerlink.services import connect, lane, parking, posts
from ledgerlink.services.house import House
from ledgerlink.services.rules import put_rules
from ledgerlink.services.runs import get_run, list_items

from tests.contract.stores.stores import Stores
from tests.fakes.clock import FakeIds
from tests.fakes.fate import Fate
from tests.fakes.house import REDIRECT, entry
from tests.fakes.ledger import FakeConnector

FIRM, USER = "a#connection#x 字", "ada"
SITE = CreateProject(name="Site", client=Client(key="c/1", name="Client"))


def house_of(stores: Stores) -> tuple[House, FakeConnector]:
    connector = FakeConnector(stores.clock, Fate(), name="qbo")
    house = House(
        connections=stores.connections,
        rules=stores.rules,
        links=stores.links,
        runs=stores.runs,
        staging=stores.staging,
        vaults=stores.vaults,
        lane=stores.lane,
        memory=stores.memory,
        connectors={"qbo": connector},
        clock=stores.clock,
        ids=FakeIds(),
    )
    return house, connector


def work(house: House, stores: Stores) -> None:
    for _ in range(20):
        messages = stores.received()
        if not messages:
            return
        for message in messages:
            asyncio.run(lane.handle(house, message, lambda: False))
    raise AssertionError("the lane is still busy")


def test_a_post_is_interrupted_resumed_and_corrected_on_every_kind_of_store(
    stores: Stores,
) -> None:
    house, connector = house_of(stores)
    consent = connect.connect(house, FIRM, USER, "qbo", REDIRECT)
    state = consent.authorize_url.partition("state=")[2].partition("&")[0]
    number = connect.complete(house, state, "code", "realm").id
    work(house, stores)
    users: dict[str, Mapping] = {"u1": Link(ledger_id="P1")}
    put_rules(house, FIRM, USER, number, RuleKind.USERS, users)
    put_rules(house, FIRM, USER, number, RuleKind.PROJECTS, {"p1": SITE})
    company = connector.company("realm")
    company.trouble = [None, None, None, None, LedgerUnavailable("down", "It is down.")]
    records = [entry(f"t#{n}/ä") for n in range(5)]

    run = posts.post(house, FIRM, USER, number, "key", records)
    work(house, stores)
    assert get_run(house, FIRM, number, run.id).state is RunState.PARKED
    parking.resume(house, get_run(house, FIRM, number, run.id))
    work(house, stores)
    assert get_run(house, FIRM, number, run.id).state is RunState.COMPLETED
    assert len(company.of_kind("Time")) == 5
    assert len(company.of_kind("Customer")) == 2

    records[2]["minutes"] = 90
    later = posts.post(house, FIRM, USER, number, "other", records)
    work(house, stores)
    items = list_items(house, get_run(house, FIRM, number, later.id), 0, 100).items
    assert [i.state for i in items] == [ItemState.POSTED] + [ItemState.UNCHANGED] * 4
    assert sorted(int(s.body["minutes"]) for s in company.of_kind("Time")) == [60] * 4 + [90]

    again = posts.post(house, FIRM, USER, number, "key", [entry(f"t#{n}/ä") for n in range(5)])
    assert again.id == run.id
