"""Documents of money in a plan: expenses and invoices, each with its receipts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ledgerlink.domain.bundles import Bundling
from ledgerlink.domain.comparing import Comparer
from ledgerlink.domain.documents import Known, Pending
from ledgerlink.domain.expensing import Expenses, document_key
from ledgerlink.domain.inputs import PlanInput
from ledgerlink.domain.invoicing import Activity, Invoices, invoice_key
from ledgerlink.domain.links import Link
from ledgerlink.domain.plan import Action, ItemState, Operation
from ledgerlink.domain.receipts import receipts, removed_receipts
from ledgerlink.domain.records import RecordKind
from ledgerlink.domain.resolver import Resolver, time_key_of


def documents(
    given: PlanInput, resolver: Resolver, times: Sequence[Operation]
) -> Iterator[Operation]:
    """The operations of expenses and invoices. `times` are those of the time in the same plan,
    which invoices may bill."""
    if given.expenses or given.deleted_keys(RecordKind.EXPENSE):
        yield from _expenses(given, resolver)
    if given.invoices or given.deleted_keys(RecordKind.INVOICE):
        yield from _invoices(given, resolver, times)
    yield from removed_receipts(given)


def _expenses(given: PlanInput, resolver: Resolver) -> Iterator[Operation]:
    expenses = Expenses(given, resolver)
    bundling = Bundling(
        given=given,
        record=RecordKind.EXPENSE,
        comparer=_comparer(given, RecordKind.EXPENSE, "spent_on"),
        carried=given.carried_expenses,
        stuck=expenses.stuck,
        left_out=expenses.left_out,
        gone=[k for k in given.deleted_keys(RecordKind.EXPENSE) if k not in expenses.stuck],
    )
    found = {op.key: op for op in bundling.operations(expenses.bundles)}
    yield from found.values()
    for entry in given.expenses:
        yield from receipts(given, entry, document_key(entry, given.expensing), found)


def _invoices(
    given: PlanInput, resolver: Resolver, times: Sequence[Operation]
) -> Iterator[Operation]:
    invoices = Invoices(given, resolver, _activities(given, times).get)
    bundling = Bundling(
        given=given,
        record=RecordKind.INVOICE,
        comparer=_comparer(given, RecordKind.INVOICE, "issued_on"),
        carried=_invoiced(given),
        stuck=invoices.stuck,
        gone=[k for k in given.deleted_keys(RecordKind.INVOICE) if k not in invoices.stuck],
    )
    found = {op.key: op for op in bundling.operations(invoices.bundles)}
    yield from found.values()
    for invoice in given.invoices:
        yield from receipts(given, invoice, invoice_key(invoice.key), found)


def _comparer(given: PlanInput, record: RecordKind, date_field: str) -> Comparer:
    return Comparer(
        edits=given.posting.ledger_edits,
        closed_through=given.features.books_closed_through,
        rank=given.rank,
        record=record,
        date_field=date_field,
    )


def _invoiced(given: PlanInput) -> Mapping[str, Link]:
    keys = [*(i.key for i in given.invoices), *given.deleted_keys(RecordKind.INVOICE)]
    links = {key: given.links.get(invoice_key(key)) for key in keys}
    return {key: link for key, link in links.items() if link is not None}


def _activities(given: PlanInput, times: Iterable[Operation]) -> Mapping[str, Activity]:
    """The activities that carry the time which these invoices bill, by entry."""
    wanted = {k for invoice in given.invoices for line in invoice.lines for k in line.time_keys}
    found: dict[str, Activity] = {}
    for key in wanted:
        link = given.links.get(time_key_of(key)) or given.carried.get(key)
        if link is not None:
            members = frozenset(link.members or (key,))
            found[key] = Activity(link.key, Known(link.ledger_id), members)
    for operation in times:
        if operation.state is ItemState.PENDING and operation.action is Action.CREATE:
            activity = Activity(operation.key, Pending(operation.key), frozenset(operation.members))
            found.update({m: activity for m in operation.members if m in wanted})
    return found
