"""An invoice after it was posted: corrected, deleted, paid and voided."""

from datetime import date
from decimal import Decimal

import pytest

from local.machine import Machine
from tests.e2e.firm import entry
from tests.e2e.ledger import Kind, Ledger, having, numbered
from tests.e2e.posted_documents import PEOPLE, Bookkeeping, gone, invoice
from tests.support.waiting import until


@pytest.fixture(scope="module")
def bookkeeping(machine: Machine, ledger: Ledger) -> Bookkeeping:
    bookkeeping = Bookkeeping.opened(machine, ledger)
    bookkeeping.posted(**PEOPLE)
    return bookkeeping


def test_a_corrected_invoice_keeps_its_time_and_a_deleted_one_frees_it(
    bookkeeping: Bookkeeping,
) -> None:
    line = {"labor_code_key": "dev", "amount": "95.00", "time_keys": ["freed"]}
    bookkeeping.posted(time_entries=[entry("freed", minutes=60)], invoices=[invoice("F-1", line)])

    def billed() -> bool:
        (found,) = (
            b for notes, b in bookkeeping.ledger.times().items() if "Notes of freed" in notes
        )
        return found

    bookkeeping.posted(invoices=[invoice("F-1", line | {"amount": "90.00"})])
    assert numbered(bookkeeping.ledger, Kind.INVOICE, "F-1").total == 90
    assert billed() is bookkeeping.ledger.marks_time
    bookkeeping.posted(invoices=gone("F-1"))
    assert not having(bookkeeping.ledger, Kind.INVOICE, "F-1")
    assert not billed()
    bookkeeping.posted(time_entries=[entry("freed", minutes=45)])


def test_a_paid_invoice_comes_back_and_stays_as_it_is(bookkeeping: Bookkeeping) -> None:
    bookkeeping.posted(invoices=[invoice("P-1")])
    document = numbered(bookkeeping.ledger, Kind.INVOICE, "P-1")

    def paid() -> bool:
        bookkeeping.ledger.news(bookkeeping.firm, bookkeeping.id)
        return bool(bookkeeping.told_of_invoice(document.id).get("status") == "paid")

    with bookkeeping.choosing(schedule={"mode": "off"}):
        bookkeeping.ledger.pay(document, date(2026, 4, 14))
        until(paid)
    assert bookkeeping.firm.runs(bookkeeping.id)[0]["sync"]["trigger"] == bookkeeping.ledger.news_by
    told = bookkeeping.told_of_invoice(document.id)
    assert (told["paid_on"], Decimal(told["balance"])) == ("2026-04-14", Decimal(0))
    assert Decimal(told["total"]) == Decimal("100.00")
    for late in ([invoice("P-1", {"amount": "90.00", "labor_code_key": "dev"})], gone("P-1")):
        assert bookkeeping.blocked(invoices=late) == ["paid"]
    assert numbered(bookkeeping.ledger, Kind.INVOICE, "P-1").total == 100
