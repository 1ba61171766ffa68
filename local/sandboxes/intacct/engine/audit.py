"""The trail that every write leaves in AUDITHISTORY."""

from __future__ import annotations

from typing import Final

from local.sandboxes.intacct.books.rows import Record
from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.schema.fields import Object

CREATED: Final = "C"
CHANGED: Final = "M"
DELETED: Final = "D"
APPROVED: Final = "A"


def audit(context: Context, entry: Object, record: Record, mode: str, action: str = "") -> None:
    """Documents are named by record number, perhaps with `--REC` behind it, as at
    estuary/connectors#5217; list records by their id."""
    if not entry.audited or entry.parent:
        return
    key = "" if entry.document else record.values.get(entry.key, "")
    suffix = "--REC" if context.settings.audit_keys == "rec" else ""
    now = context.seconds()
    values = {
        "OBJECTTYPE": entry.name.lower(),
        "OBJECTKEY": key or f"{record.recordno}{suffix}",
        "ACCESSMODE": mode,
        "SOURCE": "ui" if context.by_hand else "api",
        "USERID": context.user,
        "WORKFLOWACTION": action,
    }
    number = context.company.tables["AUDITHISTORY"].next()
    trail = Record(number, values, record.entity, created=now, modified=now)
    context.company.put("AUDITHISTORY", trail)
