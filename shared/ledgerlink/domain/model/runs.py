"""Runs: units of accountable work, cut into chunks."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.imports import Import
from ledgerlink.domain.model.list_records import Sync
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.model.source_records import RecordKind


class RunState(StrEnum):
    """Where a run stands.

    PARKED waits for a person or for the ledger, INTERRUPTED was stopped by a person; both can be
    resumed. The first three are an import that was not let loose yet: being put together, being
    planned, planned. QUEUED waits for its turn.
    """

    DRAFT = "draft"
    PLANNING = "planning"
    READY = "ready"
    QUEUED = "queued"
    APPLYING = "applying"
    PARKED = "parked"
    INTERRUPTED = "interrupted"
    COMPLETED = "completed"
    COMPLETED_WITH_PROBLEMS = "completed_with_problems"
    FAILED = "failed"
    UNDONE = "undone"
    DISCARDED = "discarded"
    EXPIRED = "expired"


DRAFTS = frozenset({RunState.DRAFT, RunState.PLANNING, RunState.READY})
"""Before it is let loose; nothing was sent."""
RESTING = frozenset({RunState.PARKED, RunState.INTERRUPTED})
"""Can be resumed."""
NEVER_STARTED = frozenset({RunState.DISCARDED, RunState.EXPIRED})
APPLIED = frozenset({RunState.COMPLETED, RunState.COMPLETED_WITH_PROBLEMS})
UNDOABLE = APPLIED | RESTING | {RunState.FAILED}
FINISHED = APPLIED | NEVER_STARTED | {RunState.FAILED, RunState.UNDONE}
PRIVATE = DRAFTS | NEVER_STARTED
"""Seen by whoever made it alone."""
PROBLEMS = frozenset({ItemState.BLOCKED, ItemState.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A slice of a plan: operations `first` to `first + count - 1`, `pending` of them to be sent;
    `settled` counts the others by state."""

    number: int
    first: int
    count: int
    pending: int
    settled: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a chunk is: outcomes by state, calls to the ledger by kind.

    `series` numbers the attempts whose requests carry new ids; `opened_at` is when the newest
    series was first sent. `looks` counts the searches after a series that was sent to its end.
    """

    outcomes: Mapping[str, int] = field(default_factory=dict)
    calls: Mapping[str, int] = field(default_factory=dict)
    series: int = 0
    opened_at: datetime | None = None
    looks: int = 0
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One unit of accountable work on one connection.

    `staged` names the stored source records. `generation` counts resumes, so that a message of an
    earlier one is told from a new one. `idle` counts the workers in a row that were cut short and
    got nowhere. `planning_calls` went to the ledger before the plan stood. `plan` counts the plans
    that were made. `kinds` are the records that whoever made it may post; None is all of them.
    `rank` sorts runs by when they were let loose. `resumed_at` is when it last went
    on, and `left_then` what was left to send at that time.
    """

    firm: str
    connection_id: str
    id: str
    kind: str
    state: RunState
    created_by: str
    created_at: datetime
    staged: str = ""
    generation: int = 0
    idle: int = 0
    records: int = 0
    chunks: tuple[Chunk, ...] = ()
    progress: Mapping[int, Progress] = field(default_factory=dict)
    planning_calls: Mapping[str, int] = field(default_factory=dict)
    reason: Reason | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    sync: Sync | None = None
    imported: Import | None = None
    plan: int = 0
    kinds: tuple[RecordKind, ...] | None = None
    rank: str = ""
    resumed_at: datetime | None = None
    left_then: int = 0

    @property
    def connection_key(self) -> ConnectionKey:
        """The connection that it belongs to."""
        return ConnectionKey(self.firm, self.connection_id)

    def left(self) -> int:
        """How many items are still to be sent."""
        return self.counts().get(ItemState.PENDING, 0)

    def counts(self) -> dict[str, int]:
        """Items by state, which add up to the number of items in the plan; a sync's records by
        what became of them."""
        if self.sync is not None:
            return self.sync.counts()
        total: Counter[str] = Counter({state.value: 0 for state in ItemState})
        for chunk in self.chunks:
            outcomes = self.progress.get(chunk.number, Progress()).outcomes
            total.update(chunk.settled)
            total.update(outcomes)
            total[ItemState.PENDING] += chunk.pending - sum(outcomes.values())
        return dict(total)

    def calls(self) -> dict[str, int]:
        """Calls made to the ledger by kind."""
        if self.sync is not None:
            return dict(self.sync.calls)
        total: Counter[str] = Counter(self.planning_calls)
        for progress in self.progress.values():
            total.update(progress.calls)
        return dict(total)

    def open_chunks(self) -> list[Chunk]:
        """Chunks with work left."""
        done = {number for number, progress in self.progress.items() if progress.done}
        return [c for c in self.chunks if c.pending and c.number not in done]

    def advance(self) -> Mapping[int, tuple[int, int, bool]]:
        """How far each chunk, or each list of a sync, is; two that are equal had nothing come
        about between them."""
        if self.sync is not None:
            lists = enumerate(self.sync.lists)
            return {n: (work.pages, work.applied, work.done) for n, work in lists}
        chunks = {
            number: (sum(progress.outcomes.values()), progress.series, progress.done)
            for number, progress in self.progress.items()
        }
        return {number: reached for number, reached in chunks.items() if any(reached)}

    def outcome_state(self) -> RunState:
        """The state of a run whose chunks are all done."""
        counts = self.counts()
        trouble = any(counts[state] for state in PROBLEMS)
        return RunState.COMPLETED_WITH_PROBLEMS if trouble else RunState.COMPLETED
