"""Payments of invoices: when an invoice was paid, and which invoices a changed payment affects.

Source: Intuit's API reference, Payment: its lines link to the invoices that it pays, and an
invoice's `LinkedTxn` links to its payments. Intuit does not document whether an invoice counts as
changed when only its payment does, so changed payments are followed, too.
"""

from collections.abc import Iterable, Mapping, Sequence

from ledgerlink.connectors.qbo.protocol import queries, values
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.qbo.reads.map_lists import is_deleted
from ledgerlink.connectors.qbo.reads.map_transactions import (
    PAID,
    invoice,
    invoice_status,
    paid_invoice_ids,
)
from ledgerlink.connectors.qbo.transport.client import Client
from ledgerlink.domain.errors import LedgerStopped
from ledgerlink.domain.model.list_records import ListRecord
from ledgerlink.domain.ports import Stop

MAX_NAMED_INVOICES = 1000
"""Invoices that are read because payments link to them. For more it is cheaper to read all invoices
that we know."""

MAX_PAYMENTS_EACH = 50
"""Payments of one invoice that are read: the newest by id."""

RowsById = Mapping[str, Entity]


class InvoicePayments:
    """Reads the payments of invoices, and the invoices of payments."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def invoices(
        self, rows: Sequence[Entity], stop: Stop, payments: Iterable[Entity] = ()
    ) -> list[ListRecord]:
        """These invoices with the day on which each was paid. Payments that are not passed are
        read; those that QuickBooks does not return are left out. Raises as the client's `rows`."""
        found = {str(payment["Id"]): payment for payment in payments}
        wanted = {each for row in rows for each in payment_ids(row)} - found.keys()
        found |= await self._read_by_ids("Payment", wanted, stop)
        return [invoice(row, [found[i] for i in payment_ids(row) if i in found]) for row in rows]

    async def affected(
        self, changed: Sequence[Entity], payments: Sequence[Entity], stop: Stop
    ) -> list[ListRecord] | None:
        """The changed invoices, and those that changed payments affect. None if there are too many
        or QuickBooks refuses to return them; the list is then read as a whole."""
        try:
            rows = await self._affected_rows(changed, payments, stop)
            return None if rows is None else await self.invoices([*rows.values()], stop, payments)
        except LedgerStopped:
            return None

    async def _affected_rows(
        self, changed: Sequence[Entity], payments: Sequence[Entity], stop: Stop
    ) -> RowsById | None:
        named = paid_invoice_ids(payments) - {str(row["Id"]) for row in changed}
        if len(named) > MAX_NAMED_INVOICES:
            return None
        released = await self._read_open(stop) if any(map(may_have_paid_others, payments)) else {}
        if released is None:
            return None
        rows = _by_id(row for row in changed if not is_deleted(row))
        more = await self._read_by_ids("Invoice", named - released.keys(), stop)
        return {**rows, **released, **more}

    async def _read_open(self, stop: Stop) -> RowsById | None:
        """The invoices with a balance, among which are those that a payment no longer pays. None
        if they do not fit on one page."""
        statement = queries.select("Invoice", "Balance > '0'")
        rows = await self._client.rows("Invoice", statement, stop)
        return _by_id(rows) if len(rows) < queries.PAGE_SIZE else None

    async def _read_by_ids(self, entity: str, ids: Iterable[str], stop: Stop) -> RowsById:
        found: dict[str, Entity] = {}
        for batch in queries.batches_of(sorted(ids)):
            statement = queries.select(entity, queries.is_in("Id", batch))
            found |= _by_id(await self._client.rows(entity, statement, stop))
        return found


def payment_ids(row: Entity) -> Sequence[str]:
    """The ids of the payments of a paid invoice; none while it has a balance."""
    if invoice_status(row) != PAID:
        return ()
    links = [link for link in values.blocks(row, "LinkedTxn") if link.get("TxnType") == "Payment"]
    ids = {found for link in links if (found := values.text(link, "TxnId"))}
    return sorted(ids, key=lambda each: (len(each), each))[-MAX_PAYMENTS_EACH:]


def may_have_paid_others(payment: Entity) -> bool:
    """Whether a payment may have paid invoices that it no longer links to, because it was deleted
    or edited."""
    return is_deleted(payment) or values.text(payment, "SyncToken") != "0"


def _by_id(rows: Iterable[Entity]) -> dict[str, Entity]:
    return {str(row["Id"]): row for row in rows}
