"""Pages that take QuickBooks too long. Case quickbooks-online 9."""

import json
from datetime import UTC, date, datetime

import httpx
import pytest
from ledgerlink.connectors.qbo.protocol import queries
from ledgerlink.domain.errors import LedgerUnavailable
from ledgerlink.domain.model.list_records import ListRead, ListType

from tests.support.qbo.scripted_company import open_ledger
from tests.support.qbo.virtual_time import run
from tests.unit.connectors.qbo.fake_list_server import FakeListServer, company, read, row, shelf

MIDNIGHT = datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize("since", [None, MIDNIGHT])
@pytest.mark.parametrize("most", [999, 500, 100, 62])
def test_a_page_that_times_out_is_halved_and_each_row_comes_once(
    most: int, since: datetime | None
) -> None:
    rows = shelf(1500)
    rows.most_rows = most
    batches = read(rows, since)
    assert [int(record.id) for b in batches for record in b.records] == list(range(1, 1501))
    tried_too_large = sum(size > most for size in rows.sizes)
    assert tried_too_large <= len(rows.sizes) / 4 + 4


def test_pages_grow_again_after_a_page_that_was_too_large() -> None:
    rows = shelf(3000)
    rows.most_rows = 500
    rows.events = {2: lambda _: setattr(rows, "most_rows", None)}
    read(rows)
    assert rows.sizes[:4] == [1000, 500, 562, 632]


def test_a_smallest_page_that_times_out_is_tried_a_few_times_and_given_up() -> None:
    rows = shelf(1500)
    rows.most_rows = 1
    with pytest.raises(LedgerUnavailable):
        read(rows)
    assert rows.sizes == [1000, 500, 250, 125, 62, *[queries.SMALLEST_PAGE] * 6]


def test_a_position_keeps_the_size_of_the_next_page() -> None:
    rows = shelf(1500)
    rows.most_rows = 500

    async def main() -> str | None:
        ledger = open_ledger(company(rows))
        return (await ledger.read_list(ListRead(type=ListType.CLASS))).position

    position = run(main())
    assert position is not None
    start, _tail, _restarts, size = json.loads(position)
    assert (start, size) == (500, 562)


def test_rows_that_vanish_while_pages_are_small_hide_no_other() -> None:
    rows = shelf(600)
    rows.most_rows = 100
    rows.events = {number: lambda some: some.__delitem__(slice(0, 3)) for number in (7, 9, 11)}
    batches = read(rows)
    found = {int(record.id) for batch in batches for record in batch.records}
    assert found >= {int(each["Id"]) for each in rows.rows}


def test_a_search_of_snapshots_by_days_halves_its_pages_too() -> None:
    days = [row(n, TxnDate="2026-03-01", NameOf="Employee") for n in range(1, 1201)]
    rows = FakeListServer("TimeActivity", days, most_rows=100)
    wanted = [str(n) for n in range(1, 1101)]
    day = date(2026, 3, 1)

    async def main() -> int:
        ledger = open_ledger(company(rows))
        return len(await ledger.snapshots("TimeActivity", wanted, (day, day)))

    assert run(main()) == len(wanted)


def test_a_gateway_that_gives_up_is_a_page_that_took_too_long() -> None:
    rows = shelf(10)
    scripted = company(rows)
    scripted.script = [lambda request: httpx.Response(504, text="<html></html>")]

    async def main() -> int:
        batch = await open_ledger(scripted).read_list(ListRead(type=ListType.CLASS))
        return len(batch.records)

    assert run(main()) == 10
    assert rows.sizes == [500]
