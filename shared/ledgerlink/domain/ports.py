"""Ports: interfaces of ledgers, vaults and the clock that the domain and the use cases need."""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from ledgerlink.domain.model.company import Company, Features
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.imports import Scope
from ledgerlink.domain.model.ledger_choices import NOTHING, Chosen, Offered
from ledgerlink.domain.model.list_records import (
    ListBatch,
    ListRead,
    ListTraits,
    ListType,
    WebhookEvent,
)
from ledgerlink.domain.model.logins import Login
from ledgerlink.domain.model.new_records import NewListRecord
from ledgerlink.domain.model.plan import Operation, Outcome, Request, Write
from ledgerlink.domain.model.references import Body
from ledgerlink.domain.model.resolved_expenses import ResolvedExpenses
from ledgerlink.domain.model.resolved_invoices import ResolvedEmail, ResolvedInvoice
from ledgerlink.domain.model.resolved_receipts import ResolvedReceipt
from ledgerlink.domain.model.resolved_time import ResolvedTime
from ledgerlink.domain.model.snapshots import Snapshot
from ledgerlink.domain.model.targets import Targets

CLOCK_TOLERANCE = timedelta(minutes=3)
"""By how much the clock of a ledger and ours may differ. A search for lost writes looks at records
that are older by as much."""


RecordKey = tuple[str, str]
"""The ledger's kind and id of a record. Ids are unique within a kind only."""


class Clock(Protocol):
    """Time and waiting, passed in."""

    def now(self) -> datetime:
        """The moment, with its offset (UTC)."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait that many seconds."""
        ...


Stop = Callable[[], bool]
"""Whether the worker is near its end. Once true it stays so."""


def never() -> bool:
    """The stop of those who finish what they began."""
    return False


class Composer(Protocol):
    """Turns neutral records into a ledger's documents. Pure. `links_time` says that an invoice can
    mark the time that it bills, `one_currency_each` that every customer and vendor is dealt with in
    one currency, `applies_rates` that the ledger has a rate of its own for a document without one,
    and `emails_invoices` that the ledger can be asked to mail an invoice."""

    @property
    def links_time(self) -> bool: ...

    @property
    def one_currency_each(self) -> bool: ...

    @property
    def applies_rates(self) -> bool: ...

    @property
    def emails_invoices(self) -> bool: ...

    def list_record(self, record: NewListRecord) -> Document:
        """The document that creates this list record. Raises Blocked."""
        ...

    def time(self, time: ResolvedTime) -> Document:
        """The document that carries this time. Raises Blocked."""
        ...

    def expenses(self, expenses: ResolvedExpenses) -> Document:
        """The document that carries these expenses, with its total. Raises Blocked."""
        ...

    def invoice(self, invoice: ResolvedInvoice) -> Document:
        """The document of this invoice, with its total. Raises Blocked."""
        ...

    def receipt(self, receipt: ResolvedReceipt) -> Document:
        """The document that holds this file, which is sent along with it. Raises Blocked."""
        ...

    def email(self, email: ResolvedEmail) -> Document:
        """The order to mail this invoice; asked for only if the ledger `emails_invoices`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """An authorisation of one ledger company. Moments are UTC."""

    access_token: str
    refresh_token: str
    access_expires_at: datetime
    refresh_expires_at: datetime | None = None
    """When the refresh token ends unless it is used before."""
    authorization_ends_at: datetime | None = None
    """When the authorisation ends for good, however often it is refreshed."""

    def __repr__(self) -> str:
        return f"Tokens(access_expires_at={self.access_expires_at!s})"


Keys = Tokens | Login
"""The secret that opens a company to us: tokens, or a login."""


class Vault(Protocol):
    """The keys of one connection, and the right to renew them. A connector stores and loads its
    own kind of keys."""

    def load(self) -> Any: ...
    def save(self, keys: Any) -> None: ...
    def claim(self, seconds: float) -> bool: ...
    def release(self) -> None: ...


class TokenVault(Protocol):
    """The tokens of one connection, and the right to refresh them."""

    def load(self) -> Tokens:
        """The newest tokens stored. Raises AuthorizationLost when there are none."""
        ...

    def save(self, tokens: Tokens) -> None:
        """Store tokens durably, before they are used. Raises AuthorizationLost when the connection
        was disconnected meanwhile."""
        ...

    def claim(self, seconds: float) -> bool:
        """Take the right to refresh for so long; False while another holds it."""
        ...

    def release(self) -> None:
        """Give the right back."""
        ...


class Consents(Protocol):
    """The authorisation flow of one ledger."""

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        """The address to send the user's browser to."""
        ...

    def company_id(self, given: str) -> str:
        """The id of a company as the user's browser brought it, in the one form that the ledger
        gives out. Raises Invalid for any other text."""
        ...

    def exchange(self, code: str, redirect_uri: str) -> Tokens:
        """Tokens for a code. Raises AuthorizationLost when the ledger refuses it."""
        ...

    def revoke(self, tokens: Tokens) -> None:
        """Give the authorisation back. A token that is dead already is no error."""
        ...


