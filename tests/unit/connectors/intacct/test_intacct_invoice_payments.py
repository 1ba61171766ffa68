"""Invoices with what was paid of them, by the receivable of each."""

from datetime import timedelta

import pytest
from ledgerlink.connectors.intacct.config import Choices, InvoiceModule
from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.model.list_records import ListRead, ListType

from tests.fakes.clock import START
from tests.unit.connectors.intacct.open_company import OpenCompany

NO_PERMISSION = ("X", "You do not have permission for API operation")
RECEIVABLES = Choices(sales=InvoiceModule.RECEIVABLES)


def owed(company: OpenCompany, **more: str) -> str:
    values = {
        "RECORDID": "INV-1", "CUSTOMERID": "C1", "STATE": "Posted", "WHENCREATED": "03/04/2026",
        "WHENDUE": "04/03/2026", "TOTALENTERED": "100.00", "TOTALDUE": "100.00",
    }  # fmt: skip
    return company.gateway.add("ARINVOICE", **{**values, **more})


def sold(company: OpenCompany, receivable: str, number: str = "INV-1") -> str:
    name = f"Sales Invoice-{number}"
    company.gateway.add("SODOCUMENT", DOCID=name, DOCNO=number, PRRECORDKEY=receivable)
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
async def test_an_invoice_has_its_balance_and_status(
    more: dict[str, str], status: str, paid_on: str | None
) -> None:
    company = OpenCompany(choices=RECEIVABLES)
    number = owed(company, **more)
    batch = await company.ledger.read_list(ListRead(type=ListType.INVOICE, ids=(number,)))
    (record,) = batch.records
    assert (record.id, record.name) == (number, "INV-1")
    assert (record.fields["status"], record.fields["paid_on"]) == (status, paid_on)
    assert record.fields["customer_id"] == "customer/C1"


async def test_a_sale_is_paid_when_its_receivable_is() -> None:
    company = OpenCompany()
    name = sold(company, owed(company, TOTALDUE="0", WHENPAID="03/20/2026"))
    reading = ListRead(type=ListType.INVOICE, ids=(name, "Sales Invoice-gone"))
    batch = await company.ledger.read_list(reading)
    (record,) = batch.records
    assert (record.id, record.fields["status"]) == (name, "paid")
    assert [gone.id for gone in batch.gone] == ["Sales Invoice-gone"]


async def test_many_invoices_come_in_batches() -> None:
    company = OpenCompany(choices=RECEIVABLES)
    ids = tuple(owed(company) for _ in range(120))
    position, seen = None, 0
    for _ in range(3):
        reading = ListRead(type=ListType.INVOICE, ids=ids, position=position)
        batch = await company.ledger.read_list(reading)
        seen += len(batch.records)
        position = batch.position
    assert (seen, position) == (120, None)
    with pytest.raises(Invalid):
        await company.ledger.read_list(ListRead(type=ListType.INVOICE, ids=ids, position="7"))


async def test_a_payment_shows_as_a_change_of_the_sale() -> None:
    company = OpenCompany()
    name = sold(company, owed(company, TOTALDUE="0"))
    owed(company, WHENMODIFIED="01/01/2020 00:00:00")
    outcomes = await company.ledger.changes([ListType.INVOICE], START - timedelta(hours=1))
    assert [each.id for each in outcomes[ListType.INVOICE].records] == [name]
    assert company.ledger.calls["read"] == 2


@pytest.mark.parametrize("count", [1001, 2001])
async def test_changed_invoices_span_pages_up_to_a_limit(
    count: int,
) -> None:
    company = OpenCompany(choices=RECEIVABLES)
    ids = {owed(company) for _ in range(count)}
    outcomes = await company.ledger.changes([ListType.INVOICE], START)
    batches = [{record.id for record in batch.records} for batch in outcomes.values()]
    assert batches == ([ids] if count == 1001 else [])


async def test_refused_invoices_are_left_out_of_the_changes() -> None:
    company = OpenCompany()
    company.gateway.refusals = {"ARINVOICE": [NO_PERMISSION]}
    assert await company.ledger.changes([ListType.INVOICE], START) == {}


@pytest.mark.parametrize("choices", [Choices(), RECEIVABLES])
async def test_invoices_of_both_modules_are_read_whatever_is_chosen(
    choices: Choices,
) -> None:
    company = OpenCompany(choices=choices)
    number = owed(company, TOTALDUE="40")
    name = sold(company, owed(company, TOTALDUE="0"))
    ids = (number, name, "999", "Sales Invoice-gone")
    batch = await company.ledger.read_list(ListRead(type=ListType.INVOICE, ids=ids))
    status = {record.id: record.fields["status"] for record in batch.records}
    assert status == {number: "partly_paid", name: "paid"}
    assert [gone.id for gone in batch.gone] == ["999", "Sales Invoice-gone"]
    outcomes = await company.ledger.changes([ListType.INVOICE], START - timedelta(hours=1))
    status = {record.id: record.fields["status"] for record in outcomes[ListType.INVOICE].records}
    assert status == {number: "partly_paid", name: "paid"}


@pytest.mark.parametrize(("choices", "has_changes"), [(Choices(), False), (RECEIVABLES, True)])
async def test_a_company_without_order_entry_has_changes_of_receivables(
    choices: Choices, *, has_changes: bool
) -> None:
    company = OpenCompany(choices=choices)
    number = owed(company)
    company.gateway.refusals = {"SODOCUMENT": [NO_PERMISSION]}
    changes = await company.ledger.changes([ListType.INVOICE], START - timedelta(hours=1))
    batches = [[record.id for record in batch.records] for batch in changes.values()]
    assert batches == ([[number]] if has_changes else [])
