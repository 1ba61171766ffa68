"""Which invoices bill time, as their links tell."""

from collections.abc import Iterable, Mapping, Sequence

from ledgerlink.connectors.qbo import queries
from ledgerlink.connectors.qbo.client import Client, Entity
from ledgerlink.domain.errors import LedgerError
from ledgerlink.domain.ports import Interrupted, Stop
from ledgerlink.domain.reasons import Reason, reason

KIND = "TimeActivity"
AT_ONCE = 200
"""Customers in one statement."""
MAX_PAGES = 1000


def is_billed(activity: Entity) -> bool:
    """Whether an invoice bills it."""
    return activity.get("BillableStatus") == "HasBeenBilled"


def billed(number: str | None) -> Reason:
    """The reason that time on this invoice carries; the number may not be known."""
    return reason("billed", detail=f" by invoice {number}" if number else "")


async def numbers(client: Client, activities: Iterable[Entity], stop: Stop) -> Mapping[str, str]:
    """The numbers of the invoices that bill the billed ones among these, by the id of the
    activity, where they are found. Raises as the client's `rows`."""
    some = [activity for activity in activities if is_billed(activity)]
    links = await _links(client, some, stop)
    found = {a["Id"]: links.get(a["Id"]) or links.get(str(a.get("TimeChargeId"))) for a in some}
    return {activity_id: number for activity_id, number in found.items() if number}


async def numbers_told(
    client: Client, activities: Iterable[Entity], stop: Stop
) -> Mapping[str, str]:
    """The numbers as far as the ledger tells them: that it does not explains less, no more."""
    try:
        return await numbers(client, activities, stop)
    except (LedgerError, Interrupted):
        return {}


async def _links(client: Client, activities: Sequence[Entity], stop: Stop) -> Mapping[str, str]:
    """The numbers of the invoices of these customers, by what they are linked to: an activity by
    its own id, or by that of its charge, nobody could verify which."""
    customers = sorted({ref["value"] for row in activities if (ref := row.get("CustomerRef"))})
    found: dict[str, str] = {}
    for start in range(0, len(customers), AT_ONCE):
        among = queries.among("CustomerRef", customers[start : start + AT_ONCE])
        for page in range(MAX_PAGES):
            statement = queries.select("Invoice", among, page=page)
            rows = await client.rows("Invoice", statement, stop)
            for row in rows:
                found |= dict.fromkeys(_linked(row), str(row.get("DocNumber") or row["Id"]))
            if len(rows) < queries.PAGE:
                break
    return found


def _linked(invoice: Entity) -> Iterable[str]:
    """The ids of the time that an invoice bills, in its lines or its head."""
    for holder in (invoice, *invoice.get("Line", ())):
        for linked in holder.get("LinkedTxn", ()):
            if linked.get("TxnType") == KIND:
                yield str(linked["TxnId"])
