"""Expenses whose references point into the ledger, ready to be composed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.references import Target
from ledgerlink.domain.model.rules import PersonType


class Settlement(StrEnum):
    """How what was spent is settled: PAYABLE is owed to a vendor, CHECK is paid to an employee out
    of an account, CARD was charged to a card."""

    PAYABLE = "payable"
    CHECK = "check"
    CARD = "card"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payee:
    """Who gets the money; `list` is the list that the record is in."""

    target: Target
    list: PersonType


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpenseLine:
    """One expense of a document; ids are the ledger's."""

    key: str
    """The expense's source key."""
    net: Decimal
    """Without tax, positive, at the currency's smallest unit."""
    tax: Decimal | None = None
    """The tax on it; None where the product does not say."""
    account_id: str | None = None
    """The account; exactly one of account and item is set."""
    item_id: str | None = None
    """The item."""
    customer: Target | None = None
    """The customer or project."""
    class_id: str | None = None
    """The ledger's id of its class."""
    department_id: str | None = None
    """The ledger's id of its department."""
    location_id: str | None = None
    """The ledger's id of its location."""
    billable: bool = False
    """Whether that customer can be billed for it."""
    markup_percent: Decimal | None = None
    """What a billable expense is billed with on top."""
    tax_code_id: str | None = None
    """The ledger's id of its tax code."""
    parts: tuple[tuple[str, str], ...] = ()
    """The parts of its text, each with the field that it is from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedExpenses:
    """Expenses that become one document, whose references point into the ledger."""

    key: str
    """The posting key."""
    reference: str
    """Our name for it, which the ledger keeps, too."""
    lines: tuple[ExpenseLine, ...]
    """The expenses."""
    settlement: Settlement
    """How they are settled."""
    day: date
    """The accounting date."""
    features: Features
    """What the company offers."""
    payee: Payee | None = None
    """Who gets the money; None for a card without a vendor."""
    account_id: str | None = None
    """The payables account, the account that is paid from, or the card's; None leaves a payables
    account to the ledger."""
    credit: bool = False
    """Whether it is a refund of a card."""
    number: str | None = None
    """The document number; None where the ledger numbers."""
    currency: str | None = None
    """None for the company's own."""
    rate: Decimal | None = None
    """Home units for one of the currency; None for the company's own."""
    tax_inclusive: bool = False
    """Whether the product gave the amounts with tax."""
    note: tuple[tuple[str, str], ...] = ()
    """The parts of the note that is kept with the document, each with its field."""
    shorten: bool = False
    """Whether texts may be cut to what the ledger accepts."""
