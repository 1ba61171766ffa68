"""What QuickBooks Online alone has: time that is billed, invoices that are void, and a day through
which books are closed that it tells."""

from datetime import date
from decimal import Decimal

import pytest

from local.machine import Machine
from tests.e2e.firm import entry
from tests.e2e.ledger import Kind, numbered
from tests.e2e.posted_documents import PEOPLE, Bookkeeping, invoice, report
from tests.e2e.quickbooks_ledger import QuickBooksLedger


@pytest.fixture(scope="module")
def ledger(machine: Machine) -> QuickBooksLedger:
    return QuickBooksLedger.new(machine)


@pytest.fixture(scope="module")
def bookkeeping(machine: Machine, ledger: QuickBooksLedger) -> Bookkeeping:
    bookkeeping = Bookkeeping.opened(machine, ledger)
    bookkeeping.posted(**PEOPLE)
    return bookkeeping


def test_an_invoice_is_linked_to_the_time_that_it_bills_which_can_change_no_more(
    bookkeeping: Bookkeeping, ledger: QuickBooksLedger
) -> None:
    keys = [["b1"], ["b2"]]
    lines = [{"labor_code_key": "dev", "amount": "95.00", "time_keys": some} for some in keys]
    bookkeeping.posted(
        time_entries=[entry("b1", minutes=60), entry("b2", minutes=60)],
        invoices=[invoice("B-1", *lines)],
    )
    (sale,) = ledger.rows("Invoice", "WHERE DocNumber = 'B-1'")
    linked = [link["TxnId"] for line in sale["Line"] for link in line.get("LinkedTxn", [])]
    assert sorted(linked) == sorted(row["Id"] for row in ledger.rows("TimeActivity"))
    run = bookkeeping.ended(time_entries=[entry("b1", minutes=45)])
    assert [i["reason"]["code"] for i in bookkeeping.items(run).values()] == ["billed"]


def test_a_voided_invoice_is_reported_after_a_sync(
    bookkeeping: Bookkeeping, ledger: QuickBooksLedger
) -> None:
    bookkeeping.posted(invoices=[invoice("V-1")])
    document = numbered(ledger, Kind.INVOICE, "V-1")
    ledger.void(document)
    bookkeeping.firm.synced(bookkeeping.id)
    told = bookkeeping.told_of_invoice(document.id)
    assert (told["status"], told["paid_on"], Decimal(told["balance"])) == ("void", None, Decimal(0))
    late = invoice("V-1", {"amount": "90.00", "labor_code_key": "dev"})
    assert bookkeeping.blocked(invoices=[late]) == ["voided"]


def test_an_expense_in_closed_books_moves_if_chosen(
    bookkeeping: Bookkeeping, ledger: QuickBooksLedger
) -> None:
    ledger.close_books(date(2026, 1, 31))
    late = [expense | {"spent_on": "2026-01-20"} for expense in report("ER-OLD", "v1", "40.00")]
    old = [invoice("OLD", issued_on="2026-01-31")]
    blocked = bookkeeping.items(bookkeeping.ended(expenses=late, invoices=old), state="blocked")
    assert {key: (i["reason"]["code"], i["reason"]["field"]) for key, i in blocked.items()} == {
        "expense-report:ER-OLD": ("closed_period", "spent_on"),
        "invoice:OLD": ("closed_period", "issued_on"),
    }
    with bookkeeping.choosing(posting={"closed_period": "move"}):
        run = bookkeeping.posted(expenses=late, invoices=old)
    assert set(bookkeeping.items(run, state="posted")) == {"expense-report:ER-OLD", "invoice:OLD"}
    moved = numbered(ledger, Kind.BILL, "ER-OLD"), numbered(ledger, Kind.INVOICE, "OLD")
    assert [document.day for document in moved] == [date(2026, 2, 1)] * 2
    assert "2026-01-20" in moved[0].content
