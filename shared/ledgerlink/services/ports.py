"""Ports: interfaces of the stores, the queue, the bus and the metrics in AWS.

Every method names the connection, or takes an object that belongs to one, so that no call can reach
another firm's data.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, Protocol, TypeVar

from ledgerlink.domain.model.connections import Authorization, Connection, ConnectionKey
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.list_records import Change, ListRecord, ListType, SyncState
from ledgerlink.domain.model.plan import Operation, Outcome
from ledgerlink.domain.model.rules import Rule, RuleKind
from ledgerlink.domain.model.runs import Progress, Run, RunState
from ledgerlink.domain.model.schedule import Due
from ledgerlink.domain.model.settings import Settings
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.domain.ports import ConnectorState, Keys, Vault
from ledgerlink.services.messages import Event, Message

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items of a longer list."""

    items: Sequence[T]
    after: str | None = None
    """The cursor that the next page begins after; None on the last page."""


class Connections(Protocol):
    """Connections, consents under way, and which connection has which company."""

    def save(self, connection: Connection) -> Connection:
        """Store the connection and return it with its new version. Raises ChangedMeanwhile when
        the stored one no longer has the version that this one was read with."""
        ...

    def get(self, connection_key: ConnectionKey) -> Connection:
        """Raises NotFound."""
        ...

    def list(self, firm: str) -> Sequence[Connection]: ...
    def page(self, firm: str, after: str | None, limit: int) -> Page[Connection]:
        """At most `limit` of the firm's connections, oldest first, after the one with this id."""
        ...

    def remove(self, connection: Connection) -> None:
        """Delete a connection that never had a company. Raises ChangedMeanwhile like `save`."""
        ...

    def begin(self, authorization: Authorization) -> None: ...
    def pending(self, state: str) -> Authorization:
        """The consent under way; it can still be finished. Raises Invalid for an unknown state."""
        ...

    def finish(self, state: str) -> Authorization:
        """End the consent and return it; each state works once. Raises Invalid for an unknown
        state."""
        ...

    def of_company(self, ledger: str, company_id: str) -> Connection | None:
        """The connection that has the company now; None when it is free."""
        ...

    def require_free(self, connection: Connection, company_id: str) -> None:
        """Raises Conflict when another connection has the company."""
        ...

    def claim(self, connection: Connection, company_id: str) -> None:
        """Give the company to the connection. Raises Conflict when another one has it."""
        ...

    def release(self, connection: Connection) -> None:
        """Let other firms connect the company. The same firm can only reconnect this
        connection."""
        ...


class Rules(Protocol):
    """Rules with their history."""

    def version(self, connection_key: ConnectionKey) -> int:
        """How often rules of the connection were stored."""
        ...

    def changed_since(self, connection_key: ConnectionKey, moment: datetime) -> bool:
        """Whether a rule of the connection was set after this moment."""
        ...

    def put(self, connection_key: ConnectionKey, rules: Iterable[Rule], of_version: int) -> int:
        """Store these rules, in parts that are written whole, and return the new version. Raises
        ChangedMeanwhile when somebody else has stored rules since `of_version`. The parts before
        are stored then; the same change made again leaves them as they are."""
        ...

    def get(
        self, connection_key: ConnectionKey, kind: RuleKind, wanted: Iterable[str]
    ) -> Mapping[str, Rule]:
        """The rules of these keys, by key."""
        ...

    def keys(self, connection_key: ConnectionKey, kind: RuleKind) -> Collection[str]:
        """The keys of all rules of a kind, without their mappings."""
        ...

    def list(self, connection_key: ConnectionKey, kind: RuleKind | None = None) -> Sequence[Rule]:
        """The rules of one kind, or of all kinds."""
        ...

    def page(
        self,
        connection_key: ConnectionKey,
        kind: RuleKind | None,
        after: tuple[RuleKind, str] | None,
        limit: int,
    ) -> tuple[Sequence[Rule], bool]:
        """At most `limit` rules of one kind, or of all kinds, in a stable order, after the rule of
        this kind and key; and whether there are more."""
        ...

    def history(
        self, connection_key: ConnectionKey, kind: RuleKind, key: str
    ) -> Sequence[Rule]: ...


