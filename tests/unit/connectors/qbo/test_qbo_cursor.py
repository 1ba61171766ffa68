"""Pages of a list while rows appear, change and vanish."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from ledgerlink.domain.errors import Invalid, LedgerUnavailable
from ledgerlink.domain.model.list_records import ListBatch, ListRead, ListType

from tests.support.qbo.scripted_company import ScriptedCompany, open_ledger, reply
from tests.support.qbo.virtual_time import run
from tests.unit.connectors.qbo.fake_list_server import (
    FakeListServer,
    Row,
    all_of,
    company,
    read,
    row,
    shelf,
)

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def ids(batches: Sequence[ListBatch]) -> list[int]:
    return [int(record.id) for batch in batches for record in batch.records]


@pytest.mark.parametrize(
    ("count", "calls"),
    [(0, 1), (1, 1), (999, 1), (1000, 2), (1001, 2), (1998, 2), (1999, 3), (2997, 3), (2998, 4)],
)
def test_each_row_comes_once_in_the_fewest_calls(count: int, calls: int) -> None:
    rows = shelf(count)
    assert ids(read(rows)) == list(range(1, count + 1))
    assert len(rows.statements) == calls


def test_a_whole_list_is_read_with_inactive_rows_in_the_order_of_ids() -> None:
    rows = shelf(1000)
    read(rows)
    assert rows.statements == [
        "SELECT * FROM Class WHERE Active IN (true,false) "
        f"ORDERBY Id STARTPOSITION {start} MAXRESULTS 1000"
        for start in (1, 1000)
    ]


def test_the_stock_keeping_unit_of_items_has_to_be_named() -> None:
    items = FakeListServer("Item", [])

    async def main() -> None:
        await open_ledger(company(items)).read_list(ListRead(type=ListType.ITEM))

    run(main())
    assert items.statements[0].startswith("SELECT *, Sku FROM Item WHERE Active IN (true,false) ")


def test_a_batch_states_the_ledgers_time() -> None:
    (batch,) = read(shelf(1))
    assert batch.as_of == datetime(2026, 3, 2, 9, 0, 0, 405000, tzinfo=UTC)


@pytest.mark.parametrize("number", [1, 500, 998, 999, 1000])
def test_a_row_that_vanishes_between_pages_costs_no_other_its_place(number: int) -> None:
    def vanish(rows: list[Row]) -> None:
        del rows[number - 1]

    rows = shelf(2500, {2: vanish})
    assert set(ids(read(rows))) == set(range(1, 2501))
    assert len(rows.statements) == 4  # one page more than without


def test_the_last_rows_of_a_page_may_vanish_together() -> None:
    def vanish(rows: list[Row]) -> None:
        del rows[996:1000]

    assert set(ids(read(shelf(1500, {2: vanish})))) == set(range(1, 1501))


def test_many_pages_of_rows_may_vanish() -> None:
    def vanish(rows: list[Row]) -> None:
        del rows[:2500]

    rows = shelf(5000, {4: vanish})
    assert set(ids(read(rows))) == set(range(1, 5001))


def test_a_row_that_comes_in_front_needs_no_further_call() -> None:
    rows = FakeListServer(
        "Class", [row(n) for n in range(10, 1500)], {2: lambda some: some.append(row(3))}
    )
    assert set(ids(read(rows))) >= set(range(10, 1500))
    assert rows.starts == [1, 1000]


def test_a_list_that_loses_all_its_rows_meanwhile_ends() -> None:
    rows = shelf(1500, {2: lambda some: some.clear()})
    batches = read(rows)
    assert ids(batches) == list(range(1, 1001))
    assert batches[-1].position is None


def test_rows_that_never_rest_are_given_up_after_a_bounded_number_of_calls() -> None:
    answers = 0

    def restless(statement: str) -> dict[str, list[Row]]:
        nonlocal answers
        answers += 1
        return {"Class": [row(answers * 10_000 + n) for n in range(1000)]}

    async def main() -> None:
        await all_of(open_ledger(company(restless)), ListRead(type=ListType.CLASS))

    with pytest.raises(LedgerUnavailable, match="keeps changing"):
        run(main())
    assert answers < 40


def test_changed_rows_are_read_in_the_order_of_their_changes() -> None:
    rows = shelf(3)
    read(rows, since=NOON)
    assert rows.statements == [
        "SELECT * FROM Class WHERE Active IN (true,false) "
        "AND MetaData.LastUpdatedTime >= '2026-03-01T12:00:00+00:00' "
        "ORDERBY MetaData.LastUpdatedTime STARTPOSITION 1 MAXRESULTS 1000"
    ]


@pytest.mark.parametrize("number", [1, 700, 1000])
def test_a_row_that_changes_between_pages_moves_to_the_end_and_hides_no_other(number: int) -> None:
    def change(rows: list[Row]) -> None:
        rows[number - 1] = row(number, second=80_000, SyncToken="1")

    batches = read(shelf(1500, {2: change}), since=NOON)
    assert set(ids(batches)) == set(range(1, 1501))
    newest = {record.id: record.version for batch in batches for record in batch.records}
    assert newest[str(number)] == "1"


def test_records_are_read_by_their_ids_in_slices() -> None:
    rows = shelf(500)
    wanted = tuple(str(n) for n in range(1, 451))
    batches = read(rows, ids=wanted)
    assert ids(batches) == list(range(1, 451))
    assert len(rows.statements) == 3
    assert "WHERE Active IN (true,false) AND Id IN ('1', '2', " in rows.statements[0]


def test_time_of_some_days_is_read_by_its_date() -> None:
    times = FakeListServer("TimeActivity", [])
    reading = ListRead(type=ListType.TIME, first_day=date(2026, 1, 1), last_day=date(2026, 1, 31))

    async def main() -> None:
        await open_ledger(company(times)).read_list(reading)

    run(main())
    assert times.statements == [
        "SELECT * FROM TimeActivity WHERE TxnDate >= '2026-01-01' AND TxnDate <= '2026-01-31' "
        "ORDERBY Id STARTPOSITION 1 MAXRESULTS 1000"
    ]


@pytest.mark.parametrize("position", ["", "page 2", "[]", "[1]", "7", json.dumps({"start": 1})])
def test_a_foreign_position_is_invalid(position: str) -> None:
    async def main() -> None:
        ledger = open_ledger(company(shelf(1)))
        await ledger.read_list(ListRead(type=ListType.CLASS, position=position))

    with pytest.raises(Invalid):
        run(main())


@pytest.mark.parametrize("position", ["", "1", "200", "-200", "[1,[],0]"])
def test_a_position_beyond_the_ids_is_refused(position: str) -> None:
    async def main() -> None:
        ledger = open_ledger(company(shelf(1)))
        reading = ListRead(type=ListType.CLASS, ids=("1",), position=position)
        await ledger.read_list(reading)

    with pytest.raises(Invalid):
        run(main())


def test_an_answer_without_its_time_is_not_relied_on() -> None:
    there = ScriptedCompany(script=[lambda request: reply({"QueryResponse": {}})])

    async def main() -> None:
        await open_ledger(there).read_list(ListRead(type=ListType.CLASS))

    with pytest.raises(LedgerUnavailable):
        run(main())
