"""What every store of lists does; and the real one when its writer dies."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.list_records import Change, ListRecord, ListType, SyncState, change
from ledgerlink.storage import keys
from ledgerlink.storage.lists import DynamoLists
from ledgerlink.storage.table import Table, Taken

from tests.contract.stores.samples import NEIGHBOURS, STRANGE
from tests.contract.stores.stores import Clients, Stores, new_table
from tests.fakes.clock import START, FakeClock
from tests.fakes.failure_plan import FailurePlan, WorkerDied, with_failures
from tests.support.sampling import sample

CUSTOMER, ITEM = ListType.CUSTOMER, ListType.ITEM
WHERE = ConnectionKey("acme", "c1")
_numbers = count()


def record(number: str, **given: Any) -> ListRecord:
    return ListRecord(**{"type": CUSTOMER, "id": number, "name": f"name {number}"} | given)


def created(records: Sequence[ListRecord], run: str = "r1") -> list[Change]:
    made = [change(None, each, run, START, linked=False) for each in records]
    return [each for each in made if each is not None]


def test_the_feed_is_numbered_without_gaps_over_several_writes(stores: Stores) -> None:
    first = stores.lists.record(WHERE, "r1", created([record(f"{n}") for n in range(30)]))
    stores.lists.record(WHERE, "r1", [])
    second = stores.lists.record(WHERE, "r2", created([record("x", type=ITEM)], "r2"))
    assert [each.seq for each in (*first, *second)] == list(range(1, 32))
    assert stores.lists.changes(WHERE, 0, 100).items == [*first, *second]
    page = stores.lists.changes(WHERE, 28, 2)
    assert ([each.seq for each in page.items], page.after) == ([29, 30], "30")
    end = stores.lists.changes(WHERE, 31, 10)
    assert (list(end.items), end.after) == ([], "31")


def test_records_come_back_by_id_by_page_and_as_ids(stores: Stores) -> None:
    records = [record(each, gone="deleted" if each == "a" else None) for each in STRANGE]
    stores.lists.record(WHERE, "r1", created(records))
    assert stores.lists.get(WHERE, CUSTOMER, [*STRANGE, "no"]) == {r.id: r for r in records}
    assert set(stores.lists.ids(WHERE, CUSTOMER)) == set(STRANGE) - {"a"}
    found: list[ListRecord] = []
    after: str | None = None
    for _ in STRANGE:
        page = stores.lists.page(WHERE, CUSTOMER, after, 3)
        found += page.items
        if (after := page.after) is None:
            break
    assert sorted(found, key=str) == sorted(records, key=str)
    assert stores.lists.get(WHERE, ITEM, STRANGE) == {}


def test_neighbours_do_not_see_each_others_records(stores: Stores) -> None:
    for n, where in enumerate(NEIGHBOURS):
        stores.lists.record(where, "r1", created([record("1", name=str(n))]))
    for n, where in enumerate(NEIGHBOURS):
        assert stores.lists.get(where, CUSTOMER, ["1"])["1"].name == str(n)
        assert [each.seq for each in stores.lists.changes(where, 0, 10).items] == [1]


def test_a_parent_has_children_while_one_is_there_and_active(stores: Stores) -> None:
    child = record("c", parent_id="p")
    stores.lists.record(WHERE, "r1", created([record("p"), child]), places=True)
    assert stores.lists.has_children(WHERE, CUSTOMER, "p")
    assert not stores.lists.has_children(WHERE, CUSTOMER, "c")
    for later in (
        replace(child, active=False),
        replace(child, gone="deleted"),
        replace(child, parent_id="q"),
    ):
        stores.lists.record(WHERE, "r1", [], same=[later], places=True)
        assert not stores.lists.has_children(WHERE, CUSTOMER, "p")
        stores.lists.record(WHERE, "r1", [], same=[child], places=True)
        assert stores.lists.has_children(WHERE, CUSTOMER, "p")


def test_siblings_that_are_recorded_together_share_a_row_and_leave_one_by_one(
    stores: Stores,
) -> None:
    children = [record(f"c{n}", parent_id="p") for n in range(30)]
    stores.lists.record(WHERE, "r1", created([record("p"), *children]), places=True)
    for child in children[:-1]:
        gone = replace(child, active=False)
        stores.lists.record(WHERE, "r2", [], same=[gone], places=True)
    assert stores.lists.has_children(WHERE, CUSTOMER, "p")
    moved = replace(children[-1], parent_id="q")
    stores.lists.record(WHERE, "r2", [], same=[moved], places=True)
    assert not stores.lists.has_children(WHERE, CUSTOMER, "p")
    assert stores.lists.has_children(WHERE, CUSTOMER, "q")
    stores.lists.record(WHERE, "r3", [], same=[children[0]], places=True)
    assert stores.lists.has_children(WHERE, CUSTOMER, "p")


def test_rows_of_children_are_few_and_earlier_ones_are_still_read(aws: Clients) -> None:
    table = new_table(aws, f"ledgerlink-children-{next(_numbers)}")
    lists = DynamoLists(table, FakeClock())
    children = [record(f"c{n}", parent_id="p") for n in range(30)]
    lists.record(WHERE, "r1", created([*children]), places=True)
    lists.record(WHERE, "r1", created([record("a", type=ITEM, parent_id="b")]))
    assert len(list(table.between(keys.children(WHERE, CUSTOMER), "0", "~"))) == 2
    assert not list(table.between(keys.children(WHERE, ITEM), "0", "~"))  # nobody asks
    row = {"pk": keys.children(WHERE, CUSTOMER), "sk": keys.row("child", "old", "c1"), "id": "c1"}
    table.put(row)
    lists.record(WHERE, "r2", [], same=[record("c1", parent_id="old")])
    assert lists.has_children(WHERE, CUSTOMER, "old")


def test_a_runs_changes_are_counted_by_list_and_kind(stores: Stores) -> None:
    old = [record("1"), record("2")]
    stores.lists.record(WHERE, "r1", created(old))
    assert stores.lists.tally(WHERE, "r1") == {CUSTOMER: {"created": 2}}
    renamed = change(old[0], replace(old[0], name="new"), "r2", START, linked=True)
    assert renamed is not None
    stores.lists.record(WHERE, "r2", [renamed])
    stores.lists.record(WHERE, "r2", created([record("i", type=ITEM)], "r2"))
    assert stores.lists.tally(WHERE, "r2") == {CUSTOMER: {"changed": 1}, ITEM: {"created": 1}}
    assert stores.lists.tally(WHERE, "r3") == {}


def test_how_far_the_lists_are_comes_back(stores: Stores) -> None:
    assert stores.lists.state(WHERE) == SyncState()
    state = SyncState(cursors={CUSTOMER: START}, compared={ITEM: START}, published=7)
    stores.lists.save_state(WHERE, state)
    assert stores.lists.state(WHERE) == state


def test_a_page_of_a_sync_comes_back(stores: Stores) -> None:
    from tests.contract.stores.samples import run

    page = [record("1", custom_fields={"3": "x"}, fields={"rate": "1.10"}), record("2")]
    stores.staging.put_page(run(), CUSTOMER, 4, page)
    stores.staging.put_page(run(), CUSTOMER, 5, [])
    assert list(stores.staging.page(run(), CUSTOMER, 4)) == page
    assert list(stores.staging.page(run(), CUSTOMER, 5)) == []


def lists_of(aws: Clients, name: str, failure_plan: FailurePlan) -> DynamoLists:
    """Lists whose every call to the table is two steps of failure_plan."""
    return DynamoLists(Table(with_failures("table", aws.dynamodb, failure_plan), name), FakeClock())


@pytest.mark.parametrize("size", [3, 60])
def test_a_writer_that_dies_at_any_call_leaves_nothing_lost_or_doubled(
    aws: Clients, size: int
) -> None:
    records = [record(f"{n:03d}", parent_id="p" if n % 2 else None) for n in range(size)]
    unharmed = FailurePlan()
    _write(aws, f"dying-{size}", unharmed, records)
    steps = len(unharmed.steps)
    assert 4 < steps < 100
    for at in sample(range(steps), f"a writer of {size} dies", 3):
        table = f"dying-{size}-{at}"
        with pytest.raises(WorkerDied):
            _write(aws, table, FailurePlan(at=at), records)
        _repeat(lists_of(aws, table, FailurePlan()), records)


def _write(
    aws: Clients, table: str, failure_plan: FailurePlan, records: Sequence[ListRecord]
) -> None:
    """To lists that have a record already, in a new table."""
    new_table(aws, table)
    lists_of(aws, table, FailurePlan()).record(WHERE, "r0", created([record("old")], "r0"))
    lists_of(aws, table, failure_plan).record(WHERE, "r1", created(records), places=True)


def _repeat(lists: DynamoLists, records: Sequence[ListRecord]) -> None:
    """What a worker does that was given the message again."""
    seen = lists.changes(WHERE, 0, 1000).items
    assert len(seen) in (1, 1 + len(records))
    lists.recover(WHERE)
    known = lists.get(WHERE, CUSTOMER, [each.id for each in records])
    missing = [each for each in records if each.id not in known]
    lists.record(WHERE, "r1", created(missing), places=True)
    assert lists.has_children(WHERE, CUSTOMER, "p")
    feed = lists.changes(WHERE, 0, 1000).items
    assert [each.seq for each in feed] == list(range(1, len(records) + 2))
    assert {each.record.id for each in feed} == {"old", *(each.id for each in records)}
    assert lists.tally(WHERE, "r1") == {CUSTOMER: {"created": len(records)}}
    assert lists.has_children(WHERE, CUSTOMER, "p")


def test_a_writer_that_another_one_overtook_is_reported(aws: Clients) -> None:
    new_table(aws, "overtaken")
    failure_plan = FailurePlan()
    slow, quick = (
        lists_of(aws, "overtaken", failure_plan),
        lists_of(aws, "overtaken", FailurePlan()),
    )

    class Overtaking(FailurePlan):
        def step(self, name: str) -> None:
            if name == "before table.put_item" and not self.steps:
                self.steps.append(name)
                quick.recover(WHERE)
                quick.record(WHERE, "quick", created([record("q")], "quick"))

    failure_plan.__class__ = Overtaking
    with pytest.raises(Taken):
        slow.record(WHERE, "slow", created([record("s")], "slow"))
    assert [each.seq for each in quick.changes(WHERE, 0, 10).items] == [1, 2]
