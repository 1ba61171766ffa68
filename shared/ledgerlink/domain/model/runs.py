"""Runs: units of accountable work, cut into chunks."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.imports import Import
from ledgerlink.domain.model.list_records import Sync
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.model.source_records import RecordKind


class RunState(StrEnum):
    """The state of a run.

    PARKED waits for a person or for the ledger, INTERRUPTED was stopped by a person; both can be
    resumed. The first three are an import that was not let loose yet: being put together, being
    planned, planned. QUEUED waits for its turn. CANCELLING is a run that a person gave up, while it
    is still looked up what the ledger has of it.
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
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"


DRAFTS = frozenset({RunState.DRAFT, RunState.PLANNING, RunState.READY})
"""Before it is let loose; nothing was sent."""
RESTING = frozenset({RunState.PARKED, RunState.INTERRUPTED})
"""Can be resumed."""
NEVER_STARTED = frozenset({RunState.DISCARDED, RunState.EXPIRED})
APPLIED = frozenset({RunState.COMPLETED, RunState.COMPLETED_WITH_PROBLEMS})
UNDOABLE = APPLIED | RESTING | {RunState.FAILED}
FINISHED = APPLIED | NEVER_STARTED | {RunState.FAILED, RunState.UNDONE, RunState.CANCELLED}
PRIVATE = DRAFTS | NEVER_STARTED
"""Seen by whoever made it alone."""
PROBLEMS = frozenset({ItemState.BLOCKED, ItemState.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A slice of a plan."""

    number: int
    """Its place among the chunks, from 0."""
    first: int
    """The first operation in it."""
    count: int
    """How many operations are in it."""
    pending: int
    """How many of them are to be sent."""
    settled: Mapping[str, int] = field(default_factory=dict)
    """The others by state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a chunk is."""

    outcomes: Mapping[str, int] = field(default_factory=dict)
    """Outcomes by state."""
    calls: Mapping[str, int] = field(default_factory=dict)
    """Calls to the ledger by kind."""
    series: int = 0
    """Number of the attempt whose requests carry ids of their own."""
    opened_at: datetime | None = None
    """When the newest series was first sent."""
    sent: bool = False
    """Whether the newest series was sent to its end."""
    looks: int = 0
    """Searches for lost writes after a series that was sent to its end."""
    done: bool = False
    """Whether every operation has an outcome."""
    looking_up: bool = False
    """Whether the ledger is being searched for what may have been sent."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One unit of accountable work on one connection. It has no slots, because it keeps its
    connection's key."""

    firm: str
    """The tenant."""
    connection_id: str
    """The connection that it works on."""
    id: str
    """Sorts by the time of creation."""
    kind: str
    """sync, post or import; an undo is an import, too."""
    state: RunState
    """Where it stands."""
    created_by: str
    """The user who asked for it."""
    created_at: datetime
    """When it was asked for."""
    ledger: str = ""
    """The ledger of its connection; runs from before do not know it."""
    staged: str = ""
    """Names the stored source records."""
    generation: int = 0
    """Counts resumes, so that a message of an earlier one is distinguished from a new one."""
    idle: int = 0
    """Workers in a row that were stopped before they had got anywhere."""
    records: int = 0
    """How many source records were staged."""
    chunks: tuple[Chunk, ...] = ()
    """The plan, in slices."""
    progress: Mapping[int, Progress] = field(default_factory=dict)
    """How far each chunk is, by its number."""
    planning_calls: Mapping[str, int] = field(default_factory=dict)
    """Calls to the ledger before the plan was made, by kind."""
    reason: Reason | None = None
    """Why it waits or has failed."""
    started_at: datetime | None = None
    """When it was first worked on."""
    planned_at: datetime | None = None
    """When the rules were read that its plan was made with, or was last compared with."""
    finished_at: datetime | None = None
    """When it ended."""
    sync: Sync | None = None
    """What a sync has besides."""
    imported: Import | None = None
    """What an import has besides."""
    plan: int = 0
    """How many plans were made for it."""
    parts: int = 0
    """How many parts of its next plan are made, while it is being planned."""
    kinds: tuple[RecordKind, ...] | None = None
    """The records that its creator may post; None is all of them."""
    rank: str = ""
    """Sorts runs by when they were started."""
    resumed_at: datetime | None = None
    """When it was last resumed."""
    left_then: int = 0
    """How many items were left to send at that time."""
    items_until: datetime | None = None
    """When its items are deleted, which is set when it is started."""

    @cached_property
    def connection_key(self) -> ConnectionKey:
        """The connection that it belongs to."""
        return ConnectionKey(self.firm, self.connection_id)

    @property
    def is_looking_up(self) -> bool:
        """Whether it waits until it is known what the ledger has of its records."""
        progress = (self.progress.get(chunk.number, Progress()) for chunk in self.open_chunks())
        return self.state is RunState.APPLYING and any(each.looking_up for each in progress)

    def why_it_waits(self) -> Reason | None:
        """The reason that it shows."""
        return self.reason or (reason("looking_up") if self.is_looking_up else None)

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
            total[self._state_of_rest()] += chunk.pending - sum(outcomes.values())
        return dict(total)

    def _state_of_rest(self) -> ItemState:
        """The state of items without an outcome: those of a run that was given up are left out."""
        cancelled = self.state is RunState.CANCELLED
        return ItemState.SKIPPED if cancelled else ItemState.PENDING

    def unanswered(self) -> bool:
        """Whether requests of it were sent whose outcome is not known yet."""
        some = self.progress.values()
        return any(each.opened_at is not None and not each.done for each in some)

    def untouched(self) -> bool:
        """Whether the ledger is known to have nothing of its plan."""
        return not self.unanswered() and not any(each.outcomes for each in self.progress.values())

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
            number: (sum(progress.outcomes.values()), progress.looks, progress.done)
            for number, progress in self.progress.items()
        }
        planned = {-1: (self.parts, 0, False)} if self.parts else {}
        return planned | {number: reached for number, reached in chunks.items() if any(reached)}

    def outcome_state(self) -> RunState:
        """The state of a run whose chunks are all done."""
        counts = self.counts()
        trouble = any(counts[state] for state in PROBLEMS)
        return RunState.COMPLETED_WITH_PROBLEMS if trouble else RunState.COMPLETED
