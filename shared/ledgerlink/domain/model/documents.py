"""Documents: what a ledger stores, composed but not yet sent."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import combinations
from json.encoder import encode_basestring
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
class ExistingRecord:
    """A record that exists in the ledger, by its id."""

    ledger_id: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A record that the same plan creates, by its posting key; its id is known once it exists."""

    key: str


Target = ExistingRecord | Pending


@lru_cache(maxsize=10_000)
def reference(target: Target) -> str | Mapping[str, str]:
    """The JSON form of a target inside a body: the id, or `{"$pending": key}`. All documents share
    one object for each target, because plans hold very many of them."""
    return target.ledger_id if isinstance(target, ExistingRecord) else {PENDING: target.key}


def needs(body: Any) -> list[str]:
    """The posting keys of the pending references in a body, in their order."""
    found: list[str] = []
    _collect_needs(body, found)
    return found


def _collect_needs(part: Any, found: list[str]) -> None:
    """Add what is found in a part of a body. The types are those of JSON, because an abstract
    `Mapping` takes ten times as long to recognise, and a plan has 100,000 bodies."""
    if isinstance(part, dict):
        if PENDING in part:
            found.append(part[PENDING])
            return
        part = part.values()
    elif not isinstance(part, list | tuple):
        return
    for each in part:
        if not isinstance(each, str):  # as most are
            _collect_needs(each, found)


def resolve(body: Any, id_of: Callable[[str], str]) -> Any:
    """The body with every pending reference replaced by the id that `id_of` gives for its key."""
    if isinstance(body, str):
        return body
    if isinstance(body, dict):
        if PENDING in body:
            return id_of(body[PENDING])
        return {name: resolve(value, id_of) for name, value in body.items()}
    if isinstance(body, list | tuple):
        return [resolve(value, id_of) for value in body]
    return body


def fingerprint(body: Body) -> str:
    """SHA-256 (hex) over the canonical JSON of what is posted."""
    return hashlib.sha256(_canonical(body).encode()).hexdigest()


def fingerprints_without(body: Body, left_out: Iterable[Collection[str]]) -> Iterator[str]:
    """The fingerprint of the body without each of these sets of its members. Its members become
    JSON once, because a ledger's record may have come from many bodies."""
    members = {
        name: f"{_canonical(name)}:{_canonical(value)}" for name, value in sorted(body.items())
    }
    for names in left_out:
        text = ",".join(member for name, member in members.items() if name not in names)
        yield hashlib.sha256(f"{{{text}}}".encode()).hexdigest()


def fields_sent(
    body: Body, optional: Iterable[str], recorded: str | None
) -> Collection[str] | None:
    """The optional fields of a body, as a ledger holds it, that we had sent, by the fingerprint of
    what we sent. None where that does not tell, because somebody has edited the record."""
    names = [name for name in optional if name in body]
    left_out = [some for n in range(len(names) + 1) for some in combinations(names, n)]
    forms = zip(left_out, fingerprints_without(body, left_out), strict=True)
    return next((set(names).difference(out) for out, form in forms if form == recorded), None)


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def _canonical(value: Any) -> str:
    """The value as canonical JSON; text, of which there is most, without an encoder of its own."""
    return encode_basestring(value) if type(value) is str else _encode(value)


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
    title: str = ""
    """The name of a list record, by which it is shown before it has an id."""
    fixed: str = ""
    """Those values that no update can change, in the ledger's words. A document that differs in
    them is deleted and created again."""


def _unknown(_: Any) -> bool:
    """For documents whose content is compared by their forms."""
    return False


def nothing_added(_: str) -> Sequence[str]:
    """That others have added nothing to a record."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The ledger's present values of a document that we wrote."""

    ledger_id: str
    """The ledger's id of the record."""
    version: str | None
    """The ledger's version of it."""
    body: Body
    """The body that the composer would send for it, as far as it is known; our fields of a money
    document, as the ledger holds them."""
    forms: tuple[str, ...]
    """Fingerprints of all bodies that it may have come from, or of its content (as
    `Outcome.content`)."""
    locked: Reason | None = None
    """Why it can no longer change: billed, paid, reconciled, void."""
    minutes: int = 0
    """How much time it holds."""
    rate: Decimal | None = None
    """What an hour of it is billed at; None for what is not billed."""
    total: Decimal | None = None
    """What the ledger says that it comes to."""
    fixed: str = ""
    """Its values that no update can change, as in a document."""
    optional: tuple[str, ...] = ()
    """Fields of its body that others, or the ledger, may have filled in. So one that was not sent
    is not ours."""
    added: Callable[[str], Sequence[str]] = field(default=nothing_added, compare=False, repr=False)
    """What people entered in fields that we did not send, in the ledger's words, by the fingerprint
    of what we wrote. It is lost with a record that is deleted."""
    line_count: int = 0
    """How many lines it has, of whomever they are."""
    lost_by_update: tuple[str, ...] = ()
    """What people entered in fields that no update can keep, in the ledger's words, because the
    ledger lets nobody write them there."""
    contains: Callable[[Body], bool] = field(default=_unknown, compare=False, repr=False)
    """Whether it has all values of a body; for documents that are compared by content only."""
    recognizes: Callable[[str], bool] = field(default=_unknown, compare=False, repr=False)
    """Whether it still has what a fingerprint of its content stands for, where such a fingerprint
    covers only the fields that were written."""

    def has(self, expected: str) -> bool:
        """Whether it is as it was when this fingerprint was taken."""
        return expected in self.forms or self.recognizes(expected)


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
    client_name: str | None = None
    """The name of the client above; None for a client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """A service item to be created for a labor code or leave type."""

    key: str
    """The posting key."""
    name: str
    """Its name in the ledger."""
    income_account_id: str
    """The account that its sales go to."""
    rate: Decimal | None = None
    """Money per hour."""
    parent_id: str | None = None
    """The existing item above it."""


NewListRecord = NewPerson | NewCustomer | NewItem


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedTime:
    """One or more time entries as one activity whose references point into the ledger."""

    key: str
    """The posting key."""
    entries: tuple[TimeEntry, ...]
    """The entries, which agree in all that is posted but their length."""
    staff: Target
    """Whose time it is."""
    person: PersonType
    """The list that this person is in."""
    day: date
    """The accounting date."""
    minutes: int
    """What is posted of their length, rounded as the firm chose."""
    billable: bool
    """Whether a customer can be billed for it."""
    parts: tuple[tuple[str, str], ...] = ()
    """The parts of the description, in order, each with the field that it is from."""
    shorten: bool = False
    """Whether the description may be cut to what the ledger accepts."""
    customer: Target | None = None
    """The customer or project."""
    item: Target | None = None
    """The service."""
    rate: Decimal | None = None
    """What an hour is billed at."""
    cost_rate: Decimal | None = None
    """What an hour costs; None leaves it to the ledger."""
    class_id: str | None = None
    """The ledger's id of its class."""
    department_id: str | None = None
    """The ledger's id of its department."""
    location_id: str | None = None
    """The ledger's id of its location."""

    @property
    def entry(self) -> TimeEntry:
        """The first of the entries, whose values all of them share where they must agree."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedReceipt:
    """A file to be attached to a document of this kind (the ledger's name of it)."""

    key: str
    document: Target
    document_kind: str
    file_name: str
    content_type: str
    note: str = ""
