"""The lists behind the port, against the sandbox over HTTP."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from ledgerlink.connectors.qbo.ledger import QuickBooksLedger
from ledgerlink.domain.model.list_records import ListRead, ListRecord, ListType

from tests.contract.qbo.books import Books, Make
from tests.contract.qbo.webhook_receiver import receiving_webhooks
from tests.support.sampling import amount

COPIED = ("NameOf", "EmployeeRef", "VendorRef", "TxnDate", "Hours", "Minutes", "CustomerRef")


def test_every_row_of_every_list_of_a_real_company_comes_in(company: Make) -> None:
    books = company("sample")
    for kind, traits in books.connector.lists.items():
        if kind in (ListType.COMPANY, ListType.CUSTOM_FIELD):
            continue
        read = books.read(kind)
        (entity,) = traits.entities
        rows = {str(row["Id"]) for row in books.rows(entity)}
        assert rows <= set(read)
        assert set(read) - rows <= {"TAX", "NON"}, kind
        assert all(record.name for record in read.values()), kind


def test_the_company_and_its_custom_fields_come_in(company: Make) -> None:
    books = company("sample")
    (record,) = books.read(ListType.COMPANY).values()
    assert record.name == books.ask(lambda ledger: ledger.company()).name
    assert (record.fields["country"], record.fields["currency"]) == ("US", "USD")
    assert record.version is not None
    assert record.changed_at is not None


def test_a_customers_life_is_reported_by_changes(books: Books) -> None:
    row = books.create("Customer", DisplayName="Amy")
    above = books.create("Customer", DisplayName="Cool Cars")

    def now() -> ListRecord:
        records = books.changes(ListType.CUSTOMER)[ListType.CUSTOMER].records
        return next(record for record in records if record.id == row)

    first = now()
    assert (first.name, first.active, first.parent_id) == ("Amy", True, None)

    books.change("Customer", row, DisplayName="Amy's Birds")
    renamed = now()
    assert (renamed.name, renamed.path) == ("Amy's Birds", "Amy's Birds")
    assert renamed.version != first.version

    books.change("Customer", row, Active=False)
    inactive = now()
    assert (inactive.name, inactive.active) == ("Amy's Birds", False)

    books.change("Customer", row, Active=True, DisplayName="Amy's Birds")
    assert now().active

    books.change("Customer", row, ParentRef={"value": above}, Job=True)
    moved = now()
    assert (moved.parent_id, moved.path) == (above, "Cool Cars:Amy's Birds")
    assert books.read(ListType.CUSTOMER)[row] == moved


def test_inactive_records_are_among_those_read(books: Books) -> None:
    row = books.create("Vendor", DisplayName="Books by Bessie")
    books.change("Vendor", row, Active=False)
    record = books.read(ListType.VENDOR)[row]
    assert (record.name, record.active) == ("Books by Bessie", False)
    assert books.read(ListType.VENDOR, ids=(row, "999999")) == {row: record}


def test_changes_are_read_without_change_data_capture(books: Books) -> None:
    row = books.create("Class", Name="West")
    moment = datetime.now(UTC) - timedelta(seconds=30)
    assert set(books.read(ListType.CLASS, since=moment)) == {row}
    later = datetime.now(UTC) + timedelta(minutes=5)
    assert books.read(ListType.CLASS, since=later) == {}


def test_a_deleted_invoice_is_gone_and_a_changed_one_is_reported(company: Make) -> None:
    books = company("sample")
    row, other = (str(each["Id"]) for each in books.rows("Invoice")[:2])
    books.edit("Invoice", id=row, delete=True)
    batch = books.changes(ListType.INVOICE)[ListType.INVOICE]
    assert row in {gone.id for gone in batch.gone}
    assert row not in {record.id for record in batch.records}
    assert set(books.read(ListType.INVOICE, ids=(row, other))) == {other}


def test_change_pages_lose_nothing_at_their_boundaries(
    books: Books,
) -> None:
    made: set[str] = set()
    boundaries = ((999, 1), (1000, 2), (1001, 2), (1999, 3))
    for count, calls in boundaries[: amount(4, 2)]:
        made |= {books.create("Class", Name=f"Class {n}") for n in range(len(made), count)}
        assert set(books.read(ListType.CLASS)) == made
        assert books.calls(ListType.CLASS) == calls
    answer = books.changes(ListType.CLASS, ListType.LOCATION)
    assert set(answer) == {ListType.LOCATION}


def test_a_row_that_vanishes_between_two_pages_hides_no_other(company: Make) -> None:
    books = company("sample")
    rows = books.rows("TimeActivity")
    body = {k: v for k, v in rows[0].items() if k in COPIED}
    first = [books.create("TimeActivity", **body) for _ in range(1100)]

    async def main(ledger: QuickBooksLedger) -> set[str]:
        batch = await ledger.read_list(ListRead(type=ListType.TIME))
        read = {record.id for record in batch.records}
        for row in rows[:3]:
            books.edit("TimeActivity", id=row["Id"], delete=True)
        while batch.position:
            again = ListRead(type=ListType.TIME, position=batch.position)
            batch = await ledger.read_list(again)
            read |= {record.id for record in batch.records}
        return read

    assert set(first) <= books.ask(main)


def test_time_of_a_range_of_days_comes_with_who_and_how_long(company: Make) -> None:
    books = company("sample")
    rows = books.rows("TimeActivity")
    days = sorted({date.fromisoformat(row["TxnDate"]) for row in rows})
    read = books.read(ListType.TIME, first_day=days[0], last_day=days[0])
    expected = {str(row["Id"]) for row in rows if row["TxnDate"] == days[0].isoformat()}
    assert set(read) == expected
    assert all(record.fields["minutes"] > 0 for record in read.values())
    assert all(record.fields["staff_id"] for record in read.values())


def test_changes_of_all_lists_take_one_call(company: Make) -> None:
    books = company("sample")
    lists = books.connector.lists
    wanted = [kind for kind, traits in lists.items() if traits.by_changes]

    async def main(ledger: QuickBooksLedger) -> tuple[set[ListType], Mapping[str, int]]:
        later = datetime.now(UTC) + timedelta(seconds=30)
        return set(await ledger.changes(wanted, later)), dict(ledger.calls)

    answer, calls = books.ask(main)
    assert answer == set(wanted)
    assert calls == {"cdc": 1}


def test_a_moment_beyond_the_reach_leaves_every_list_out(books: Books) -> None:
    old = datetime.now(UTC) - timedelta(days=40)
    assert books.ask(lambda ledger: ledger.changes([ListType.ITEM], old)) == {}
    within = datetime.now(UTC) - books.connector.changes_reach
    assert set(books.ask(lambda ledger: ledger.changes([ListType.ITEM], within))) == {ListType.ITEM}


def test_a_soft_delete_that_comes_as_a_stub_is_reported_as_gone(books: Books) -> None:
    books.admin("settings", {"cdc_inactive": "stub"})
    row = books.create("Vendor", DisplayName="Books by Bessie")
    books.change("Vendor", row, Active=False)
    batch = books.changes(ListType.VENDOR)[ListType.VENDOR]
    assert [gone.id for gone in batch.gone] == [row]
    assert not books.read(ListType.VENDOR)[row].active


@pytest.mark.parametrize("kind", ["classic", "cloudevents"])
def test_a_signed_webhook_is_accepted(books: Books, kind: str) -> None:
    with receiving_webhooks(books, kind) as arrives:
        assert arrives(ListType.CUSTOMER, books.create("Customer", DisplayName="Hooked"), "create")
