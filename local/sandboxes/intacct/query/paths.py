"""From the name of a field, or a path over relations, to the values of records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeAlias

from local.sandboxes.intacct.books.company import Company
from local.sandboxes.intacct.books.rows import Record
from local.sandboxes.intacct.protocol.timestamps import day_of, moment_of, moment_text
from local.sandboxes.intacct.schema.fields import (
    BOOLEAN,
    DATE,
    DECIMAL,
    INTEGER,
    TIMESTAMP,
    Field,
    Object,
    Relation,
)
from local.sandboxes.intacct.schema.registry import BY_NAME

URL: Final = "https://www.intacct.com/ia/acct/ur.phtml?.r="

Text: TypeAlias = Callable[[Record], str]
Sortable: TypeAlias = Callable[[Record], Any]


class UnknownPath(ValueError):
    """No field, and no way to one, has this name."""


@dataclass(frozen=True, slots=True)
class Reach:
    """A field that was found: its table entry, its text as shown, and its value to compare by
    (None where there is none)."""

    field: Field
    text: Text
    value: Sortable


def reach(company: Company, entry: Object, path: str, zone: str) -> Reach:
    """Raises UnknownPath. Only one hop may go up a hierarchy."""
    return _reach(company, entry, path, zone, 0)


def _reach(company: Company, entry: Object, path: str, zone: str, climbed: int) -> Reach:
    field = company.fields(entry).get(path)
    if field is not None:
        return _of_field(company, entry, field, zone, climbed)
    head, _, rest = path.partition(".")
    relation = entry.ways.get(head)
    if relation is None or not rest:
        raise UnknownPath(path)
    climbed += relation.hierarchical(entry.name)
    if climbed > 1:
        raise UnknownPath(path)
    target = BY_NAME[relation.object]
    beyond = _reach(company, target, rest, zone, climbed)
    step = _step(company, entry, relation)
    return Reach(beyond.field, _over(step, beyond.text, ""), _over(step, beyond.value, None))


def _over(
    step: Callable[[Record], Record | None], get: Callable[[Record], Any], nothing: Any
) -> Callable[[Record], Any]:
    def found(record: Record) -> Any:
        other = step(record)
        return nothing if other is None else get(other)

    return found


def _step(company: Company, entry: Object, relation: Relation) -> Callable[[Record], Record | None]:
    held = company.fields(entry).get(relation.field)
    if held is not None and held.meta == "parent":
        return lambda record: company.record(relation.object, record.parent)
    if relation.by_recordno:
        return lambda record: company.record(
            relation.object, int(record.values.get(relation.field) or 0)
        )
    return lambda record: company.find(relation.object, record.values.get(relation.field, ""))


def _of_field(company: Company, entry: Object, field: Field, zone: str, climbed: int) -> Reach:
    if field.path:
        beyond = _reach(company, entry, field.path, zone, climbed)
        return Reach(field, beyond.text, beyond.value)
    if field.meta:
        return _of_record(company, entry, field, zone)
    name, convert = field.name, converter(field, zone)

    def value(record: Record) -> Any:
        text = record.values.get(name, "")
        return convert(text) if text else None

    return Reach(field, lambda record: record.values.get(name, ""), value)


def _of_record(company: Company, entry: Object, field: Field, zone: str) -> Reach:
    """What belongs to the record itself and not to its values."""
    if field.kind == TIMESTAMP:
        stamp: Sortable = _STAMPS[field.meta]
        return Reach(field, lambda record: moment_text(stamp(record), zone), stamp)
    if field.meta in _NUMBERS:
        number = _NUMBERS[field.meta]
        return Reach(field, lambda record: str(number(record)), number)
    text = _words(company, entry, field.meta)
    return Reach(field, text, lambda record: text(record) or None)


_STAMPS: dict[str, Callable[[Record], int]] = {
    "created": lambda record: record.created,
    "modified": lambda record: record.modified,
}
_NUMBERS: dict[str, Callable[[Record], int]] = {
    "recordno": lambda record: record.recordno,
    "parent": lambda record: record.parent,
}


def _words(company: Company, entry: Object, meta: str) -> Text:
    def entity(record: Record) -> Record | None:
        return company.find("LOCATIONENTITY", record.entity) if record.entity else None

    def name(record: Record) -> str:
        found = entity(record)
        return found.values.get("NAME", "") if found else ""

    def key(record: Record) -> str:
        found = entity(record)
        return str(found.recordno) if found else ""

    table: dict[str, Text] = {
        "entity": lambda record: record.entity,
        "entityname": name,
        "url": lambda record: f"{URL}{entry.name.lower()}&.no={record.recordno}",
        "entitykey": key,
        "createdby": lambda record: record.createdby,
        "modifiedby": lambda record: record.modifiedby,
    }
    return table[meta]


def converter(field: Field, zone: str) -> Callable[[str], Any]:
    """From a value as written to one that compares; None for what is not of the kind."""
    if field.kind in (INTEGER, DECIMAL):
        return number_of
    if field.kind == DATE:
        return day_of
    if field.kind == TIMESTAMP:
        return lambda text: moment_of(text, zone)
    if field.kind == BOOLEAN:
        return lambda text: {"t": "true", "f": "false"}.get(text.lower(), text.lower())
    return lambda text: text


def number_of(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
