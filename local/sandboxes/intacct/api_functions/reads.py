"""read, readByName, readByQuery, readMore and readRelated."""

from __future__ import annotations

from typing import Final

from lxml import etree

from local.sandboxes.intacct.api_functions.answer import Answer, child, data
from local.sandboxes.intacct.api_functions.call import Call, Cursor, known_object, text_of
from local.sandboxes.intacct.api_functions.output import all_fields, as_text, flat, nested, reaches
from local.sandboxes.intacct.books.rows import Record, counting
from local.sandboxes.intacct.protocol.errors import Problem, Refusal, malformed
from local.sandboxes.intacct.query.filters import BadValue, Language
from local.sandboxes.intacct.query.paths import Reach, UnknownPath
from local.sandboxes.intacct.query.sql import BadQuery, condition
from local.sandboxes.intacct.schema.fields import Object
from local.sandboxes.intacct.schema.registry import BY_NAME

DEFAULT_PAGE: Final = 100


def read(call: Call, element: etree._Element) -> Answer:
    """Keys are record numbers; those of order documents are their ids."""
    return _read(call, element, by_name=False)


def read_by_name(call: Call, element: etree._Element) -> Answer:
    return _read(call, element, by_name=True)


def _read(call: Call, element: etree._Element, *, by_name: bool) -> Answer:
    asked = text_of(element, "object")
    entry = known_object(call, asked)
    call.context.permit("READ", entry)
    keys = [key.strip() for key in text_of(element, "keys").split(",") if key.strip()]
    if not keys or len(keys) > call.context.settings.keys_limit:
        raise malformed(f"keys takes 1 to {call.context.settings.keys_limit} keys")
    fields = _fields(call, entry, text_of(element, "fields"))
    rows = [row for key in keys if (row := _row(call, entry, key, by_name)) is not None]
    if not rows:
        raise Refusal(Problem("DL02000001", "There was an error processing the request."))
    made = data(listtype=asked, count=str(len(rows)))
    _note(call, len(rows))
    form = text_of(element, "returnFormat") or "xml"
    if form != "xml":
        made.text = as_text(form, fields, rows)
        return Answer(made)
    for row in rows:
        item = nested(made, asked, fields, row)
        if text_of(element, "fields") in ("", "*"):
            _own_lines(call, entry, row, item)
    return Answer(made)


def _row(call: Call, entry: Object, key: str, by_name: bool) -> Record | None:
    company = call.context.company
    if by_name or entry.name == "SODOCUMENT":
        row = company.find(entry.name, key)
    else:
        row = company.record(entry.name, counting(key))
    return row if row is not None and call.context.sees(row) else None


def _fields(call: Call, entry: Object, text: str) -> list[tuple[str, Reach]]:
    names = all_fields(call.context, entry) if text in ("", "*") else text.split(",")
    try:
        return reaches(call.context, entry, [name.strip() for name in names])
    except UnknownPath as error:
        raise Refusal(Problem(f"Invalid fields list {text}")) from error


def _own_lines(call: Call, entry: Object, row: Record, item: etree._Element) -> None:
    """`read` shows the owned lines; order documents count them from 0."""
    hidden = entry.name == "TIMESHEET" and not call.context.settings.timesheet_reads_show_entries
    if entry.lines is None or hidden:
        return
    lines = BY_NAME[entry.lines.object]
    found = reaches(call.context, lines, call.context.company.fields(lines))
    container = child(item, entry.lines.container)
    for place, line in enumerate(call.context.company.lines(lines.name, row.recordno)):
        made = nested(container, entry.lines.item.lower(), found, line)
        number = made.find("LINE_NO")
        if entry.name == "SODOCUMENT" and number is not None:
            number.text = str(place)


def _note(call: Call, objects: int) -> None:
    call.context.note.objects = objects
    call.context.note.metered = 1


