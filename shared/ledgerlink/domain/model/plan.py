"""A plan: the operations that would bring a ledger to what the product says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ledgerlink.domain.model.links import Link, Source
from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.domain.money import Total


class Action(StrEnum):
    """What an operation does to the ledger."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    NONE = "none"


class ItemState(StrEnum):
    """Where an item stands. Every item ends in exactly one of the last five."""

    PENDING = "pending"
    POSTED = "posted"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    BLOCKED = "blocked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One item of a plan.

    `seq` counts from 0 over the whole run. `level` is the order of dependence: an operation may
    refer only to documents of a lower level. `body` may hold pending references; it is None for a
    delete. `ledger_id` and `version` name what an update or delete is based on. `state` is PENDING
    for what will be sent; otherwise the plan itself is the outcome and `reason` says why.
    `base_fingerprint` is of the body that an update or delete is based on; `before` is that body,
    where it is known. `base_version` is what we had last written when the plan was made. `after`
    names what has to have let go of the members first. `was` is what was known of the record.
    `source` and `targets` are kept with what is written; `warnings` are for a person. `record` is
    the kind of the members. `upload_id` names the uploaded file that goes along. `restored` is the
    run whose writing comes back. `group` names what the ledger takes best together.
    """

    seq: int
    action: Action
    key: str
    kind: str
    level: int
    members: tuple[str, ...] = ()
    body: Mapping[str, Any] | None = None
    ledger_id: str | None = None
    version: str | None = None
    base_version: str | None = None
    base_fingerprint: str | None = None
    before: Mapping[str, Any] | None = None
    after: tuple[str, ...] = ()
    was: Link | None = None
    source: Source | None = None
    targets: tuple[Any, ...] = ()
    day: date | None = None
    minutes: int = 0
    rate: Decimal | None = None
    warnings: tuple[Reason, ...] = ()
    state: ItemState = ItemState.PENDING
    reason: Reason | None = None
    record: RecordKind = RecordKind.TIME
    total: Total | None = None
    upload_id: str | None = None
    restored: str = ""
    group: str = ""

    @property
    def comes(self) -> bool:
        """Whether a record will be there because of it, as it says."""
        return self.state is ItemState.PENDING and self.action is not Action.DELETE

    @property
    def is_over(self) -> bool:
        """Whether the record is wanted no more and was gone from the ledger already."""
        gone = self.reason is not None and self.reason.code == "gone_in_ledger"
        return gone and self.state is ItemState.UNCHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """An operation ready to send: its body holds no pending references any more. `file` reads the
    bytes that go along; it raises NotFound or Invalid when there are none that can."""

    seq: int
    action: Action
    key: str
    kind: str
    body: Mapping[str, Any] | None
    ledger_id: str | None = None
    version: str | None = None
    base_fingerprint: str | None = None
    day: date | None = None
    minutes: int = 0
    rate: Decimal | None = None
    members: tuple[str, ...] = ()
    source: Source | None = None
    targets: tuple[str | None, ...] = ()
    record: RecordKind = RecordKind.TIME
    total: Total | None = None
    file: Callable[[], bytes] | None = None
    restored: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One call that writes. The same request under the same id is safe to repeat.

    `id` has at most 36 characters. `writes` keeps its order and content over every repeat.
    """

    id: str
    writes: tuple[Write, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one operation.

    POSTED carries the ledger's id and version (a deleted document has its last id, no version);
    with a reason, it was posted but something about it wants to be seen. FAILED always has a
    reason. `trace_id` is the ledger's own id of the call. `content` is a fingerprint of what the
    ledger answered that it holds, `total` what it says that it comes to.
    """

    seq: int
    state: ItemState
    ledger_id: str | None = None
    version: str | None = None
    reason: Reason | None = None
    trace_id: str = ""
    content: str = ""
    total: Decimal | None = None
