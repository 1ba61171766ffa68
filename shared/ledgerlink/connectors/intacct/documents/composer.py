"""Composing: neutral records as the ledger's documents. Their bodies go out as `bodies` says."""

from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.documents.attachment import attachment
from ledgerlink.connectors.intacct.documents.dimension_defaults import DimensionDefaults
from ledgerlink.connectors.intacct.documents.expenses import spending
from ledgerlink.connectors.intacct.documents.invoice import sale
from ledgerlink.connectors.intacct.documents.list_records import new_record
from ledgerlink.connectors.intacct.documents.time_entry import entry
from ledgerlink.connectors.intacct.documents.timesheet_periods import TimesheetPeriods
from ledgerlink.domain.model.documents import (
    Document,
    Features,
    NewListRecord,
    ResolvedExpenses,
    ResolvedInvoice,
    ResolvedReceipt,
    ResolvedTime,
)


class IntacctComposer:
    """The composer of Sage Intacct, for companies whose timesheets are of these `periods`, and who
    offer these `features`."""

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
        return new_record(record, self._choices)

    def time(self, time: ResolvedTime) -> Document:
        """A TIMESHEETENTRY. Raises Blocked."""
        return entry(time, self._periods, DimensionDefaults(self._choices), self._features)

    def expenses(self, expenses: ResolvedExpenses) -> Document:
        """An APBILL, EEXPENSES or CCTRANSACTION. Raises Blocked."""
        return spending(expenses, self._choices)

    def invoice(self, invoice: ResolvedInvoice) -> Document:
        """An SODOCUMENT or ARINVOICE. Raises Blocked."""
        return sale(invoice, self._choices)

    def receipt(self, receipt: ResolvedReceipt) -> Document:
        """A SUPDOC. Raises Blocked."""
        return attachment(receipt, self._choices)
