"""Attachments: the tolerant multipart upload, and download links."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final

from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine.operations import read, write
from local.sandboxes.qbo.protocol.errors import Fault, required
from local.sandboxes.qbo.schema.registry import BY_NAME
from local.sandboxes.qbo.web.batch import fail_item
from local.sandboxes.qbo.web.call import Call
from local.sandboxes.qbo.web.wire import Outcome, answered, load

LINK_SECONDS: Final = 900
LEADS: Final = ("file_metadata_", "file_content_")
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?')
_NAME = re.compile(rb'(?<!file)name="?([^";\r\n]+)"?', re.IGNORECASE)
_BLANK = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Part:
    """`broken`: its content could not be decoded."""

    name: str
    content: bytes
    broken: bool = False


def upload(call: Call) -> Outcome:
    """Stores each metadata part with its content; a bad pair faults inside the array."""
    parts = {part.name: part for part in _parts(call)}
    pairs = sorted({name.removeprefix(lead) for name in parts for lead in LEADS if lead in name})
    if not pairs:
        raise required("file_metadata_01")
    call.items = len(pairs)
    answers = [_pair(call, parts, number) for number in pairs]
    return answered({"AttachableResponse": answers}, call.now)


def _pair(call: Call, parts: dict[str, Part], number: str) -> Row:
    try:
        fail_item(call, "Attachable", "create", "before")
        row = _store(call, *(_found(parts, lead + number) for lead in LEADS))
        fail_item(call, "Attachable", "create", "after")
    except Fault as fault:
        return {"Fault": fault.body()}
    return {"Attachable": row}


def _found(parts: dict[str, Part], name: str) -> Part:
    part = parts.get(name)
    if part is None:
        raise required(name)
    if part.broken:
        raise Fault("2010", f"Property Name:{name} is not base64")
    return part


def _store(call: Call, metadata: Part, content: Part) -> Row:
    context = call.context()
    body = {"FileName": "file.txt", **load(metadata.content)}
    row = write(context, BY_NAME["Attachable"], body, "create")
    context.company.files[row["Id"]] = content.content
    row["Size"] = len(content.content)
    row["FileAccessUri"] = f"/v3/company/{call.realm}/download/{row['Id']}"
    row["TempDownloadUri"] = link(call, row["Id"])
    return row


def link(call: Call, row_id: str) -> str:
    """A download address that works for a quarter of an hour."""
    until = int(call.sandbox.clock.now()) + LINK_SECONDS
    host = call.headers.get("host", "127.0.0.1")
    path = f"/files/{call.realm}/{row_id}"
    return f"http://{host}{path}?X-Amz-Expires={LINK_SECONDS}&until={until}"


def download(call: Call) -> Outcome:
    """The link as plain text."""
    row_id = call.parts[1] if len(call.parts) > 1 else ""
    read(call.context(), BY_NAME["Attachable"], row_id)
    return Outcome(body=link(call, row_id).encode(), content_type="text/plain")


def _parts(call: Call) -> list[Part]:
    """Accepts CRLF or bare LF, and base64 where the part says so."""
    match = _BOUNDARY.search(call.headers.get("content-type", ""))
    if match is None:
        raise Fault("2010", "Property Name:the request is not multipart/form-data")
    chunks = call.body.split(b"--" + match[1].encode())[1:]
    found = (_part(chunk) for chunk in chunks if chunk.strip() not in (b"", b"--"))
    return [part for part in found if part is not None]


def _part(chunk: bytes) -> Part | None:
    pieces = _BLANK.split(chunk.lstrip(b"\r\n"), maxsplit=1)
    name = _NAME.search(pieces[0])
    if len(pieces) != 2 or name is None:
        return None
    content = pieces[1]
    if content.endswith(b"\r\n"):
        content = content[:-2]
    elif content.endswith(b"\n"):
        content = content[:-1]
    broken = False
    if b"content-transfer-encoding: base64" in pieces[0].lower():
        try:
            content = base64.b64decode(content.strip(), validate=False)
        except binascii.Error:
            broken = True
    return Part(name[1].decode("latin-1"), content, broken)
