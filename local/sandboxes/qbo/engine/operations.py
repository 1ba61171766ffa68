"""Create, update, delete and void, for every entity alike."""

from __future__ import annotations

import re

from local.sandboxes.qbo.books.rows import Record, Row, clone
from local.sandboxes.qbo.engine.change import Change, Context, mark
from local.sandboxes.qbo.engine.clean import Found, clean
from local.sandboxes.qbo.engine.references import display_name, rename, resolve
from local.sandboxes.qbo.engine.rules import AFTER, BEFORE, BEFORE_DELETE, VOID
from local.sandboxes.qbo.protocol.errors import Fault, not_found, required
from local.sandboxes.qbo.protocol.timestamps import stamp
from local.sandboxes.qbo.schema.entity import Entity

_WHOLE = re.compile(r"-?\d+")


def write(context: Context, entity: Entity, body: Row, operation: str) -> Row:
    """Carries out one write; `operation` is create, update, delete or void."""
    if operation in ("create", "update"):
        operation = "update" if sent_id(body) else "create"
    allowed = entity.operations | ({"update"} if operation == "void" else set())
    if operation not in allowed and not context.by_hand:
        raise unsupported(operation, entity.name)
    return _WRITES[operation](context, entity, body)


def unsupported(operation: str, name: str) -> Fault:
    return Fault("500", f"Operation {operation} for resource {name} is not supported.")


def read(context: Context, entity: Entity, row_id: str) -> Row:
    row = context.company.row(entity.name, checked_id(row_id, entity))
    if row is None:
        raise not_found()
    return row


def checked_id(row_id: str, entity: Entity) -> str:
    if entity.name != "TaxCode" and not _WHOLE.fullmatch(row_id):
        raise Fault("2030", f"Id should be a valid number. Supplied value:{row_id}", "Id")
    return row_id


def _create(context: Context, entity: Entity, body: Row) -> Row:
    found = Found(context.settings)
    sent = clean(entity.shape, body, found)
    after = {name: value for name, value in sent.items() if value is not None}
    change = Change(context, entity, None, after, sent)
    complete(change, found)
    return insert(change)


def complete(change: Change, found: Found) -> None:
    _require(change)
    resolve(change, found)
    for name, value in change.entity.defaults.items():
        change.after.setdefault(name, value)
    for rule in BEFORE.get(change.entity.name, ()):
        rule(change)


def _require(change: Change) -> None:
    for name in change.entity.required:
        if change.after.get(name) in (None, "", []):
            raise required(name)
    sparse_update = change.before is not None and change.sent.get("sparse") is True
    if not sparse_update or change.context.by_hand:
        return
    for name in change.entity.always:
        if name not in change.sent:
            raise required(name)


def insert(change: Change) -> Row:
    context, entity, row = change.context, change.entity, change.after
    now = context.seconds()
    row["Id"] = row.get("Id") or context.company.sequences[entity.sequence].next()
    times = {"CreateTime": stamp(now), "LastUpdatedTime": stamp(now)}
    row.update(domain="QBO", sparse=False, SyncToken="0", MetaData=times)
    context.company.insert(entity, Record(row, now, now), context.settings)
    context.fresh.add((entity.name, row["Id"]))
    _follow(change, "Create")
    return row


def _follow(change: Change, operation: str) -> None:
    for effect in AFTER.get(change.entity.name, ()):
        effect(change)
    row = change.after or change.before or {}
    change.context.tell(change.entity.name, row["Id"], operation)


def _update(context: Context, entity: Entity, body: Row) -> Row:
    record = current(context, entity, body)
    found = Found(context.settings)
    sent = clean(entity.shape, body, found)
    sparse = body.get("sparse") is True
    after = _merged(record.row, sent, entity, sparse)
    change = Change(context, entity, clone(record.row), after, {**sent, "sparse": sparse})
    complete(change, found)
    return _replace(change, record)


def _merged(before: Row, sent: Row, entity: Entity, sparse: bool) -> Row:
    """The row an update asks for, before the rules complete it."""
    kept = clone(before) if sparse else {n: before[n] for n in entity.readonly if n in before}
    for name, value in sent.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = value
    if not sparse and "Active" in before:
        kept.setdefault("Active", before["Active"])
    for name in ("Id", "SyncToken", "MetaData", "domain", "sparse"):
        kept[name] = before[name]
    return kept


def _replace(change: Change, record: Record, operation: str = "Update") -> Row:
    context, entity = change.context, change.entity
    if change.after == change.before:
        return record.row
    old = record.row
    context.company.unindex(entity, old, context.settings)
    record.row = change.after
    mark(context, record)
    context.company.index(entity, record.row, context.settings)
    if display_name(old) != display_name(record.row) and entity.name_space:
        rename(context.company, entity.name, record.row)
    _follow(change, operation)
    return record.row


def _delete(context: Context, entity: Entity, body: Row) -> Row:
    record = current(context, entity, body)
    change = Change(context, entity, clone(record.row), {})
    for rule in BEFORE_DELETE.get(entity.name, ()):
        rule(change)
    row_id = record.row["Id"]
    context.company.remove(entity, row_id, context.seconds(), context.settings)
    _follow(change, "Delete")
    return {"domain": "QBO", "status": "Deleted", "Id": row_id}


def _void(context: Context, entity: Entity, body: Row) -> Row:
    record = current(context, entity, body)
    change = Change(context, entity, clone(record.row), clone(record.row))
    for rule in VOID[entity.name]:
        rule(change)
    return _replace(change, record, "Void")


def current(context: Context, entity: Entity, body: Row) -> Record:
    """The stored record a write means; raises 610 if it is gone and 5010 if it moved on."""
    row_id = checked_id(sent_id(body), entity) if sent_id(body) else ""
    if not row_id:
        raise required("Id")
    record = context.company.table(entity.name).records.get(row_id)
    if record is None:
        raise not_found()
    token = body.get("SyncToken")
    if token is None or token == "":
        raise required("SyncToken")
    if str(token) != record.row["SyncToken"]:
        raise _stale()
    return record


def _stale() -> Fault:
    who = "Somebody"
    return Fault(
        "5010",
        f"Stale Object Error : You and {who} were working on this at the same time. "
        f"{who} finished before you did, so your work was not saved.",
    )


def sent_id(body: Row) -> str:
    value = body.get("Id")
    return "" if value in (None, "", 0, "0") else str(value)


_WRITES = {"create": _create, "update": _update, "delete": _delete, "void": _void}
