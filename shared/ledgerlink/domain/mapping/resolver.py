"""Resolving source records by rules: which ledger record does each of them point at?"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from ledgerlink.domain.mapping.combinations import Combinations, Resolved
from ledgerlink.domain.mapping.created_before import CreatedBefore
from ledgerlink.domain.mapping.customers import Customers
from ledgerlink.domain.mapping.defects import UNPLANNABLE, ReportDefect, unreported
from ledgerlink.domain.mapping.labor_codes import Labor, LaborCodes
from ledgerlink.domain.mapping.linked_entities import LinkedEntities
from ledgerlink.domain.mapping.people import People
from ledgerlink.domain.mapping.project_names import ProjectNames
from ledgerlink.domain.mapping.records_to_create import RecordsToCreate
from ledgerlink.domain.mapping.targets import MAPPING, KnownTargets
from ledgerlink.domain.mapping.twins import Names, NamesUnchecked, Place
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.dimensions import Defaults, Dimensions
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.new_records import NewCustomer, NewListRecord
from ledgerlink.domain.model.reasons import Reason, Skipped
from ledgerlink.domain.model.references import ExistingRecord, Target, reference
from ledgerlink.domain.model.rules import (
    SINGULAR,
    CreateProject,
    LinkExpenseCode,
    PersonType,
    RuleBook,
    RuleKind,
)
from ledgerlink.domain.model.source_records import ExpenseEntry, Invoice, TimeEntry
from ledgerlink.domain.model.targets import Purpose
from ledgerlink.domain.model.time_settings import Billable, TimeSettings
from ledgerlink.domain.ports import Composer


@dataclass(slots=True)
class Resolver:
    """Resolves the records of one plan and collects the list records that have to be created."""

    rules: RuleBook
    links: Mapping[str, Link]
    composer: Composer
    posting: TimeSettings = field(default_factory=TimeSettings)
    features: Features = field(default_factory=Features)
    names: Names = field(default_factory=NamesUnchecked)
    defaults: Defaults = field(default_factory=Defaults)
    report_defect: ReportDefect = unreported
    targets: KnownTargets = field(default_factory=KnownTargets)
    _new: RecordsToCreate = field(init=False)
    _people: People = field(init=False)
    _customers: Customers = field(init=False)
    _labor_codes: LaborCodes = field(init=False)
    _linked: LinkedEntities = field(init=False)
    _combinations: Combinations = field(init=False)

    def __post_init__(self) -> None:
        rules, links, names, targets = self.rules, self.links, self.names, self.targets
        new_names: dict[Place, NewListRecord] = {}
        project_names = ProjectNames(
            self.posting.same_names, names, links, self.composer, new_names
        )
        before = CreatedBefore(rules, links, names, project_names)
        self._new = RecordsToCreate(
            links=links,
            composer=self.composer,
            features=self.features,
            names=names,
            targets=targets,
            before=before,
            report_defect=self.report_defect,
            new_names=new_names,
        )
        self._people = People(rules, links, targets, self._new)
        self._customers = Customers(
            rules=rules,
            links=links,
            names=names,
            targets=targets,
            project_names=project_names,
            before=before,
            new=self._new,
        )
        self._labor_codes = LaborCodes(rules, targets, self._new)
        self._linked = LinkedEntities(rules, targets, self.features, self.defaults)
        self._combinations = Combinations(self._resolve)

    @property
    def created(self) -> Mapping[str, Document]:
        """The documents of the new list records, by posting key."""
        return self._new.created

    @property
    def refused(self) -> Mapping[str, Reason]:
        """Why other new list records cannot be created, by posting key."""
        return self._new.refused

    def resolve(self, entry: TimeEntry) -> Resolved:
        """Where the entry goes. Raises Blocked or Skipped."""
        resolved = self._combinations.of(entry)
        if entry.bill_rate is None and entry.cost_rate is None:
            return resolved
        rate = resolved.rate if entry.bill_rate is None else entry.bill_rate
        return replace(resolved, rate=rate, cost_rate=entry.cost_rate)

    def _resolve(self, entry: TimeEntry) -> Resolved:
        """Where the entry goes, without rates of its own."""
        staff, person = self.staff(entry.staff_key)
        customer = self.customer(entry.project_key, entry.client_key)
        labor: Labor | None = None
        if entry.leave_type_key:
            labor = self._labor_codes.of(RuleKind.LEAVE_TYPES, entry.leave_type_key)
        elif entry.labor_code_key:
            labor = self._labor_codes.of(RuleKind.LABOR_CODES, entry.labor_code_key)
        return Resolved(
            staff=staff,
            person=person,
            customer=customer,
            item=labor.item if labor else None,
            billable=self._billable(entry, labor),
            rate=labor.rate if labor else None,
            dimensions=self.dimensions(entry, customer, staff),
            targets=_targets(staff, customer, labor.item if labor else None),
        )

    def _billable(self, entry: TimeEntry, labor: Labor | None) -> bool:
        if entry.leave_type_key:
            return False
        asked = self.posting.billable is Billable.LABOR_CODE
        if asked and labor is not None and labor.billable is not None:
            return labor.billable
        return entry.billable

    def customer(
        self,
        project_key: str | None,
        client_key: str | None,
        purpose: Purpose = Purpose.WORKED_FOR,
    ) -> Target | None:
        """The customer of a project or, without one, of a client. Raises Blocked or Skipped."""
        key = project_key or client_key
        return self._customers.of(key, purpose) if key else None

    def new_customer(self, source_key: str, new: CreateProject) -> NewCustomer:
        """The customer that a rule creates, below its parent. Raises Blocked."""
        return self._customers.to_create(source_key, new)

    def staff(self, source_key: str) -> tuple[Target, PersonType]:
        """The person of the ledger, and in which list. Raises Blocked or Skipped."""
        return self._people.staff(source_key)

    def person(self, source_key: str) -> Target | None:
        """The person in the ledger; None if there is none yet."""
        return self._people.known(source_key)

    def existing(self, purpose: Purpose, ledger_id: str, setting: str = MAPPING) -> ExistingRecord:
        """The record with this id, chosen under `setting`. Raises Blocked for one that the lists
        know to be unfit for the purpose."""
        return self.targets.existing(purpose, ledger_id, setting)

    def expense_code(self, source_key: str) -> LinkExpenseCode:
        """What an expense code is mapped to, unchecked. Raises Blocked or Skipped."""
        return self._linked.expense_code(source_key)

    def spent_on(self, source_key: str) -> LinkExpenseCode:
        """What an expense of this code is booked as. Raises Blocked or Skipped."""
        return self._linked.spent_on(source_key)

    def named(self, kind: RuleKind, source_key: str | None) -> str | None:
        """The ledger's id of an entity that a record names (a class, terms, a vendor); None where
        it names none, or the rule is skip. Raises Blocked."""
        return self._linked.named(kind, source_key)

    def dimensions(
        self, record: TimeEntry | ExpenseEntry | Invoice, *targets: Target | None
    ) -> Dimensions:
        """Each dimension from the record, else from the first of these ledger records, or the one
        above it, that has it; without those that the ledger fills in by itself. Raises Blocked."""
        return self._linked.dimensions(record, *targets)

    def resolve_again(self, new_lists: Iterable[str]) -> None:
        """Hold these new list records again, which another resolver of the same plan held, by
        posting key. Clients come with their projects."""
        kinds = {name: kind for kind, name in SINGULAR.items()}
        for key in new_lists:
            kind, _, source_key = key.partition(":")
            with suppress(*UNPLANNABLE, Skipped):
                match kinds.get(kind):
                    case RuleKind.USERS:
                        self.staff(source_key)
                    case RuleKind.PROJECTS:
                        self.customer(source_key, None)
                    case RuleKind.LABOR_CODES | RuleKind.LEAVE_TYPES as labor:
                        self._labor_codes.of(labor, source_key)

    def item(self, labor_code_key: str) -> Target:
        """The item of a labor code on an invoice. Raises Blocked or Skipped."""
        return self._labor_codes.of(RuleKind.LABOR_CODES, labor_code_key, Purpose.SOLD).item


def _targets(*some: Target | None) -> tuple[Any, ...]:
    return tuple(None if target is None else reference(target) for target in some)
