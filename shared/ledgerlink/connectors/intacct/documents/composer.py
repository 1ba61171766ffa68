"""The composer: neutral records as documents of Sage Intacct, with bodies as `encoding` describes
them."""

from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.documents.attachment import attachment_document
from ledgerlink.connectors.intacct.documents.dimension_defaults import DimensionDefaults
from ledgerlink.connectors.intacct.documents.expenses import expense_document
from ledgerlink.connectors.intacct.documents.invoice import invoice_document
from ledgerlink.connectors.intacct.documents.list_records import list_record_document
from ledgerlink.connectors.intacct.documents.time_entry import time_entry_document
from ledgerlink.connectors.intacct.documents.timesheet_periods import TimesheetPeriods
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.documents import (
    Document,
    NewListRecord,
    ResolvedExpenses,
    ResolvedInvoice,
    ResolvedReceipt,
    ResolvedTime,
)


class IntacctComposer:
    """The composer port for one company: its timesheet periods, its choices, its features."""

    links_time = False
    one_currency_each = False
    applies_rates = True

    def __init__(
        self,
        periods: TimesheetPeriods | None = None,
        choices: Choices | None = None,
        features: Features | None = None,
    ) -> None:
        self._periods = periods or TimesheetPeriods()
        self._choices = choices or Choices()
        self._features = features or Features()

    def list_record(self, record: NewListRecord) -> Document:
        """A CUSTOMER, PROJECT, EMPLOYEE, VENDOR or ITEM. Raises Blocked."""
        return list_record_document(record, self._choices)

    def time(self, time: ResolvedTime) -> Document:
        """A TIMESHEETENTRY. Raises Blocked."""
        defaults = DimensionDefaults(self._choices)
        return time_entry_document(time, self._periods, defaults, self._features)

    def expenses(self, expenses: ResolvedExpenses) -> Document:
        """An APBILL, EEXPENSES or CCTRANSACTION. Raises Blocked."""
        return expense_document(expenses, self._choices)

    def invoice(self, invoice: ResolvedInvoice) -> Document:
        """An SODOCUMENT or ARINVOICE. Raises Blocked."""
        return invoice_document(invoice, self._choices)

    def receipt(self, receipt: ResolvedReceipt) -> Document:
        """A SUPDOC. Raises Blocked."""
        return attachment_document(receipt, self._choices)
