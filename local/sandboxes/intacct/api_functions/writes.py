"""create, update and delete of any object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lxml import etree

from local.sandboxes.intacct.api_functions.answer import Answer, child, data
from local.sandboxes.intacct.api_functions.call import Call, known_object, text_of
from local.sandboxes.intacct.api_functions.sent_record import sent_of
from local.sandboxes.intacct.books.rows import Record, counting
from local.sandboxes.intacct.engine import operations
from local.sandboxes.intacct.engine.change import Sent
from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.protocol.errors import Problem, Refusal, broken, malformed
from local.sandboxes.intacct.query.paths import reach
from local.sandboxes.intacct.schema.fields import Object


def create(call: Call, element: etree._Element) -> Answer:
    return _each(call, element, "create", operations.create)


def update(call: Call, element: etree._Element) -> Answer:
    return _each(call, element, "update", operations.update)


def _each(
    call: Call,
    element: etree._Element,
    operation: str,
    carry_out: Callable[[Context, Object, Sent], Record],
) -> Answer:
    """Every object by itself: those that fail are told of, those that were done are listed."""
    limit = call.context.settings.objects_limit
    if not len(element) or (limit is not None and len(element) > limit):
        raise malformed(f"{operation} takes 1 to {limit or 'any number of'} objects")
    done: list[tuple[Object, Record]] = []
    problems: list[Problem] = []
    for item in element:
        try:
            done.append(_one(call, item, operation, carry_out))
        except Refusal as refusal:
            problems.extend(refusal.problems)
            if not call.context.settings.create_goes_on:
                break
    found = _listed(call.context, done)
    call.context.note.objects = len(element)
    call.context.note.metered = len(done)
    if problems:
        raise Refusal(*problems, data=found)
    return Answer(found)


def _one(
    call: Call,
    item: etree._Element,
    operation: str,
    carry_out: Callable[[Context, Object, Sent], Record],
) -> tuple[Object, Record]:
    entry = known_object(call, str(item.tag))
    if operation not in entry.writable:
        raise broken(f"{entry.name} is not supported by the function {operation}.")
    return entry, carry_out(call.context, entry, sent_of(call.context.company, entry, item))


def _listed(context: Context, done: list[tuple[Object, Record]]) -> etree._Element:
    """Object elements in lower case with RECORDNO and the id."""
    made = data(listtype="objects", count=str(len(done)))
    for entry, record in done:
        item = child(made, entry.name.lower())
        for name in ("RECORDNO", *entry.answers):
            child(item, name, reach(context.company, entry, name, context.zone).text(record))
    return made


def delete(call: Call, element: etree._Element) -> Answer:
    """Keys are record numbers."""
    entry = known_object(call, text_of(element, "object"))
    keys = [key.strip() for key in text_of(element, "keys").split(",") if key.strip()]
    if not keys:
        raise malformed("Required field keys is missing")
    if "delete" not in entry.writable:
        raise broken(f"{entry.name} is not supported by the function delete.")
    call.context.note.objects = len(keys)
    for key in keys:
        record = call.context.company.record(entry.name, counting(key))
        if record is None or not call.context.sees(record):
            raise broken(f"Cannot find {entry.word.lower()} with key '{key}' to delete.")
        operations.delete(call.context, entry, record)
        call.context.note.metered += 1
    return Answer()


HANDLERS: Final = {"create": create, "update": update, "delete": delete}