NO_GROUPS: Mapping[str, str] = {}
"""Records that the ledger keeps each by itself."""

ConnectorState = Mapping[str, Any]
"""The state that a connector keeps between invocations, such as its rate limits, as JSON values."""

OnOutcomes = Callable[[Request, Sequence[Outcome]], Awaitable[None]]
"""Called once per request with its outcomes, which are recorded while the next requests are sent.
Outcomes may be computed only when they are read. Raises the error that kept earlier outcomes from
being recorded; then no more requests are to be sent."""


class Ledger(Protocol):
    """One open connection to one ledger company.

    `calls` counts the calls made so far by kind, for metering.
    """

    @property
    def calls(self) -> Mapping[str, int]: ...

    async def company(self, stop: Stop = never) -> Company:
        """The company with its features, as the ledger says now. Raises Interrupted."""
        ...

    async def prefetch(self, operations: Sequence[Operation], stop: Stop) -> None:
        """Look up what writes of these operations will need, while the caller is at work on them;
        nothing is written, and `write` can do without. Raises as `write`, and Interrupted."""
        ...

    async def write(self, requests: Sequence[Request], on_outcomes: OnOutcomes, stop: Stop) -> None:
        """Send the requests as fast as the ledger's limits allow and report each answer.

        `stop` is asked before each request; when true, those in flight that are answered within
        a short grace are reported, and the rest is left alone. Raises AuthorizationLost,
        LedgerStopped or LedgerUnavailable after everything that was answered has been reported.
        An operation whose outcome the ledger left unknown is not reported; it is repeated or
        looked up later.
        """
        ...

    async def find_lost_writes(
        self,
        writes: Sequence[Write],
        since: datetime,
        known: Collection[RecordKey],
        stop: Stop = never,
    ) -> Mapping[int, Outcome]:
        """Which of these writes, first sent at or after `since`, the ledger holds; by seq.

        What is not among them never will be: the search waits until nothing that was sent without
        an answer can still be stored. Records of the ledger that are `known` belong to other
        operations. Raises Interrupted.
        """
        ...

    async def snapshots(
        self,
        kind: str,
        ids: Sequence[str],
        days: tuple[date, date] | None,
        stop: Stop = never,
        groups: Mapping[str, str] = NO_GROUPS,
    ) -> Mapping[str, Snapshot]:
        """What the ledger holds of these records of ours, by id; one that is not there is gone.
        `days` says between which days most of them lie, `groups` with which others each is kept
        (`DocumentFacts.group`), by id. Raises Interrupted."""
        ...

    async def exchange_rates(
        self, wanted: Collection[tuple[str, date]], stop: Stop = never
    ) -> Mapping[tuple[str, date], Decimal]:
        """Home units for one of a currency on a day, as far as the ledger knows them. Raises
        Interrupted."""
        ...

    async def read_list(self, reading: ListRead, stop: Stop = never) -> ListBatch:
        """One batch of a list, in an order that paging does not disturb: no record is passed
        over because another one came, changed or went meanwhile. Inactive records are among
        them. Raises Interrupted."""
        ...

    async def changes(
        self, wanted: Sequence[ListType], since: datetime, stop: Stop = never
    ) -> Mapping[ListType, ListBatch]:
        """What changed in these lists at or after `since` (the ledger's time), in as few calls as
        the ledger allows. A list that is missing from the answer has too many changes and must be
        read whole. Raises Interrupted."""
        ...

    def connector_state(self, *, is_writing: bool = False) -> ConnectorState:
        """The connector's state, for the next invocation. One that was saved while this worker
        `is_writing` says that writes may be unanswered of which it could not tell."""
        ...

    async def close(self) -> None:
        """Give the network connections back."""
        ...


