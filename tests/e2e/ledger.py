"""What the tests of documents ask of a ledger; each ledger says it in a module of its own."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from tests.e2e.firm import Firm


class Kind(StrEnum):
    """What expenses and invoices become."""

    BILL = "owed to a vendor"
    REPORT = "owed to an employee"
    CHARGE = "charged to a card"
    REFUND = "paid back to a card"
    INVOICE = "invoice"


File = tuple[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document of money that stands. `id` is what items name it by, `party` who is paid or pays,
    `content` all that the ledger stores, so that a change shows."""

    id: str
    kind: Kind
    number: str
    total: Decimal
    day: date
    party: str
    lines: list[Decimal]
    texts: Sequence[str]
    files: Sequence[File]
    content: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Ids of what a firm's rules and settings point at."""

    income: str
    expense: str
    card: str
    payable: str
    bank: str
    item: str
    hotel: str


class Ledger(Protocol):
    """A company of its own, as another application or its bookkeeper sees it. `writing` are the
    kinds of calls that write; `marks_time` says that an invoice marks the time that it bills;
    `news_by` is what starts a sync when something changed there; `losses` are the ways in which an
    answer gets lost."""

    @property
    def writing(self) -> frozenset[str]: ...

    @property
    def marks_time(self) -> bool: ...

    @property
    def news_by(self) -> str: ...

    @property
    def losses(self) -> Sequence[str]: ...

    def connected(self, firm: Firm) -> str:
        """The id of a new connection to it, once its first sync is done."""
        ...

    def chart(self) -> Chart:
        """A vendor Hotel Adler is made for it."""
        ...

    def documents(self) -> list[Document]: ...

    def times(self) -> dict[str, bool]:
        """Notes of all time, and whether an invoice bills it."""
        ...

    def customers(self) -> list[str]:
        """Full names of customers and projects."""
        ...

    def employees(self) -> list[str]: ...

    def enter(self, number: str) -> str:
        """Somebody enters an invoice of 1.00 for somebody else; its id."""
        ...

    def pay(self, document: Document, day: date) -> None:
        """The client pays all of an invoice."""
        ...

    def news(self, firm: Firm, connection_id: str) -> None:
        """Have what changed in the ledger come in, by the way that this ledger has for it."""
        ...

    def close_books(self, through: date) -> None: ...

    def losing(self, action: str) -> AbstractContextManager[None]:
        """Here the next writes are done, and answered so that nobody knows. Asserts that they
        were."""
        ...


def numbered(ledger: Ledger, kind: Kind, number: str) -> Document:
    """The one document of this number."""
    (found,) = having(ledger, kind, number)
    return found


def having(ledger: Ledger, kind: Kind, number: str) -> list[Document]:
    """The documents of this number."""
    return [p for p in ledger.documents() if (p.kind, p.number) == (kind, number)]
