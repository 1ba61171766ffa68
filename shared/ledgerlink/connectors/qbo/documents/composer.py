"""Composing: neutral records as the ledger's documents. Their bodies go out as `wire` says."""

from ledgerlink.connectors.qbo.documents.attachment import attachment
from ledgerlink.connectors.qbo.documents.expenses import spending
from ledgerlink.connectors.qbo.documents.invoice import sale
from ledgerlink.connectors.qbo.documents.list_records import new_record
from ledgerlink.connectors.qbo.documents.time_entry import activity
from ledgerlink.domain.model.documents import (
    Document,
    NewListRecord,
    ResolvedExpenses,
    ResolvedInvoice,
    ResolvedReceipt,
    ResolvedTime,
)


class Documents:
    """The composer of QuickBooks Online."""

    links_time = True
    one_currency_each = True
    applies_rates = False

    def list_record(self, record: NewListRecord) -> Document:
        """A Customer, Employee, Vendor or service Item. Raises Blocked."""
        return new_record(record)

    def time(self, time: ResolvedTime) -> Document:
        """A TimeActivity. Raises Blocked."""
        return activity(time)

    def expenses(self, expenses: ResolvedExpenses) -> Document:
        """A Bill, or a Purchase by check or card. Raises Blocked."""
        return spending(expenses)

    def invoice(self, invoice: ResolvedInvoice) -> Document:
        """An Invoice. Raises Blocked."""
        return sale(invoice)

    def receipt(self, receipt: ResolvedReceipt) -> Document:
        """An Attachable. Raises Blocked."""
        return attachment(receipt)
