"""Invoices, and their e-mails, whose references point into the ledger, ready to be composed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.references import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedInvoiceLine:
    """One line of an invoice; ids are the ledger's."""

    amount: Decimal
    """Without tax, at the currency's smallest unit."""
    item: Target | None
    """What is sold."""
    tax: Decimal | None = None
    """The tax on it; None where the product does not say."""
    quantity: Decimal | None = None
    """Quantity times unit price gives the amount, or both are None."""
    unit_price: Decimal | None = None
    """See `quantity`."""
    description: str = ""
    """Its text."""
    service_date: date | None = None
    """When the service was rendered."""
    class_id: str | None = None
    """The ledger's id of its class."""
    department_id: str | None = None
    """The ledger's id of its department."""
    tax_code_id: str | None = None
    """The ledger's id of its tax code."""
    time: Target | None = None
    """The activity that it bills."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedInvoice:
    """An invoice whose references point into the ledger; ids are the ledger's."""

    key: str
    """The posting key."""
    reference: str
    """Our name for it, which the ledger keeps, too."""
    customer: Target
    """Who is invoiced."""
    lines: tuple[ResolvedInvoiceLine, ...]
    """What is invoiced."""
    day: date
    """The accounting date."""
    features: Features
    """What the company offers."""
    due: date | None = None
    """When it is due."""
    number: str | None = None
    """The document number; None where the ledger numbers."""
    terms_id: str | None = None
    """The ledger's id of its terms."""
    class_id: str | None = None
    """The class of lines that have none."""
    department_id: str | None = None
    """The department of lines that have none."""
    location_id: str | None = None
    """The location of lines that have none."""
    currency: str | None = None
    """None for the company's own."""
    rate: Decimal | None = None
    """Home units for one of the currency; None for the company's own."""
    tax: Decimal | None = None
    """What the product says that all tax comes to; None where it does not say."""
    tax_code_id: str | None = None
    """The tax code of all of it."""
    tax_inclusive: bool = False
    """Whether the product gave the amounts with tax."""
    memo: str = ""
    """The text for the customer."""
    note: tuple[tuple[str, str], ...] = ()
    """The parts of the note that is kept with the document, each with its field."""
    email: str | None = None
    """Where it is e-mailed to."""
    custom_fields: Mapping[str, str] = field(default_factory=dict)
    """Texts by the ledger's id of a custom field."""
    shorten: bool = False
    """Whether texts may be cut to what the ledger accepts."""
    kind: str | None = None
    """The ledger's own name of what it is there already; None while it is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedEmail:
    """The e-mail by which the ledger sends an invoice to its customer."""

    key: str
    """The posting key."""
    invoice: Target
    """What is sent, to the addresses that it has."""
