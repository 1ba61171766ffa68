"""E-mails of invoices: an order to QuickBooks to mail an invoice to the addresses that it has.

`EmailStatus: NeedToSend` mails nothing by itself; the order is `POST /invoice/{id}/send`. Source:
Intuit's API reference (Invoice, send) and its sample InvoiceWithReimbursedCharge.
"""

from ledgerlink.connectors.qbo.documents.invoice import INVOICE
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.references import Body, reference
from ledgerlink.domain.model.resolved_invoices import ResolvedEmail

EMAIL = "InvoiceEmail"

SENT = "EmailSent"


def compose_email(email: ResolvedEmail) -> Document:
    """The order to mail an invoice. It holds the invoice alone, so that it stays equal however the
    invoice changes."""
    return Document(email.key, EMAIL, {INVOICE: {"value": reference(email.invoice)}})


def mailed_invoice_id(body: Body) -> str:
    """The id of the invoice that is to be mailed."""
    return str(body[INVOICE]["value"])


def is_sent(invoice: Entity) -> bool:
    """Whether QuickBooks has mailed this invoice."""
    return invoice.get("EmailStatus") == SENT
