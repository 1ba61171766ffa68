"""Receipts as Sage Intacct keeps them: files in an attachment (`SUPDOC`) that a document names."""

from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.documents import text
from ledgerlink.connectors.intacct.documents.marker import short_id
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.reasons import Blocked, reason
from ledgerlink.domain.model.references import reference
from ledgerlink.domain.model.resolved_receipts import ResolvedReceipt

ATTACHMENT = "SUPDOC"
MAX_ATTACHMENT_DESCRIPTION = 1000


def compose_attachment(receipt: ResolvedReceipt, choices: Choices) -> Document:
    """A SUPDOC with one file, whose bytes are sent along. The file's name gets a hash of the
    receipt's key, because an attachment cannot hold two files of one name. Raises Blocked."""
    name = text.required_line(receipt.file_name, "file_name", text.MAX_FILE_NAME)
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem or not ending:
        detail = "the name needs an ending such as .pdf"
        raise Blocked(reason("receipt_refused", field="file_name", name=name, detail=detail))
    wording = text.Wording(shorten=False)
    note = wording.join([("note", receipt.note)], MAX_ATTACHMENT_DESCRIPTION)
    stem = f"{stem} {short_id(receipt.key)}"
    body = {
        "supdocname": name,
        "supdocfoldername": choices.folder,
        **({"supdocdescription": note} if note else {}),
        "attachments": {"attachment": [{"attachmentname": stem, "attachmenttype": ending.lower()}]},
        "document": reference(receipt.document),
        "document_kind": receipt.document_kind,
    }
    return Document(receipt.key, ATTACHMENT, body)
