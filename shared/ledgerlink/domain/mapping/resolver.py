"""Resolving source records by rules: which ledger record does each of them point at?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any

from ledgerlink.domain.mapping.defects import (
    UNPLANNABLE,
    ReportDefect,
    unreported,
    why_unplannable,
)
from ledgerlink.domain.mapping.document_terms import refuse_dimensions
from ledgerlink.domain.mapping.new_list_records import new_item, new_person
from ledgerlink.domain.mapping.project_names import ProjectNames
from ledgerlink.domain.mapping.targets import MAPPING, PAGES, PURPOSES, KnownTargets
from ledgerlink.domain.mapping.twins import (
    Names,
    NamesUnchecked,
    Place,
    why_created_before,
    why_doubled,
)
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.dimensions import Defaults, Dimensions, first_given
from ledgerlink.domain.model.documents import (
    Document,
    ExistingRecord,
    NewCustomer,
    NewListRecord,
    NewPerson,
    Pending,
    ResolvedTime,
    Target,
    reference,
)
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.posting_keys import posting_key
from ledgerlink.domain.model.reasons import Blocked, Reason, Skipped, reason
from ledgerlink.domain.model.rules import (
    SINGULAR,
    Client,
    CreateLaborCode,
    CreateProject,
    CreateUser,
    LinkExpenseCode,
    LinkTo,
    PersonType,
    Rule,
    RuleBook,
    RuleKind,
    Skip,
    Unreadable,
)
from ledgerlink.domain.model.source_records import ExpenseEntry, Invoice, TimeEntry
from ledgerlink.domain.model.targets import Purpose
from ledgerlink.domain.model.time_settings import Billable, TimeSettings
from ledgerlink.domain.ports import Composer


@dataclass(frozen=True, slots=True)
class Labor:
    """What a labor code or leave type is mapped to."""

    item: Target
    """The service item."""
    rate: Decimal | None
    """Money per hour, for entries without a rate."""
    billable: bool | None
    """Whether its time is billable; None leaves it to the entry."""


@dataclass(slots=True)
class Resolver:
    """Resolves time entries and collects the list records that would have to be created.

    `created` holds the documents of new list records, `refused` the reasons of those that the
    ledger could not take; both by posting key.
    """

    rules: RuleBook
    links: Mapping[str, Link]
    composer: Composer
    posting: TimeSettings = field(default_factory=TimeSettings)
    features: Features = field(default_factory=Features)
    names: Names = field(default_factory=NamesUnchecked)
    defaults: Defaults = field(default_factory=Defaults)
    report_defect: ReportDefect = unreported
    targets: KnownTargets = field(default_factory=KnownTargets)
    created: dict[str, Document] = field(default_factory=dict)
    refused: dict[str, Reason] = field(default_factory=dict)
    _resolved: dict[tuple[Any, ...], "Resolved"] = field(default_factory=dict)
    """What entries without rates of their own are mapped to, by `_combination`."""
    _pending_parents: list[str] = field(default_factory=list)
    _twins: dict[str, str] = field(default_factory=dict)
    """The ids of the records that refused ones would repeat, by posting key."""
    _new_names: dict[Place, NewListRecord] = field(default_factory=dict)
    _project_names: ProjectNames = field(init=False)
    _unlisted: dict[Place, list[NewListRecord]] | None = None
    """The records that were created and that no sync has brought in yet, by their names and
    addresses."""

    def __post_init__(self) -> None:
        how, new_names = self.posting.same_names, self._new_names
        self._project_names = ProjectNames(how, self.names, self.links, self.composer, new_names)

    def resolve(self, entry: TimeEntry) -> "Resolved":
        """Where the entry goes. Entries of one person, project, labor code and so on are resolved
        once, and share the result. Raises Blocked or Skipped."""
        combination = _combination(entry)
        resolved = self._resolved.get(combination)
        if resolved is None:
            resolved = self._resolved[combination] = self._resolve(entry)
        if entry.bill_rate is None and entry.cost_rate is None:
            return resolved
        rate = resolved.rate if entry.bill_rate is None else entry.bill_rate
        return replace(resolved, rate=rate, cost_rate=entry.cost_rate)

    def _resolve(self, entry: TimeEntry) -> "Resolved":
        """Where the entry goes, without rates of its own."""
        staff, person = self.staff(entry.staff_key)
        customer = self.customer(entry.project_key, entry.client_key)
        labor: Labor | None = None
        if entry.leave_type_key:
            labor = self._labor(RuleKind.LEAVE_TYPES, entry.leave_type_key)
        elif entry.labor_code_key:
            labor = self._labor(RuleKind.LABOR_CODES, entry.labor_code_key)
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
        return self._project(key, purpose) if key else None

    def existing(self, purpose: Purpose, ledger_id: str, setting: str = MAPPING) -> ExistingRecord:
        """The record with this id, chosen under `setting`. Raises Blocked for one that the lists
        know to be unfit for the purpose."""
        self.targets.refuse(purpose, ledger_id, setting)
        return ExistingRecord(ledger_id)

    def staff(self, source_key: str) -> tuple[Target, PersonType]:
        """The person of the ledger, and in which list. Raises Blocked or Skipped."""
        rule = self._rule(RuleKind.USERS, source_key)
        match rule.mapping:
            case LinkTo(ledger_id=ledger_id, person=person):
                return self.existing(Purpose(person), ledger_id), person
            case CreateUser() as new:
                purpose = Purpose(new.person)
                return self._new(new_person(rule.key, new), purpose), new.person
        raise _incomplete(rule)

    def _project(self, source_key: str, purpose: Purpose) -> Target:
        rule = self._rule(RuleKind.PROJECTS, source_key)
        match rule.mapping:
            case LinkTo(ledger_id=ledger_id):
                return self.existing(purpose, ledger_id)
            case CreateProject() as new:
                came = self.links.get(posting_key("client", source_key))
                if came is not None and new.client is None and new.parent_id is None:
                    # It was created above a project, before it had a rule.
                    return self._created(came, purpose)
                return self._new(self._customer_to_create(rule.key, new), purpose)
        raise _incomplete(rule)

    def _customer_to_create(self, source_key: str, new: CreateProject) -> NewCustomer:
        """As `new_customer`. Where the client above would repeat a customer, the project may repeat
        one of that customer's, which says more than that the client could not be created."""
        try:
            return self.new_customer(source_key, new)
        except Blocked:
            client = new.client.key if new.client else ""
            keys = (posting_key("project", client), posting_key("client", client))
            if held := next((self._twins[key] for key in keys if key in self._twins), None):
                key, above = posting_key("project", source_key), ExistingRecord(held)
                self._refuse_twin(NewCustomer(key=key, name=new.name, parent=above))
            raise

    def new_customer(self, source_key: str, new: CreateProject) -> NewCustomer:
        """The customer that a rule creates, below its parent. Raises Blocked."""
        parent: Target | None
        if new.parent_id:
            parent = self.existing(Purpose.CUSTOMER_ABOVE, new.parent_id)
        else:
            parent = self._client(new.client, source_key)
        record = NewCustomer(
            key=posting_key("project", source_key),
            name=new.name,
            parent=parent,
            client_name=self._client_name(new),
        )
        return self._project_names.named(record, [one for _, one in self._created_before(record)])

    def _client_name(self, new: CreateProject) -> str | None:
        """The name of the client above, by its rule or by the lists."""
        if new.parent_id is not None:
            return self.names.customer_name(new.parent_id) or new.parent_id
        if new.client is None:
            return None
        rule = self.rules.get((RuleKind.PROJECTS, new.client.key))
        match rule.mapping if rule else None:
            case CreateProject(name=name):
                return name
            case LinkTo(ledger_id=ledger_id):
                return self.names.customer_name(ledger_id) or new.client.name
        return new.client.name

    def _created_before(self, record: NewListRecord) -> Sequence[tuple[Place, NewListRecord]]:
        """Other records that were created under its name or e-mail address and that no sync has
        brought in yet, each with what they share."""
        if self._unlisted is None:
            self._unlisted = defaultdict(list)
            for other in self._unlisted_records():
                for place in self.names.places(other):
                    self._unlisted[place].append(other)
        places, unlisted = self.names.places(record), self._unlisted
        same = ((place, one) for place in places for one in unlisted.get(place, ()))
        return [(place, other) for place, other in same if other.key != record.key]

    def _unlisted_records(self) -> Iterator[NewListRecord]:
        for rule in self.rules.values():
            link = self.links.get(posting_key(SINGULAR[rule.kind], rule.key))
            other = self._record_of(rule) if link is not None else None
            if link is None or other is None or self.names.is_listed(other, link.ledger_id):
                continue
            known_as = self._project_names.as_posted
            yield known_as(other) if isinstance(other, NewCustomer) else other

    def _record_of(self, rule: Rule) -> NewListRecord | None:
        """The list record that the rule has created; None for one that creates nothing."""
        match rule.mapping:
            case CreateUser() as person:
                return new_person(rule.key, person)
            case CreateLaborCode() as item:
                return new_item(rule.kind, rule.key, item)
            case CreateProject() as new:
                return NewCustomer(
                    key=posting_key("project", rule.key),
                    name=new.name,
                    parent=self._parent_before(new),
                    client_name=self._client_name(new),
                )
        return None

    def _parent_before(self, new: CreateProject) -> Target | None:
        """The customer above a project that was created; None where there is none."""
        if new.parent_id is not None or new.client is None:
            return ExistingRecord(new.parent_id) if new.parent_id else None
        rule = self.rules.get((RuleKind.PROJECTS, new.client.key))
        if rule is not None and isinstance(rule.mapping, LinkTo):
            return ExistingRecord(rule.mapping.ledger_id)
        keys = (posting_key("project", new.client.key), posting_key("client", new.client.key))
        link = next((self.links[key] for key in keys if key in self.links), None)
        return ExistingRecord(link.ledger_id) if link is not None else None

    def _client(self, client: Client | None, below: str) -> Target | None:
        """The customer above. If it was not created yet and has a rule of its own, that rule
        decides."""
        if client is None:
            return None
        key = posting_key("client", client.key)
        rule = self.rules.get((RuleKind.PROJECTS, client.key))
        if key in self.links or rule is None or isinstance(rule.mapping, Skip):
            return self._new(NewCustomer(key=key, name=client.name), Purpose.CUSTOMER_ABOVE)
        if below in self._pending_parents:
            raise _circular(below)
        self._pending_parents.append(below)
        try:
            return self._project(client.key, Purpose.CUSTOMER_ABOVE)
        finally:
            self._pending_parents.pop()

    def _labor(self, kind: RuleKind, source_key: str, purpose: Purpose = Purpose.SERVICE) -> Labor:
        rule = self._rule(kind, source_key)
        match rule.mapping:
            case LinkTo(ledger_id=ledger_id, rate=rate, billable=billable):
                return Labor(self.existing(purpose, ledger_id), rate, billable)
            case CreateLaborCode() as new:
                self.targets.refuse(Purpose.EARNS, new.income_account_id)
                if new.parent_id is not None:
                    self.targets.refuse(Purpose.ITEM_ABOVE, new.parent_id)
                record = new_item(kind, rule.key, new)
                return Labor(self._new(record, purpose), new.rate, new.billable)
        raise _incomplete(rule)

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
                        self._labor(labor, source_key)

    def item(self, labor_code_key: str) -> Target:
        """The item of a labor code on an invoice. Raises Blocked or Skipped."""
        return self._labor(RuleKind.LABOR_CODES, labor_code_key, Purpose.SOLD).item

    def expense_code(self, source_key: str) -> LinkExpenseCode:
        """What an expense code is mapped to, unchecked. Raises Blocked or Skipped."""
        rule = self._rule(RuleKind.EXPENSE_CODES, source_key)
        if not isinstance(rule.mapping, LinkExpenseCode):
            raise _incomplete(rule)
        return rule.mapping

    def spent_on(self, source_key: str) -> LinkExpenseCode:
        """What an expense of this code is booked as. Raises Blocked or Skipped."""
        code = self.expense_code(source_key)
        purpose = Purpose.SPENT_ON if code.target == "account" else Purpose.BOUGHT
        self.existing(purpose, code.ledger_id, PAGES[RuleKind.EXPENSE_CODES])
        return code

    def named(self, kind: RuleKind, source_key: str | None) -> str | None:
        """The ledger's id of an entity that a record names (a class, terms, a vendor); None where
        it names none, or the rule is skip. Raises Blocked."""
        if source_key is None:
            return None
        try:
            rule = self._rule(kind, source_key)
        except Skipped:
            return None
        if not isinstance(rule.mapping, LinkTo):
            raise _incomplete(rule)
        (purpose,) = PURPOSES[kind]
        return self.existing(purpose, rule.mapping.ledger_id, PAGES.get(kind, MAPPING)).ledger_id

    def dimensions(
        self, record: TimeEntry | ExpenseEntry | Invoice, *targets: Target | None
    ) -> Dimensions:
        """Each dimension from the record, else from the first of these ledger records, or the one
        above it, that has it; without those that the ledger fills in by itself. Raises Blocked."""
        refuse_dimensions(record, self.features)
        own = Dimensions(
            class_id=self.named(RuleKind.CLASSES, record.class_key),
            department_id=self.named(RuleKind.DEPARTMENTS, record.department_key),
            location_id=self.named(RuleKind.LOCATIONS, record.location_key),
        )
        known = [target.ledger_id for target in targets if isinstance(target, ExistingRecord)]
        defaults = (each for one in known for each in self.defaults.of(one))
        return first_given([own, *(each.without(self.features.fills) for each in defaults)])

    def person(self, source_key: str) -> Target | None:
        """The person in the ledger; None if there is none yet."""
        rule = self.rules.get((RuleKind.USERS, source_key))
        if rule is not None and isinstance(rule.mapping, LinkTo):
            return ExistingRecord(rule.mapping.ledger_id)
        made = self.links.get(posting_key(SINGULAR[RuleKind.USERS], source_key))
        return ExistingRecord(made.ledger_id) if made is not None else None

    def _rule(self, kind: RuleKind, source_key: str) -> Rule:
        rule = self.rules.get((kind, source_key))
        if rule is None:
            raise Blocked(reason("no_rule", kind=SINGULAR[kind], key=source_key))
        if isinstance(rule.mapping, Unreadable):
            raise Blocked(reason("rule_unreadable", kind=SINGULAR[kind], key=source_key))
        if isinstance(rule.mapping, Skip):
            raise Skipped(reason("skipped_by_rule", kind=SINGULAR[kind], key=source_key))
        return rule

    def _created(self, link: Link, purpose: Purpose) -> ExistingRecord:
        """A record that we created, unless it was made unfit for the purpose. Raises Blocked."""
        self.targets.refuse_created(purpose, link.ledger_id)
        return ExistingRecord(link.ledger_id)

    def _new(self, record: NewListRecord, purpose: Purpose) -> Target:
        """The target of a `create` rule: the record it created once, or one still to be created."""
        if (link := self.links.get(record.key)) is not None:
            return self._created(link, purpose)
        if record.key not in self.created and record.key not in self.refused:
            try:
                self.created[record.key] = self.compose(record)
            except UNPLANNABLE as failure:
                why = why_unplannable(record.key, failure, self.report_defect)
                self.refused[record.key] = why
        if record.key in self.refused:
            raise Blocked(reason("dependency_failed", key=record.key))
        return Pending(record.key)

    def compose(self, record: NewListRecord) -> Document:
        """The document that creates it. Raises Blocked, also for what the ledger is known to
        reject."""
        self._refuse(record)
        return replace(self.composer.list_record(record), title=record.name)

    def _refuse(self, record: NewListRecord) -> None:
        if isinstance(record, NewPerson) and record.person == "employee" and self.features.payroll:
            raise Blocked(reason("payroll_on", name=record.name))
        self._refuse_twin(record)

    def _refuse_twin(self, record: NewListRecord) -> None:
        """Raise Blocked for what would repeat a record of the ledger, or another new one."""
        if (twin := self.names.twin(record)) is not None:
            self._twins[record.key] = twin.ledger_id
            raise Blocked(twin.reason)
        for place, before in self._created_before(record):
            raise Blocked(why_created_before(record, before, place))
        places = self.names.places(record)
        for place in places:
            other = self._new_names.get(place)
            if other is not None and other.key != record.key:
                raise Blocked(why_doubled(record, other, place))
        self._new_names.update(dict.fromkeys(places, record))


