"""Receipts as the ledger keeps them: an attachment, tied to a document by its id."""

from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.documents import text
from ledgerlink.connectors.intacct.documents.marker import short
from ledgerlink.domain.model.documents import Document, ResolvedReceipt, reference
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.ports import Blocked

ATTACHMENT = "SUPDOC"
DESCRIPTION = 1000


def attachment(receipt: ResolvedReceipt, choices: Choices) -> Document:
    """A SUPDOC with one file, whose bytes are sent along, under a name of its own. Raises
    Blocked."""
    name = text.line(receipt.file_name, "file_name", text.FILE_NAME)
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem or not ending:
        detail = "it wants an ending"
        raise Blocked(reason("receipt_refused", field="file_name", name=name, detail=detail))
    note = text.Wording(shorten=False).join([("note", receipt.note)], DESCRIPTION)
    stem = f"{stem} {short(receipt.key)}"
    body = {
        "supdocname": name,
        "supdocfoldername": choices.folder,
        **({"supdocdescription": note} if note else {}),
        "attachments": {"attachment": [{"attachmentname": stem, "attachmenttype": ending.lower()}]},
        "document": reference(receipt.document),
        "document_kind": receipt.document_kind,
    }
    return Document(receipt.key, ATTACHMENT, body)
