"""What the use cases need stored. Every method names the firm first, or takes what carries it."""

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
    """Some of a list, and where to go on; `after` is None at the end."""

    items: Sequence[T]
    after: str | None = None


class Connections(Protocol):
    """Connections, consents under way and the claim that a connection has on a company."""

    def save(self, connection: Connection) -> None: ...
    def get(self, connection_key: ConnectionKey) -> Connection:
        """Raises NotFound."""
        ...

    def list(self, firm: str) -> Sequence[Connection]: ...
    def remove(self, connection: Connection) -> None:
        """Forget a connection that never had a company."""
        ...

    def begin(self, authorization: Authorization) -> None: ...
    def pending(self, state: str) -> Authorization:
        """The consent under way, which stays. Raises Invalid."""
        ...

    def finish(self, state: str) -> Authorization:
        """Take the consent out; each state works once. Raises Invalid."""
        ...

    def of_company(self, ledger: str, company_id: str) -> Connection | None:
        """The connection that has the company now."""
        ...

    def require_free(self, connection: Connection, company_id: str) -> None:
        """Raises Conflict when the company could not be claimed."""
        ...

    def claim(self, connection: Connection, company_id: str) -> None:
        """Tie the company to the connection. Raises Conflict when it is another one's."""
        ...

    def release(self, connection: Connection) -> None:
        """Let other firms connect the company; the firm itself comes back to this connection."""
        ...


class Rules(Protocol):
    """Rules with their history."""

    def put(self, connection_key: ConnectionKey, rules: Iterable[Rule]) -> None: ...
    def list(self, connection_key: ConnectionKey, kind: RuleKind | None = None) -> Sequence[Rule]:
        """Those of one kind, or of all kinds, by one question."""
        ...

    def history(
        self, connection_key: ConnectionKey, kind: RuleKind, key: str
    ) -> Sequence[Rule]: ...


class Links(Protocol):
    """Links by posting key."""

    def get(self, connection_key: ConnectionKey, wanted: Iterable[str]) -> Mapping[str, Link]: ...
    def beginning(self, connection_key: ConnectionKey, starts: Iterable[str]) -> Mapping[str, Link]:
        """The links whose posting keys begin like one of these, as far as keys are of the usual
        length."""
        ...

    def of_records(
        self, connection_key: ConnectionKey, kinds: Collection[str], ledger_ids: Iterable[str]
    ) -> Mapping[str, Link]:
        """The links of these records of the ledger, which are of some of these kinds, by its id."""
        ...

    def ledger_ids(self, connection_key: ConnectionKey, kinds: Collection[str]) -> Iterator[str]:
        """The ids of all records of these kinds that have a link."""
        ...

    def between(self, connection_key: ConnectionKey, first: date, last: date) -> Iterator[Link]:
        """The links of time that was worked on these days, both included."""
        ...

    def owner_documents(
        self,
        connection_key: ConnectionKey,
        members: Iterable[str],
        record: RecordKind = RecordKind.TIME,
    ) -> Mapping[str, Link]:
        """The links of documents that have another name than the records of that kind which they
        stand for, by each of these records."""
        ...

    def put(self, connection_key: ConnectionKey, links: Sequence[Link]) -> None: ...
    def delete(self, connection_key: ConnectionKey, gone: Sequence[str]) -> None:
        """Forget the links with these posting keys, from both sides."""
        ...


