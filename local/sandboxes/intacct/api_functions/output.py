"""Found records as XML, JSON or CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from typing import Final

from lxml import etree

from local.sandboxes.intacct.api_functions.answer import ODD, child
from local.sandboxes.intacct.books.rows import Record
from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.protocol.errors import unprocessed
from local.sandboxes.intacct.query.paths import Reach, reach
from local.sandboxes.intacct.schema.fields import Object
from local.sandboxes.intacct.schema.registry import BY_NAME

ELEMENT: Final = re.compile(r"[A-Za-z_][\w.-]*|\*?")


def all_fields(context: Context, entry: Object) -> list[str]:
    """What `*` stands for: every field, and those of the contacts that belong to the record."""
    found = list(context.company.fields(entry))
    for path in entry.expand:
        contact = BY_NAME[entry.ways[path].object]
        inner = (f"{path}.{field.name}" for field in contact.fields if not field.meta)
        found.extend(name for name in inner if name not in found)
    return found


def reaches(context: Context, entry: Object, names: Iterable[str]) -> list[tuple[str, Reach]]:
    """Raises UnknownPath, and Refusal for a custom field whose name no element can have."""
    return [
        (
            element_name(context, name),
            reach(context.company, entry, name.upper(), context.zone),
        )
        for name in names
    ]


def element_name(context: Context, name: str) -> str:
    """The name as an element's. What XML does not allow makes the function fail, or the answer
    one that cannot be parsed, as `odd_names` says."""
    if ELEMENT.fullmatch(name):
        return name
    if context.settings.odd_names == "fault":
        raise unprocessed()
    return f"{ODD}{name.encode().hex()}"


def flat(parent: etree._Element, tag: str, found: list[tuple[str, Reach]], record: Record) -> None:
    """One record with a child for each field, dots in names and all."""
    item = etree.SubElement(parent, tag)
    for name, one in found:
        child(item, name, one.text(record))


def nested(
    parent: etree._Element, tag: str, found: list[tuple[str, Reach]], record: Record
) -> etree._Element:
    """The same with an element for each part of a dotted name."""
    item = etree.SubElement(parent, tag)
    groups: dict[str, etree._Element] = {"": item}
    for name, one in found:
        *path, last = name.split(".")
        child(_group(groups, path), last, one.text(record))
    return item


def _group(groups: dict[str, etree._Element], path: list[str]) -> etree._Element:
    key = ".".join(path)
    if key not in groups:
        groups[key] = etree.SubElement(_group(groups, path[:-1]), path[-1])
    return groups[key]


def as_text(form: str, found: list[tuple[str, Reach]], rows: Iterable[Record]) -> str:
    """JSON objects or CSV lines."""
    table = [{name: one.text(record) for name, one in found} for record in rows]
    if form == "json":
        return json.dumps(table, ensure_ascii=False)
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, [name for name, _ in found], lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return buffer.getvalue()
