"""get and get_list, the legacy reads, with element names in lower case."""

from __future__ import annotations

from typing import Final

from lxml import etree

from local.sandboxes.intacct.api_functions.answer import Answer, child, data
from local.sandboxes.intacct.api_functions.call import Call, text_of
from local.sandboxes.intacct.books.rows import Record, counting
from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.protocol.errors import Problem, Refusal
from local.sandboxes.intacct.query.filters import (
    BadValue,
    Language,
    Predicate,
    every,
    some,
    sort_key,
)
from local.sandboxes.intacct.query.paths import Reach, UnknownPath, reach
from local.sandboxes.intacct.schema.fields import DATE, Object
from local.sandboxes.intacct.schema.registry import BY_LEGACY, BY_NAME

DEFAULT_ITEMS: Final = 1000
# Where the legacy name is not the field's name in lower case.
NAMES: Final[dict[str, dict[str, str]]] = {
    "TIMESHEET": {"DESCRIPTION": "title"},
    "SUPDOC": {"NAME": "supdocname", "FOLDERNAME": "folder", "DESCRIPTION": "supdocdescription"},
    "SUPDOCFOLDER": {
        "NAME": "name",
        "DESCRIPTION": "description",
        "PARENTFOLDER": "parentfolder",
    },
    "ITEM": {"ITEMID": "itemid"},
    "GLACCOUNT": {"ACCOUNTNO": "glaccountno"},
    "EEACCOUNTLABEL": {"ACCOUNTLABEL": "expensetype"},
}
OPERATORS: Final = {"is null": "null"}


def get(call: Call, element: etree._Element) -> Answer:
    entry = _entry(call, element)
    key = element.get("key", "")
    company = call.context.company
    record = company.find(entry.name, key)
    if record is None:
        record = company.record(entry.name, counting(key))
    if record is None or not call.context.sees(record):
        raise Refusal(Problem("XL03000009", f"{element.get('object')} '{key}' not found"))
    made = data()
    _item(call, made, entry, record, _wanted(element))
    call.context.note.objects = call.context.note.metered = 1
    return Answer(made, listtype=({}, element.get("object", "")))


def get_list(call: Call, element: etree._Element) -> Answer:
    context = call.context
    entry = _entry(call, element)
    private = element.get("showprivate") == "true" or context.settings.legacy_reads_show_private
    meets = _filter(context, entry, element.find("filter"))
    rows = [
        row
        for row in context.company.tables[entry.name].rows()
        if context.sees(row, private) and (meets is None or meets(row))
    ]
    for order in reversed(element.findall("sorts/sortfield")):
        found = _reach(context, entry, (order.text or "").strip())
        rows.sort(key=sort_key(found), reverse=order.get("order") == "desc")
    start, most = int(element.get("start") or 0), int(element.get("maxitems") or DEFAULT_ITEMS)
    page = rows[start : start + most]
    made = data()
    for row in page:
        _item(call, made, entry, row, _wanted(element))
    context.note.objects, context.note.metered = len(page), 1
    place = {"start": str(start), "end": str(max(start + len(page) - 1, 0))}
    return Answer(made, listtype=({**place, "total": str(len(rows))}, element.get("object", "")))


def _entry(call: Call, element: etree._Element) -> Object:
    name = element.get("object", "")
    call.context.note.object = name
    entry = BY_LEGACY.get(name)
    if entry is None:
        raise Refusal(Problem("XL03000009", f"Object {name} is not supported"))
    call.context.permit("READ", entry)
    return entry


def _wanted(element: etree._Element) -> set[str]:
    return {(field.text or "").strip() for field in element.iterfind("fields/field")}


def _legacy_name(entry: Object, name: str) -> str:
    return NAMES.get(entry.name, {}).get(name, name.lower())


def _reach(context: Context, entry: Object, name: str) -> Reach:
    """A field by its legacy name, or by its own in lower case."""
    own = {_legacy_name(entry, field): field for field in context.company.fields(entry)}
    own["key"] = entry.key
    return reach(context.company, entry, own.get(name.lower(), name.upper()), context.zone)


def _filter(context: Context, entry: Object, element: etree._Element | None) -> Predicate | None:
    if element is None:
        return None
    language = Language(context.company, entry, context.zone)
    try:
        return every(_condition(context, language, item) for item in element)
    except (UnknownPath, BadValue) as error:
        raise Refusal(Problem("XL03000009", f"Invalid filter: {error}")) from error


def _condition(context: Context, language: Language, element: etree._Element) -> Predicate:
    if element.tag == "logical":
        inner = [_condition(context, language, item) for item in element]
        return every(inner) if element.get("logical_operator") == "and" else some(inner)
    operator = text_of(element, "operator").lower()
    found = _reach(context, language.entry, text_of(element, "field")).field.name
    values = [text_of(element, "value")]
    if operator not in ("=", "!=", "<", "<=", ">", ">=", "like", "is null"):
        raise BadValue(f"operator {operator}")
    return language.condition(found, OPERATORS.get(operator, operator), values)


def _item(
    call: Call, parent: etree._Element, entry: Object, record: Record, wanted: set[str]
) -> None:
    context = call.context
    item = child(parent, entry.legacy)
    key = record.values.get(entry.key) or str(record.recordno)
    if not wanted or "key" in wanted:
        child(item, "key", key)
    for name in context.company.fields(entry):
        legacy = _legacy_name(entry, name)
        if not wanted or legacy in wanted:
            _value(item, legacy, reach(context.company, entry, name, context.zone), record)
    for line in (
        context.company.lines("SUPDOCFILE", record.recordno) if entry.name == "SUPDOC" else ()
    ):
        _file(item, line)
    if entry.lines is not None and not wanted:
        _lines(call, item, entry, record)


def _value(item: etree._Element, name: str, found: Reach, record: Record) -> None:
    """Days have elements for year, month and day."""
    day = found.value(record) if found.field.kind == DATE else None
    if day is None:
        child(item, name, found.text(record))
        return
    made = child(item, name)
    for part, text in (("year", f"{day:%Y}"), ("month", f"{day:%m}"), ("day", f"{day:%d}")):
        child(made, part, text)


def _lines(call: Call, item: etree._Element, entry: Object, record: Record) -> None:
    assert entry.lines is not None
    lines = BY_NAME[entry.lines.object]
    container = child(item, f"{entry.legacy}items")
    for line in call.context.company.lines(lines.name, record.recordno):
        made = child(container, f"{entry.legacy}item")
        for name in call.context.company.fields(lines):
            found = reach(call.context.company, lines, name, call.context.zone)
            _value(made, name.lower(), found, line)


def _file(item: etree._Element, line: Record) -> None:
    found = item.find("attachments")
    files = child(item, "attachments") if found is None else found
    made = child(files, "attachment")
    for name in ("ATTACHMENTNAME", "ATTACHMENTTYPE", "ATTACHMENTDATA"):
        child(made, name.lower(), line.values.get(name, ""))


HANDLERS: Final = {"get": get, "get_list": get_list}
