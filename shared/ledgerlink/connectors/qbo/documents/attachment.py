"""Receipts: Attachable, a file that belongs to a document."""

from collections.abc import Mapping

from ledgerlink.connectors.qbo.documents.text import LENGTHS
from ledgerlink.connectors.shared import text
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.reasons import Blocked, reason
from ledgerlink.domain.model.references import reference
from ledgerlink.domain.model.resolved_receipts import ResolvedReceipt

ATTACHMENT = "Attachable"

POSTSCRIPT = frozenset({"application/postscript", "application/illustrator", "application/eps"})
OFFICE = "application/vnd.openxmlformats-officedocument"
CONTENT_TYPES: Mapping[str, frozenset[str]] = {
    "ai": POSTSCRIPT | {"application/pdf"},
    "csv": frozenset({"text/csv", "text/plain", "application/csv", "application/vnd.ms-excel"}),
    "doc": frozenset({"application/msword"}),
    "docx": frozenset({f"{OFFICE}.wordprocessingml.document"}),
    "eps": POSTSCRIPT | {"image/eps", "image/x-eps"},
    "gif": frozenset({"image/gif"}),
    "jpeg": frozenset({"image/jpeg", "image/jpg"}),
    "jpg": frozenset({"image/jpeg", "image/jpg"}),
    "ods": frozenset({"application/vnd.oasis.opendocument.spreadsheet"}),
    "pdf": frozenset({"application/pdf"}),
    "png": frozenset({"image/png"}),
    "rtf": frozenset({"application/rtf", "text/rtf"}),
    "tif": frozenset({"image/tiff", "image/tif"}),
    "txt": frozenset({"text/plain"}),
    "xls": frozenset({"application/vnd.ms-excel"}),
    "xlsx": frozenset({f"{OFFICE}.spreadsheetml.sheet"}),
    "xml": frozenset({"application/xml", "text/xml"}),
}
"""The content types of each file extension that QuickBooks accepts. Source of the extensions:
Intuit's API reference (Attachable); of the types: IANA, and what browsers send."""


def compose_attachment(receipt: ResolvedReceipt) -> Document:
    """An Attachable; the bytes of its file are sent with it. Raises Blocked."""
    name = _file_name(receipt.file_name)
    content_type = receipt.content_type.partition(";")[0].strip().lower()
    _refuse_type(name, content_type)
    note = text.require_length(text.free_text(receipt.note, "note"), LENGTHS["Note"], "note")
    attached_to = {"type": receipt.document_kind, "value": reference(receipt.document)}
    body = {
        "AttachableRef": [{"EntityRef": attached_to, "IncludeOnSend": False}],
        "FileName": name,
        "ContentType": content_type,
        "Category": "Receipt",
        **({"Note": note} if note else {}),
    }
    return Document(receipt.key, ATTACHMENT, body)


def _file_name(given: str) -> str:
    return text.require_length(text.one_line(given, "file_name"), LENGTHS["FileName"], "file_name")


def _refuse_type(name: str, content_type: str) -> None:
    extension = name.rpartition(".")[2].lower()
    allowed = CONTENT_TYPES.get(extension)
    if allowed is None:
        detail = f"it takes {', '.join(CONTENT_TYPES)}"
        raise Blocked(reason("receipt_refused", field="file_name", name=name, detail=detail))
    if content_type not in allowed:
        wanted = " or ".join(sorted(allowed))
        detail = f"its content type is {content_type}, but a {extension} file has {wanted}"
        raise Blocked(reason("receipt_refused", field="content_type", name=name, detail=detail))
