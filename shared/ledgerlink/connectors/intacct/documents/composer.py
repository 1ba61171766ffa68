"""The composer: neutral records as documents of Sage Intacct, with bodies as `encoding` describes
them."""

from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.documents.attachment import compose_attachment
from ledgerlink.connectors.intacct.documents.dimension_defaults import DimensionDefaults
from ledgerlink.connectors.intacct.documents.expenses import compose_expenses
from ledgerlink.connectors.intacct.documents.invoice import compose_invoice
from ledgerlink.connectors.intacct.documents.list_records import compose_list_record
from ledgerlink.connectors.intacct.documents.time_entry import compose_time_entry
from ledgerlink.connectors.intacct.documents.timesheet_periods import TimesheetPeriods
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.new_records import NewListRecord
from ledgerlink.domain.model.reasons import Blocked, reason
from ledgerlink.domain.model.resolved_expenses import ResolvedExpenses
from ledgerlink.domain.model.resolved_invoices import ResolvedEmail, ResolvedInvoice
from ledgerlink.domain.model.resolved_receipts import ResolvedReceipt
from ledgerlink.domain.model.resolved_time import ResolvedTime


class IntacctComposer:
    """The composer port for one company: its timesheet periods, its choices, its features."""

    links_time = False
    one_currency_each = False
    applies_rates = True
    emails_invoices = False

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
        return compose_list_record(record, self._choices)

    def time(self, time: ResolvedTime) -> Document:
        """A TIMESHEETENTRY. Raises Blocked."""
        defaults = DimensionDefaults(self._choices)
        return compose_time_entry(time, self._periods, defaults, self._features)

    def expenses(self, expenses: ResolvedExpenses) -> Document:
        """An APBILL, EEXPENSES or CCTRANSACTION. Raises Blocked."""
        return compose_expenses(expenses, self._choices)

    def invoice(self, invoice: ResolvedInvoice) -> Document:
        """An SODOCUMENT or ARINVOICE. Raises Blocked."""
        return compose_invoice(invoice, self._choices)

    def receipt(self, receipt: ResolvedReceipt) -> Document:
        """A SUPDOC. Raises Blocked."""
        return compose_attachment(receipt, self._choices)

    def email(self, email: ResolvedEmail) -> Document:  # noqa: ARG002 - the port's
        """Raises Blocked, because Sage Intacct is not asked to mail invoices."""
        raise Blocked(reason("email_unsupported", field="send"))
