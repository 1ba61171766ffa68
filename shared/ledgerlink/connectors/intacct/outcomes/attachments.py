"""What ties an attachment to its document: the document names it, the attachment knows nothing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ledgerlink.connectors.intacct.documents.document_types import DOCUMENT_TYPES
from ledgerlink.connectors.intacct.documents.invoice import SALE
from ledgerlink.connectors.intacct.documents.marker import short
from ledgerlink.connectors.intacct.protocol import queries
from ledgerlink.connectors.intacct.protocol.error_codes import function_error
from ledgerlink.connectors.intacct.protocol.faults import blamed
from ledgerlink.connectors.intacct.protocol.record_ids import SEPARATOR
from ledgerlink.connectors.intacct.protocol.requests import Function
from ledgerlink.connectors.intacct.protocol.response import Result
from ledgerlink.connectors.intacct.protocol.values import Row, part, text
from ledgerlink.connectors.intacct.protocol.xml import Value
from ledgerlink.connectors.intacct.reads import search
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.domain.model.documents import fingerprint
from ledgerlink.domain.model.plan import Action, ItemState, Outcome, Write
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.ports import Stop

NAMED = "SUPDOCID"

Holder = tuple[str, str]
"""A document that has an attachment: its kind and its id."""


def tie(control_id: str, holder: Holder, supdoc: str) -> Function:
    """What ties an attachment to a document; an empty one unties what it has."""
    kind, document = holder
    if attach := DOCUMENT_TYPES[kind].attach:
        return Function(control_id, attach, {"@key": document, "supdocid": supdoc})
    return Function(control_id, "update", {kind: {"RECORDNO": document, NAMED: supdoc}})


async def attachment(client: Client, holder: Holder, stop: Stop) -> str | None:
    """The attachment that a document has. Raises as the client's `read`."""
    kind, document = holder
    there = await search.by_ids(client, kind, [document], stop)
    return text(there.get(document, {}), NAMED)


async def holders(client: Client, supdoc: str, stop: Stop) -> list[Holder]:
    """The documents that have an attachment, as far as the ledger can be asked for them. Raises as
    the client's `read`."""
    kinds = [name for name, kind in DOCUMENT_TYPES.items() if not kind.listed]
    results = await client.read([_asked(kind, supdoc) for kind in kinds], stop)
    told = zip(kinds, results, strict=True)
    return [holder for kind, result in told for holder in _told(kind, result)]


def _asked(kind: str, supdoc: str) -> Function:
    return queries.query(kind, kind, [queries.RECORDNO, *_more(kind)], queries.equal(NAMED, supdoc))


def _told(kind: str, result: Result) -> Iterator[Holder]:
    (name,) = _more(kind) or [queries.RECORDNO]
    return ((kind, found) for row in result.rows if (found := text(row, name)))


def _more(kind: str) -> list[str]:
    """The field that is the id of a document which is not known by its RECORDNO."""
    return [search.SALE_ID] if kind == SALE else []


async def held(client: Client, supdoc: str, stop: Stop) -> list[str]:
    """The names of the files in an attachment; none when there is no such attachment. Raises as
    the client's `read`, LedgerStopped where the ledger may not tell."""
    asked: dict[str, Value] = {"@object": "supdoc", "@key": supdoc}
    (result,) = await client.read([Function("supdoc", "get", asked)], stop)
    if result.succeeded:
        return [name for row in result.rows for name in _names(row)]
    if error := function_error(blamed(result.faults)):
        raise error
    return []


def content(ledger_id: str) -> str:
    """What stands for a file: nobody can tell more of it than that it is there."""
    return fingerprint({"file": ledger_id})


async def found(client: Client, write: Write, there: Sequence[str], stop: Stop) -> Outcome | None:
    """The outcome of a write that the ledger holds already; None where it does not: a file counts
    when its document has the attachment, too. Raises as the client's `read`."""
    deleted = write.action is Action.DELETE
    if deleted == (file_name(write) in there):
        return None
    if deleted:
        return stored(write, supdoc_of(write))
    if await attachment(client, holder_of(write), stop) != supdoc_of(write):
        return None
    return stored(write, supdoc_of(write), reason("already_written"))


def _names(row: Row) -> list[str]:
    files = part(row, "ATTACHMENTS", "ATTACHMENT")
    told = [(text(each, "ATTACHMENTNAME"), text(each, "ATTACHMENTTYPE")) for each in files]
    return [f"{name}.{ending}" for name, ending in told]


def holder_of(write: Write) -> Holder:
    body = write.body or {}
    return str(body["document_kind"]), str(body["document"])


def named_file(body: Mapping[str, Any]) -> Mapping[str, str]:
    (named,) = body["attachments"]["attachment"]
    return {name: str(value) for name, value in named.items()}


def supdoc_of(write: Write) -> str:
    """The id of the attachment of a receipt's document."""
    if write.ledger_id:
        return write.ledger_id.partition(SEPARATOR)[0]
    body = write.body or {}
    return short(f"{body['document_kind']}{SEPARATOR}{body['document']}", "LL")


def file_name(write: Write) -> str:
    """The name of the file in it."""
    if write.ledger_id:
        return write.ledger_id.partition(SEPARATOR)[2]
    named = named_file(write.body or {})
    return f"{named['attachmentname']}.{named['attachmenttype']}"


def stored(write: Write, supdoc: str, why: Reason | None = None) -> Outcome:
    ledger_id = write.ledger_id or f"{supdoc}{SEPARATOR}{file_name(write)}"
    return Outcome(
        seq=write.seq,
        state=ItemState.POSTED,
        ledger_id=ledger_id,
        reason=why,
        content="" if write.action is Action.DELETE else content(ledger_id),
    )
