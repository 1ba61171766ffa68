"""Attachments of documents: their files, and which document has which.

An attachment (`SUPDOC`) holds any number of files. The document names its attachment; the
attachment does not know its documents.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ledgerlink.connectors.intacct.documents.document_types import DOCUMENT_TYPES
from ledgerlink.connectors.intacct.documents.invoice import SALE
from ledgerlink.connectors.intacct.documents.marker import short_id
from ledgerlink.connectors.intacct.protocol import queries
from ledgerlink.connectors.intacct.protocol.error_codes import (
    function_error,
    meaning,
    require_success,
)
from ledgerlink.connectors.intacct.protocol.faults import main_fault
from ledgerlink.connectors.intacct.protocol.record_ids import SEPARATOR
from ledgerlink.connectors.intacct.protocol.requests import Function
from ledgerlink.connectors.intacct.protocol.response import Result
from ledgerlink.connectors.intacct.protocol.values import Row, rows_at, text
from ledgerlink.connectors.intacct.protocol.xml import Value
from ledgerlink.connectors.intacct.reads import search
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.connectors.shared import errors
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.plan import Action, ItemState, Outcome, Write
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.ports import Stop

ATTACHMENT_FIELD = "SUPDOCID"
"""The field of a document that names its attachment."""

DocumentRef = tuple[str, str]
"""A document: its object, and its id or key."""


def attach(control_id: str, document: DocumentRef, attachment_id: str) -> Function:
    """The function that gives a document its attachment; an empty id takes it away."""
    kind, document_id = document
    if update := DOCUMENT_TYPES[kind].attach:
        return Function(control_id, update, {"@key": document_id, "supdocid": attachment_id})
    fields: dict[str, Value] = {"RECORDNO": document_id, ATTACHMENT_FIELD: attachment_id}
    return Function(control_id, "update", {kind: fields})


async def attached_to(client: Client, document: DocumentRef, stop: Stop) -> str | None:
    """The id of the attachment that a document has. Raises as the client's `read`."""
    kind, document_id = document
    rows = await search.by_ids(client, kind, [document_id], stop)
    return text(rows.get(document_id, {}), ATTACHMENT_FIELD)


async def documents_with(client: Client, attachment_id: str, stop: Stop) -> list[DocumentRef]:
    """The documents that have an attachment, of the objects that the ledger lets us query. Raises
    as the client's `read`."""
    kinds = [name for name, kind in DOCUMENT_TYPES.items() if not kind.is_list_record]
    results = await client.read([_documents_query(kind, attachment_id) for kind in kinds], stop)
    return [
        document
        for kind, result in zip(kinds, results, strict=True)
        for document in _documents_in(kind, result)
    ]


async def file_names(client: Client, attachment_id: str, stop: Stop) -> list[str]:
    """The names of the files in an attachment; none when it does not exist. Raises as the client's
    `read`, and LedgerStopped where the ledger refuses to say."""
    asked: dict[str, Value] = {"@object": "supdoc", "@key": attachment_id}
    (result,) = await client.read([Function("supdoc", "get", asked)], stop)
    if result.succeeded:
        return [name for row in result.rows for name in _file_names_in(row)]
    fault = main_fault(result.faults)
    if error := function_error(fault):
        raise error
    if meaning(fault).code != "target_missing" or attachment_id not in fault.words:
        await _require_unlisted(client, attachment_id, stop)
    return []


async def _require_unlisted(client: Client, attachment_id: str, stop: Stop) -> None:
    """Raise LedgerUnavailable if the ledger lists an attachment that it did not show: a read that
    fails does not prove that it is gone."""
    same_id: dict[str, Value] = {"field": "supdocid", "operator": "=", "value": attachment_id}
    asked: dict[str, Value] = {"@object": "supdoc", "filter": {"expression": same_id}}
    (result,) = await client.read([Function("supdoc", "get_list", asked)], stop)
    if require_success(result).rows:
        raise errors.unavailable(f"it does not show attachment {attachment_id}, which it has")


async def found(client: Client, write: Write, names: Sequence[str], stop: Stop) -> Outcome | None:
    """The outcome of a write that was carried out already, by the file `names` in its attachment;
    None where it was not. A new file counts only when its document has the attachment, too. Raises
    as the client's `read`."""
    deletes = write.action is Action.DELETE
    if deletes == (file_name(write) in names):
        return None
    if deletes:
        return accepted(write, attachment_id(write))
    if await attached_to(client, document_of(write), stop) != attachment_id(write):
        return None
    return accepted(write, attachment_id(write), reason("already_written"))


def accepted(write: Write, attached: str, why: Reason | None = None) -> Outcome:
    """The outcome of a file that is now in the attachment with the id `attached`."""
    ledger_id = write.ledger_id or f"{attached}{SEPARATOR}{file_name(write)}"
    return Outcome(
        seq=write.seq,
        state=ItemState.POSTED,
        ledger_id=ledger_id,
        reason=why,
        content="" if write.action is Action.DELETE else content_fingerprint(ledger_id),
    )


def content_fingerprint(ledger_id: str) -> str:
    """What is compared of a file: only that it exists, because its bytes are not shown."""
    return fingerprint({"file": ledger_id})


def document_of(write: Write) -> DocumentRef:
    """The document that the file belongs to."""
    body = write.body or {}
    return str(body["document_kind"]), str(body["document"])


def attachment_id(write: Write) -> str:
    """The id of the attachment: the one it was written to, else one derived from the document."""
    if write.ledger_id:
        return write.ledger_id.partition(SEPARATOR)[0]
    body = write.body or {}
    return short_id(f"{body['document_kind']}{SEPARATOR}{body['document']}", "LL")


def file_name(write: Write) -> str:
    """The name of the file in its attachment."""
    if write.ledger_id:
        return write.ledger_id.partition(SEPARATOR)[2]
    named = file_element(write.body or {})
    return f"{named['attachmentname']}.{named['attachmenttype']}"


def file_element(body: Mapping[str, Any]) -> Mapping[str, str]:
    """The `attachment` element of a body: the file's name and type."""
    (element,) = body["attachments"]["attachment"]
    return {name: str(value) for name, value in element.items()}


def _documents_query(kind: str, attachment_id: str) -> Function:
    fields = list(dict.fromkeys([queries.RECORDNO, _id_field(kind)]))
    return queries.query(kind, kind, fields, queries.equals(ATTACHMENT_FIELD, attachment_id))


def _documents_in(kind: str, result: Result) -> Iterator[DocumentRef]:
    field = _id_field(kind)
    return ((kind, document_id) for row in result.rows if (document_id := text(row, field)))


def _id_field(kind: str) -> str:
    """The field by which a document is known: sales have an id of their own."""
    return search.SALE_ID if kind == SALE else queries.RECORDNO


def _file_names_in(row: Row) -> list[str]:
    files = rows_at(row, "ATTACHMENTS", "ATTACHMENT")
    parts = [(text(each, "ATTACHMENTNAME"), text(each, "ATTACHMENTTYPE")) for each in files]
    return [f"{stem}.{ending}" for stem, ending in parts]