class Links(Protocol):
    """Links by posting key."""

    def get(self, connection_key: ConnectionKey, wanted: Iterable[str]) -> Mapping[str, Link]: ...
    def beginning(self, connection_key: ConnectionKey, starts: Iterable[str]) -> Mapping[str, Link]:
        """The links of the receipts of some records, each of which is given by what its receipts'
        posting keys begin with."""
        ...

    def of_records(
        self, connection_key: ConnectionKey, kinds: Collection[str], ledger_ids: Iterable[str]
    ) -> Mapping[str, Link]:
        """The links of ledger records of these kinds, by the ledger's id."""
        ...

    def ledger_ids(self, connection_key: ConnectionKey, kinds: Collection[str]) -> Iterator[str]:
        """The ledger ids of all linked records of these kinds."""
        ...

    def between(self, connection_key: ConnectionKey, first: date, last: date) -> Iterator[Link]:
        """The links of time worked from `first` to `last`, both included."""
        ...

    def owner_documents(
        self,
        connection_key: ConnectionKey,
        members: Iterable[str],
        record: RecordKind = RecordKind.TIME,
    ) -> Mapping[str, Link]:
        """The document that contains each of these members, by member. A document that is named
        after one of its members is not found here, but by its posting key."""
        ...

    def index_days(self, connection_key: ConnectionKey, days: Mapping[str, date]) -> None:
        """Have links with these posting keys be found by these days of work as soon as they are
        stored. Many at once take less space than each when it is stored."""
        ...

    def put(
        self,
        connection_key: ConnectionKey,
        links: Sequence[Link],
        before: Mapping[str, Link] = ...,
        days: Mapping[str, date] = ...,
    ) -> None:
        """Store these links, so that they are found in every way. Nothing is written again by which
        they are found already: as they were stored `before`, and by the `days` of `index_days`."""
        ...

    def delete(self, connection_key: ConnectionKey, gone: Sequence[str]) -> None:
        """Delete the links with these posting keys."""
        ...


class Lists(Protocol):
    """List records, the feed of their changes, and how far both are.

    A connection has one writer at a time. What it records becomes visible all at once. When it dies
    in between, the next writer completes the unfinished part with `recover` before it reads, so
    nothing is lost or recorded twice.
    """

    def recover(self, connection_key: ConnectionKey) -> None:
        """Complete what an earlier writer left unfinished when it died."""
        ...

    def get(
        self, connection_key: ConnectionKey, kind: ListType, ids: Iterable[str]
    ) -> Mapping[str, ListRecord]:
        """The records with these ids, tombstones included."""
        ...

    def page(
        self, connection_key: ConnectionKey, kind: ListType, after: str | None, limit: int
    ) -> Page[ListRecord]:
        """Records in a stable order, tombstones included; `after` is a page's own cursor."""
        ...

    def ids(self, connection_key: ConnectionKey, kind: ListType) -> Iterator[str]:
        """The ids of the records that are not gone."""
        ...

    def has_children(self, connection_key: ConnectionKey, kind: ListType, parent_id: str) -> bool:
        """Whether an active record that still exists has this parent."""
        ...

    def record(
        self,
        connection_key: ConnectionKey,
        run_id: str,
        changes: Sequence[Change],
        same: Sequence[ListRecord] = (),
        *,
        places: bool = False,
    ) -> Sequence[Change]:
        """Append changes to the feed and store their records; returns the changes with the `seq`
        that they were given. `same` are records that are stored without a change in the feed,
        because only their version is new. Where the list has `places`, `has_children` finds them
        by their parents."""
        ...

    def tally(
        self, connection_key: ConnectionKey, run_id: str
    ) -> Mapping[ListType, Mapping[str, int]]:
        """How many changes of each kind the run recorded, by list. Known for the newest run
        only."""
        ...

    def changes(self, connection_key: ConnectionKey, after: int, limit: int) -> Page[Change]:
        """The feed past entry `after`, in order; the page's cursor is the last entry's number
        as text, also at the end. Raises Expired with the number of the last entry when the next
        one was deleted because of its age."""
        ...

    def state(self, connection_key: ConnectionKey) -> SyncState: ...
    def save_state(self, connection_key: ConnectionKey, state: SyncState) -> None: ...


class SettingsStore(Protocol):
    """Settings of connections."""

    def get(self, connection_key: ConnectionKey) -> Settings:
        """The default settings when the firm has chosen none."""
        ...

    def put(self, connection_key: ConnectionKey, settings: Settings) -> Settings:
        """Store the settings and return them with their new version. Raises ChangedMeanwhile when
        the stored ones no longer have the version that these were read with."""
        ...


