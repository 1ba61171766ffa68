"""Records of the ledger's lists, and the feed of their changes."""

from datetime import datetime
from typing import Any, Literal

from ledgerlink.domain.model.list_records import Change, ChangeKind, ListRecord, ListType
from ledgerlink.domain.model.rules import RuleKind
from ledgerlink.services.sync.list_records import RecordWithRules
from pydantic import Field

from functions.api.views.common import View


class PlainRecord(View):
    """A record of a ledger's list, in neutral terms. Money and rates in `fields` are decimal
    strings; `custom_fields` are by the ledger's id of their definition."""

    type: ListType
    id: str
    name: str
    path: str | None = None
    parent_id: str | None = None
    active: bool
    blocked: bool
    used: bool
    roles: list[str]
    fields: dict[str, Any]
    custom_fields: dict[str, Any]
    version: str | None = None
    changed_at: datetime | None = None
    gone: str | None = Field(None, description="deleted or merged: it is no longer in the ledger")
    merged_into: str | None = None


def plain_members(record: ListRecord) -> dict[str, Any]:
    """The members of a PlainRecord."""
    return {
        "type": record.type,
        "id": record.id,
        "name": record.name,
        "path": record.path,
        "parent_id": record.parent_id,
        "active": record.active,
        "blocked": record.blocked,
        "used": record.used,
        "roles": list(record.roles),
        "fields": dict(record.fields),
        "custom_fields": dict(record.custom_fields),
        "version": record.version,
        "changed_at": record.changed_at,
        "gone": record.gone,
        "merged_into": record.merged_into,
    }


class LinkedTo(View):
    """A rule that names the record."""

    kind: RuleKind
    key: str


class RecordView(PlainRecord):
    """A record with the rules that name it. `written` is true where we wrote it."""

    state: Literal["unlinked", "linked", "linked, inactive"]
    linked_to: list[LinkedTo]
    written: bool

    @classmethod
    def of(cls, known: RecordWithRules) -> "RecordView":
        return cls(
            **plain_members(known.record),
            state=_state(known),
            linked_to=[LinkedTo(kind=rule.kind, key=rule.key) for rule in known.rules],
            written=known.written,
        )


def _state(known: RecordWithRules) -> Literal["unlinked", "linked", "linked, inactive"]:
    if not known.linked:
        return "unlinked"
    return "linked" if known.record.usable else "linked, inactive"


class RecordList(View):
    """`next` is the cursor of the next page, null at the end. A page may hold fewer than `limit`
    although more follow."""

    records: list[RecordView]
    next: str | None = None


class ChangeView(View):
    """An entry of the feed. `before` and `after` hold the fields that differ. `record` is the whole
    record after the change; for one that is gone (`tombstone`), what was last known of it."""

    seq: int
    at: datetime
    run_id: str
    kind: ChangeKind
    type: ListType
    id: str
    before: dict[str, Any]
    after: dict[str, Any]
    linked: bool
    tombstone: bool
    record: PlainRecord

    @classmethod
    def of(cls, change: Change) -> "ChangeView":
        return cls(
            seq=change.seq,
            at=change.at,
            run_id=change.run_id,
            kind=change.kind,
            type=change.record.type,
            id=change.record.id,
            before=dict(change.before),
            after=dict(change.after),
            linked=change.linked,
            tombstone=change.record.gone is not None,
            record=PlainRecord(**plain_members(change.record)),
        )


class ChangeList(View):
    """`next` is the cursor for the next request, also at the end of the feed."""

    changes: list[ChangeView]
    next: str


class RunChangeList(View):
    """What a sync changed. `next` is the cursor of the next page; null at the end."""

    items: list[ChangeView]
    next: str | None = None
