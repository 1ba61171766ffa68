"""The composer port: neutral records as QuickBooks documents."""

from ledgerlink.connectors.qbo.documents.attachment import compose_attachment
from ledgerlink.connectors.qbo.documents.email import compose_email
from ledgerlink.connectors.qbo.documents.expenses import compose_expenses
from ledgerlink.connectors.qbo.documents.invoice import compose_invoice
from ledgerlink.connectors.qbo.documents.list_records import compose_list_record
from ledgerlink.connectors.qbo.documents.time_entry import compose_time_entry
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.new_records import NewListRecord
from ledgerlink.domain.model.resolved_expenses import ResolvedExpenses
from ledgerlink.domain.model.resolved_invoices import ResolvedEmail, ResolvedInvoice
from ledgerlink.domain.model.resolved_receipts import ResolvedReceipt
from ledgerlink.domain.model.resolved_time import ResolvedTime


class QuickBooksComposer:
    """The composer port for QuickBooks Online."""

    links_time = True
    one_currency_each = True
    applies_rates = False
    emails_invoices = True

    def list_record(self, record: NewListRecord) -> Document:
        """A Customer, Employee, Vendor or service Item. Raises Blocked."""
        return compose_list_record(record)

    def time(self, time: ResolvedTime) -> Document:
        """A TimeActivity. Raises Blocked."""
        return compose_time_entry(time)

    def expenses(self, expenses: ResolvedExpenses) -> Document:
        """A Bill, or a Purchase by check or card. Raises Blocked."""
        return compose_expenses(expenses)

    def invoice(self, invoice: ResolvedInvoice) -> Document:
        """An Invoice. Raises Blocked."""
        return compose_invoice(invoice)

    def receipt(self, receipt: ResolvedReceipt) -> Document:
        """An Attachable. Raises Blocked."""
        return compose_attachment(receipt)

    def email(self, email: ResolvedEmail) -> Document:
        """The order to mail an invoice."""
        return compose_email(email)
