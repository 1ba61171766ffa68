"""References to other records, and the words for those that are not there or not active."""

from __future__ import annotations

from typing import Final

from local.sandboxes.intacct.books.rows import Record, Values
from local.sandboxes.intacct.engine.change import Change
from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.protocol.errors import Refusal, broken
from local.sandboxes.intacct.schema.fields import Field, Object
from local.sandboxes.intacct.schema.registry import BY_NAME, OBJECTS

# What is said of an id that names nothing, and of one that names something inactive.
MISSING: Final = {
    "CUSTOMER": "Customer '{0}' specified is not valid.",
    "VENDOR": "Vendor '{0}' specified is not valid.",
    "EMPLOYEE": "The employee '{0}' is invalid.",
    "LOCATION": "The location '{0}' is invalid.",
    "DEPARTMENT": "The department '{0}' is invalid.",
    "GLACCOUNT": "Account {0} is not valid",
}
INACTIVE: Final = {"VENDOR": "Activate the vendor {0}, then try again."}
# Documents are referred to by record number, in whatever state they are.
STATELESS: Final = frozenset({"SODOCUMENT", "ARINVOICE", "ARINVOICEITEM", "TIMESHEET"})


def resolve(change: Change) -> None:
    """Raises Refusal for the first reference of the record or its lines that does not hold."""
    before = change.before.values if change.before else {}
    check(change.context, change.entry, change.after, before)
    if change.lines is not None and change.entry.lines is not None:
        lines = BY_NAME[change.entry.lines.object]
        for line in change.lines:
            check(change.context, lines, line.values, {})


def check(context: Context, entry: Object, values: Values, before: Values) -> None:
    for field in entry.references:
        key = values.get(field.name, "")
        if key and key != before.get(field.name):
            target(context, field, key)


def target(context: Context, field: Field, key: str) -> Record:
    """The record that a field refers to; raises Refusal."""
    if not context.subscribed(BY_NAME[field.ref]):
        raise invalid(field.ref, key)
    if field.by_recordno:
        record = context.company.record(field.ref, int(key))
        record = record if record is not None and context.sees(record) else None
    else:
        record = context.found(field.ref, key)
    if record is None:
        raise invalid(field.ref, key)
    if record.values.get("STATUS") == "inactive" and field.ref not in STATELESS:
        words = INACTIVE.get(field.ref)
        raise broken(words.format(key)) if words else invalid(field.ref, key)
    return record


def invalid(name: str, key: str) -> Refusal:
    words = MISSING.get(name, f"Invalid {BY_NAME[name].word} '{{0}}' specified.")
    return broken(words.format(key))


def used_by(context: Context, entry: Object, record: Record) -> str:
    """The name of an object some record of which refers to this one; empty if none does."""
    for other in OBJECTS:
        for field in other.references:
            if field.ref != entry.name or not other.audited:
                continue
            key = str(record.recordno) if field.by_recordno else record.values.get(entry.key, "")
            for row in context.company.tables[other.name].rows():
                if row.values.get(field.name) == key and row is not record:
                    return other.word
    return ""
