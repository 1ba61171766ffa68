"""Time that is billed: which invoice bills which time entry, by the links of the invoices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ledgerlink.connectors.qbo.documents.time_entry import TIME_ENTRY
from ledgerlink.connectors.qbo.protocol import queries, values
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.qbo.transport.client import Client
from ledgerlink.domain.errors import Interrupted, LedgerError
from ledgerlink.domain.model.reasons import Reason, named, reason
from ledgerlink.domain.ports import Stop


@dataclass(frozen=True, slots=True)
class BillingInvoice:
    """An invoice that bills time."""

    ledger_id: str
    number: str
    """The document number; the id if it has none."""


def is_billed(activity: Entity) -> bool:
    """Whether an invoice bills this time entry."""
    return activity.get("BillableStatus") == "HasBeenBilled"


def billed_reason(number: str | None) -> Reason:
    """That a time entry is billed, by the invoice with this number if it is known."""
    return reason("billed", detail=f" by invoice {number}" if number else "")


def unlinked_reason(body: Entity) -> Reason | None:
    """That an invoice was posted without links to the time that it bills; None if it bills none."""
    keys = named(f"time activity {activity_id}" for activity_id in linked_time_ids(body))
    return reason("link_refused", keys=keys) if keys else None


async def billing_invoices(
    client: Client, activities: Iterable[Entity], stop: Stop
) -> Mapping[str, BillingInvoice]:
    """The invoices that bill the billed ones of these time entries, by the entry's id, where they
    are found. Raises as the client's `rows`."""
    billed = [activity for activity in activities if is_billed(activity)]
    invoices = await _invoices_by_link(client, billed, stop)
    found = {
        row["Id"]: invoices.get(row["Id"]) or invoices.get(str(row.get("TimeChargeId")))
        for row in billed
    }
    return {activity_id: invoice for activity_id, invoice in found.items() if invoice}


async def invoice_numbers(
    client: Client, activities: Iterable[Entity], stop: Stop
) -> Mapping[str, str]:
    """The numbers of these invoices. Raises as the client's `rows`."""
    found = await billing_invoices(client, activities, stop)
    return {activity_id: invoice.number for activity_id, invoice in found.items()}


async def known_invoice_numbers(
    client: Client, activities: Iterable[Entity], stop: Stop
) -> Mapping[str, str]:
    """As `invoice_numbers`; empty if they cannot be read, because they only add to a reason."""
    try:
        return await invoice_numbers(client, activities, stop)
    except (LedgerError, Interrupted):
        return {}


def linked_time_ids(invoice: Entity) -> Iterable[str]:
    """The ids of the time entries that an invoice links to, in its head or its lines."""
    for holder in (invoice, *values.blocks(invoice, "Line")):
        for link in values.blocks(holder, "LinkedTxn"):
            if link.get("TxnType") == TIME_ENTRY and (time_id := values.text(link, "TxnId")):
                yield time_id


async def _invoices_by_link(
    client: Client, activities: Sequence[Entity], stop: Stop
) -> Mapping[str, BillingInvoice]:
    """The invoices of these customers by the ids that they link to. Those may be the ids of time
    entries or of their charges; Intuit does not document which."""
    refs = (values.reference_id(row, "CustomerRef") for row in activities)
    customers = sorted({customer_id for customer_id in refs if customer_id})
    found: dict[str, BillingInvoice] = {}
    for batch in queries.batches_of(customers):
        condition = queries.is_in("CustomerRef", batch)
        async for rows in client.pages("Invoice", condition, stop=stop):
            for row in rows:
                found |= dict.fromkeys(linked_time_ids(row), _billing_invoice(row))
    return found


def _billing_invoice(invoice: Entity) -> BillingInvoice:
    ledger_id = str(invoice["Id"])
    return BillingInvoice(ledger_id, str(invoice.get("DocNumber") or ledger_id))
