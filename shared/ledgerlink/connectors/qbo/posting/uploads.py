"""Uploads: an attachment and the bytes of its file in one multipart call.

The format is that of Intuit's API reference for /upload and of recorded calls.
"""

import hashlib
from functools import partial
from urllib.parse import quote

from ledgerlink.connectors.qbo.documents.attachment import ATTACHMENT
from ledgerlink.connectors.qbo.protocol.json_body import encode
from ledgerlink.connectors.qbo.transport.client import MINOR_VERSION, Call
from ledgerlink.domain.errors import Invalid, NotFound
from ledgerlink.domain.model.plan import Action, Write
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.model.references import Body

MAX_BYTES = 100_000_000
"""Bytes of one call. Source: Intuit's table of error codes (6030)."""


class UnsendableFile(Exception):
    """A file that is missing or too large to be sent."""

    def __init__(self, why: Reason) -> None:
        super().__init__(why.message)
        self.reason = why


def has_file(write: Write) -> bool:
    """Whether the write sends a file."""
    return write.kind == ATTACHMENT and write.action is Action.CREATE


def upload_call(request_id: str, write: Write) -> Call:
    """The call that stores an attachment with its file; byte for byte the same each time. The file
    is read when the call is sent, which raises UnsendableFile if it cannot be."""
    boundary = hashlib.sha256(request_id.encode()).hexdigest()
    path = f"/upload?requestid={quote(request_id, safe='')}&{MINOR_VERSION}"
    content_type = f"multipart/form-data; boundary={boundary}"
    return Call("upload", "POST", path, partial(_content, write, boundary), content_type)


def _content(write: Write, boundary: str) -> bytes:
    body = write.body or {}
    name = _header_name(body)
    head = "\r\n".join(
        (
            f"--{boundary}",
            'Content-Disposition: form-data; name="file_metadata_01"',
            "Content-Type: application/json",
            "",
            encode(body),
            f"--{boundary}",
            f'Content-Disposition: form-data; name="file_content_01"; filename="{name}"',
            f"Content-Type: {body['ContentType']}",
            "",
            "",
        )
    ).encode()
    end = f"\r\n--{boundary}--\r\n".encode()
    return b"".join((head, _file(write, MAX_BYTES - len(head) - len(end)), end))


def _header_name(body: Body) -> str:
    """The file name as browsers escape it in a header (RFC 7578, URL standard)."""
    return str(body["FileName"]).replace("%", "%25").replace('"', "%22")


def _file(write: Write, limit: int) -> bytes:
    """The bytes of the file, `limit` at most. Raises UnsendableFile."""
    name = str((write.body or {}).get("FileName"))
    try:
        file = None if write.file is None else write.file()
    except NotFound:
        file = None
    except Invalid as too_many:
        raise _too_large(name, "too many", limit) from too_many
    if file is None:
        raise UnsendableFile(reason("receipt_missing", field="upload_id", name=name))
    if not file:
        raise UnsendableFile(reason("receipt_empty", field="upload_id", name=name))
    if len(file) > limit:
        raise _too_large(name, len(file), limit)
    return file


def _too_large(name: str, size: object, limit: int) -> UnsendableFile:
    why = reason("receipt_too_large", field="upload_id", name=name, size=size, limit=limit)
    return UnsendableFile(why)