class Lists(Protocol):
    """List records, the feed of their changes, and how far both are.

    A connection has one writer. What it records becomes visible all at once, and whoever dies
    meanwhile loses and doubles nothing: the next writer ends what was begun, before it reads what
    it compares with.
    """

    def recover(self, connection_key: ConnectionKey) -> None:
        """End what an earlier writer began and died over."""
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
        """Whether a record that is active and not gone has this parent."""
        ...

    def record(
        self,
        connection_key: ConnectionKey,
        run_id: str,
        changes: Sequence[Change],
        same: Sequence[ListRecord] = (),
    ) -> Sequence[Change]:
        """Append changes to the feed (their `seq` is given here) and store their records; `same`
        are records of which a reader sees no difference but whose version is new. Returns the
        changes with their numbers."""
        ...

    def tally(
        self, connection_key: ConnectionKey, run_id: str
    ) -> Mapping[ListType, Mapping[str, int]]:
        """How many changes of each kind the run recorded, by list; known for the newest run
        only."""
        ...

    def changes(self, connection_key: ConnectionKey, after: int, limit: int) -> Page[Change]:
        """The feed past entry `after`, in order; the page's cursor is the last entry's number
        as text, also at the end."""
        ...

    def state(self, connection_key: ConnectionKey) -> SyncState: ...
    def save_state(self, connection_key: ConnectionKey, state: SyncState) -> None: ...


class SettingsStore(Protocol):
    """What firms chose."""

    def get(self, connection_key: ConnectionKey) -> Settings:
        """The plain settings when nothing was chosen."""
        ...

    def put(self, connection_key: ConnectionKey, settings: Settings) -> None: ...


class Schedules(Protocol):
    """When connections are due, with an index over all firms."""

    def get(self, connection_key: ConnectionKey) -> Due:
        """A Due that is never, when there is none yet."""
        ...

    def put(self, due: Due) -> bool:
        """Replace the row if it is still of the version that `due` was read with, and keep the
        index with it; False when somebody else was faster."""
        ...

    def due(self, now: datetime, limit: int) -> Sequence[Due]:
        """At most `limit` connections whose time has come, the longest waiting first in each of
        the index's parts."""
        ...


class Usage(Protocol):
    """Metered calls by month (`2026-11`)."""

    def add(self, ledger: str, connection_key: ConnectionKey, month: str, calls: int) -> None: ...
    def of_application(self, ledger: str, month: str) -> int: ...
    def of_connection(self, connection_key: ConnectionKey, month: str) -> int: ...


class Bus(Protocol):
    """The way to the product."""

    def publish(self, events: Sequence[Event]) -> None:
        """Raises when an event was not taken."""
        ...


class Runs(Protocol):
    """Runs, their progress and the outcomes of their items."""

    def create(self, run: Run, idempotency_key: str, content: str) -> Run:
        """Store the run once per idempotency key and return it; a repeat with the same content
        returns the first run. Raises Conflict for the same key with other content."""
        ...

    def save(self, run: Run, of_generation: int | None = None) -> None:
        """Replace the run; progress is kept apart. Until it is finished, `in_state` finds it.
        Raises Conflict when the stored run is not of that generation any more."""
        ...

    def get(self, connection_key: ConnectionKey, run_id: str) -> Run:
        """With its progress. Raises NotFound."""
        ...

    def list(
        self,
        connection_key: ConnectionKey,
        after: str | None,
        limit: int,
        *,
        oldest_first: bool = False,
    ) -> Page[Run]:
        """Newest first, or oldest first."""
        ...

    def in_state(self, connection_key: ConnectionKey, state: RunState) -> Sequence[Run]:
        """Runs in that state, which is not a finished one; oldest first."""
        ...

    def save_progress(self, run: Run, chunk: int, progress: Progress) -> None: ...
    def put_outcomes(self, run: Run, outcomes: Sequence[Outcome]) -> None: ...
    def outcomes(self, run: Run, first: int, count: int) -> Mapping[int, Outcome]: ...


NO_CHUNK = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineState:
    """Where the machine of an import was last seen.

    With a `token` it rests at `step` until it is told to go on; chunks up to number `until` are
    being applied then. Without one it was told so at `since`, or there is none. `machine` is the
    name of the newest; an older one that still lives has nothing to say. `generation` is the run's
    when it came to rest.
    """

    machine: str = ""
    generation: int = 0
    step: str = ""
    token: str = ""
    until: int = NO_CHUNK
    since: datetime | None = None


