"""Case product 4: stored rows that our program cannot read stop no others."""

from collections.abc import Mapping
from typing import Any

import pytest
from ledgerlink.domain.model.list_records import ListRecord, ListType, change
from ledgerlink.domain.model.plan import ItemState, Outcome
from ledgerlink.services.ports import Lists
from ledgerlink.storage import keys
from ledgerlink.storage.lists import DynamoLists
from ledgerlink.storage.runs import DynamoRuns
from ledgerlink.storage.table import Table
from ledgerlink.wire.stored import dump

from tests.contract.stores.samples import ACME, run
from tests.contract.stores.stores import Clients, new_table
from tests.fakes.clock import FakeClock

CUSTOMER = ListType.CUSTOMER
DAMAGES = ["", "{", "[]", "{}", '{"type": "planet", "id": "2", "name": "C2"}', '{"id": 2}']


@pytest.fixture
def table(aws: Clients, request: pytest.FixtureRequest) -> Table:
    return new_table(aws, f"unreadable-{abs(hash(request.node.name))}")


def customer(record_id: str) -> ListRecord:
    return ListRecord(type=CUSTOMER, id=record_id, name=f"C{record_id}")


def brought_in(lists: Lists, *ids: str) -> None:
    found = [change(None, customer(each), "sync", FakeClock().now(), linked=False) for each in ids]
    lists.record(ACME, "sync", [each for each in found if each is not None])


def damage(table: Table, pk: str, sk: str, **values: Any) -> None:
    row = table.get(pk, sk)
    assert row is not None
    table.put({**row, **values})


@pytest.mark.parametrize("text", DAMAGES)
def test_a_list_record_counts_as_none_until_it_comes_in_again(table: Table, text: str) -> None:
    lists = DynamoLists(table, FakeClock())
    brought_in(lists, "1", "2", "3")
    damage(table, keys.records(ACME, CUSTOMER), keys.row("record", "2"), data=text)
    assert set(lists.get(ACME, CUSTOMER, ["1", "2", "3"])) == {"1", "3"}
    assert set(lists.ids(ACME, CUSTOMER)) == {"1", "2", "3"}
    ids: list[str] = []
    after: str | None = None
    for _ in range(4):  # pages of one, of which one is empty
        page = lists.page(ACME, CUSTOMER, after, 1)
        ids += [record.id for record in page.items]
        after = page.after
        if after is None:
            break
    assert ids == ["1", "3"]
    assert after is None
    brought_in(lists, "2")
    assert set(lists.get(ACME, CUSTOMER, ["1", "2", "3"])) == {"1", "2", "3"}


@pytest.mark.parametrize("text", DAMAGES)
def test_an_entry_beyond_the_head_is_written_anew(table: Table, text: str) -> None:
    lists = DynamoLists(table, FakeClock())
    brought_in(lists, "1")
    beyond = {"pk": keys.feed(ACME), "sk": keys.row("entry", keys.number(2)), "data": text}
    table.put(beyond)
    lists.recover(ACME)
    brought_in(lists, "2")
    assert [each.record.id for each in lists.changes(ACME, 0, 10).items] == ["1", "2"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {0, 2}),
        ("{", {0, 2}),
        ("{}", {0, 2}),
        ('{"seq": "x"}', {0, 2}),
        ("[1]", {0, 2}),
        ("7", {0, 2}),
        ('{"seq": 1, "state": "lost"}', {0, 1, 2}),
        ('{"seq": 1}', {0, 1, 2}),
        ('{"seq": 99, "state": "lost"}', {0, 2}),
    ],
)
def test_an_outcome_ends_its_record_with_a_reason(table: Table, text: str, found: set[int]) -> None:
    runs, whole = DynamoRuns(table, FakeClock()), run()
    outcomes = [Outcome(seq=seq, state=ItemState.POSTED, ledger_id=f"L{seq}") for seq in range(3)]
    runs.put_outcomes(whole, outcomes)
    (row,) = table.query(keys.run(whole.connection_key, whole.id), keys.under("item"))
    table.put({**row, "data": [dump(outcomes[0]).decode(), text, dump(outcomes[2]).decode()]})
    read: Mapping[int, Outcome] = runs.outcomes(whole, 0, 3)
    assert set(read) == found
    assert (read[0], read[2]) == (outcomes[0], outcomes[2])
    if 1 in found:
        assert read[1].state is ItemState.FAILED
        assert read[1].reason is not None
        assert read[1].reason.code == "outcome_unreadable"
