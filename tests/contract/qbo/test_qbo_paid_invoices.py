"""Payments and voids in the ledger as the list of invoices tells them, against the sandbox."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ledgerlink.connectors.qbo.ledger import QuickBooksLedger
from ledgerlink.domain.model.list_records import ListBatch, ListRead, ListRecord, ListType

from tests.contract.qbo.books import Books, Make
from tests.contract.qbo.webhook_receiver import receiving_webhooks

INVOICE = ListType.INVOICE
TOTAL = 100.5

Said = tuple[str, str, str | None]
"""Status, balance and the day on which it was paid."""

OPEN: Said = ("open", "100.5", None)


@dataclass(frozen=True)
class Till:
    """Somebody who sells and is paid in the ledger's screens."""

    books: Books

    def sell(self) -> str:
        """An invoice; its id."""
        item = next(str(r["Id"]) for r in self.books.rows("Item") if r["Type"] == "Service")
        detail = {"SalesItemLineDetail": {"ItemRef": {"value": item}}}
        line = {"Amount": TOTAL, "DetailType": "SalesItemLineDetail", **detail}
        return self.books.create("Invoice", CustomerRef=self.customer, Line=[line])

    def pay(self, amount: float, day: str, invoice: str) -> str:
        """A payment of the invoice; its id."""
        said = {"CustomerRef": self.customer, "TotalAmt": amount, "TxnDate": day}
        return self.books.create("Payment", **said, Line=applied(amount, invoice))

    @property
    def customer(self) -> Mapping[str, str]:
        return {"value": str(self.books.rows("Customer")[0]["Id"])}

    def void(self, entity: str, row_id: str) -> None:
        version = next(r["SyncToken"] for r in self.books.rows(entity) if r["Id"] == row_id)
        body = {"Id": row_id, "SyncToken": version, "sparse": True}
        query = "operation=void" if entity == "Invoice" else "operation=update&include=void"
        self.books.post(f"{entity.lower()}?{query}", body)

    def told(self, invoice: str) -> Said:
        """What the changes say, which is what a reading says."""
        told = {record.id: record for record in self.batch().records}
        assert said(self.books.read(INVOICE, ids=(invoice,))[invoice]) == said(told[invoice])
        return said(told[invoice])

    def batch(self) -> ListBatch:
        return self.books.changes(INVOICE)[INVOICE]


def applied(amount: float, invoice: str) -> list[Mapping[str, Any]]:
    return [{"Amount": amount, "LinkedTxn": [{"TxnId": invoice, "TxnType": "Invoice"}]}]


def said(record: ListRecord) -> Said:
    return record.fields["status"], record.fields["balance"], record.fields["paid_on"]


@pytest.fixture
def till(company: Make) -> Till:
    return Till(company("sample"))


def test_an_invoice_is_paid_in_parts_and_opened_again(till: Till) -> None:
    invoice = till.sell()
    assert till.told(invoice) == OPEN
    till.pay(60, "2026-03-05", invoice)
    assert till.told(invoice) == ("partly_paid", "40.5", None)
    rest = till.pay(40.5, "2026-03-20", invoice)
    assert till.told(invoice) == ("paid", "0", "2026-03-20")
    till.books.edit("Payment", id=rest, delete=True)
    assert till.told(invoice) == ("partly_paid", "40.5", None)
    till.pay(40.5, "2026-03-01", invoice)
    assert till.told(invoice) == ("paid", "0", "2026-03-05")


def test_a_payment_that_is_dated_anew_moves_the_day(till: Till) -> None:
    invoice = till.sell()
    payment = till.pay(TOTAL, "2026-03-05", invoice)
    till.books.change("Payment", payment, TxnDate="2026-03-09")
    assert till.told(invoice) == ("paid", "0", "2026-03-09")


def test_a_voided_payment_opens_the_invoice(till: Till) -> None:
    invoice = till.sell()
    till.void("Payment", till.pay(TOTAL, "2026-03-05", invoice))
    assert till.told(invoice) == OPEN


def test_a_payment_that_was_for_another_invoice_opens_the_one_and_pays_the_other(
    till: Till,
) -> None:
    invoice, other = till.sell(), till.sell()
    payment = till.pay(TOTAL, "2026-03-05", invoice)
    till.books.change("Payment", payment, Line=applied(TOTAL, other))
    assert till.told(invoice) == OPEN
    assert till.told(other) == ("paid", "0", "2026-03-05")


def test_a_void_is_reported_with_nothing_due_and_never_paid(till: Till) -> None:
    invoice, paid = till.sell(), till.sell()
    till.pay(TOTAL, "2026-03-05", paid)
    for each in (invoice, paid):
        till.void("Invoice", each)
        assert till.told(each) == ("void", "0", None)


def test_an_invoice_that_was_paid_and_deleted_is_gone(till: Till) -> None:
    invoice = till.sell()
    till.books.edit("Payment", id=till.pay(TOTAL, "2026-03-05", invoice), delete=True)
    till.books.edit("Invoice", id=invoice, delete=True)
    batch = till.batch()
    assert invoice in {gone.id for gone in batch.gone}
    assert invoice not in {record.id for record in batch.records}
    assert till.books.read(INVOICE, ids=(invoice,)) == {}


def test_a_payment_that_is_deleted_behind_an_invoice_that_still_names_it_fails_nothing(
    till: Till,
) -> None:
    invoice = till.sell()
    payment = till.pay(TOTAL, "2026-03-05", invoice)
    before = next(r for r in till.books.rows("Invoice") if r["Id"] == invoice)
    till.books.edit("Payment", id=payment, delete=True)
    stale = {name: before[name] for name in ("Balance", "LinkedTxn")}
    till.books.change("Invoice", invoice, **stale)
    assert till.told(invoice) == ("paid", "0", None)


def test_only_paid_invoices_cost_a_call_more(till: Till) -> None:
    invoices = [till.sell() for _ in range(3)]
    till.pay(1, "2026-03-05", invoices[0])

    def calls() -> tuple[Mapping[str, int], Mapping[str, int]]:
        async def reading(ledger: QuickBooksLedger) -> Mapping[str, int]:
            await ledger.read_list(ListRead(type=INVOICE, ids=tuple(invoices)))
            return dict(ledger.calls)

        async def changes(ledger: QuickBooksLedger) -> Mapping[str, int]:
            await ledger.changes([INVOICE], datetime.now(UTC) - timedelta(minutes=1))
            return dict(ledger.calls)

        return till.books.ask(reading), till.books.ask(changes)

    assert calls() == ({"query": 1}, {"cdc": 1})
    for invoice in invoices[1:]:
        till.pay(TOTAL, "2026-03-05", invoice)
    assert calls() == ({"query": 2}, {"cdc": 1})


@pytest.mark.parametrize("kind", ["classic", "cloudevents"])
def test_webhooks_of_payments_hint_at_the_invoices(till: Till, kind: str) -> None:
    invoice = till.sell()
    with receiving_webhooks(till.books, kind) as arrives:
        payment = till.pay(60, "2026-03-05", invoice)
        assert arrives(INVOICE, "", "create")
        till.books.change("Payment", payment, TxnDate="2026-03-09")
        assert arrives(INVOICE, "", "update")
        till.books.edit("Payment", id=payment, delete=True)
        assert arrives(INVOICE, "", "delete")
