"""Why a record of the ledger can no longer change: billed, paid, void."""

from collections.abc import Collection, Iterable, Iterator

from ledgerlink.connectors.qbo.documents import comparable
from ledgerlink.connectors.qbo.outcomes import billed_time
from ledgerlink.connectors.qbo.protocol import queries, values
from ledgerlink.connectors.qbo.reads import map_transactions
from ledgerlink.connectors.qbo.transport.client import Client, Entity
from ledgerlink.domain.errors import LedgerStopped
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.ports import Stop

CHARGE = "ReimburseCharge"
"""What the ledger makes of a billable line, to bill it by."""
BILLS = frozenset({"Bill", "Purchase"})
PAYMENTS = frozenset({"Payment", "ReceivePayment", "BillPaymentCheck", "EFTBillPayment"})
"""Types of linked transactions that pay a bill or an invoice; of others the balance tells."""


async def charged(client: Client, kind: str, rows: Iterable[Entity], stop: Stop) -> set[str]:
    """The ids of the charges of these bills or purchases that an invoice bills; none of another
    kind. A ledger that does not tell them leaves the lines' own words. Raises as the client's
    `rows`, but for a statement refused."""
    told = (_charges(row) for row in rows) if kind in BILLS else ()
    ids = sorted({charge_id for some in told for charge_id in some})
    found: set[str] = set()
    for some in queries.portions(ids):
        statement = queries.select(CHARGE, queries.among("Id", some))
        try:
            charges = await client.rows(CHARGE, statement, stop)
        except LedgerStopped:
            return found
        found |= {str(row["Id"]) for row in charges if values.flag(row, "HasBeenInvoiced")}
    return found


def locked(kind: str, entity: Entity, charged: Collection[str] = ()) -> Reason | None:
    """Why this document of money may not change; None when it may, and of other kinds."""
    if kind == "Invoice" and map_transactions.is_void(entity):
        return reason("voided")
    if kind in ("Bill", "Invoice") and _is_paid(entity):
        return reason("paid", detail=_by_payment(entity))
    if kind in BILLS and _is_billed(entity, charged):
        return billed_time.billed(None)
    return None


def _is_paid(entity: Entity) -> bool:
    """In part, too: a payment says so, or the balance."""
    balance, total = entity.get("Balance"), entity.get("TotalAmt")
    moved = balance is not None and comparable.number(balance) != comparable.number(total)
    return moved or bool(_payments(entity))


def _payments(entity: Entity) -> list[str]:
    return [str(link["TxnId"]) for link in _links(entity) if link.get("TxnType") in PAYMENTS]


def _by_payment(entity: Entity) -> str:
    ids = sorted(set(_payments(entity)))
    return f" by payment {', '.join(ids)}" if ids else ""


def _is_billed(entity: Entity, charged: Collection[str]) -> bool:
    own = any(charge_id in charged for charge_id in _charges(entity))
    return own or any(_status(line) == "HasBeenBilled" for line in values.blocks(entity, "Line"))


def _status(line: Entity) -> object:
    return values.block(line, str(line.get("DetailType"))).get("BillableStatus")


def _charges(entity: Entity) -> Iterator[str]:
    """The charges that the ledger made of billable lines."""
    return (str(link["TxnId"]) for link in _links(entity) if link.get("TxnType") == CHARGE)


def _links(entity: Entity) -> Iterator[Entity]:
    """The links of a document, in its head and its lines."""
    for holder in (entity, *values.blocks(entity, "Line")):
        yield from values.blocks(holder, "LinkedTxn")
