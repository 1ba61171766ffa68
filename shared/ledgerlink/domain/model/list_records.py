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


COUNTED = (*ChangeKind, "unchanged")
"""What may become of a record in a sync."""
CLIENT, PROJECT = "client", "project"
LEDGER_KEY = "ledger:"
"""What the source key of a record begins with that the product has from a ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRecord:
    """One record of a list."""

    type: ListType
    """The list that it is in."""
    id: str
    """The ledger's id."""
    name: str
    """Its own name."""
    active: bool = True
    """Whether the ledger calls it active."""
    version: str | None = None
    """The ledger's version."""
    changed_at: datetime | None = None
    """When the ledger says that it changed."""
    path: str | None = None
    """Names from the top (`Client:Project`)."""
    parent_id: str | None = None
    """The ledger's id of the record above it."""
    roles: tuple[str, ...] = ()
    """Where it can be used (client, project, staff, contractor, labor_code, expense_code,
    accounts_payable …)."""
    used: bool = False
    """Whether transactions name it."""
    blocked: bool = False
    """Whether the firm does not want it offered."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """What else the list knows, under neutral names, as JSON values; money and rates are decimal
    text."""
    custom_fields: Mapping[str, Any] = field(default_factory=dict)
    """Values by the ledger's definition id."""
    gone: str | None = None
    """`deleted` or `merged` for a record that the ledger no longer holds."""
    merged_into: str | None = None
    """The record that it was merged into, where the ledger says so."""

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
    """One entry of a connection's feed."""

    kind: ChangeKind
    """What became of the record."""
    record: ListRecord
    """The whole record as it is now; of a tombstone, what was last known."""
    run_id: str
    """The sync that found it."""
    at: datetime
    """When it was found."""
    before: Mapping[str, Any] = field(default_factory=dict)
    """The members that differ, as they were; empty for a new record."""
    after: Mapping[str, Any] = field(default_factory=dict)
    """The members that differ, as they are; all of them for a new record."""
    linked: bool = False
    """Whether a rule or a link of the product points at it."""
    seq: int = 0
    """Its place in the feed, from 1 without gaps."""


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
    """How a ledger treats one list."""

    entities: tuple[str, ...]
    """The ledger's own names of its records, as far as we may write them."""
    by_changes: bool
    """Whether `Ledger.changes` answers for it."""
    on_request: bool = False
    """Whether it comes only when asked for, with a range of days."""
    linked_only: bool = False
    """Whether only the records that we wrote are read."""
    places: bool = False
    """Whether its records are the product's clients and projects, by where they stand."""
    defaults: bool = False
    """Whether its records give class, department and location to what is posted for them."""
    requires: bool = False
    """Whether its records say which dimensions lines that name them need, or name the account that
    says it."""


def brought_in(lists: Mapping[ListType, ListTraits]) -> set[str]:
    """The ledger's own names of all records that come in by these lists."""
    return {entity for traits in lists.values() for entity in traits.entities}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRead:
    """The part of one list that is to be read; by default all of it."""

    type: ListType
    """The list."""
    since: datetime | None = None
    """Only what changed since this moment of the ledger's time."""
    first_day: date | None = None
    """The first day of those that are read."""
    last_day: date | None = None
    """The last day of those that are read."""
    ids: tuple[str, ...] | None = None
    """Only the records with these ids."""
    position: str | None = None
    """Where an earlier batch ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A record that the ledger says it holds no more; `merged_into` where it says so."""

    id: str
    at: datetime | None = None
    merged_into: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListBatch:
    """Some records of one list."""

    records: Sequence[ListRecord]
    """The records."""
    as_of: datetime
    """The ledger's time of the answer."""
    gone: Sequence[Gone] = ()
    """Records that it no longer holds."""
    position: str | None = None
    """Where the next batch begins; None at the end."""
    gap: Reason | None = None
    """What the records lack, because the ledger does not show it; said once."""
    unreadable: Mapping[str, Exception] = field(default_factory=dict)
    """Records with which our program made a mistake, by id; empty where a record has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """A ledger's hint that a record changed."""

    company_id: str
    """The ledger's id of the company."""
    type: ListType | None
    """The list; None for records that no list holds."""
    id: str
    """The ledger's id of the record."""
    operation: str
    """What happened to it, in the words of the ledger."""
    at: datetime
    """The ledger's time."""
    merged_id: str | None = None
    """The record that was merged into this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncState:
    """How far a connection's lists are."""

    cursors: Mapping[ListType, datetime] = field(default_factory=dict)
    """Up to which moment of the ledger's time each list is known."""
    compared: Mapping[ListType, datetime] = field(default_factory=dict)
    """When (our clock) each list was last read whole."""
    published: int = 0
    """The last entry of the feed that was published."""
    finished_at: datetime | None = None
    """When the last sync ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWork:
    """One list of a sync run."""

    type: ListType
    """The list."""
    whole: bool
    """Whether all of it is read and ids are compared."""
    since: datetime | None = None
    """Else what changed since this moment of the ledger's time."""
    position: str | None = None
    """Where the next page begins."""
    pages: int = 0
    """Pages that were pulled and staged."""
    applied: int = 0
    """Slices of them that were recorded."""
    pulled: bool = False
    """Whether all pages are staged."""
    gathered: bool = False
    """Whether the records above the pulled ones are staged, too."""
    done: bool = False
    """Whether all of it is recorded."""
    as_of: datetime | None = None
    """The ledger's time of the first answer."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Records by what became of them, once they are recorded: the unchanged ones, and whatever else
    is not zero."""
    reason: Reason | None = None
    """Why the ledger would not give the list out, or what its records lack."""

    def ended(self) -> "ListWork":
        """The list without what only its reading needs."""
        return replace(self, since=None, position=None, as_of=None)

    def all_counts(self) -> dict[str, int]:
        """The counts with their zeros; empty until the list is recorded."""
        return {name: self.counts.get(name, 0) for name in COUNTED} if self.counts else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """What a sync run was asked for and how far it is."""

    trigger: str
    """connect, request, schedule, webhook or settings."""
    whole: bool = False
    """Whether lists are read whole instead of by changes."""
    wanted: tuple[ListType, ...] | None = None
    """The lists; None for every list of the connection."""
    first_day: date | None = None
    """First day of lists that come on request."""
    last_day: date | None = None
    """Last day of lists that come on request."""
    reviewed: tuple[str, ...] = ()
    """Records (`type:id`) that were blocked or unblocked."""
    lists: tuple[ListWork, ...] = ()
    """How far each list is; empty until the run has begun."""
    calls: Mapping[str, int] = field(default_factory=dict)
    """Calls to the ledger by kind."""
    metered: int = 0
    """How many of them the ledger's maker meters."""
    feed_before: int = 0
    """The last entry of the feed before this sync."""

    def counts(self) -> dict[str, int]:
        """Records by what became of them."""
        return {n: sum(work.counts.get(n, 0) for work in self.lists) for n in COUNTED}
