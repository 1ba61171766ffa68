"""The input of a plan."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from ledgerlink.domain.mapping.defects import ReportDefect, unreported, why_unplannable
from ledgerlink.domain.mapping.targets import KnownTargets
from ledgerlink.domain.mapping.twins import Names, NamesUnchecked
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.dimensions import Defaults
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.money_settings import ExpenseSettings, InvoiceSettings
from ledgerlink.domain.model.partial_records import PartialRecord
from ledgerlink.domain.model.plan import Operation
from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.model.rules import RuleBook
from ledgerlink.domain.model.snapshots import Snapshot
from ledgerlink.domain.model.source_records import (
    Deleted,
    ExpenseEntry,
    Invoice,
    ListPost,
    RecordKind,
    TimeEntry,
)
from ledgerlink.domain.model.time_settings import TimeSettings
from ledgerlink.domain.planning.diff import LinkedDocument
from ledgerlink.domain.ports import Composer


@dataclass(frozen=True, slots=True)
class Rejected:
    """A source record that is not valid. It is posted in no document, and keeps the other records
    of its document from being posted."""

    key: str
    """Its own key, or its position in the post where it has none."""
    reason: Reason
    """What is wrong with it."""
    kind: RecordKind = RecordKind.TIME
    """The kind that it says it is."""
    has_key: bool = True
    """Whether `key` is its own key; False where it may be any record."""
    readable_as: Mapping[RecordKind, PartialRecord] = field(default_factory=dict)
    """What can be read of it, for each kind that it may be and that shares documents."""

    def may_be(self, kind: RecordKind) -> bool:
        """Whether it may be a record of this kind."""
        return self.kind is kind or kind in self.readable_as


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherParts:
    """What one part of a plan has to know of the records that are planned in its other parts."""

    doubled: Mapping[str, int] = field(default_factory=dict)
    """How often those keys of this part are given that the whole plan has more than once."""
    rejected_keys: Collection[str] = ()
    """Keys of rejected records that activities in this part hold."""
    unclear: Sequence[Rejected] = ()
    """Rejected records of which too little can be read to tell which part they belong to."""
    times: Sequence[Operation] = ()
    """The operations of time that invoices in this part bill."""


@dataclass(frozen=True, kw_only=True)
class PlanInput:
    """Everything that a plan is made from, because the planner reads nothing by itself. It has no
    slots, because it keeps `deleted_keys`."""

    entries: Sequence[TimeEntry]
    """The time entries to be posted."""
    rejected: Sequence[Rejected]
    """Source records that are not valid; each becomes a blocked operation."""
    rules: RuleBook
    """How source entities are mapped."""
    links: Mapping[str, Link]
    """Links of the entries and of the new records of rules, by posting key."""
    composer: Composer
    """Makes the ledger's documents."""
    posting: TimeSettings = field(default_factory=TimeSettings)
    """How time is posted; its rules for edits, approval and closed periods hold for every
    record."""
    features: Features = field(default_factory=Features)
    """What the company offers, with the last day of its closed books."""
    names: Names = field(default_factory=NamesUnchecked)
    """The names and e-mail addresses that records of the ledger have."""
    owners: Mapping[str, Link] = field(default_factory=dict)
    """Links of activities that hold several entries, by the key of each entry."""
    whole: bool = False
    """Whether the entries are all that there are in the scope, as in an import. Then entries that
    agree may be merged, and what an earlier import wrote of the scope and is no longer wanted is
    deleted."""
    scope: Sequence[Link] = ()
    """Links of what imports wrote of the scope."""
    snapshots: Mapping[str, Snapshot | None] = field(default_factory=dict)
    """What the ledger holds of linked documents, by posting key: None for one that is gone; one
    that was not read is missing."""
    currencies: Mapping[str, str] = field(default_factory=dict)
    """Currencies of customers who are not invoiced in the home currency, by the ledger's id."""
    rank: str | None = None
    """Place of this run in the order of runs; None for a preview."""
    expenses: Sequence[ExpenseEntry] = ()
    """Expenses to be posted."""
    invoices: Sequence[Invoice] = ()
    """Invoices to be posted."""
    listed: Sequence[ListPost] = ()
    """Clients, projects and staff to be posted."""
    deleted: Sequence[Deleted] = ()
    """Records that the product has deleted."""
    expensing: ExpenseSettings = field(default_factory=ExpenseSettings)
    """How expenses are posted."""
    invoicing: InvoiceSettings = field(default_factory=InvoiceSettings)
    """How invoices are posted."""
    expense_owners: Mapping[str, Link] = field(default_factory=dict)
    """Links of the documents that hold expenses now, by the key of each expense."""
    attached: Mapping[str, Link] = field(default_factory=dict)
    """Links of the receipts of deleted records, by posting key."""
    vendor_currencies: Mapping[str, str] = field(default_factory=dict)
    """Currencies of vendors who are not paid in the home currency, by the ledger's id."""
    unusable_files: Mapping[str, Reason] = field(default_factory=dict)
    """The reasons why files of receipts cannot be sent, by the receipt's posting key."""
    payables: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Ids of the payables accounts of each currency, where the ledger keeps several."""
    rates: Mapping[tuple[str, date], Decimal] = field(default_factory=dict)
    """Exchange rates that the ledger knows, by currency and day: home units for one."""
    today: date | None = None
    """The date of documents that the settings date by today."""
    defaults: Defaults = field(default_factory=Defaults)
    """Classes, departments and locations of the ledger's tasks, projects and people."""

    targets: KnownTargets = field(default_factory=KnownTargets)
    """The list records that rules and settings point at."""
    others: OtherParts = field(default_factory=OtherParts)
    """The rest of the plan, where this is a part of it."""
    report_defect: ReportDefect = unreported
    """Notes a mistake of ours with one record, which is blocked for it."""

    def why_unplannable(self, key: str, failure: Exception) -> Reason:
        """The reason of the record with this posting key, which `failure` keeps from the plan."""
        return why_unplannable(key, failure, self.report_defect)

    def linked_document(self, link: Link) -> LinkedDocument:
        """The linked document with its snapshot, if it was read."""
        return LinkedDocument(link, self.snapshots.get(link.key), link.key in self.snapshots)

    def rejected_keys(self, kind: RecordKind) -> Sequence[str]:
        """The keys of the rejected records that may be of this kind, as far as they can be read."""
        return [one.key for one in self.rejected if one.has_key and one.may_be(kind)]

    def unidentified(self, kind: RecordKind) -> str | None:
        """The position of a rejected record without a readable key, which may be any record of
        this kind; None if there is none."""
        everywhere = (*self.others.unclear, *self.rejected)
        some = (one.key for one in everywhere if not one.has_key and one.may_be(kind))
        return next(some, None)

    @cached_property
    def deleted_keys(self) -> Mapping[RecordKind, Sequence[str]]:
        """The keys of the deleted records of every kind, each once, without those of rejected
        records, because it is not known what those say."""
        unreadable = {(one.kind, one.key) for one in self.rejected}
        deleted = dict.fromkeys((one.kind, one.key) for one in self.deleted)
        keys: dict[RecordKind, list[str]] = {kind: [] for kind in RecordKind}
        for kind, key in deleted:
            if (kind, key) not in unreadable:
                keys[kind].append(key)
        return keys
