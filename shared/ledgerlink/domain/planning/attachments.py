"""Receipts: files that are attached to documents, each an operation with an outcome of its own."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ledgerlink.domain.mapping.defects import UNPLANNABLE
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import ItemState, Operation
from ledgerlink.domain.model.posting_keys import posting_key
from ledgerlink.domain.model.reasons import Blocked, Reason, reason
from ledgerlink.domain.model.references import ExistingRecord, Pending, Target
from ledgerlink.domain.model.resolved_receipts import ResolvedReceipt
from ledgerlink.domain.model.source_records import ExpenseEntry, Invoice, Receipt, RecordKind
from ledgerlink.domain.model.time_settings import LedgerEdits
from ledgerlink.domain.planning.diff import Differ
from ledgerlink.domain.planning.inputs import PlanInput

RECEIPT = RecordKind.RECEIPT

Spender = ExpenseEntry | Invoice
Carriers = Mapping[RecordKind, Mapping[str, Link]]
"""The documents that carry records, by their kind and key."""


def receipt_key(record: Spender, receipt: Receipt) -> str:
    """The posting key of a record's receipt: expenses and invoices may have the same keys."""
    return receipts_of(RecordKind(record.kind), record.key) + receipt.key


def receipts_of(kind: RecordKind, source_key: str) -> str:
    """The beginning of the posting keys of a record's receipts, and of no others; a slash in its
    key is written `%2F`."""
    plain = source_key.replace("%", "%25").replace("/", "%2F")
    return posting_key(RECEIPT, f"{kind}/{plain}/")


def owner_of(key: str) -> tuple[RecordKind, str]:
    """The kind and the key of the record that the receipt with this posting key belongs to."""
    kind, plain, _ = key.partition(":")[2].split("/", 2)
    return RecordKind(kind), plain.replace("%2F", "/").replace("%25", "%")


class Receipts:
    """The receipts of one plan, whose `documents` are on their way. A receipt goes to the document
    that there is or will be, also to one that may not change, and goes with the record that it
    belongs to; `left_out` are the reasons of records that are not to be posted, by kind and key."""

    def __init__(
        self,
        given: PlanInput,
        documents: Sequence[Operation],
        left_out: Mapping[tuple[str, str], Reason],
    ) -> None:
        self._given = given
        self._left_out = left_out
        self._written = {op.key: op for op in documents if op.writes_document}
        self._differ = Differ(edits=LedgerEdits.OURS, record=RECEIPT)
        self._keeping = {
            (op.record, member)
            for op in documents
            if op.state is ItemState.BLOCKED
            for member in op.members
        }
        spenders: list[Spender] = [*given.expenses, *given.invoices]
        self._counts = Counter(receipt_key(one, each) for one in spenders for each in one.receipts)
        self._gone = [posting_key(RECEIPT, name) for name in given.deleted_keys[RECEIPT]]
        self._counts.update(self._gone)

    def removed(self) -> Iterator[Operation]:
        """Deletes of the receipts that the product no longer has; their keys are
        `expense/record/receipt` or `invoice/record/receipt`."""
        for key in self._gone:
            link = self._given.links.get(key)
            if self._counts[key] > 1:
                continue
            if link is not None:
                yield self._differ.to_delete(self._given.linked_document(link))
            else:
                yield _settled(key, ItemState.SKIPPED, reason("undeletable"))

    def left_behind(self, carriers: Carriers) -> Iterator[Operation]:
        """Deletes of the receipts of records that the product no longer has, once their documents
        no longer contain these. `carriers` are what carries the records now."""
        known_keys = {*self._gone, *self._counts}
        deleted = self._given.deleted_keys
        gone = {(k, key) for k in carriers for key in deleted[k]} - self._keeping
        for key, link in self._given.attached.items():
            owner = owner_of(key)
            if key not in known_keys and owner in gone:
                operation = self._differ.to_delete(self._given.linked_document(link))
                carrier = carriers[owner[0]].get(owner[1])
                after = (carrier.key,) if carrier else ()
                yield replace(operation, members=(owner[1],), after=after)

    def of(self, record: Spender, document_key: str, carrier: Link | None) -> Iterator[Operation]:
        """The operations of a record's receipts. `carrier` is what carries the record now."""
        for receipt in record.receipts:
            key = receipt_key(record, receipt)
            try:
                yield self._attached(key, record, receipt, document_key, carrier)
            except UNPLANNABLE as failure:
                why = self._given.why_unplannable(key, failure)
                yield _settled(key, ItemState.BLOCKED, why)

    def _attached(
        self,
        key: str,
        record: Spender,
        receipt: Receipt,
        document_key: str,
        carrier: Link | None,
    ) -> Operation:
        """Raises Blocked."""
        if self._counts[key] > 1:
            count = self._counts[key]
            raise Blocked(reason("duplicate_key", field="receipts", key=receipt.key, count=count))
        if why := self._left_out.get((record.kind, record.key)):
            return _settled(key, ItemState.SKIPPED, why)
        target, kind = self._target(document_key, carrier)
        resolved = ResolvedReceipt(
            key=key,
            document=target,
            document_kind=kind,
            file_name=receipt.file_name,
            content_type=receipt.content_type,
            note=receipt.note or "",
        )
        document = self._given.composer.receipt(resolved)
        document = replace(document, members=(key.partition(":")[2],))
        link = self._given.links.get(key)
        linked = self._given.linked_document(link) if link else None
        (operation,) = self._differ.to_write(document, linked)
        why = self._given.unusable_files.get(key)
        if why is not None and operation.state is ItemState.PENDING and linked is None:
            raise Blocked(why)
        return replace(operation, upload_id=receipt.upload_id)

    def _target(self, document_key: str, carrier: Link | None) -> tuple[Target, str]:
        """The document that it goes to, and of which kind that is. Raises Blocked."""
        written = self._written.get(document_key)
        if written is not None and written.ledger_id is None:
            return Pending(document_key), written.kind
        if written is not None and written.ledger_id is not None:
            return ExistingRecord(written.ledger_id), written.kind
        if carrier is None:
            raise Blocked(reason("dependency_failed", key=document_key))
        return ExistingRecord(carrier.ledger_id), carrier.kind


def _settled(key: str, state: ItemState, why: Reason) -> Operation:
    return Operation.not_sent(key, state, why, kind=RECEIPT, record=RECEIPT)