class Machines(Protocol):
    """The machines that drive imports, one step after the other."""

    def begin(self, run: Run, step: str) -> None:
        """Start a machine at this step."""
        ...

    def waiting(self, run: Run) -> MachineState: ...

    def rest(self, run: Run, machine: str, step: str, token: str, until: int) -> None:
        """Note that the machine of this name rests at this step."""
        ...

    def answer(self, run: Run, waiting: MachineState, step: str) -> bool:
        """Have the machine that rests with this token go on with this step; False when it is not
        there any more."""
        ...

    def forget(self, run: Run, token: str) -> None:
        """The machine that rested with this token is over."""
        ...


class Staging(Protocol):
    """Records and plans, in files."""

    def upload_address(self, connection_key: ConnectionKey) -> tuple[str, str]:
        """A new upload: its id and the address to PUT the records to."""
        ...

    def uploaded(self, connection_key: ConnectionKey, upload_id: str) -> str:
        """The stored name of an upload. Raises NotFound when nothing was put there."""
        ...

    def uploaded_file(self, connection_key: ConnectionKey, upload_id: str) -> bytes:
        """The bytes of an upload, as they were put. Raises NotFound when nothing was put there,
        Invalid for more than can be sent on."""
        ...

    def put_records(self, connection_key: ConnectionKey, lines: Iterable[Any]) -> str:
        """Store records, one JSON value per line; returns the stored name."""
        ...

    def records(self, name: str) -> Iterable[bytes]:
        """The records, one line each; blank lines are left out. Raises Invalid for a file that
        is damaged or too large."""
        ...

    def put_page(self, run: Run, kind: ListType, number: int, page: Sequence[ListRecord]) -> None:
        """Keep a page that a sync pulled, until its run is long over."""
        ...

    def page(self, run: Run, kind: ListType, number: int) -> Sequence[ListRecord]: ...
    def put_notes(self, run: Run, name: str, lines: Iterable[Any]) -> None:
        """Keep JSON values beside the run's plan, under a name."""
        ...

    def notes(self, run: Run, name: str) -> Sequence[Any]:
        """What was kept; nothing when there is none."""
        ...

    def put_chunk(self, run: Run, number: int, operations: Sequence[Operation]) -> None:
        """Keep a chunk of the run's newest plan."""
        ...

    def chunk(self, run: Run, number: int) -> Sequence[Operation]: ...
    def fix_requests(
        self, run: Run, chunk: int, series: int, requests: Sequence[Sequence[int]]
    ) -> Sequence[Sequence[int]]:
        """Store which operations go together in each request, once; returns what is stored."""
        ...


class Vaults(Protocol):
    """The keys of connections and the application's own credentials."""

    def of(self, connection_key: ConnectionKey) -> Vault: ...
    def put(self, connection_key: ConnectionKey, keys: Keys) -> None: ...
    def remove(self, connection_key: ConnectionKey) -> None: ...
    def credentials(self, ledger: str) -> Mapping[str, str]: ...


class Lane(Protocol):
    """The one queue per connection, in order."""

    def send(self, messages: Sequence[Message]) -> None: ...

    def delay(self, receipt: str, attempt: int) -> None:
        """Have a message that failed for the `attempt`th time (from 1) come again after a while,
        longer each time, rather than when its worker would be given up for dead. Attempt 0 is
        for a message that waiting does not help: it comes again at once."""
        ...


class ConnectorStates(Protocol):
    """What a connector remembers between invocations."""

    def load(self, connection_key: ConnectionKey) -> ConnectorState: ...
    def save(self, connection_key: ConnectionKey, state: ConnectorState) -> None: ...


class Ids(Protocol):
    """New names: sortable ones for things, secret ones for consents."""

    def new(self, at: datetime) -> str: ...
    def secret(self) -> str: ...
