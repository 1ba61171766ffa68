"""Invoices back: what was paid of them, through the receivable of each."""

from datetime import timedelta

import pytest
from ledgerlink.connectors.intacct.config import Choices, InvoiceModule
from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.model.list_records import ListRead, ListType

from tests.fakes.clock import START
from tests.unit.connectors.intacct.books import Books

RECEIVABLES = Choices(sales=InvoiceModule.RECEIVABLES)


def owed(books: Books, **more: str) -> str:
    values = {
        "RECORDID": "INV-1", "CUSTOMERID": "C1", "STATE": "Posted", "WHENCREATED": "03/04/2026",
        "WHENDUE": "04/03/2026", "TOTALENTERED": "100.00", "TOTALDUE": "100.00",
    }  # fmt: skip
    return books.gateway.add("ARINVOICE", **{**values, **more})


def sold(books: Books, receivable: str, number: str = "INV-1") -> str:
    name = f"Sales Invoice-{number}"
    books.gateway.add("SODOCUMENT", DOCID=name, DOCNO=number, PRRECORDKEY=receivable)
    return name


@pytest.mark.parametrize(("more", "status", "paid_on"), [
    ({}, "open", None),
    ({"TOTALDUE": "40"}, "partly_paid", None),
    ({"TOTALDUE": "0", "WHENPAID": "03/20/2026"}, "paid", "2026-03-20"),
    ({"STATE": "Reversed"}, "void", None),
    ({"TRX_TOTALENTERED": "90", "TRX_TOTALDUE": "0", "WHENPAID": "03/20/2026"}, "paid",
     "2026-03-20"),
    ({"TOTALENTERED": "", "TOTALDUE": "", "STATE": "Paid"}, "paid", None),
])  # fmt: skip
async def test_an_invoice_says_what_was_paid_of_it(
    more: dict[str, str], status: str, paid_on: str | None
) -> None:
    books = Books(choices=RECEIVABLES)
    number = owed(books, **more)
    batch = await books.ledger.read_list(ListRead(type=ListType.INVOICE, ids=(number,)))
    (record,) = batch.records
    assert (record.id, record.name) == (number, "INV-1")
    assert (record.fields["status"], record.fields["paid_on"]) == (status, paid_on)
    assert record.fields["customer_id"] == "customer/C1"


async def test_a_sale_is_paid_when_its_receivable_is() -> None:
    books = Books()
    name = sold(books, owed(books, TOTALDUE="0", WHENPAID="03/20/2026"))
    reading = ListRead(type=ListType.INVOICE, ids=(name, "Sales Invoice-gone"))
    batch = await books.ledger.read_list(reading)
    (record,) = batch.records
    assert (record.id, record.fields["status"]) == (name, "paid")
    assert [gone.id for gone in batch.gone] == ["Sales Invoice-gone"]


async def test_many_invoices_come_in_slices() -> None:
    books = Books(choices=RECEIVABLES)
    ids = tuple(owed(books) for _ in range(120))
    position, seen = None, 0
    for _ in range(3):
        reading = ListRead(type=ListType.INVOICE, ids=ids, position=position)
        batch = await books.ledger.read_list(reading)
        seen += len(batch.records)
        position = batch.position
    assert (seen, position) == (120, None)
    with pytest.raises(Invalid):
        await books.ledger.read_list(ListRead(type=ListType.INVOICE, ids=ids, position="7"))


async def test_a_payment_shows_as_a_change_of_the_sale() -> None:
    books = Books()
    name = sold(books, owed(books, TOTALDUE="0"))
    owed(books, WHENMODIFIED="01/01/2020 00:00:00")
    told = await books.ledger.changes([ListType.INVOICE], START - timedelta(hours=1))
    assert [each.id for each in told[ListType.INVOICE].records] == [name]
    assert books.ledger.calls["read"] == 2


@pytest.mark.parametrize("count", [1001, 2001])
async def test_changed_invoices_are_told_beyond_a_page_and_left_out_beyond_what_is_sensible(
    count: int,
) -> None:
    books = Books(choices=RECEIVABLES)
    ids = {owed(books) for _ in range(count)}
    told = await books.ledger.changes([ListType.INVOICE], START)
    batches = [{record.id for record in batch.records} for batch in told.values()]
    assert batches == ([ids] if count == 1001 else [])


async def test_invoices_that_the_ledger_will_not_tell_of_are_left_out_of_the_changes() -> None:
    books = Books()
    books.gateway.refusals = {"ARINVOICE": [("X", "You do not have permission for API operation")]}
    assert await books.ledger.changes([ListType.INVOICE], START) == {}


@pytest.mark.parametrize("choices", [Choices(), RECEIVABLES])
async def test_invoices_of_both_kinds_are_read_and_told_whatever_is_chosen(
    choices: Choices,
) -> None:
    books = Books(choices=choices)
    number = owed(books, TOTALDUE="40")
    name = sold(books, owed(books, TOTALDUE="0"))
    ids = (number, name, "999", "Sales Invoice-gone")
    batch = await books.ledger.read_list(ListRead(type=ListType.INVOICE, ids=ids))
    status = {record.id: record.fields["status"] for record in batch.records}
    assert status == {number: "partly_paid", name: "paid"}
    assert [gone.id for gone in batch.gone] == ["999", "Sales Invoice-gone"]
    told = await books.ledger.changes([ListType.INVOICE], START - timedelta(hours=1))
    status = {record.id: record.fields["status"] for record in told[ListType.INVOICE].records}
    assert status == {number: "partly_paid", name: "paid"}


@pytest.mark.parametrize(("choices", "told"), [(Choices(), False), (RECEIVABLES, True)])
async def test_a_company_without_order_entry_is_told_of_its_receivables(
    choices: Choices, *, told: bool
) -> None:
    books = Books(choices=choices)
    number = owed(books)
    books.gateway.refusals = {"SODOCUMENT": [("X", "You do not have permission for API operation")]}
    changes = await books.ledger.changes([ListType.INVOICE], START - timedelta(hours=1))
    batches = [[record.id for record in batch.records] for batch in changes.values()]
    assert batches == ([[number]] if told else [])