class Schedules(Protocol):
    """When connections are due for a sync or a retry, with an index over all firms."""

    def get(self, connection_key: ConnectionKey) -> Due:
        """A `Due` without a time when nothing is stored yet."""
        ...

    def put(self, due: Due) -> bool:
        """Replace the row and its index entry; False when the row has a newer version than `due`
        was read with."""
        ...

    def due(self, now: datetime, limit: int) -> Sequence[Due]:
        """At most `limit` connections whose time has come. Each part of the index gives those that
        have waited longest."""
        ...


class Usage(Protocol):
    """Calls that the ledger's maker meters, by month (`2026-11`)."""

    def add(self, ledger: str, connection_key: ConnectionKey, month: str, calls: int) -> None: ...
    def of_application(self, ledger: str, month: str) -> int: ...
    def of_connection(self, connection_key: ConnectionKey, month: str) -> int: ...


class Bus(Protocol):
    """The event bus of the product."""

    def publish(self, events: Sequence[Event]) -> None:
        """Raises TimeoutError when the bus does not accept an event."""
        ...


class Runs(Protocol):
    """Runs, their progress and the outcomes of their items."""

    def create(self, run: Run, idempotency_key: str, content: str) -> Run:
        """Store the run and return it. A repeat of the idempotency key with the same content
        returns the first run. Raises Conflict for a repeat with other content."""
        ...

    def save(self, run: Run, of_generation: int | None = None) -> None:
        """Replace the run, but not its progress, which is stored separately. Raises Conflict when
        the stored run no longer has that generation."""
        ...

    def update(self, run: Run) -> None:
        """Replace a run whose state and generation stay as they are, like `save`, for a fraction of
        its price. Raises Conflict when the stored run has others."""
        ...

    def get(self, connection_key: ConnectionKey, run_id: str) -> Run:
        """The run with its progress. Raises NotFound."""
        ...

    def list(
        self,
        connection_key: ConnectionKey,
        after: str | None,
        limit: int,
        *,
        oldest_first: bool = False,
    ) -> Page[Run]:
        """The connection's runs with their progress, newest first unless `oldest_first`."""
        ...

    def in_state(self, connection_key: ConnectionKey, state: RunState) -> Sequence[Run]:
        """Runs in that state, oldest first. Finished runs are not found here."""
        ...

    def save_progress(self, run: Run, chunk: int, progress: Progress) -> None: ...
    def put_outcomes(self, run: Run, outcomes: Sequence[Outcome]) -> None: ...
    def outcomes(self, run: Run, first: int, count: int) -> Mapping[int, Outcome]: ...


NO_CHUNK = -1
"""The number of no chunk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionState:
    """The last stored state of an import's execution."""

    machine: str = ""
    """Name of the newest execution. Earlier executions that still run are ignored."""
    generation: int = 0
    """The run's generation when the execution began to wait."""
    step: str = ""
    """The step at which it waits, or that it was sent to."""
    token: str = ""
    """The task token that lets it continue; empty while it is between two steps."""
    until: int = NO_CHUNK
    """The last chunk of the leg that is being applied while it waits."""
    since: datetime | None = None
    """When it was started or sent on; None while it waits, and when there is none."""


class ImportExecutions(Protocol):
    """The executions of the state machine that drives imports, one step after the other."""

    def start(self, run: Run, step: str) -> None:
        """Start an execution at this step."""
        ...

    def state(self, run: Run) -> ExecutionState:
        """The stored state of the run's newest execution; an empty one if it has none."""
        ...

    def store_wait(self, run: Run, execution: str, step: str, token: str, until: int) -> None:
        """Store that this execution waits at this step with this token, while chunks up to number
        `until` are applied."""
        ...

    def continue_at(self, run: Run, waiting: ExecutionState, step: str) -> bool:
        """Send the waiting execution to its next step; False when it no longer exists."""
        ...

    def delete_wait(self, run: Run, token: str) -> None:
        """Delete the state of the execution that waited with this token, because it has ended."""
        ...


@dataclass(frozen=True, slots=True)
class KeptUpload:
    """A copy of an upload."""

    upload_id: str
    """The id of the copy, whose address nobody has."""
    name: str
    """The stored name of the copy."""
    tag: str
    """Differs from the tag of other content."""


LARGEST_FILE = 48 * 1024 * 1024
"""Bytes of a file, or of a line, that is read as a whole."""


