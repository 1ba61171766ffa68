"""E-mails of invoices: each is an operation of its own, which follows that of its invoice."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ledgerlink.domain.model.plan import Action, ItemState, Operation
from ledgerlink.domain.model.posting_keys import posting_key
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.references import ExistingRecord, Pending
from ledgerlink.domain.model.resolved_invoices import ResolvedEmail
from ledgerlink.domain.model.source_records import Invoice, RecordKind
from ledgerlink.domain.planning.diff import Differ, LinkedDocument
from ledgerlink.domain.planning.inputs import PlanInput

EMAIL = RecordKind.EMAIL


def email_key(source_key: str) -> str:
    """The posting key of the e-mail of an invoice."""
    return posting_key(EMAIL, f"{RecordKind.INVOICE}/{source_key}")


class Emails:
    """The e-mails of one plan. `documents` are on their way. An invoice is mailed once, however
    often it is posted or changed; one that is deleted and posted anew is another."""

    def __init__(self, given: PlanInput, documents: Sequence[Operation]) -> None:
        self._given = given
        self._documents = {op.key: op for op in documents if op.record is RecordKind.INVOICE}
        self._differ = Differ(record=EMAIL)

    def operations(self) -> Iterator[Operation]:
        """The e-mails of the invoices that are or will be in the ledger as the product says."""
        if self._given.composer.emails_invoices:
            for invoice in self._given.invoices:
                yield from self._of(invoice)
        for key in self._given.deleted_keys[EMAIL]:
            why = reason("undeletable")
            yield Operation.not_sent(
                posting_key(EMAIL, key), ItemState.SKIPPED, why, kind=EMAIL, record=EMAIL
            )

    def _of(self, invoice: Invoice) -> Iterator[Operation]:
        key = posting_key(RecordKind.INVOICE, invoice.key)
        document = self._documents.get(key)
        if document is None or not self._is_wanted(invoice, document):
            return
        target = Pending(key) if document.ledger_id is None else ExistingRecord(document.ledger_id)
        resolved = ResolvedEmail(key=email_key(invoice.key), invoice=target)
        composed = self._given.composer.email(resolved)
        email = replace(composed, members=(composed.key.partition(":")[2],))
        link = self._given.links.get(email.key)
        linked = LinkedDocument(link) if link else None  # which no ledger keeps a record of
        (operation,) = self._differ.to_write(email, linked)
        if operation.state is ItemState.PENDING:  # an e-mail is never changed
            after = (key,) if document.writes_document else ()
            operation = replace(operation, action=Action.CREATE, ledger_id=None, after=after)
        yield operation

    def _is_wanted(self, invoice: Invoice, document: Operation) -> bool:
        """Whether to mail it: the ledger has, or will have, the invoice as the product says."""
        asked = self._given.invoicing.send if invoice.send is None else invoice.send
        same = document.state is ItemState.UNCHANGED and document.reason is None
        return asked and invoice.email is not None and (same or document.writes_document)
