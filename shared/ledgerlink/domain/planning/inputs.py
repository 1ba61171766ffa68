"""What a plan is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ledgerlink.domain.mapping.resolver import RuleBook, Taken, nobody
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.dimensions import Defaults
from ledgerlink.domain.model.documents import Snapshot
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.money_settings import ExpenseSettings, InvoiceSettings
from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.model.source_records import (
    Deleted,
    ExpenseEntry,
    Invoice,
    ListPost,
    RecordKind,
    TimeEntry,
)
from ledgerlink.domain.model.time_settings import TimeSettings
from ledgerlink.domain.planning.diff import Held
from ledgerlink.domain.ports import Composer


@dataclass(frozen=True, slots=True)
class Rejected:
    """A source record that is not valid. `key` is its own, or its position where it has none."""

    key: str
    reason: Reason
    kind: RecordKind = RecordKind.TIME


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInput:
    """What a plan is made of.

    `links` are those of the entries and of the rules' new records, by posting key; `carried` are
    those of activities that stand for several entries, by the key of each. `whole` says that the
    entries are all there are of what was asked for; then entries that agree may be merged, and
    what an import wrote of `scope` and is wanted no more is deleted. `copies` is what the ledger
    holds of linked time, by posting key: None is gone, what is missing nobody looked at.
    `currencies` are those of customers, by id, who are not invoiced in the home currency, and
    `vendor_currencies` those of vendors who are not paid in it. `features` tell through when the
    books are closed. `rank` is the run's own place among runs.

    `expenses`, `invoices` and `listed` records are posted besides, `deleted` ones are taken out.
    `carried_expenses` are the links of the documents that carry expenses now, by the key of each.
    `attached` are the links of the receipts of deleted records. `payables` are the ids of the
    payables accounts of each currency, where the ledger keeps several. `rates` are exchange rates
    that the ledger knows. `today` dates what the settings date so. `defaults` are the classes,
    departments and locations of the ledger's tasks, projects and people.
    """

    entries: Sequence[TimeEntry]
    rejected: Sequence[Rejected]
    rules: RuleBook
    links: Mapping[str, Link]
    composer: Composer
    posting: TimeSettings = field(default_factory=TimeSettings)
    features: Features = field(default_factory=Features)
    taken: Taken = nobody
    carried: Mapping[str, Link] = field(default_factory=dict)
    whole: bool = False
    scope: Sequence[Link] = ()
    copies: Mapping[str, Snapshot | None] = field(default_factory=dict)
    currencies: Mapping[str, str] = field(default_factory=dict)
    rank: str | None = None
    expenses: Sequence[ExpenseEntry] = ()
    invoices: Sequence[Invoice] = ()
    listed: Sequence[ListPost] = ()
    deleted: Sequence[Deleted] = ()
    expensing: ExpenseSettings = field(default_factory=ExpenseSettings)
    invoicing: InvoiceSettings = field(default_factory=InvoiceSettings)
    carried_expenses: Mapping[str, Link] = field(default_factory=dict)
    attached: Mapping[str, Link] = field(default_factory=dict)
    vendor_currencies: Mapping[str, str] = field(default_factory=dict)
    payables: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rates: Mapping[tuple[str, date], Decimal] = field(default_factory=dict)
    today: date | None = None
    defaults: Defaults = field(default_factory=Defaults)

    def held(self, link: Link) -> Held:
        """What is known of a document in the ledger."""
        return Held(link, self.copies.get(link.key), link.key in self.copies)

    def deleted_keys(self, kind: RecordKind) -> list[str]:
        """The keys of the deleted records of one kind, each once. What is given, too, and cannot be
        read is not gone."""
        given = {one.key for one in self.rejected if one.kind == kind}
        told = dict.fromkeys(one.key for one in self.deleted if one.kind == kind)
        return [key for key in told if key not in given]
