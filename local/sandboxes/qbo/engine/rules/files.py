"""Attachments: what may be kept, and what of it is linked to what."""

from __future__ import annotations

from typing import Final

from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine.change import Change, touch
from local.sandboxes.qbo.protocol.errors import Fault, required

# The kinds of file that are taken, with the content types they go by.
FILE_TYPES: Final[dict[str, tuple[str, ...]]] = {
    "ai": ("application/postscript", "application/illustrator"),
    "csv": ("text/csv", "application/csv"),
    "doc": ("application/msword",),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",),
    "eps": ("application/postscript", "image/x-eps"),
    "gif": ("image/gif",),
    "jpeg": ("image/jpeg", "image/jpg"),
    "jpg": ("image/jpeg", "image/jpg"),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet",),
    "pdf": ("application/pdf",),
    "png": ("image/png",),
    "rtf": ("application/rtf", "text/rtf"),
    "tif": ("image/tiff", "image/tif"),
    "txt": ("text/plain", "application/txt"),
    "xls": ("application/vnd.ms-excel", "application/msexcel"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",),
    "xml": ("application/xml", "text/xml"),
}
CONTENT_TYPES: Final = frozenset(kind for kinds in FILE_TYPES.values() for kind in kinds)


def attachable(change: Change) -> None:
    """A file of a kind that is taken, or a note. Raises 2020 or 6040."""
    row = change.after
    name, kind = row.get("FileName"), row.get("ContentType")
    if not name and not row.get("Note"):
        raise required("Note")
    if name and change.creating and name.rsplit(".", 1)[-1].lower() not in FILE_TYPES:
        raise Fault("6040", f"Files like {name} are not supported", "FileName")
    if change.settings.content_types == "checked" and change.sent.get("ContentType"):
        _check_content_type(str(kind))


def _check_content_type(kind: str) -> None:
    if kind.partition(";")[0].strip().lower() not in CONTENT_TYPES:
        raise Fault("6040", f"Files of type {kind} are not supported", "ContentType")


def _linked(row: Row | None) -> set[tuple[str, str]]:
    links = (link.get("EntityRef") or {} for link in (row or {}).get("AttachableRef", ()))
    return {(link["type"], link["value"]) for link in links if "type" in link}


def touch_linked(change: Change) -> None:
    """Linking and unlinking may count as a change of the document; nobody could verify it."""
    if not change.settings.attaching_touches:
        return
    for entity, row_id in _linked(change.before) ^ _linked(change.after):
        touch(change.context, entity, row_id)


def drop_content(change: Change) -> None:
    """A deleted attachment takes its bytes with it."""
    if not change.after and change.before is not None:
        change.company.files.pop(change.before["Id"], None)
