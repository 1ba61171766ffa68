"""What the gateway says about itself: objects, fields, dimensions, preferences, permissions."""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from typing import Final

from lxml import etree

from local.sandboxes.intacct.api_functions.answer import Answer, child, data
from local.sandboxes.intacct.api_functions.call import Call, known_object, text_of
from local.sandboxes.intacct.api_functions.output import flat, reaches
from local.sandboxes.intacct.books.rows import counting
from local.sandboxes.intacct.protocol.errors import Problem, Refusal, broken
from local.sandboxes.intacct.schema.dimensions import NAMES
from local.sandboxes.intacct.schema.fields import BOOLEAN, Field, Object
from local.sandboxes.intacct.schema.lengths import longest
from local.sandboxes.intacct.schema.registry import BY_NAME, HIDDEN, OBJECTS


def lookup(call: Call, element: etree._Element) -> Answer:
    """Fields and relations of one object."""
    entry = known_object(call, text_of(element, "object"))
    made = data(listtype="All", count="1")
    kind = child(made, "Type", Name=entry.name, DocumentType=text_of(element, "docparid"))
    kind.append(deepcopy(_fields(tuple(call.context.company.fields(entry).values()))))
    relations = child(kind, "Relationships")
    for relation in entry.relations:
        item = child(relations, "Relationship")
        child(item, "OBJECTPATH", relation.path)
        child(item, "OBJECTNAME", relation.object)
        child(item, "LABEL", BY_NAME[relation.object].word)
        child(item, "RELATIONSHIPTYPE", "MANY2ONE")
        child(item, "RELATEDBY", relation.field)
    return Answer(made)


@lru_cache(maxsize=256)
def _fields(fields: tuple[Field, ...]) -> etree._Element:
    """To be copied; companies have the same fields but for a few."""
    made = etree.Element("Fields")
    for field in fields:
        _field(made, field)
    return made


def _field(parent: etree._Element, field: Field) -> None:
    item = child(parent, "Field")
    child(item, "ID", field.name)
    child(item, "LABEL", field.label or field.name.replace(".", " ").capitalize())
    child(item, "DESCRIPTION", field.label or field.name)
    child(item, "REQUIRED", str(field.required).lower())
    child(item, "READONLY", str(field.readonly).lower())
    child(item, "DATATYPE", field.kind)
    words = ("true", "false") if field.kind == BOOLEAN else field.choices
    if words:
        values = child(item, "VALIDVALUES")
        for word in words:
            child(values, "VALIDVALUE", word)
    child(item, "ISCUSTOM", str(field.custom).lower())


def inspect(call: Call, element: etree._Element) -> Answer:
    """All objects for `*`; otherwise the fields of one, with lengths if detail is 1."""
    name = text_of(element, "object") or text_of(element, "name")
    if name == "*":
        made = data(listtype="All", count=str(len(OBJECTS) - len(HIDDEN)))
        for entry in OBJECTS:
            if entry.name not in HIDDEN:
                child(made, "type", entry.word, typename=entry.name)
        return Answer(made)
    entry = known_object(call, name)
    made = data(listtype="All", count="1")
    kind = child(made, "Type", Name=entry.name)
    fields = child(kind, "Fields")
    for field in call.context.company.fields(entry).values():
        if element.get("detail") == "1":
            _detail(fields, field, longest(entry, field, call.context.settings.lengths))
        else:
            child(fields, "Field", field.name)
    return Answer(made)


def _detail(parent: etree._Element, field: Field, most: int) -> None:
    item = child(parent, "Field")
    child(item, "Name", field.name)
    group = child(item, "externalDataName")
    group.text = field.kind.lower()
    child(item, "dataName", field.kind)
    child(item, "isRequired", str(field.required).lower())
    child(item, "isReadOnly", str(field.readonly).lower())
    child(item, "maxLength", str(most or ""))
    values = child(item, "validValues")
    for word in field.choices:
        child(values, "validValue", word)


def dimensions(call: Call, _element: etree._Element) -> Answer:
    made = data(listtype="dimensions", count=str(len(NAMES)))
    found = child(made, "dimensions")
    for name in NAMES:
        item = child(found, "dimension")
        child(item, "objectName", name)
        child(item, "objectLabel", BY_NAME[name].word)
        child(item, "termLabel", BY_NAME[name].word)
        child(item, "userDefinedDimension", "false")
        child(item, "enabledInGL", "true")
    call.context.note.objects = len(NAMES)
    return Answer(made)


def permissions(call: Call, element: etree._Element) -> Answer:
    user = call.context.company.users.get(text_of(element, "userId"))
    if user is None:
        raise broken(f"Invalid User '{text_of(element, 'userId')}' specified.")
    made = data()
    inner = child(made, "permissions")
    for operation in ("CREATE", "READ", "UPDATE", "DELETE"):
        for entry in OBJECTS:
            if f"{operation} {entry.name}" not in user.denied and entry.name not in HIDDEN:
                child(inner, "permission", f"{operation} {entry.name}")
    return Answer(made)


def preferences(call: Call, element: etree._Element) -> Answer:
    """The preferences of a module; this company keeps them all in one place."""
    made = data()
    for name, value in sorted(call.context.company.preferences.items()):
        item = child(made, "companypref")
        child(item, "application", element.get("application", ""))
        child(item, "preference", name.upper())
        child(item, "prefvalue", str(value))
    return Answer(made)


def trail(call: Call, element: etree._Element) -> Answer:
    """Who did what to one record."""
    entry = known_object(call, text_of(element, "object"))
    audit = BY_NAME["AUDITHISTORY"]
    call.context.permit("READ", audit)
    keys = {text_of(element, "objectKey"), text_of(element, "recordNo")} - {""}
    record = _meant(call, entry, text_of(element, "recordNo"))
    if record:
        keys.add(record)
    keys |= {f"{key}--REC" for key in keys}
    rows = [
        row
        for row in call.context.company.tables[audit.name].rows()
        if row.values["OBJECTTYPE"] == entry.name.lower() and row.values["OBJECTKEY"] in keys
    ]
    found = reaches(call.context, audit, audit.by_name)
    made = data(listtype="audithistory", count=str(len(rows)))
    for row in rows:
        flat(made, "audithistory", found, row)
    call.context.note.objects = len(rows)
    return Answer(made)


def _meant(call: Call, entry: Object, number: str) -> str:
    if not number:
        return ""
    record = call.context.company.record(entry.name, counting(number))
    if record is None:
        words = f"Cannot find {entry.word.lower()} with key '{number}'."
        raise Refusal(Problem("DL02000001", words))
    return "" if entry.document else record.values.get(entry.key, "")


HANDLERS: Final = {
    "lookup": lookup,
    "inspect": inspect,
    "getDimensions": dimensions,
    "getUserPermissions": permissions,
    "get_companyprefs": preferences,
    "getAuditTrail": trail,
    "getObjectTrail": trail,
}
