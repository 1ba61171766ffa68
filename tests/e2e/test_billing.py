"""An invoice after it was posted: corrected, deleted, paid and voided."""

from decimal import Decimal

import pytest

from local.machine import Machine
from tests.e2e.firm import JSON, entry
from tests.e2e.papers import PEOPLE, Office, gone, invoice


@pytest.fixture(scope="module")
def office(machine: Machine) -> Office:
    office = Office.opened(machine)
    office.posted(**PEOPLE)
    return office


def fields(office: Office, invoice_id: str) -> JSON:
    """What the newest entry of the feed says of an invoice; nothing while there is none."""
    feed, _ = office.firm.changes(office.id)
    told = [c for c in feed if c["type"] == "invoice" and c["id"] == invoice_id]
    return dict(told[-1]["record"]["fields"]) if told else {}


def test_a_corrected_invoice_keeps_its_time_and_a_deleted_one_frees_it(office: Office) -> None:
    line = {"labor_code_key": "dev", "amount": "95.00", "time_keys": ["freed"]}
    run = office.posted(time_entries=[entry("freed", minutes=60)], invoices=[invoice("F-1", line)])
    activity = office.items(run)["time:freed"]["ledger_id"]

    def status() -> str:
        (row,) = office.ledger.rows("TimeActivity", f"WHERE Id = '{activity}'")
        return str(row["BillableStatus"])

    office.posted(invoices=[invoice("F-1", line | {"amount": "90.00"})])
    assert office.ledger.numbered("Invoice", "F-1")["TotalAmt"] == Decimal("90.00")
    assert status() == "HasBeenBilled"
    billed = office.ended(time_entries=[entry("freed", minutes=45)])
    assert [i["reason"]["code"] for i in office.items(billed).values()] == ["billed"]
    office.posted(invoices=gone("F-1"))
    assert status() == "Billable"
    office.posted(time_entries=[entry("freed", minutes=45)])


def test_a_paid_invoice_comes_back_by_webhook_and_stays_as_it_is(
    office: Office, machine: Machine
) -> None:
    office.posted(invoices=[invoice("P-1")])
    row = office.ledger.numbered("Invoice", "P-1")

    def paid() -> bool:
        machine.tick()
        return bool(fields(office, row["Id"]).get("status") == "paid")

    with office.choosing(schedule={"mode": "off"}):
        office.ledger.pay(row, "2026-04-14")
        office.firm.until(paid)
    assert office.firm.runs(office.id)[0]["sync"]["trigger"] == "webhook"
    told = fields(office, row["Id"])
    assert (told["paid_on"], Decimal(told["balance"])) == ("2026-04-14", Decimal(0))
    assert Decimal(told["total"]) == Decimal("100.00")
    for late in ([invoice("P-1", {"amount": "90.00", "labor_code_key": "dev"})], gone("P-1")):
        assert refusals(office, late) == ["paid"]
    assert office.ledger.numbered("Invoice", "P-1")["TotalAmt"] == Decimal("100.00")


def refusals(office: Office, invoices: list[JSON]) -> list[str]:
    """Why these are blocked."""
    items = office.items(office.ended(invoices=invoices), state="blocked")
    return [item["reason"]["code"] for item in items.values()]


def test_a_voided_invoice_says_so_after_a_sync(office: Office) -> None:
    office.posted(invoices=[invoice("V-1")])
    row = office.ledger.numbered("Invoice", "V-1")
    office.ledger.void(row)
    office.firm.synced(office.id)
    told = fields(office, row["Id"])
    assert (told["status"], told["paid_on"], Decimal(told["balance"])) == ("void", None, Decimal(0))
    late = invoice("V-1", {"amount": "90.00", "labor_code_key": "dev"})
    assert refusals(office, [late]) == ["voided"]
