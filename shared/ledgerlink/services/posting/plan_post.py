"""Planning a post: time, expenses, invoices, clients, projects and staff in one plan."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import TypeVar

from ledgerlink.domain.mapping.new_list_records import creatable_keys
from ledgerlink.domain.model.company import Company, Features
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Operation
from ledgerlink.domain.model.posting_keys import posting_key
from ledgerlink.domain.model.rules import Rule, RuleBook, RuleKind
from ledgerlink.domain.model.settings import Settings
from ledgerlink.domain.model.source_records import Deleted, RecordKind
from ledgerlink.domain.planning.attachments import receipts_of
from ledgerlink.domain.planning.expenses import linked_expense_keys
from ledgerlink.domain.planning.inputs import PlanInput
from ledgerlink.domain.planning.invoices import linked_invoice_keys
from ledgerlink.domain.planning.list_records import RULES, list_keys
from ledgerlink.domain.planning.planner import Planner, plan, unread_documents
from ledgerlink.domain.planning.time import linked_keys
from ledgerlink.domain.ports import Ledger, Stop
from ledgerlink.services.defects import report_defect
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.posting.default_dimensions import (
    defaults_for,
    named_in,
    with_required_dimensions,
)
from ledgerlink.services.posting.known_targets import entities_of, known_targets, used_by_plan
from ledgerlink.services.posting.ledger_names import (
    foreign_customers,
    foreign_vendors,
    names_in_use,
    payables,
)
from ledgerlink.services.posting.receipt_files import unusable_files
from ledgerlink.services.posting.rule_book import created_rules, stored_rules, with_rules
from ledgerlink.services.posting.snapshots import read_snapshots
from ledgerlink.services.posting.staged_records import Records

Links = Mapping[str, Link]
T = TypeVar("T")


class WantedRates(Mapping[tuple[str, date], Decimal]):
    """Exchange rates before any is known: remembers which were asked for and has none."""

    def __init__(self) -> None:
        self.pairs: set[tuple[str, date]] = set()
        """Currency and date of each rate that the plan needs."""

    def __getitem__(self, pair: tuple[str, date]) -> Decimal:
        self.pairs.add(pair)
        raise KeyError(pair)

    def __iter__(self) -> Iterator[tuple[str, date]]:
        return iter(())

    def __len__(self) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class PostPlanner:
    """Gathers what the plan of a post is made of, and makes it."""

    deps: Dependencies
    connection: Connection
    ledger: Ledger
    company: Company
    """The company as the ledger describes it now."""
    posted_at: datetime
    """When the records were posted. A run that is planned later keeps the day."""
    stop: Stop

    async def plan_records(
        self, records: Records, user: str, rank: str | None
    ) -> tuple[tuple[Operation, ...], Sequence[Rule]]:
        """The operations in the order in which they are applied, and the rules that the records
        create, set by `user`. `rank` is the run's place among the runs, None for a preview. Raises
        Interrupted when `stop` is true before everything is read from the ledger."""
        read_at = self.deps.clock.now()
        stored = stored_rules(self.deps, self.connection)
        created = created_rules(self.deps, self.connection, stored, records, user, read_at)
        operations = await self._operations(records, with_rules(stored, created), rank)
        return operations, created

    async def _operations(
        self, records: Records, rules: RuleBook, rank: str | None
    ) -> tuple[Operation, ...]:
        """The plan; made again once it is known which rates it needs and which linked documents
        it would change. Those are read from the ledger, the others cost no call."""
        given = await self.plan_input(records, rules, rank)
        wanted = WantedRates()
        operations = plan(replace(given, rates=wanted))
        unread = unread_documents(given, operations)
        if not wanted.pairs and not unread:
            return operations
        del operations  # memory does not hold two plans
        return plan(await self._read(given, wanted, unread))

    async def part(self, planner: Planner, given: PlanInput) -> tuple[Planner, list[Operation]]:
        """The operations of a part, planned again as `_operations` does, and the planner that has
        planned it."""
        wanted, again = WantedRates(), planner.again()
        operations = planner.part(replace(given, rates=wanted))
        unread = unread_documents(given, operations)
        if not wanted.pairs and not unread:
            return planner, operations
        del operations
        read = await self._read(given, wanted, unread)
        return again, again.part(read)

    async def _read(
        self, given: PlanInput, wanted: WantedRates, unread: Iterable[Link]
    ) -> PlanInput:
        """The input with these rates and documents, as the ledger has them."""
        rates: Mapping[tuple[str, date], Decimal] = {}
        if wanted.pairs:
            rates = await self.ledger.exchange_rates(wanted.pairs, self.stop)
        read = await read_snapshots(self.ledger, unread, self.stop)
        return replace(given, rates=rates, snapshots={**given.snapshots, **read})

    async def plan_input(
        self,
        records: Records,
        rules: RuleBook,
        rank: str | None,
        others: Iterable[tuple[RuleKind, str]] = (),
    ) -> PlanInput:
        """What the plan of these records is made from. `others` are entities that time in other
        parts of the plan names."""
        deps, connection, key = self.deps, self.connection, self.connection.key
        settings = deps.settings.get(key)
        links = deps.links.get(key, posting_keys(records, settings) | creatable_keys(rules))
        expense_keys = _source_keys(records, RecordKind.EXPENSE)
        expense_owners = deps.links.owner_documents(key, expense_keys, RecordKind.EXPENSE)
        time_owners = deps.links.owner_documents(key, _time_keys(records), RecordKind.TIME)
        features = self.company.features
        if records.expenses or records.invoices:
            features = with_required_dimensions(deps, connection, features)
        entities = [*others]
        used = used_by_plan([*entities_of(records), *entities], rules, links, settings)
        named = [*named_in(records.with_dimensions()), *entities]
        money = {link.key: link for link in _money_documents(links, expense_owners)}
        return PlanInput(
            entries=records.times,
            rejected=records.rejected,
            rules=rules,
            links=links,
            composer=deps.connector(connection.ledger).composer_for(features, settings.ledger),
            posting=settings.posting,
            features=features,
            defaults=defaults_for(deps, connection, named, rules, links),
            names=names_in_use(deps, connection),
            currencies=self._from_list(
                foreign_customers, records.times or records.invoices or entities
            ),
            attached=deps.links.beginning(key, _deleted_receipts(records)),
            unusable_files=unusable_files(deps, key, [*records.expenses, *records.invoices], links),
            payables=self._from_list(payables, records.expenses),
            vendor_currencies=self._from_list(foreign_vendors, records.expenses),
            owners=time_owners,
            snapshots=await read_snapshots(self.ledger, money.values(), self.stop),
            rank=rank,
            expenses=records.expenses,
            invoices=records.invoices,
            listed=records.listed,
            deleted=records.deleted,
            expensing=settings.expenses,
            invoicing=settings.invoices,
            expense_owners={**_own_documents(expense_keys, links), **expense_owners},
            today=settings.day_of(self.posted_at),
            report_defect=partial(report_defect, deps),
            targets=known_targets(deps, connection, settings, used),
        )

    def _from_list(
        self,
        read: Callable[[Dependencies, Connection, Features], Mapping[str, T]],
        needed_by: object,
    ) -> Mapping[str, T]:
        """Facts from a list of the ledger, which is only read if there are records that need
        them."""
        return read(self.deps, self.connection, self.company.features) if needed_by else {}


def posting_keys(records: Records, settings: Settings) -> set[str]:
    """The posting keys of all documents that these records are, or may be, part of."""
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


def _source_keys(records: Records, kind: RecordKind) -> list[str]:
    """The keys of the records of a kind, deleted ones included."""
    given = records.times if kind is RecordKind.TIME else records.expenses
    return [*(one.key for one in given), *(o.key for o in records.deleted if o.kind == kind)]


def _time_keys(records: Records) -> list[str]:
    """The keys of all time entries, those that invoice lines bill included."""
    billed = [k for i in records.invoices for line in i.lines for k in line.time_keys]
    return [*_source_keys(records, RecordKind.TIME), *billed]


def _deleted_receipts(records: Records) -> list[str]:
    """What the posting keys of the receipts of deleted expenses and invoices begin with."""
    kinds = (RecordKind.EXPENSE, RecordKind.INVOICE)
    return [receipts_of(one.kind, one.key) for one in records.deleted if one.kind in kinds]


def _own_documents(expense_keys: Iterable[str], links: Links) -> dict[str, Link]:
    """The documents of expenses that have a document of their own, by the expense's key."""
    found = {key: links.get(posting_key(RecordKind.EXPENSE, key)) for key in expense_keys}
    return {key: link for key, link in found.items() if link is not None}


def _money_documents(links: Links, expense_owners: Links) -> Iterator[Link]:
    """The documents whose snapshot is read before the first plan: those with money, because only
    the ledger can tell whether their content is still as it was posted."""
    yield from expense_owners.values()
    for link in links.values():
        if link.record in (RecordKind.EXPENSE, RecordKind.INVOICE):
            yield link
