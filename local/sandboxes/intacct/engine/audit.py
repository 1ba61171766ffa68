"""The trail that every write leaves in AUDITHISTORY."""

from __future__ import annotations

from typing import Final

from local.sandboxes.intacct.books.rows import Record
from local.sandboxes.intacct.engine.work import Work
from local.sandboxes.intacct.schema.fields import Object

CREATED: Final = "C"
CHANGED: Final = "M"
DELETED: Final = "D"
APPROVED: Final = "A"


def audit(work: Work, entry: Object, record: Record, mode: str, action: str = "") -> None:
    """Documents are named by record number, list records by their id."""
    if not entry.audited or entry.parent:
        return
    key = "" if entry.document else record.values.get(entry.key, "")
    now = work.seconds()
    values = {
        "OBJECTTYPE": entry.name.lower(),
        "OBJECTKEY": key or str(record.recordno),
        "ACCESSMODE": mode,
        "SOURCE": "ui" if work.by_hand else "api",
        "USERID": work.user,
        "WORKFLOWACTION": action,
    }
    number = work.company.tables["AUDITHISTORY"].next()
    trail = Record(number, values, record.entity, created=now, modified=now)
    work.company.put("AUDITHISTORY", trail)
