"""One function on its way: who asks, and what the sandbox keeps between requests."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from local.sandboxes.intacct.books.rows import Record
from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.protocol.errors import Problem, Refusal
from local.sandboxes.intacct.schema.fields import Object
from local.sandboxes.intacct.schema.registry import BY_NAME, HIDDEN

MOST_CURSORS: Final = 200


@dataclass(slots=True)
class Cursor:
    """What a readByQuery found, as it was then, and how far it has been handed out."""

    company: str
    entry: Object
    fields: list[str]
    rows: list[Record]
    pagesize: int
    session: str = ""
    given: int = 0


@dataclass(slots=True)
class Cursors:
    """The most recent ones; `last` has those of a session by object."""

    known: OrderedDict[str, Cursor] = field(default_factory=OrderedDict)
    last: dict[tuple[str, str], str] = field(default_factory=dict)

    def keep(self, cursor: Cursor, session: str) -> str:
        result_id = f"{secrets.randbelow(10**10):010d}{secrets.token_urlsafe(18)}"
        cursor.session = session
        self.known[result_id] = cursor
        self.last[(session, cursor.entry.name)] = result_id
        while len(self.known) > MOST_CURSORS:
            self.known.popitem(last=False)
        return result_id


@dataclass(slots=True)
class Call:
    context: Context
    cursors: Cursors
    session: str = ""


def text_of(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def known_object(call: Call, name: str) -> Object:
    """Raises Refusal for a name that is no object of the generic functions."""
    entry = BY_NAME.get(name.upper())
    call.context.note.object = name.upper()
    if entry is None or entry.name in HIDDEN:
        raise Refusal(
            Problem(
                call.context.settings.bad_object_errorno,
                f"Object definition {name} not found",
                "There was an error processing the function",
            )
        )
    return entry
