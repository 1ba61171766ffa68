"""What ties an attachment to its document: the document names it, the attachment knows nothing."""

from collections.abc import Iterator

from ledgerlink.connectors.intacct import queries, searching
from ledgerlink.connectors.intacct.answers import Result
from ledgerlink.connectors.intacct.client import Client
from ledgerlink.connectors.intacct.invoices import SALE
from ledgerlink.connectors.intacct.kinds import KINDS
from ledgerlink.connectors.intacct.requests import Function
from ledgerlink.connectors.intacct.rows import text
from ledgerlink.domain.ports import Stop

NAMED = "SUPDOCID"

Holder = tuple[str, str]
"""A document that has an attachment: its kind and its id."""


def tie(control_id: str, holder: Holder, supdoc: str) -> Function:
    """What ties an attachment to a document; an empty one unties what it has."""
    kind, document = holder
    if attach := KINDS[kind].attach:
        return Function(control_id, attach, {"@key": document, "supdocid": supdoc})
    return Function(control_id, "update", {kind: {"RECORDNO": document, NAMED: supdoc}})


async def attachment(client: Client, holder: Holder, stop: Stop) -> str | None:
    """The attachment that a document has. Raises as the client's `read`."""
    kind, document = holder
    there = await searching.by_ids(client, kind, [document], stop)
    return text(there.get(document, {}), NAMED)


async def holders(client: Client, supdoc: str, stop: Stop) -> list[Holder]:
    """The documents that have an attachment, as far as the ledger can be asked for them. Raises as
    the client's `read`."""
    kinds = [name for name, kind in KINDS.items() if not kind.listed]
    results = await client.read([_asked(kind, supdoc) for kind in kinds], stop)
    told = zip(kinds, results, strict=True)
    return [holder for kind, result in told for holder in _told(kind, result)]


def _asked(kind: str, supdoc: str) -> Function:
    return queries.query(kind, kind, [queries.KEY, *_more(kind)], queries.equal(NAMED, supdoc))


def _told(kind: str, result: Result) -> Iterator[Holder]:
    (name,) = _more(kind) or [queries.KEY]
    return ((kind, found) for row in result.rows if (found := text(row, name)))


def _more(kind: str) -> list[str]:
    """The field that is the id of a document which is not known by its RECORDNO."""
    return [searching.SALE_ID] if kind == SALE else []
