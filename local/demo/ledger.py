"""A ledger as a bookkeeper's own tool sees it, past Ledgerlink, and what differs between them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum, auto
from typing import Any, Protocol

Row = Mapping[str, Any]
"""A record of the ledger in its own words."""


class Kind(Enum):
    """What the records of a month become; every ledger has a name of its own for it."""

    OWED_TO_VENDORS = auto()
    OWED_TO_EMPLOYEES = auto()
    CHARGE = auto()
    REFUND = auto()
    INVOICE = auto()
    TIME = auto()
    FILE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a bookkeeper calls each kind of the ledger, and what the ledger can do: whether it keeps
    time of vendors, and marks time that an invoice bills."""

    names: Mapping[Kind, str]
    words: Mapping[str, str]
    """The same by the ledger's own name of the kind of record."""
    vendors_work: bool = True
    marks_billed: bool = True


@dataclass(frozen=True, slots=True)
class Activity:
    """A time activity of the ledger. `rate` is money per hour, zero when it is not billable;
    `billed` says that an invoice bills it."""

    customer_id: str
    minutes: int
    rate: Decimal
    billed: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A document that stands, and what it comes to; files come to nothing."""

    kind: Kind
    money: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice; `id` is what its lists name it by, `due` what is still open of it."""

    id: str
    number: str
    total: Decimal
    due: Decimal
    row: Row = field(repr=False)


class Company(Protocol):
    """A company of a ledger."""

    @property
    def id(self) -> str: ...

    @property
    def traits(self) -> Traits: ...

    def income_account(self) -> str:
        """The id of the first account that takes income. Raises DemoError when there is none."""
        ...

    def customers(self) -> Mapping[str, str]:
        """Full names of customers and projects (`Client:Project`) by id."""
        ...

    def people(self) -> set[str]:
        """The names of employees and vendors."""
        ...

    def activities(self) -> Iterable[Activity]:
        """All time that the company holds."""
        ...

    def documents(self, first: date, last: date) -> Iterable[Document]:
        """Documents of money of these days, and the files at documents."""
        ...

    def invoice(self, number: str) -> Invoice:
        """Raises DemoError when there is none of this number."""
        ...

    def pay(self, invoice: Invoice, day: date) -> None:
        """The client pays all that is open. Asked again, the ledger enters no other payment."""
        ...
