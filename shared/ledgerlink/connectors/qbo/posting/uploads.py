"""Files on the wire: a document of the ledger's and the bytes that belong to it, in one call.

The form is what Intuit's API reference says of /upload, and what recordings show.
"""

import hashlib
from functools import partial
from urllib.parse import quote

from ledgerlink.connectors.qbo.documents.attachment import KIND
from ledgerlink.connectors.qbo.protocol.json_body import wire
from ledgerlink.connectors.qbo.transport.client import MINOR_VERSION, Call
from ledgerlink.domain.errors import Invalid, NotFound
from ledgerlink.domain.model.documents import Body
from ledgerlink.domain.model.plan import Action, Write
from ledgerlink.domain.model.reasons import Reason, reason

MOST = 100_000_000
"""Bytes of one call. Source: Intuit's table of error codes (6030)."""


class Unsendable(Exception):
    """A file that cannot go along."""

    def __init__(self, why: Reason) -> None:
        super().__init__(why.message)
        self.reason = why


def uploads(write: Write) -> bool:
    """Whether it takes a file along."""
    return write.kind == KIND and write.action is Action.CREATE


def upload(request_id: str, write: Write) -> Call:
    """The call that stores a document with its file, byte for byte the same each time. The file is
    read when the call leaves, which raises Unsendable where it cannot go along."""
    boundary = hashlib.sha256(request_id.encode()).hexdigest()
    path = f"/upload?requestid={quote(request_id, safe='')}&{MINOR_VERSION}"
    kind = f"multipart/form-data; boundary={boundary}"
    return Call("upload", "POST", path, partial(_content, write, boundary), kind)


def _content(write: Write, boundary: str) -> bytes:
    body = write.body or {}
    about = "\r\n".join(
        (
            f"--{boundary}",
            'Content-Disposition: form-data; name="file_metadata_01"',
            "Content-Type: application/json",
            "",
            wire(body),
            f"--{boundary}",
            f'Content-Disposition: form-data; name="file_content_01"; filename="{_quoted(body)}"',
            f"Content-Type: {body['ContentType']}",
            "",
            "",
        )
    ).encode()
    end = f"\r\n--{boundary}--\r\n".encode()
    return b"".join((about, _file(write, MOST - len(about) - len(end)), end))


def _quoted(body: Body) -> str:
    """The file's name in a header, as browsers write it (RFC 7578 and the URL standard); the
    document itself has it as it is."""
    return str(body["FileName"]).replace("%", "%25").replace('"', "%22")


def _file(write: Write, most: int) -> bytes:
    """The file, of so many bytes at most. Raises Unsendable."""
    name = str((write.body or {}).get("FileName"))
    try:
        file = None if write.file is None else write.file()
    except NotFound:
        file = None
    except Invalid as beyond:
        raise _too_large(name, "too many", most) from beyond
    if file is None:
        raise Unsendable(reason("receipt_missing", field="upload_id", name=name))
    if len(file) > most:
        raise _too_large(name, len(file), most)
    return file


def _too_large(name: str, size: object, most: int) -> Unsendable:
    why = reason("receipt_too_large", field="upload_id", name=name, size=size, limit=most)
    return Unsendable(why)