_combination = attrgetter(
    "staff_key",
    "client_key",
    "project_key",
    "labor_code_key",
    "leave_type_key",
    "class_key",
    "department_key",
    "location_key",
    "billable",
)
"""The values of an entry that decide where it goes; rates, of which there may be as many as
entries, decide nothing."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What an entry is mapped to. `rate` and `cost_rate` are money per hour."""

    staff: Target
    person: PersonType
    customer: Target | None
    item: Target | None
    billable: bool
    rate: Decimal | None
    dimensions: Dimensions
    targets: tuple[Any, ...]
    """Person, customer and item, in the form that they have in a body."""
    cost_rate: Decimal | None = None

    def time(
        self,
        key: str,
        entries: Sequence[TimeEntry],
        day: date,
        minutes: int,
        posting: TimeSettings,
    ) -> ResolvedTime:
        """These entries, which are all mapped like this, as one activity of so many minutes."""
        return ResolvedTime(
            key=key,
            entries=tuple(entries),
            staff=self.staff,
            person=self.person,
            day=day,
            minutes=minutes,
            billable=self.billable,
            parts=posting.parts(entries[0], day),
            shorten=posting.shorten,
            customer=self.customer,
            item=self.item,
            rate=self.rate,
            cost_rate=self.cost_rate,
            class_id=self.dimensions.class_id,
            department_id=self.dimensions.department_id,
            location_id=self.dimensions.location_id,
        )


def _targets(*some: Target | None) -> tuple[Any, ...]:
    return tuple(None if target is None else reference(target) for target in some)


def _circular(client_key: str) -> Blocked:
    """That the clients above a client lead back to it."""
    message = f"By its mapping, the client {client_key} is below itself."
    remedy = "Correct it under Mapping, then post again."
    return Blocked(Reason("rule_incomplete", message, remedy, "an end"))


def _incomplete(rule: Rule) -> Blocked:
    kind = SINGULAR[rule.kind]
    return Blocked(
        reason("rule_incomplete", field="a mapping of its kind", kind=kind, key=rule.key)
    )
