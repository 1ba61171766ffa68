"""What QuickBooks Online alone has: time that is billed, invoices that are void, and a day through
which books are closed that it tells."""

from datetime import date
from decimal import Decimal

import pytest

from local.machine import Machine
from tests.e2e.books import Kind, numbered
from tests.e2e.firm import entry
from tests.e2e.intuit import QuickBooks
from tests.e2e.papers import PEOPLE, Office, invoice, report


@pytest.fixture(scope="module")
def ledger(machine: Machine) -> QuickBooks:
    return QuickBooks.new(machine)


@pytest.fixture(scope="module")
def office(machine: Machine, ledger: QuickBooks) -> Office:
    office = Office.opened(machine, ledger)
    office.posted(**PEOPLE)
    return office


def test_an_invoice_is_linked_to_the_time_that_it_bills_which_can_change_no_more(
    office: Office, ledger: QuickBooks
) -> None:
    keys = [["b1"], ["b2"]]
    lines = [{"labor_code_key": "dev", "amount": "95.00", "time_keys": some} for some in keys]
    office.posted(
        time_entries=[entry("b1", minutes=60), entry("b2", minutes=60)],
        invoices=[invoice("B-1", *lines)],
    )
    (sale,) = ledger.rows("Invoice", "WHERE DocNumber = 'B-1'")
    linked = [link["TxnId"] for line in sale["Line"] for link in line.get("LinkedTxn", [])]
    assert sorted(linked) == sorted(row["Id"] for row in ledger.rows("TimeActivity"))
    run = office.ended(time_entries=[entry("b1", minutes=45)])
    assert [i["reason"]["code"] for i in office.items(run).values()] == ["billed"]


def test_a_voided_invoice_says_so_after_a_sync(office: Office, ledger: QuickBooks) -> None:
    office.posted(invoices=[invoice("V-1")])
    paper = numbered(ledger, Kind.INVOICE, "V-1")
    ledger.void(paper)
    office.firm.synced(office.id)
    told = office.told_of_invoice(paper.id)
    assert (told["status"], told["paid_on"], Decimal(told["balance"])) == ("void", None, Decimal(0))
    late = invoice("V-1", {"amount": "90.00", "labor_code_key": "dev"})
    assert office.blocked(invoices=[late]) == ["voided"]


def test_what_was_spent_in_closed_books_moves_if_that_is_chosen(
    office: Office, ledger: QuickBooks
) -> None:
    ledger.close_books(date(2026, 1, 31))
    late = [expense | {"spent_on": "2026-01-20"} for expense in report("ER-OLD", "v1", "40.00")]
    old = [invoice("OLD", issued_on="2026-01-31")]
    blocked = office.items(office.ended(expenses=late, invoices=old), state="blocked")
    assert {key: (i["reason"]["code"], i["reason"]["field"]) for key, i in blocked.items()} == {
        "expense-report:ER-OLD": ("closed_period", "spent_on"),
        "invoice:OLD": ("closed_period", "issued_on"),
    }
    with office.choosing(posting={"closed_period": "move"}):
        run = office.posted(expenses=late, invoices=old)
    assert set(office.items(run, state="posted")) == {"expense-report:ER-OLD", "invoice:OLD"}
    moved = numbered(ledger, Kind.BILL, "ER-OLD"), numbered(ledger, Kind.INVOICE, "OLD")
    assert [paper.day for paper in moved] == [date(2026, 2, 1)] * 2
    assert "2026-01-20" in moved[0].content