def read_by_query(call: Call, element: etree._Element) -> Answer:
    """A page of what meets a condition; the rest stays as it was found, for readMore."""
    context = call.context
    name = text_of(element, "object")
    try:
        entry = known_object(call, name)
    except Refusal as refusal:
        words = f"Object definition {name} not found"
        raise Refusal(Problem("Query Failed", words)) from refusal
    context.permit("READ", entry)
    fields = _fields(call, entry, text_of(element, "fields"))
    limit = context.settings.read_page_limit
    size = text_of(element, "pagesize") or str(min(DEFAULT_PAGE, limit))
    if not 1 <= counting(size) <= limit:
        raise malformed(f"pagesize must be 1 to {limit}")
    language = Language(context.company, entry, context.zone, codes=True)
    try:
        meets = condition(language, text_of(element, "query"))
    except (BadQuery, UnknownPath, BadValue) as error:
        raise Refusal(Problem("Query Failed", f"Invalid query: {error}")) from error
    private = context.settings.legacy_reads_show_private
    rows = [
        row
        for row in context.company.tables[entry.name].rows()
        if context.sees(row, private) and (meets is None or meets(row))
    ]
    names = [name for name, _ in fields]
    cursor = Cursor(context.company.id, entry, names, rows, int(size))
    result_id = call.cursors.keep(cursor, call.session)
    return _page(call, cursor, result_id, text_of(element, "returnFormat") or "xml")


def _page(call: Call, cursor: Cursor, result_id: str, form: str) -> Answer:
    rows = cursor.rows[cursor.given : cursor.given + cursor.pagesize]
    cursor.given += len(rows)
    found = reaches(call.context, cursor.entry, cursor.fields)
    tag = cursor.entry.name.lower()
    made = data(
        listtype=tag,
        count=str(len(rows)),
        totalcount=str(len(cursor.rows)),
        numremaining=str(len(cursor.rows) - cursor.given),
        resultId=result_id,
    )
    _note(call, len(rows))
    if form != "xml":
        made.text = as_text(form, found, rows)
        return Answer(made)
    for row in rows:
        flat(made, tag, found, row)
    return Answer(made)


def read_more(call: Call, element: etree._Element) -> Answer:
    """By resultId, or by object: then the last query of this session goes on."""
    result_id, name = text_of(element, "resultId"), text_of(element, "object")
    if name:
        result_id = call.cursors.last.get((call.session, name.upper()), "")
    cursor = call.cursors.known.get(result_id)
    bound = call.context.settings.results_end_with_session
    ended = cursor is not None and bound and cursor.session != call.session
    if cursor is None or ended or cursor.company != call.context.company.id:
        raise Refusal(Problem("readMore failed", f"Result {result_id or name} not found"))
    call.context.note.object = cursor.entry.name
    return _page(call, cursor, result_id, "xml")


def read_related(call: Call, element: etree._Element) -> Answer:
    """The records that a relation leads to."""
    entry = known_object(call, text_of(element, "object"))
    call.context.permit("READ", entry)
    relation = entry.ways.get(text_of(element, "relation").upper())
    if relation is None:
        words = f"Relation {text_of(element, 'relation')} not found"
        raise Refusal(Problem("readRelated failed", words))
    target = BY_NAME[relation.object]
    fields = _fields(call, target, text_of(element, "fields"))
    keys = [key.strip() for key in text_of(element, "keys").split(",")]
    rows = [row for key in keys if (row := _row(call, entry, key, False)) is not None]
    held = reaches(call.context, entry, [relation.field])[0][1]
    found = []
    for row in rows:
        key = held.text(row)
        company = call.context.company
        other = (
            company.record(target.name, int(key or 0))
            if relation.by_recordno
            else company.find(target.name, key)
        )
        if other is not None and other not in found:
            found.append(other)
    made = data(listtype=target.name.lower(), count=str(len(found)))
    for row in found:
        flat(made, target.name.lower(), fields, row)
    _note(call, len(found))
    return Answer(made)


HANDLERS: Final = {
    "read": read,
    "readByName": read_by_name,
    "readByQuery": read_by_query,
    "readMore": read_more,
    "readRelated": read_related,
}
