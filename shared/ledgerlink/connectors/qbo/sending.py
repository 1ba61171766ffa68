"""Sending one request: an answer of the ledger's, or an outcome that needs none."""

from ledgerlink.connectors.qbo.batches import call_of
from ledgerlink.connectors.qbo.client import Client
from ledgerlink.connectors.qbo.replies import Reply
from ledgerlink.connectors.qbo.uploads import Unsendable
from ledgerlink.domain.plan import ItemState, Outcome, Request
from ledgerlink.domain.ports import Stop


async def sent(client: Client, request: Request, stop: Stop) -> Reply | Outcome:
    """The answer to a request; the outcome of one whose file cannot go along, which is not sent.
    Raises as the client's `call`."""
    try:
        return await client.call(call_of(request), stop)
    except Unsendable as unsendable:
        (write,) = request.writes
        return Outcome(seq=write.seq, state=ItemState.FAILED, reason=unsendable.reason)
