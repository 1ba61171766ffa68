"""Documents: what a ledger stores, composed but not yet sent."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.document_facts import DocumentFacts
from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.model.rules import PersonType
from ledgerlink.domain.model.source_records import TimeEntry

Body = Mapping[str, Any]
"""A ledger's request body as JSON values; a reference may be a `Pending` in its stored form."""

PENDING = "$pending"


@dataclass(frozen=True, slots=True)
class Known:
    """A record of the ledger, by id."""

    ledger_id: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A record that the same plan creates, by its posting key; its id is known once it exists."""

    key: str


Target = Known | Pending


def reference(target: Target) -> str | dict[str, str]:
    """The JSON form of a target inside a body: the id, or `{"$pending": key}`."""
    return target.ledger_id if isinstance(target, Known) else {PENDING: target.key}


def needs(body: Any) -> Iterator[str]:
    """The posting keys that a body waits for."""
    if isinstance(body, Mapping) and PENDING in body:
        yield body[PENDING]
        return
    for value in _parts(body):
        if not isinstance(value, str):  # as most are
            yield from needs(value)


def _parts(body: Any) -> Iterable[Any]:
    if isinstance(body, Mapping):
        return body.values()
    return body if isinstance(body, list | tuple) else ()


def resolve(body: Any, id_of: Callable[[str], str]) -> Any:
    """The body with every pending reference replaced by the id that `id_of` gives for its key."""
    if isinstance(body, str):
        return body
    if isinstance(body, Mapping):
        if PENDING in body:
            return id_of(body[PENDING])
        return {name: resolve(value, id_of) for name, value in body.items()}
    if isinstance(body, list | tuple):
        return [resolve(value, id_of) for value in body]
    return body


def fingerprint(body: Body) -> str:
    """SHA-256 (hex) over the canonical JSON of what is posted."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Document(DocumentFacts):
    """One thing that a ledger stores, as a connector composes it."""

    key: str
    """The posting key."""
    kind: str
    """The ledger's own name of such documents (`TimeActivity`, `Customer`)."""
    body: Body
    """What is sent; it may hold pending references."""
    warnings: tuple[Reason, ...] = ()
    """What a person should know about it though it is posted."""
    fixed: str = ""
    """Those values that no update can change, in the ledger's words. A document that differs in
    them is deleted and created again."""


def _unknown(_body: Body) -> bool:
    """Nobody can tell."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What the ledger holds now of a document that we wrote.

    `body` is what the composer would send for it, as far as that can be told; `forms` are the
    fingerprints of all bodies that it may have come from, or of what it holds (as `Outcome.content`
    says it). `locked` is why it can no longer change: billed, paid, reconciled, void. `minutes`
    and `rate` are what it holds of time, and what an hour is billed at, None for what is not
    billed. `total` is what the ledger says that it comes to. `fixed` is as in a document. `holds`
    says whether it has all that a body says, of what is known by what it holds.
    """

    ledger_id: str
    version: str | None
    body: Body
    forms: tuple[str, ...]
    locked: Reason | None = None
    minutes: int = 0
    rate: Decimal | None = None
    total: Decimal | None = None
    fixed: str = ""
    holds: Callable[[Body], bool] = field(default=_unknown, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """An employee or vendor to be created."""

    key: str
    name: str
    person: PersonType
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """A client (no parent) or a project (below its parent) to be created."""

    key: str
    name: str
    parent: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """A service item to be created for a labor code or leave type. `rate` is money per hour;
    `parent_id` names an existing item above it."""

    key: str
    name: str
    income_account_id: str
    rate: Decimal | None = None
    parent_id: str | None = None


NewListRecord = NewPerson | NewCustomer | NewItem


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedTime:
    """One or more time entries, as one activity whose references point into the ledger.

    `entries` agree in all that is posted but their length. `minutes` is what is posted of them,
    rounded as the firm chose. `parts` make the description, in order, each with the field that it
    is from; `shorten` allows it to be cut to what the ledger holds. `rate` is money per hour.
    """

    key: str
    entries: tuple[TimeEntry, ...]
    staff: Target
    person: PersonType
    day: date
    minutes: int
    billable: bool
    parts: tuple[tuple[str, str], ...] = ()
    shorten: bool = False
    customer: Target | None = None
    item: Target | None = None
    rate: Decimal | None = None
    class_id: str | None = None
    department_id: str | None = None
    location_id: str | None = None

    @property
    def entry(self) -> TimeEntry:
        """The first of the entries, which stands for all in what they agree in."""
        return self.entries[0]


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
    """One expense of a document; ids are the ledger's.

    Exactly one of `account_id` and `item_id` is set. `net` and `tax` are positive, at the
    currency's smallest unit; `tax` is None where the product does not say. `markup_percent` is
    what a billable expense is billed with on top. `parts` make the text, each with its field.
    """

    key: str
    net: Decimal
    tax: Decimal | None = None
    account_id: str | None = None
    item_id: str | None = None
    customer: Target | None = None
    class_id: str | None = None
    department_id: str | None = None
    location_id: str | None = None
    billable: bool = False
    markup_percent: Decimal | None = None
    tax_code_id: str | None = None
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedExpenses:
    """Expenses that become one document, whose references point into the ledger.

    `account_id` is the payables account, the account that is paid from, or the card's; None leaves
    a payables account to the ledger. `credit` is a refund of a card. `number` is None where the
    ledger numbers. `currency` and `rate` (home units for one) are None for the company's own.
    `tax_inclusive` says how the product gave the amounts. `note` parts are kept with the document,
    `reference` is our name for it, which the ledger keeps, too. `shorten` allows texts to be cut.
    """

    key: str
    reference: str
    lines: tuple[ExpenseLine, ...]
    settlement: Settlement
    day: date
    features: Features
    payee: Payee | None = None
    account_id: str | None = None
    credit: bool = False
    number: str | None = None
    currency: str | None = None
    rate: Decimal | None = None
    tax_inclusive: bool = False
    note: tuple[tuple[str, str], ...] = ()
    shorten: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedInvoiceLine:
    """One line of an invoice. `amount` is without tax, at the currency's smallest unit; `quantity`
    times `unit_price` makes it, or both are None. `time` is the activity that it bills."""

    amount: Decimal
    item: Target | None
    tax: Decimal | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    description: str = ""
    service_date: date | None = None
    class_id: str | None = None
    department_id: str | None = None
    tax_code_id: str | None = None
    time: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedInvoice:
    """An invoice whose references point into the ledger; ids are the ledger's.

    `kind` is what it is in the ledger already (the ledger's name of it), None while it is not.
    `tax` is what the product says that all tax comes to, None where it does not say. Class,
    department and location are those of lines that say none of their own. What else is said of
    `ResolvedExpenses` holds here, too.
    """

    key: str
    reference: str
    customer: Target
    lines: tuple[ResolvedInvoiceLine, ...]
    day: date
    features: Features
    due: date | None = None
    number: str | None = None
    terms_id: str | None = None
    class_id: str | None = None
    department_id: str | None = None
    location_id: str | None = None
    currency: str | None = None
    rate: Decimal | None = None
    tax: Decimal | None = None
    tax_code_id: str | None = None
    tax_inclusive: bool = False
    memo: str = ""
    note: tuple[tuple[str, str], ...] = ()
    email: str | None = None
    send: bool = False
    custom_fields: Mapping[str, str] = field(default_factory=dict)
    shorten: bool = False
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedReceipt:
    """A file to be attached to a document of this kind (the ledger's name of it)."""

    key: str
    document: Target
    document_kind: str
    file_name: str
    content_type: str
    note: str = ""
