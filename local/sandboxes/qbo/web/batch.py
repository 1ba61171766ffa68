"""Batch: many operations in one call, each with its own end."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any, Final

from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine.change import Context
from local.sandboxes.qbo.engine.operations import sent_id, unsupported, write
from local.sandboxes.qbo.protocol.errors import Fault, required
from local.sandboxes.qbo.query.answer import DEFAULT_PAGE, answer
from local.sandboxes.qbo.query.presentation import present
from local.sandboxes.qbo.schema.registry import BY_WIRE
from local.sandboxes.qbo.traffic.injection import Injection
from local.sandboxes.qbo.web.call import Call
from local.sandboxes.qbo.web.wire import Outcome, answered

OPERATIONS: Final = frozenset({"create", "update", "delete", "void"})
ENVELOPE: Final = frozenset({"bId", "operation", "optionsData", "Query", "CDCQuery", "iPP"})


def batch(call: Call) -> Outcome:
    """Runs the items in order; a fault stays with its item."""
    items = call.json().get("BatchItemRequest")
    if not isinstance(items, list) or not items:
        raise required("BatchItemRequest")
    call.items = len(items)
    limit = call.settings.batch_limit
    if len(items) > limit:
        words = f"Batch request exceeds the maximum number of items. Max:{limit} Supplied:"
        raise Fault("1040", f"{words}{len(items)}")
    context = call.context()
    answers = [_item(call, context, item) for item in items]
    return answered({"BatchItemResponse": answers}, call.now)


def peek(call: Call) -> None:
    """Learns entity and operation from the body, for the journal and for failures on demand.

    A batch goes by its first item.
    """
    if call.kind == "query":
        words = call.statement().split()
        after = {word.lower(): following for word, following in itertools.pairwise(words)}
        call.entity = after.get("from", "")
        call.rows = _rows(after)
    elif call.kind == "single" and call.method == "POST" and call.operation == "create":
        call.operation = "update" if sent_id(call.json()) else "create"
    elif call.kind == "batch":
        items = call.json().get("BatchItemRequest")
        call.items = len(items) if isinstance(items, list) else 0
        first = items[0] if isinstance(items, list) and items else {}
        call.entity = _named(first) if isinstance(first, dict) else ""
        call.operation = str(first.get("operation", "query")) if isinstance(first, dict) else ""


def _rows(after: dict[str, str]) -> int:
    """How many rows a query asks for, from its words and what follows each."""
    if after.get("select", "").lower().startswith("count"):
        return 0
    asked = after.get("maxresults", "")
    return int(asked) if asked.isascii() and asked.isdigit() else DEFAULT_PAGE


def _named(item: Row) -> str:
    wire = next((name for name in item if name not in ENVELOPE), "")
    return BY_WIRE[wire].name if wire in BY_WIRE else wire


def _item(call: Call, context: Context, item: Any) -> Row:
    if not isinstance(item, dict):
        return {"Fault": required("BatchItemRequest").body()}
    tag = {"bId": item["bId"]} if "bId" in item else {}
    entity, operation = _named(item), str(item.get("operation", "query"))
    try:
        fail_item(call, entity, operation, "before")
        value = _carry_out(context, item)
        fail_item(call, entity, operation, "after")
    except Fault as fault:
        return {"Fault": fault.body(), **tag}
    return {**value, **tag}


def fail_item(call: Call, entity: str, operation: str, when: str) -> None:
    """Raises the Fault that was ordered for one item of a batch or one file of an upload."""
    facts = {**call.facts(), "entity": entity, "operation": operation}
    hit = call.sandbox.injections.due(
        [facts], lambda i: i.action == "item_fault" and i.when == when
    )
    if hit is not None:
        raise item_fault(hit)


def item_fault(injection: Injection) -> Fault:
    return Fault(injection.code, injection.detail, message=injection.message)


def _carry_out(context: Context, item: Row) -> Row:
    if "Query" in item:
        found = answer(context.company, context.settings, str(item["Query"]))
        return {"QueryResponse": found}
    wire = next((name for name in item if name not in ENVELOPE), "")
    entity = BY_WIRE.get(wire)
    if entity is None:
        raise unsupported(str(item.get("operation")), wire)
    operation = str(item.get("operation", ""))
    options = frozenset(str(item.get("optionsData", "")).lower().replace(",", " ").split())
    context = replace(context, include=context.include | options)
    if operation == "update" and "void" in options:
        operation = "void"
    if operation not in OPERATIONS:
        raise unsupported(operation, wire)
    if not isinstance(item[wire], dict):
        raise required(wire)
    return {wire: present(entity, write(context, entity, item[wire], operation))}
