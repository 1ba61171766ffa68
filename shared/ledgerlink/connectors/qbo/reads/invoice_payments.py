"""Payments: when invoices were paid, and which invoices changed payments concern.

Source: Intuit's reference, Payment: its lines name the invoices that it pays, and their
`LinkedTxn` names it. Whether an invoice counts as changed when only its payment does, nobody could
verify; so payments are followed, too.
"""

from collections.abc import Iterable, Mapping, Sequence

from ledgerlink.connectors.qbo.protocol import queries, values
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.qbo.reads.map_lists import is_deleted
from ledgerlink.connectors.qbo.reads.map_transactions import PAID, invoice, named_invoices, status
from ledgerlink.connectors.qbo.transport.client import Client
from ledgerlink.domain.errors import LedgerStopped
from ledgerlink.domain.model.list_records import ListRecord
from ledgerlink.domain.ports import Stop

MAX_NAMED_INVOICES = 1000
"""Invoices that are read because payments name them; beyond, reading all that we know is less."""

MAX_PAYMENTS_EACH = 50
"""Payments of one invoice that are looked at: those entered last."""

Rows = Mapping[str, Entity]
"""Records by their ids."""


class InvoicePayments:
    """The payments of one open ledger, and through them its invoices."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def invoices(
        self, rows: Sequence[Entity], stop: Stop, in_hand: Iterable[Entity] = ()
    ) -> list[ListRecord]:
        """These invoices with the days on which they were paid. Payments that are not in hand are
        read; one that the ledger does not show says nothing. Raises as the client's `rows`."""
        found = {str(payment["Id"]): payment for payment in in_hand}
        wanted = {each for row in rows for each in paying(row)} - found.keys()
        found |= await self._by_ids("Payment", wanted, stop)
        return [invoice(row, [found[i] for i in paying(row) if i in found]) for row in rows]

    async def concerned(
        self, changed: Sequence[Entity], payments: Sequence[Entity], stop: Stop
    ) -> list[ListRecord] | None:
        """The changed invoices and those that changed payments concern. None when they are too
        many, or the ledger refuses to tell them: whoever reads the list by itself hears why."""
        try:
            rows = await self._concerned(changed, payments, stop)
            return None if rows is None else await self.invoices([*rows.values()], stop, payments)
        except LedgerStopped:
            return None

    async def _concerned(
        self, changed: Sequence[Entity], payments: Sequence[Entity], stop: Stop
    ) -> Rows | None:
        named = named_invoices(payments) - {str(row["Id"]) for row in changed}
        if len(named) > MAX_NAMED_INVOICES:
            return None
        left = await self._open(stop) if any(map(may_have_left, payments)) else {}
        if left is None:
            return None
        rows = _by_id(row for row in changed if not is_deleted(row))
        return {**rows, **left, **await self._by_ids("Invoice", named - left.keys(), stop)}

    async def _open(self, stop: Stop) -> Rows | None:
        """The invoices of which something is open: what a payment no longer pays is among them.
        None when they are more than one answer holds."""
        statement = queries.select("Invoice", "Balance > '0'")
        rows = await self._client.rows("Invoice", statement, stop)
        return _by_id(rows) if len(rows) < queries.PAGE_SIZE else None

    async def _by_ids(self, entity: str, ids: Iterable[str], stop: Stop) -> Rows:
        found: dict[str, Entity] = {}
        for some in queries.batches_of(sorted(ids)):
            statement = queries.select(entity, queries.is_in("Id", some))
            found |= _by_id(await self._client.rows(entity, statement, stop))
        return found


def paying(row: Entity) -> Sequence[str]:
    """The ids of the payments of an invoice that is paid; none while something is open."""
    if status(row) != PAID:
        return ()
    links = [link for link in values.blocks(row, "LinkedTxn") if link.get("TxnType") == "Payment"]
    ids = {found for link in links if (found := values.text(link, "TxnId"))}
    return sorted(ids, key=lambda each: (len(each), each))[-MAX_PAYMENTS_EACH:]


def may_have_left(payment: Entity) -> bool:
    """Whether a payment may have paid invoices that it no longer names: it went, or was changed
    since it was entered."""
    return is_deleted(payment) or values.text(payment, "SyncToken") != "0"


def _by_id(rows: Iterable[Entity]) -> dict[str, Entity]:
    return {str(row["Id"]): row for row in rows}
