"""An invoice after it was posted: corrected, deleted, paid and voided."""

from datetime import date
from decimal import Decimal

import pytest

from local.machine import Machine
from tests.e2e.books import Kind, Ledger, having, numbered
from tests.e2e.firm import entry
from tests.e2e.papers import PEOPLE, Office, gone, invoice
from tests.support.waiting import until


@pytest.fixture(scope="module")
def office(machine: Machine, ledger: Ledger) -> Office:
    office = Office.opened(machine, ledger)
    office.posted(**PEOPLE)
    return office


def test_a_corrected_invoice_keeps_its_time_and_a_deleted_one_frees_it(office: Office) -> None:
    line = {"labor_code_key": "dev", "amount": "95.00", "time_keys": ["freed"]}
    office.posted(time_entries=[entry("freed", minutes=60)], invoices=[invoice("F-1", line)])

    def billed() -> bool:
        (found,) = (b for notes, b in office.ledger.times().items() if "Notes of freed" in notes)
        return found

    office.posted(invoices=[invoice("F-1", line | {"amount": "90.00"})])
    assert numbered(office.ledger, Kind.INVOICE, "F-1").total == 90
    assert billed() is office.ledger.marks_time
    office.posted(invoices=gone("F-1"))
    assert not having(office.ledger, Kind.INVOICE, "F-1")
    assert not billed()
    office.posted(time_entries=[entry("freed", minutes=45)])


def test_a_paid_invoice_comes_back_and_stays_as_it_is(office: Office) -> None:
    office.posted(invoices=[invoice("P-1")])
    paper = numbered(office.ledger, Kind.INVOICE, "P-1")

    def paid() -> bool:
        office.ledger.news(office.firm, office.id)
        return bool(office.told_of_invoice(paper.id).get("status") == "paid")

    with office.choosing(schedule={"mode": "off"}):
        office.ledger.pay(paper, date(2026, 4, 14))
        until(paid)
    assert office.firm.runs(office.id)[0]["sync"]["trigger"] == office.ledger.news_by
    told = office.told_of_invoice(paper.id)
    assert (told["paid_on"], Decimal(told["balance"])) == ("2026-04-14", Decimal(0))
    assert Decimal(told["total"]) == Decimal("100.00")
    for late in ([invoice("P-1", {"amount": "90.00", "labor_code_key": "dev"})], gone("P-1")):
        assert office.blocked(invoices=late) == ["paid"]
    assert numbered(office.ledger, Kind.INVOICE, "P-1").total == 100
