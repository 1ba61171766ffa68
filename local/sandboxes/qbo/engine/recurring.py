"""RecurringTransaction: a transaction of another entity kept as a template in a wrapper."""

from __future__ import annotations

from local.sandboxes.qbo.books.rows import Record, Row, clone
from local.sandboxes.qbo.engine.change import Change, Context, mark
from local.sandboxes.qbo.engine.clean import Found, clean
from local.sandboxes.qbo.engine.operations import complete, current, insert
from local.sandboxes.qbo.protocol.errors import Fault, required
from local.sandboxes.qbo.schema.registry import BY_NAME, RECURRING_KINDS

NAME = "RecurringTransaction"


def write(context: Context, body: Row, operation: str) -> Row:
    """The wrapper as the wire shows it: `{"Invoice": {...}}`."""
    kind = next((name for name in body if name in RECURRING_KINDS), None)
    if kind is None:
        raise required(NAME)
    inner: Row = body[kind]
    entity = BY_NAME[NAME]
    if operation == "delete":
        record = current(context, entity, inner)
        context.company.remove(entity, record.row["Id"], context.seconds(), context.settings)
        return {kind: {"domain": "QBO", "status": "Deleted", "Id": record.row["Id"]}}
    if inner.get("Id") in (None, "", 0, "0"):
        return _create(context, kind, inner)
    return _update(context, kind, inner)


def _create(context: Context, kind: str, inner: Row) -> Row:
    body = _completed(context, kind, inner, None)
    change = Change(context, BY_NAME[NAME], None, {"Type": kind, kind: body})
    return shown(insert(change))


def _update(context: Context, kind: str, inner: Row) -> Row:
    record: Record = current(context, BY_NAME[NAME], inner)
    if record.row["Type"] != kind:
        raise Fault("2030", f"Template {record.row['Id']} is not of type {kind}", "Id")
    record.row[kind] = _completed(context, kind, inner, clone(record.row[kind]))
    mark(context, record)
    return shown(record.row)


def _completed(context: Context, kind: str, inner: Row, before: Row | None) -> Row:
    entity = BY_NAME[kind]
    found = Found(context.settings)
    sent = clean(entity.shape, inner, found)
    after = {name: value for name, value in sent.items() if value is not None}
    if not after.get("RecurringInfo"):
        raise required("RecurringInfo")
    if before is not None:
        after["DocNumber"] = before.get("DocNumber") or after.get("DocNumber")
    change = Change(context, entity, before, after, sent)
    complete(change, found)
    change.after.pop("DocNumber", None)
    return change.after


def shown(row: Row) -> Row:
    kind = row["Type"]
    envelope = {n: row[n] for n in ("Id", "SyncToken", "MetaData", "domain", "sparse")}
    return {kind: {**row[kind], **envelope, "RecurDataRef": {"value": row["Id"]}}}