class Staging(Protocol):
    """Files of a run: source records, pulled pages, plans and notes."""

    def upload_address(self, connection_key: ConnectionKey) -> tuple[str, str]:
        """A new upload: its id and the address to PUT the records to."""
        ...

    def uploaded(self, connection_key: ConnectionKey, upload_id: str) -> str:
        """The stored name of an upload. Raises NotFound when nothing was put there."""
        ...

    def accept_upload(self, connection_key: ConnectionKey, upload_id: str) -> KeptUpload:
        """Keep the upload as it is now: a later upload to the same address does not change what is
        kept. Raises NotFound when nothing was put there."""
        ...

    def upload_size(self, connection_key: ConnectionKey, upload_id: str) -> int:
        """The bytes of an upload. Raises NotFound when nothing was put there."""
        ...

    def uploaded_file(self, connection_key: ConnectionKey, upload_id: str) -> bytes:
        """The bytes of an upload, as they were put. Raises NotFound when nothing was put there,
        Invalid for more than can be sent on."""
        ...

    def put_records(self, connection_key: ConnectionKey, lines: Iterable[Any]) -> str:
        """Store records, one JSON value per line; returns the name of the file."""
        ...

    def records(self, name: str) -> Iterable[bytes]:
        """The records of a file, one line each, without blank lines. Raises Invalid for a file
        that is damaged or too large."""
        ...

    def put_page(self, run: Run, kind: ListType, number: int, page: Sequence[ListRecord]) -> None:
        """Store a page that a sync pulled. It is deleted weeks after its run."""
        ...

    def page(self, run: Run, kind: ListType, number: int) -> Sequence[ListRecord]: ...
    def put_notes(self, run: Run, name: str, lines: Iterable[Any]) -> None:
        """Store JSON values beside the run's plan, under a name."""
        ...

    def notes(self, run: Run, name: str) -> Sequence[Any]:
        """The values stored under this name; empty when there are none."""
        ...

    def put_part(self, run: Run, name: str, lines: Iterable[bytes]) -> None:
        """Store lines of a plan that is being made, under a name. They are deleted weeks later."""
        ...

    def part(self, run: Run, name: str) -> Iterator[bytes]:
        """The lines stored under this name, unpacked one by one."""
        ...

    def put_chunk(self, run: Run, number: int, lines: Iterable[bytes]) -> None:
        """Store a chunk of the run's newest plan: its operations, as `wire.stored` dumps them."""
        ...

    def chunk(self, run: Run, number: int) -> Sequence[Operation]: ...
    def fix_requests(
        self, run: Run, chunk: int, series: int, requests: Sequence[Sequence[int]]
    ) -> Sequence[Sequence[int]]:
        """Store which operations share each request, unless that is stored already; returns what
        is stored."""
        ...

    def mark(self, connection: Connection, number: int) -> str:
        """The posting mark of this number of the connection's company; empty if there is none."""
        ...

    def fix_mark(self, connection: Connection, number: int, text: str) -> str:
        """Store a posting mark, unless one of this number is stored; returns what is stored."""
        ...


class Vaults(Protocol):
    """The keys (tokens or login) of connections, and the application's credentials per ledger."""

    def of(self, connection_key: ConnectionKey) -> Vault: ...
    def put(self, connection_key: ConnectionKey, keys: Keys) -> None: ...
    def remove(self, connection_key: ConnectionKey) -> None: ...
    def credentials(self, ledger: str) -> Mapping[str, str]: ...


class Lane(Protocol):
    """The queue of each connection, which delivers its messages in order."""

    def send(self, messages: Sequence[Message]) -> None: ...

    def hold(self, receipt: str, seconds: int) -> None:
        """Deliver this message again after so many seconds from now, unless it is held again or
        done by then."""
        ...

    def delay(self, receipt: str, attempt: int) -> None:
        """Deliver a failed message again after a pause that grows with `attempt` (from 1), instead
        of at the end of its visibility timeout. Attempt 0 delivers it again at once, for a message
        that did not fail itself."""
        ...


class ConnectorStates(Protocol):
    """The states of connectors between invocations, per connection."""

    def load(self, connection_key: ConnectionKey) -> ConnectorState: ...
    def save(self, connection_key: ConnectionKey, state: ConnectorState) -> None: ...


class Ids(Protocol):
    """New ids."""

    def new(self, at: datetime) -> str:
        """An id that sorts by the time `at`."""
        ...

    def secret(self) -> str:
        """An unguessable id, for the state of a consent."""
        ...


class Metrics(Protocol):
    """The metrics of the invocation in hand."""

    def count(self, name: str, number: int) -> None:
        """Add a number to a metric."""
        ...

    def add_up_per_ledger(self, ledger: str) -> None:
        """Report all metrics of this invocation also per ledger, under this ledger's name."""
        ...
