"""List records: what a ledger's lists say, in neutral terms, and how two states of one differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from ledgerlink.domain.model.reasons import Reason


class ListType(StrEnum):
    """The lists. LOCATION is what some ledgers call department, where they have no DEPARTMENT
    besides; COMPANY has one record. In ledgers without PROJECT, projects are customers."""

    COMPANY = "company"
    CUSTOMER = "customer"
    PROJECT = "project"
    TASK = "task"
    EMPLOYEE = "employee"
    VENDOR = "vendor"
    ACCOUNT = "account"
    ITEM = "item"
    TAX_CODE = "tax_code"
    TAX_RATE = "tax_rate"
    CLASS = "class"
    LOCATION = "location"
    DEPARTMENT = "department"
    ENTITY = "entity"
    PROJECT_TYPE = "project_type"
    TIME_TYPE = "time_type"
    EXPENSE_TYPE = "expense_type"
    ACCOUNT_LABEL = "account_label"
    TERM = "term"
    CUSTOM_FIELD = "custom_field"
    TIME = "time"
    INVOICE = "invoice"


class ChangeKind(StrEnum):
    """What became of a list record. DELETED is a tombstone; a merged record is one too."""

    CREATED = "created"
    CHANGED = "changed"
    DEACTIVATED = "deactivated"
    REACTIVATED = "reactivated"
    DELETED = "deleted"


CLIENT, PROJECT = "client", "project"
LEDGER_KEY = "ledger:"
"""What the source key of a record begins with that the product has from a ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRecord:
    """One record of a list.

    `id` and `version` are the ledger's; `changed_at` is when the ledger says it changed. `path`
    holds the names from the top (`Client:Project`). `roles` are the places where the record can
    be used (client, project, staff, contractor, labor_code, expense_code, accounts_payable …);
    `blocked` says that the firm does not want it offered for them.
    `fields` holds what else the list knows, under neutral names, as JSON values; money and rates
    are decimal text. `custom_fields` are values by the ledger's definition id. `used` says that
    transactions name it. `gone` is `deleted` or `merged` (into `merged_into`, where the ledger
    says so) for a record that the ledger holds no more.
    """

    type: ListType
    id: str
    name: str
    active: bool = True
    version: str | None = None
    changed_at: datetime | None = None
    path: str | None = None
    parent_id: str | None = None
    roles: tuple[str, ...] = ()
    used: bool = False
    blocked: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)
    custom_fields: Mapping[str, Any] = field(default_factory=dict)
    gone: str | None = None
    merged_into: str | None = None

    @property
    def usable(self) -> bool:
        """Whether the ledger takes new transactions that name it."""
        return self.active and self.gone is None

    def seen(self) -> dict[str, Any]:
        """What a reader of the record sees, but for its version and when it changed."""
        return {
            "name": self.name,
            "active": self.active,
            "path": self.path,
            "parent_id": self.parent_id,
            "roles": list(self.roles),
            "used": self.used,
            "blocked": self.blocked,
            "gone": self.gone,
            "merged_into": self.merged_into,
            **{f"fields.{name}": value for name, value in self.fields.items()},
            **{f"custom_fields.{name}": value for name, value in self.custom_fields.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry of a connection's feed.

    `seq` counts from 1 without gaps. `before` and `after` hold the members that differ (all of
    them for a created record). `record` is the whole record as it is now; a tombstone's is what
    was last known of it. `linked` says that a rule or a link of the product points at it.
    """

    kind: ChangeKind
    record: ListRecord
    run_id: str
    at: datetime
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    linked: bool = False
    seq: int = 0


def change(
    before: ListRecord | None, after: ListRecord, run_id: str, at: datetime, *, linked: bool
) -> Change | None:
    """The entry for a record that became `after`; None when a reader sees no difference."""
    old = before.seen() if before else {}
    new = after.seen()
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    if before is not None and not names:
        return None
    return Change(
        kind=_kind(before, after),
        record=after,
        run_id=run_id,
        at=at,
        before={name: old[name] for name in names if name in old} if before else {},
        after={name: new.get(name) for name in names},
        linked=linked,
    )


def _kind(before: ListRecord | None, after: ListRecord) -> ChangeKind:
    if after.gone:
        return ChangeKind.DELETED
    if before is None:
        return ChangeKind.CREATED
    if before.gone or before.usable != after.usable:
        return ChangeKind.REACTIVATED if after.usable else ChangeKind.DEACTIVATED
    return ChangeKind.CHANGED


def outdated(before: ListRecord | None, after: ListRecord) -> bool:
    """Whether `after` is an older state than the one that is known."""
    if before is None or before.changed_at is None or after.changed_at is None:
        return False
    return after.changed_at < before.changed_at


def placed(record: ListRecord, *, has_children: bool) -> ListRecord:
    """A customer with its place in the product: at the top it is a client; the lowest level is
    a project, and so is a level in between that transactions name."""
    client = (CLIENT,) if record.parent_id is None else ()
    project = (PROJECT,) if not has_children or record.used else ()
    return replace(record, roles=client + project)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTraits:
    """How a ledger treats one list.

    `entities` are the ledger's own names of its records, as far as we may write them. `by_changes`
    says that `Ledger.changes` answers for it. `on_request` lists come only when asked for, with a
    range of days; of `linked_only` lists only the records that we wrote are read. The records of a
    list that `places` are the product's clients and projects, by where they stand. Records of a
    list that has `defaults` say class, department and location of what is posted for them; those of
    one that `requires` say which dimensions lines that name them need, or name the account that
    says it.
    """

    entities: tuple[str, ...]
    by_changes: bool
    on_request: bool = False
    linked_only: bool = False
    places: bool = False
    defaults: bool = False
    requires: bool = False


def brought_in(lists: Mapping[ListType, ListTraits]) -> set[str]:
    """The ledger's own names of all records that come in by these lists."""
    return {entity for traits in lists.values() for entity in traits.entities}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRead:
    """What is to be read of one list: all of it, what changed since a moment of the ledger's
    time, the days from `first_day` to `last_day`, or the records with these ids. `position` goes
    on where an earlier batch ended."""

    type: ListType
    since: datetime | None = None
    first_day: date | None = None
    last_day: date | None = None
    ids: tuple[str, ...] | None = None
    position: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A record that the ledger says it holds no more; `merged_into` where it says so."""

    id: str
    at: datetime | None = None
    merged_into: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListBatch:
    """Some records of one list. `position` is where to go on, None at the end. `as_of` is the
    ledger's time of the answer."""

    records: Sequence[ListRecord]
    as_of: datetime
    gone: Sequence[Gone] = ()
    position: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """A ledger's hint that a record changed. `at` is the ledger's time. `merged_id` is the record
    that was merged into this one. `type` is None for records that no list holds."""

    company_id: str
    type: ListType | None
    id: str
    operation: str
    at: datetime
    merged_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncState:
    """How far a connection's lists are. `cursors` are moments of the ledger's time up to which a
    list is known; `compared` is when (our clock) a list was last read whole. `published` is the
    feed entry up to which the bus was told."""

    cursors: Mapping[ListType, datetime] = field(default_factory=dict)
    compared: Mapping[ListType, datetime] = field(default_factory=dict)
    published: int = 0
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWork:
    """One list of a sync run: `whole` reads all of it and compares ids. `pages` were pulled and
    staged, `applied` slices of them recorded. `gathered` says that the records above the pulled
    ones are staged too. `as_of` is the ledger's time of the first answer. `reason` says why the
    ledger would not give the list out."""

    type: ListType
    whole: bool
    since: datetime | None = None
    position: str | None = None
    pages: int = 0
    applied: int = 0
    pulled: bool = False
    gathered: bool = False
    done: bool = False
    as_of: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """What a sync run was asked for and how far it is.

    `trigger` is connect, request, schedule, webhook or settings. `wanted` None means every list
    of the connection. `lists` is empty until the run has begun. `reviewed` are the records
    (`type:id`) whose blocking was changed. `first_day` and `last_day` bound
    the lists that come on request. `feed_before` is the last entry of the feed before this sync.
    """

    trigger: str
    whole: bool = False
    wanted: tuple[ListType, ...] | None = None
    first_day: date | None = None
    last_day: date | None = None
    reviewed: tuple[str, ...] = ()
    lists: tuple[ListWork, ...] = ()
    calls: Mapping[str, int] = field(default_factory=dict)
    metered: int = 0
    feed_before: int = 0

    def counts(self) -> dict[str, int]:
        """Records by what became of them."""
        names = [*ChangeKind, "unchanged"]
        return {n: sum(work.counts.get(n, 0) for work in self.lists) for n in names}
