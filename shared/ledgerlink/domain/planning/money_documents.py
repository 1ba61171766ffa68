"""Documents of money in a plan: expenses and invoices, each with its receipts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ledgerlink.domain.mapping.resolver import Resolver
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Action, ItemState, Operation
from ledgerlink.domain.model.posting_keys import time_key_of
from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.model.references import ExistingRecord, Pending
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.domain.planning.attachments import Receipts
from ledgerlink.domain.planning.diff import Differ
from ledgerlink.domain.planning.emails import Emails
from ledgerlink.domain.planning.expenses import Expenses, document_key
from ledgerlink.domain.planning.grouping import Grouping, RecordGroup
from ledgerlink.domain.planning.inputs import PlanInput
from ledgerlink.domain.planning.invoice_lines import Activity
from ledgerlink.domain.planning.invoices import Invoices, invoice_key


def documents(
    given: PlanInput, resolver: Resolver, times: Sequence[Operation]
) -> Iterator[Operation]:
    """The operations of expenses and invoices. `times` are those of the time in the same plan,
    which invoices may bill."""
    left_out: dict[tuple[str, str], Reason] = {}
    found: list[Operation] = []
    for bundling, groups in _groupings(given, resolver, times):
        found += bundling.operations(groups)
        left_out |= {(bundling.record, key): why for key, why in bundling.left_out.items()}
    yield from found
    receipts = Receipts(given, found, left_out)
    for entry in given.expenses:
        owner = given.expense_owners.get(entry.key)
        yield from receipts.of(entry, document_key(entry, given.expensing), owner)
    for invoice in given.invoices:
        key = invoice_key(invoice.key)
        yield from receipts.of(invoice, key, given.links.get(key))
    yield from receipts.removed()
    owners_by_kind = {
        RecordKind.EXPENSE: given.expense_owners,
        RecordKind.INVOICE: _invoiced(given),
    }
    yield from receipts.left_behind(owners_by_kind)
    yield from Emails(given, found).operations()


def _groupings(
    given: PlanInput, resolver: Resolver, times: Sequence[Operation]
) -> Iterator[tuple[Grouping, Sequence[RecordGroup]]]:
    if given.expenses or given.deleted_keys[RecordKind.EXPENSE]:
        expenses = Expenses(given, resolver)
        blocked, left_out, owners = expenses.blocked, expenses.left_out, given.expense_owners
        yield (
            _grouping(given, RecordKind.EXPENSE, "spent_on", owners, blocked, left_out),
            expenses.groups,
        )
    if given.invoices or given.deleted_keys[RecordKind.INVOICE]:
        invoices = Invoices(given, resolver, _activities(given, times).get)
        yield (
            _grouping(
                given, RecordKind.INVOICE, "issued_on", _invoiced(given), invoices.blocked, {}
            ),
            invoices.groups,
        )


def _grouping(
    given: PlanInput,
    record: RecordKind,
    date_field: str,
    owners: Mapping[str, Link],
    blocked: dict[str, Reason],
    left_out: dict[str, Reason],
) -> Grouping:
    return Grouping(
        given=given,
        record=record,
        differ=_differ(given, record, date_field),
        owners=owners,
        blocked=blocked,
        left_out=left_out,
        gone=[key for key in given.deleted_keys[record] if key not in blocked],
        rejected=frozenset(given.rejected_keys(record)),
        unidentified=given.unidentified(record),
    )


def _differ(given: PlanInput, record: RecordKind, date_field: str) -> Differ:
    return Differ(
        edits=given.posting.ledger_edits,
        closed_through=given.features.books_closed_through,
        rank=given.rank,
        record=record,
        date_field=date_field,
    )


def _invoiced(given: PlanInput) -> Mapping[str, Link]:
    keys = [*(i.key for i in given.invoices), *given.deleted_keys[RecordKind.INVOICE]]
    links = {key: given.links.get(invoice_key(key)) for key in keys}
    return {key: link for key, link in links.items() if link is not None}


def _activities(given: PlanInput, times: Iterable[Operation]) -> Mapping[str, Activity]:
    """The activities that carry the time which these invoices bill, by entry."""
    billed = {k for invoice in given.invoices for line in invoice.lines for k in line.time_keys}
    pending = [op for op in times if op.state is ItemState.PENDING]
    going = {op.key for op in pending if op.action is Action.DELETE}
    changing = {op.key: op for op in pending if op.action is Action.UPDATE}
    found: dict[str, Activity] = {}
    for key in billed:
        link = given.links.get(time_key_of(key)) or given.owners.get(key)
        if link is not None and link.key not in going:
            members = frozenset(link.members or (key,))
            changes = link.key in changing
            target = ExistingRecord(link.ledger_id)
            facts = changing.get(link.key, link)
            found[key] = Activity(link.key, target, members, changes, facts.minutes, facts.day)
    for operation in pending:
        if operation.action is Action.CREATE:
            activity = Activity(
                operation.key,
                Pending(operation.key),
                frozenset(operation.members),
                minutes=operation.minutes,
                day=operation.day,
            )
            found.update({m: activity for m in operation.members if m in billed})
    return found
