"""What a company chooses about documents that the product does not say."""

from dataclasses import dataclass
from enum import StrEnum


class Sales(StrEnum):
    """What an invoice becomes: a transaction of Order Entry, or an invoice of Receivables."""

    ORDER_ENTRY = "order_entry"
    RECEIVABLES = "receivables"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """`transaction_type` is the Order Entry definition that invoices are of, `unit` what its lines
    are measured in, `tax_subtotal` the subtotal that takes the product's tax. `revenue_account_id`
    is for lines of Receivables that name an item. `location_id` is the entity of what is created
    at the top level of a company of several. `folder` is where receipts are kept."""

    timesheet_state: str = "Draft"
    report_state: str = "Submitted"
    action: str = "Submit"
    sales: Sales = Sales.ORDER_ENTRY
    transaction_type: str = "Sales Invoice"
    unit: str = "Each"
    tax_subtotal: str | None = None
    revenue_account_id: str | None = None
    project_category: str = "Contract"
    location_id: str | None = None
    folder: str = "Receipts"

    @property
    def invoice_kind(self) -> str:
        """The ledger's name of what invoices become."""
        return "SODOCUMENT" if self.sales is Sales.ORDER_ENTRY else "ARINVOICE"
