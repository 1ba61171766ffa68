"""Planning a post: time, expenses, invoices, clients, projects and staff in one plan."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from ledgerlink.domain.mapping.resolver import RuleBook, creatable_keys, posting_key
from ledgerlink.domain.model.company import Company, Features
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.links import Link as PostedLink
from ledgerlink.domain.model.plan import Operation
from ledgerlink.domain.model.rules import Link, Rule, RuleKind, Skip
from ledgerlink.domain.model.settings import Settings
from ledgerlink.domain.model.source_records import (
    Deleted,
    ExpenseEntry,
    Invoice,
    ListPost,
    ProjectRecord,
    RecordKind,
    TimeEntry,
)
from ledgerlink.domain.planning.attachments import receipts_of
from ledgerlink.domain.planning.expenses import linked_expense_keys
from ledgerlink.domain.planning.inputs import PlanInput
from ledgerlink.domain.planning.invoices import linked_invoice_keys
from ledgerlink.domain.planning.list_records import RULES, created_by, doubled, list_key, list_keys
from ledgerlink.domain.planning.planner import plan
from ledgerlink.domain.planning.time import linked_keys
from ledgerlink.domain.ports import Ledger, Stop
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.posting.default_dimensions import defaults_for, demanding
from ledgerlink.services.posting.ledger_names import (
    foreign_customers,
    foreign_vendors,
    names_in_use,
    payables,
)
from ledgerlink.services.posting.snapshots import copies_of
from ledgerlink.services.posting.staged_records import Records, rule_book

Links = Mapping[str, PostedLink]
T = TypeVar("T")


class WantedRates(Mapping[tuple[str, date], Decimal]):
    """Exchange rates that nobody knows yet; `pairs` are those that were asked for."""

    def __init__(self) -> None:
        self.pairs: set[tuple[str, date]] = set()

    def __getitem__(self, pair: tuple[str, date]) -> Decimal:
        self.pairs.add(pair)
        raise KeyError(pair)

    def __iter__(self) -> Iterator[tuple[str, date]]:
        return iter(())

    def __len__(self) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class PostPlanner:
    """A plan that is asked for, and whom it asks. `company` is as the ledger says now."""

    deps: Dependencies
    connection: Connection
    ledger: Ledger
    company: Company
    stop: Stop

    def new_rules(self, records: Records, user: str) -> tuple[RuleBook, list[Rule]]:
        """All rules, with those that clients, projects and staff make by being posted; and the
        latter by themselves."""
        rules = dict(rule_book(self.deps, self.connection))
        unclear = doubled(records.listed, records.deleted)
        listed = [r for r in records.listed if list_key(RecordKind(r.kind), r.key) not in unclear]
        there = {(RULES[RecordKind(one.kind)], one.key) for one in listed}
        there |= {(RuleKind.PROJECTS, key) for key in self._come_along(listed)}
        fresh = [
            self._made(record, rules, user)
            for record in listed
            if self._makes_a_rule(record, rules, there)
        ]
        return {**rules, **{(rule.kind, rule.key): rule for rule in fresh}}, fresh

    def _makes_a_rule(
        self, record: ListPost, rules: RuleBook, there: Collection[tuple[RuleKind, str]]
    ) -> bool:
        """Whether there is none that says otherwise, or another; a project needs a client, who may
        be `there`."""
        rule = rules.get((RULES[RecordKind(record.kind)], record.key))
        if rule is not None:
            says = isinstance(rule.mapping, Link | Skip)
            return not says and rule.mapping != created_by(record, rule.mapping)
        if not isinstance(record, ProjectRecord) or record.client_key is None:
            return True
        client = (RuleKind.PROJECTS, record.client_key)
        return record.client_name is not None or client in rules or client in there

    def _come_along(self, listed: Iterable[ListPost]) -> Iterator[str]:
        """Clients of these projects who came with a project before."""
        named = {one.client_key for one in listed if isinstance(one, ProjectRecord)}
        keys = {posting_key(RecordKind.CLIENT, key): key for key in named if key is not None}
        return (keys[link] for link in self._links(keys))

    def _made(self, record: ListPost, rules: RuleBook, user: str) -> Rule:
        kind = RULES[RecordKind(record.kind)]
        before = rules.get((kind, record.key))
        return Rule(
            kind=kind,
            key=record.key,
            mapping=created_by(record, before.mapping if before else None),
            set_by=user,
            set_at=self.deps.clock.now(),
            version=before.version + 1 if before else 1,
        )

    async def operations(
        self, records: Records, rules: RuleBook, rank: str | None
    ) -> tuple[Operation, ...]:
        """The plan. Raises Interrupted when `stop` says so before the ledger has been asked
        everything."""
        given = await self._given(records, rules, rank)
        wanted = WantedRates()
        operations = plan(replace(given, rates=wanted))
        if not wanted.pairs:
            return operations
        rates = await self.ledger.exchange_rates(wanted.pairs, self.stop)
        return plan(replace(given, rates=rates))

    async def _given(self, records: Records, rules: RuleBook, rank: str | None) -> PlanInput:
        deps, connection = self.deps, self.connection
        settings = deps.settings.get(connection.key)
        connector = deps.connector(connection.ledger)
        links = self._links(wanted_links(records, settings) | creatable_keys(rules))
        spent = self._carriers(_named(records, RecordKind.EXPENSE), RecordKind.EXPENSE)
        billed = [k for i in records.invoices for line in i.lines for k in line.time_keys]
        times = [*_named(records, RecordKind.TIME), *billed]
        features = self.company.features
        if records.expenses or records.invoices:
            features = demanding(deps, connection, features)
        looked_at = {link.key: link for link in _changeable(records, links, spent)}
        return PlanInput(
            entries=records.times,
            rejected=records.rejected,
            rules=rules,
            links=links,
            composer=connector.composer_for(features, settings.ledger),
            posting=settings.posting,
            features=features,
            defaults=defaults_for(deps, connection, self._analysed(records), rules, links),
            taken=names_in_use(deps, connection),
            currencies=self._told(foreign_customers, records.times or records.invoices),
            attached=self._attached(records),
            payables=self._told(payables, records.expenses),
            vendor_currencies=self._told(foreign_vendors, records.expenses),
            carried=self._carriers(times, RecordKind.TIME),
            copies=await copies_of(self.ledger, looked_at.values(), self.stop),
            rank=rank,
            expenses=records.expenses,
            invoices=records.invoices,
            listed=records.listed,
            deleted=records.deleted,
            expensing=settings.expenses,
            invoicing=settings.invoices,
            carried_expenses={**_alone(_named(records, RecordKind.EXPENSE), links), **spent},
            today=deps.clock.now().date(),
        )

    def _analysed(self, records: Records) -> Iterator[TimeEntry | ExpenseEntry | Invoice]:
        yield from records.times
        yield from records.expenses
        yield from records.invoices

    def _told(
        self,
        of_list: Callable[[Dependencies, Connection, Features], Mapping[str, T]],
        asking: object,
    ) -> Mapping[str, T]:
        """What a list tells, which is only read for records that ask for it."""
        return of_list(self.deps, self.connection, self.company.features) if asking else {}

    def _attached(self, records: Records) -> Links:
        """The links of the receipts of expenses and invoices that are deleted."""
        kinds = (RecordKind.EXPENSE, RecordKind.INVOICE)
        starts = [receipts_of(one.kind, one.key) for one in records.deleted if one.kind in kinds]
        return self.deps.links.beginning(self.connection.key, starts)

    def _links(self, keys: Iterable[str]) -> Links:
        return self.deps.links.get(self.connection.key, keys)

    def _carriers(self, members: Iterable[str], record: RecordKind) -> Links:
        connection = self.connection
        return self.deps.links.owner_documents(connection.key, members, record)


def keep_new_rules(deps: Dependencies, connection: Connection, fresh: Iterable[Rule]) -> None:
    """Store the rules that records made."""
    if some := list(fresh):
        deps.rules.put(connection.key, some)


def wanted_links(records: Records, settings: Settings) -> set[str]:
    """The posting keys of all that these records are or may be in the ledger."""
    billed = (k for i in records.invoices for line in i.lines for k in line.time_keys)
    return (
        linked_keys(records.times)
        | linked_expense_keys(records.expenses, settings.expenses)
        | linked_invoice_keys(records.invoices)
        | {posting_key(RecordKind.TIME, key) for key in billed}
        | {posting_key(RecordKind.EXPENSE, entry.key) for entry in records.expenses}
        | {key for one in records.listed for key in list_keys(RecordKind(one.kind), one.key)}
        | {key for one in records.deleted for key in _deleted_keys(one)}
    )


def _deleted_keys(deleted: Deleted) -> list[str]:
    if deleted.kind in RULES:
        return list_keys(deleted.kind, deleted.key)
    return [posting_key(deleted.kind, deleted.key)]


def _named(records: Records, kind: RecordKind) -> list[str]:
    """The keys of the records of a kind, deleted ones among them."""
    given = records.times if kind is RecordKind.TIME else records.expenses
    return [*(one.key for one in given), *(o.key for o in records.deleted if o.kind == kind)]


def _alone(keys: Iterable[str], links: Links) -> dict[str, PostedLink]:
    """The documents of expenses that stand alone, by the expense."""
    found = {key: links.get(posting_key(RecordKind.EXPENSE, key)) for key in keys}
    return {key: link for key, link in found.items() if link is not None}


def _changeable(records: Records, links: Links, spent: Links) -> Iterator[PostedLink]:
    """What is looked at before it is changed or taken out: documents of money, and time that the
    product has no more."""
    yield from spent.values()
    deleted = (one.key for one in records.deleted if one.kind == RecordKind.TIME)
    gone = {posting_key(RecordKind.TIME, key) for key in deleted}
    for key, link in links.items():
        if key in gone or link.record in (RecordKind.EXPENSE, RecordKind.INVOICE):
            yield link
