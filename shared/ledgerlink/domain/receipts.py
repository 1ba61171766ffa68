"""Receipts: files that are attached to documents, each an operation with an outcome of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ledgerlink.domain.comparing import Comparer
from ledgerlink.domain.documents import Known, Pending, ResolvedReceipt, Target
from ledgerlink.domain.inputs import PlanInput
from ledgerlink.domain.plan import Action, ItemState, Operation
from ledgerlink.domain.ports import Blocked
from ledgerlink.domain.posting import LedgerEdits
from ledgerlink.domain.reasons import Reason, reason
from ledgerlink.domain.records import ExpenseEntry, Invoice, Receipt, RecordKind
from ledgerlink.domain.resolver import posting_key
from ledgerlink.domain.settled import settled

RECEIPT = RecordKind.RECEIPT


def removed_receipts(given: PlanInput) -> Iterator[Operation]:
    """What takes out receipts that the product has no more; their keys are `record/receipt`."""
    for name in given.deleted_keys(RECEIPT):
        key = posting_key(RECEIPT, name)
        link = given.links.get(key)
        if link is not None:
            yield Comparer(edits=LedgerEdits.OURS, record=RECEIPT).unwanted(given.held(link))
        else:
            why = reason("undeletable")
            yield settled(key, ItemState.SKIPPED, why, kind=RECEIPT, record=RECEIPT)


def receipts(
    given: PlanInput,
    record: ExpenseEntry | Invoice,
    document_key: str,
    documents: Mapping[str, Operation],
) -> Iterator[Operation]:
    """The operations of a record's receipts. `documents` are those of its kind, by posting key: a
    receipt goes to the document that there is or will be, also to one that may not change."""
    operation = documents.get(document_key)
    link = given.links.get(document_key)
    for receipt in record.receipts:
        if operation is not None and _comes(operation):
            target: Target = Pending(document_key)
            yield _attached(given, record, receipt, target, operation.kind)
        elif link is not None and record.key in link.members:
            yield _attached(given, record, receipt, Known(link.ledger_id), link.kind)
        else:
            yield _not_attached(record, receipt, reason("dependency_failed", key=document_key))


def _comes(operation: Operation) -> bool:
    return operation.state is ItemState.PENDING and operation.action is Action.CREATE


def _attached(
    given: PlanInput, record: ExpenseEntry | Invoice, receipt: Receipt, target: Target, kind: str
) -> Operation:
    resolved = ResolvedReceipt(
        key=posting_key(RECEIPT, _name(record, receipt)),
        document=target,
        document_kind=kind,
        file_name=receipt.file_name,
        content_type=receipt.content_type,
        note=receipt.note or "",
    )
    try:
        document = given.composer.receipt(resolved)
    except Blocked as blocked:
        return _not_attached(record, receipt, blocked.reason)
    document = replace(document, members=(_name(record, receipt),))
    link = given.links.get(resolved.key)
    comparer = Comparer(edits=LedgerEdits.OURS, record=RecordKind.RECEIPT)
    (operation,) = comparer.wanted(document, given.held(link) if link else None)
    return replace(operation, upload_id=receipt.upload_id)


def _not_attached(record: ExpenseEntry | Invoice, receipt: Receipt, why: Reason) -> Operation:
    key = posting_key(RECEIPT, _name(record, receipt))
    return settled(key, ItemState.BLOCKED, why, kind=RECEIPT, record=RecordKind.RECEIPT)


def _name(record: ExpenseEntry | Invoice, receipt: Receipt) -> str:
    return f"{record.key}/{receipt.key}"
