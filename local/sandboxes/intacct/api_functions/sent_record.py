"""From the elements of a create or update to what they say about a record."""

from __future__ import annotations

from lxml import etree

from local.sandboxes.intacct.books.company import Company
from local.sandboxes.intacct.books.rows import Values
from local.sandboxes.intacct.engine.change import Sent
from local.sandboxes.intacct.schema.fields import Object


def sent_of(company: Company, entry: Object, element: etree._Element) -> Sent:
    """Nested elements become dotted names; owned lines a list; nested contacts their own values."""
    sent = Sent()
    fields = company.fields(entry)
    for item in element:
        if entry.lines is not None and item.tag == entry.lines.container:
            sent.lines = [_line(line) for line in item]
            continue
        for name, value in _flat(item, str(item.tag)):
            head, _, rest = name.partition(".")
            if rest and name not in fields and head in entry.expand:
                sent.contacts.setdefault(head, {})[rest] = value
            else:
                sent.values[name] = value
                if head in entry.expand and rest:
                    sent.contacts.setdefault(head, {})[rest] = value
    return sent


def _line(element: etree._Element) -> Values:
    return dict(pair for item in element for pair in _flat(item, str(item.tag)))


def _flat(element: etree._Element, name: str) -> list[tuple[str, str]]:
    """(dotted name, text) of an element and all below it."""
    if not len(element):
        return [(name, (element.text or "").strip())]
    return [pair for item in element for pair in _flat(item, f"{name}.{item.tag}")]
