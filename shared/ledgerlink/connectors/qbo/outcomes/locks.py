"""Locks: why a document can no longer be changed, because it is paid, billed or void."""

from collections.abc import Collection, Iterable, Iterator

from ledgerlink.connectors.qbo.documents import comparable
from ledgerlink.connectors.qbo.outcomes import billed_time
from ledgerlink.connectors.qbo.protocol import queries, values
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.qbo.reads import map_transactions
from ledgerlink.connectors.qbo.transport.client import Client
from ledgerlink.domain.errors import LedgerStopped
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.ports import Stop

CHARGE = "ReimburseCharge"
"""What QuickBooks creates for each billable line; invoices bill the charge."""

EXPENSE_DOCUMENTS = frozenset({"Bill", "Purchase"})

PAYMENT_TYPES = frozenset({"Payment", "ReceivePayment", "BillPaymentCheck", "EFTBillPayment"})
"""Types of linked transactions that pay a bill or invoice; other payments show in the balance."""


async def billed_charges(client: Client, kind: str, rows: Iterable[Entity], stop: Stop) -> set[str]:
    """The ids of those charges of these bills or purchases that an invoice bills. If QuickBooks
    refuses to list charges, the billable status of the lines has to do. Raises as the client's
    `rows` otherwise."""
    documents = rows if kind in EXPENSE_DOCUMENTS else ()
    ids = sorted({charge_id for row in documents for charge_id in _charge_ids(row)})
    found: set[str] = set()
    for batch in queries.batches_of(ids):
        statement = queries.select(CHARGE, queries.is_in("Id", batch))
        try:
            charges = await client.rows(CHARGE, statement, stop)
        except LedgerStopped:
            return found
        found |= {str(row["Id"]) for row in charges if values.flag(row, "HasBeenInvoiced")}
    return found


def lock_reason(kind: str, entity: Entity, billed: Collection[str] = ()) -> Reason | None:
    """Why this money document can no longer be changed; None if it can, and for other kinds.
    `billed` are the ids of billed charges."""
    if kind == "Invoice" and map_transactions.is_void(entity):
        return reason("voided")
    if kind in ("Bill", "Invoice") and _is_paid(entity):
        return reason("paid", detail=_by_payment(entity))
    if kind in EXPENSE_DOCUMENTS and _is_billed(entity, billed):
        return billed_time.billed_reason(None)
    return None


def _is_paid(entity: Entity) -> bool:
    """Whether any part is paid, as a linked payment or the balance shows."""
    balance, total = entity.get("Balance"), entity.get("TotalAmt")
    differs = balance is not None and comparable.number(balance) != comparable.number(total)
    return differs or bool(_payment_ids(entity))


def _payment_ids(entity: Entity) -> list[str]:
    return [
        str(link.get("TxnId")) for link in _links(entity) if link.get("TxnType") in PAYMENT_TYPES
    ]


def _by_payment(entity: Entity) -> str:
    ids = sorted(set(_payment_ids(entity)))
    balance = comparable.number(entity.get("Balance"))
    in_part = " in part," if 0 < balance < comparable.number(entity.get("TotalAmt")) else ""
    return f"{in_part} by payment {', '.join(ids)}" if ids else in_part.rstrip(",")


def _is_billed(entity: Entity, billed: Collection[str]) -> bool:
    charges = any(charge_id in billed for charge_id in _charge_ids(entity))
    lines = values.blocks(entity, "Line")
    return charges or any(_billable_status(line) == "HasBeenBilled" for line in lines)


def _billable_status(line: Entity) -> object:
    return values.block(line, str(line.get("DetailType"))).get("BillableStatus")


def _charge_ids(entity: Entity) -> Iterator[str]:
    """The charges that QuickBooks created for the billable lines of a document."""
    return (str(link.get("TxnId")) for link in _links(entity) if link.get("TxnType") == CHARGE)


def _links(entity: Entity) -> Iterator[Entity]:
    """The links of a document, in its head and its lines."""
    for holder in (entity, *values.blocks(entity, "Line")):
        yield from values.blocks(holder, "LinkedTxn")
