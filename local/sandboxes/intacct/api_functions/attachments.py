"""Attachments and their folders."""

from __future__ import annotations

import base64
import binascii
from typing import Final

from lxml import etree

from local.sandboxes.intacct.api_functions.answer import Answer
from local.sandboxes.intacct.api_functions.call import Call, text_of
from local.sandboxes.intacct.books.rows import Record, Values
from local.sandboxes.intacct.engine.audit import CHANGED, CREATED, DELETED, audit
from local.sandboxes.intacct.engine.references import used_by
from local.sandboxes.intacct.protocol.errors import broken, duplicate, malformed, missing
from local.sandboxes.intacct.schema.registry import BY_NAME

MOST_BYTES: Final = 25 * 1024 * 1024


def create_folder(call: Call, element: etree._Element) -> Answer:
    name = text_of(element, "supdocfoldername")
    if not name:
        raise missing("supdocfoldername")
    above = text_of(element, "supdocparentfoldername")
    if above:
        _folder(call, above)
    if call.context.company.find("SUPDOCFOLDER", name) is not None:
        raise duplicate("Attachment folder", name)
    values = {
        "NAME": name,
        "DESCRIPTION": text_of(element, "supdocfolderdescription"),
        "PARENTFOLDER": above,
    }
    _put(call, "SUPDOCFOLDER", values, None)
    return Answer(key=name)


def _folder(call: Call, name: str) -> None:
    if call.context.found("SUPDOCFOLDER", name) is None:
        raise broken(f"Attachment folder '{name}' does not exist.")


def _put(call: Call, name: str, values: Values, before: Record | None) -> Record:
    context = call.context
    number = before.recordno if before else context.company.tables[name].next()
    now = context.seconds()
    first = before.created if before else now
    kept = {key: value for key, value in values.items() if value}
    record = Record(number, kept, context.entity, 0, first, now, context.user, context.user)
    audit(context, BY_NAME[name], record, CHANGED if before else CREATED)
    context.note.object, context.note.objects, context.note.metered = name, 1, 1
    return context.company.put(name, record)


def create(call: Call, element: etree._Element) -> Answer:
    """An attachment of one or more files; an id is given if none comes along."""
    company = call.context.company
    key = text_of(element, "supdocid") or f"Attach-{company.next_number('SUPDOC'):04d}"
    for name in ("supdocname", "supdocfoldername"):
        if not text_of(element, name):
            raise missing(name)
    _folder(call, text_of(element, "supdocfoldername"))
    if company.find("SUPDOC", key) is not None:
        raise duplicate("Attachment", key)
    record = _put(call, "SUPDOC", {"SUPDOCID": key, **_said(element)}, None)
    _files(call, element, record)
    return Answer(key=key)


def _said(element: etree._Element) -> Values:
    names = {
        "supdocname": "NAME",
        "supdocfoldername": "FOLDERNAME",
        "supdocdescription": "DESCRIPTION",
    }
    return {
        field: text_of(element, name) for name, field in names.items() if text_of(element, name)
    }


def _files(call: Call, element: etree._Element, record: Record) -> None:
    table = call.context.company.tables["SUPDOCFILE"]
    place = len(call.context.company.lines("SUPDOCFILE", record.recordno))
    for item in element.iterfind("attachments/attachment"):
        place += 1
        values = {
            "ATTACHMENTNAME": text_of(item, "attachmentname"),
            "ATTACHMENTTYPE": text_of(item, "attachmenttype"),
            "ATTACHMENTDATA": _base64(text_of(item, "attachmentdata")),
            "LINE_NO": str(place),
        }
        now = call.context.seconds()
        made = Record(table.next(), values, record.entity, record.recordno, now, now)
        call.context.company.put("SUPDOCFILE", made)


def _base64(text: str) -> str:
    try:
        content = base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error as error:
        raise malformed("Illegal format for Attachment : attachmentdata") from error
    if not content or len(content) > MOST_BYTES:
        raise malformed("attachmentdata is empty or too large")
    return base64.b64encode(content).decode()


def update(call: Call, element: etree._Element) -> Answer:
    """New names take the place of the old ones, new files are added."""
    key = text_of(element, "supdocid")
    record = call.context.found("SUPDOC", key)
    if record is None:
        raise broken(f"Attachment '{key}' does not exist.")
    if text_of(element, "supdocfoldername"):
        _folder(call, text_of(element, "supdocfoldername"))
    record = _put(call, "SUPDOC", {**record.values, **_said(element)}, record)
    _files(call, element, record)
    return Answer(key=key)


def delete(call: Call, element: etree._Element) -> Answer:
    key = element.get("key", "")
    record = call.context.found("SUPDOC", key)
    if record is None:
        raise broken(f"Attachment '{key}' does not exist.")
    entry = BY_NAME["SUPDOC"]
    if used_by(call.context, entry, record):
        raise broken(f"Attachment '{key}' is attached to a document.")
    for line in call.context.company.lines("SUPDOCFILE", record.recordno):
        call.context.company.drop("SUPDOCFILE", line.recordno)
    call.context.company.drop("SUPDOC", record.recordno)
    audit(call.context, entry, record, DELETED)
    call.context.note.object, call.context.note.objects, call.context.note.metered = "SUPDOC", 1, 1
    return Answer()


HANDLERS: Final = {
    "create_supdocfolder": create_folder,
    "create_supdoc": create,
    "update_supdoc": update,
    "delete_supdoc": delete,
}
