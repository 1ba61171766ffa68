"""Which invoices bill which time, as their links tell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ledgerlink.connectors.qbo.protocol import queries
from ledgerlink.connectors.qbo.transport.client import Client, Entity
from ledgerlink.domain.errors import LedgerError
from ledgerlink.domain.model.reasons import Reason, named, reason
from ledgerlink.domain.ports import Interrupted, Stop

KIND = "TimeActivity"


@dataclass(frozen=True, slots=True)
class Biller:
    """An invoice that bills time; its id stands in where it has no number."""

    ledger_id: str
    number: str


def is_billed(activity: Entity) -> bool:
    """Whether an invoice bills it."""
    return activity.get("BillableStatus") == "HasBeenBilled"


def billed(number: str | None) -> Reason:
    """The reason that time on this invoice carries; the number may not be known."""
    return reason("billed", detail=f" by invoice {number}" if number else "")


def unlinked(body: Entity) -> Reason | None:
    """That an invoice is in the ledger without the time that it bills; None when it bills none."""
    keys = named(f"activity {activity_id}" for activity_id in linked(body))
    return reason("link_refused", keys=keys) if keys else None


async def invoices(
    client: Client, activities: Iterable[Entity], stop: Stop
) -> Mapping[str, Biller]:
    """The invoices that bill the billed ones among these, by the id of the activity, where they
    are found. Raises as the client's `rows`."""
    some = [activity for activity in activities if is_billed(activity)]
    links = await _links(client, some, stop)
    found = {a["Id"]: links.get(a["Id"]) or links.get(str(a.get("TimeChargeId"))) for a in some}
    return {activity_id: invoice for activity_id, invoice in found.items() if invoice}


async def numbers(client: Client, activities: Iterable[Entity], stop: Stop) -> Mapping[str, str]:
    """The numbers of these invoices. Raises as the client's `rows`."""
    found = await invoices(client, activities, stop)
    return {activity_id: invoice.number for activity_id, invoice in found.items()}


async def numbers_told(
    client: Client, activities: Iterable[Entity], stop: Stop
) -> Mapping[str, str]:
    """The numbers as far as the ledger tells them: that it does not explains less, no more."""
    try:
        return await numbers(client, activities, stop)
    except (LedgerError, Interrupted):
        return {}


async def _links(client: Client, activities: Sequence[Entity], stop: Stop) -> Mapping[str, Biller]:
    """The invoices of these customers, by what they are linked to: an activity by its own id, or
    by that of its charge, nobody could verify which."""
    customers = sorted({ref["value"] for row in activities if (ref := row.get("CustomerRef"))})
    found: dict[str, Biller] = {}
    for some in queries.portions(customers):
        among = queries.among("CustomerRef", some)
        async for rows in client.pages("Invoice", among, stop=stop):
            for row in rows:
                found |= dict.fromkeys(linked(row), _biller(row))
    return found


def linked(invoice: Entity) -> Iterable[str]:
    """The ids of the time that an invoice bills, in its lines or its head."""
    for holder in (invoice, *invoice.get("Line", ())):
        for link in holder.get("LinkedTxn", ()):
            if link.get("TxnType") == KIND:
                yield str(link["TxnId"])


def _biller(invoice: Entity) -> Biller:
    ledger_id = str(invoice["Id"])
    return Biller(ledger_id, str(invoice.get("DocNumber") or ledger_id))