class TimeSource(Protocol):
    """A product that time is pulled from, rather than pushed by it."""

    def entries(self, firm: str, scope: Scope) -> Iterator[Mapping[str, Any]]:
        """Every time entry of the scope, as JSON values in the form in which they are pushed."""
        ...

    def entities(self, firm: str) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
        """What the product says of users, projects, labor codes and leave types, by kind of rule
        and key, in the form in which it is pushed."""
        ...


class Connector(Protocol):
    """One kind of ledger."""

    @property
    def name(self) -> str: ...

    @property
    def choices(self) -> Offered:
        """What this ledger lets a company choose."""
        ...

    def composer_for(self, features: Features, chosen: Chosen = NOTHING) -> Composer:
        """The composer for a company that offers and chose this."""
        ...

    @property
    def chunk_size(self) -> int:
        """How many operations make a chunk: about what the ledger's limits allow in a minute."""
        ...

    @property
    def clock_scale(self) -> float:
        """Seconds of the ledger in a real second: 1 but for a sandbox."""
        ...

    @property
    def lists(self) -> Mapping[ListType, ListTraits]:
        """The lists that this ledger has, in the order in which they are read."""
        ...

    def references(self, kind: str, body: Body) -> Iterator[tuple[ListType, str]]:
        """The list and the id of each list record that such a document refers to, with repetitions.
        `body` is one that is sent, or that of a snapshot."""
        ...

    @property
    def targets(self) -> Targets:
        """What references to records of the lists may point at."""
        ...

    @property
    def shows_closed_books(self) -> bool:
        """Whether a company shows through which day its books are closed, so that a document can be
        moved to the first open day."""
        ...

    @property
    def shared_names(self) -> Collection[ListType]:
        """The lists over which a name can be used once only."""
        ...

    @property
    def changes_reach(self) -> timedelta:
        """How far back `Ledger.changes` can look."""
        ...

    @property
    def metered(self) -> Collection[str]:
        """The kinds of calls that the ledger's maker meters."""
        ...

    def webhook_events(
        self, headers: Mapping[str, str], body: bytes, credentials: Callable[[], Mapping[str, str]]
    ) -> Sequence[WebhookEvent]:
        """What a webhook says; `headers` have lower-case names. The application's `credentials`
        are read only where a ledger signs with them. The signature is checked over the
        raw body, in constant time. Raises Forbidden for a wrong or missing signature, Invalid for
        a body that cannot be read."""
        ...

    def batch(self, operations: Sequence[Operation | Write]) -> Sequence[Sequence[int]]:
        """How to spread operations of one level over requests: which of them, by their places, go
        together. Each is in one request."""
        ...

    def consents(self, credentials: Mapping[str, str]) -> Consents:
        """The authorisation flow, with the application's credentials. Raises Invalid where users
        sign in with a login."""
        ...

    def login(self, given: Mapping[str, str]) -> tuple[str, Login]:
        """The id of the company, which no other has, and the login that a person gave for it.
        Raises Invalid naming what is missing or wrong below `/login`, and where users give
        consent."""
        ...

    def revoke(self, keys: Any, credentials: Mapping[str, str]) -> None:
        """End what keys of this ledger allow, as far as that is ours to do. Keys that are dead
        already are no error."""
        ...

    def open(
        self,
        company_id: str,
        vault: Any,
        credentials: Mapping[str, str],
        connector_state: ConnectorState,
        chosen: Chosen = NOTHING,
    ) -> Ledger:
        """A connection to that company, which chose this, by the keys in the vault."""
        ...
