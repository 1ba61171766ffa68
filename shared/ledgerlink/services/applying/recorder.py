"""Recording the outcomes of operations: links first, then outcomes, then progress.

A stored outcome marks its operation as done, so its link must be stored before it. After a death
between the two, the next worker repeats the request under the same id and records both again.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Action, ItemState, Operation, Outcome, Request, Write
from ledgerlink.domain.model.runs import Chunk, Progress, Run
from ledgerlink.services.dependencies import Dependencies

IMPORT = "import"
"""The kind of run whose documents later imports may delete."""
COLLECT_SECONDS = 2.0
"""Ledger seconds for which answers are collected, so that they are stored together: a call to the
table costs as much CPU for three rows as for 25."""
COLLECTED = 250
"""Answered writes that are stored without waiting for more."""
MOST_UNSTORED = 1000
"""Answered writes that may wait to be stored. Beyond that, `record_answer` waits until
they are stored."""
PROGRESS_SECONDS = 5.0
"""Ledger seconds between two writes of the chunk's progress."""
SHORTEST_COLLECT, SHORTEST_PROGRESS = 0.1, 1.0
"""The same in real seconds, at least: a faster clock must not ask more of the table."""

AnsweredRequest = tuple[Request, Sequence[Outcome]]


@dataclass(slots=True)
class Recorder:
    """Records the outcomes of one chunk while its requests are sent."""

    deps: Dependencies
    run: Run
    chunk: Chunk
    progress: Progress
    outcomes: dict[int, Outcome]
    """The outcomes that are stored, by seq."""
    listed: Collection[str]
    """The ledger's names of records that a sync reads; their links are also found by ledger id."""
    calls: Mapping[str, int] = field(default_factory=dict)
    """Calls of this worker by kind, which grow while the ledger is at work."""
    clock_scale: float = 1.0
    """Ledger seconds in a real second."""
    recorded: Counter[str] = field(default_factory=Counter)
    """Outcomes that this worker stored, by state."""
    before: Mapping[str, Link] = field(default_factory=dict)
    """The links of the operations before they are sent, by posting key."""
    days: dict[str, date] = field(default_factory=dict)
    """The days of work by which links will be found, by posting key."""
    _states: Counter[str] = field(init=False)
    """The stored outcomes by state; counting them anew for each progress takes longer than all
    else about it."""
    _waiting: list[AnsweredRequest] = field(default_factory=list)
    _storing: "asyncio.Task[None] | None" = None
    _store_now: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once no more answers are collected: `stored` is waited for, or there are enough."""
    _unstored: int = 0
    _noted_at: float = 0.0

    def __post_init__(self) -> None:
        self._states = _states_of(self.outcomes.values())

    def prepare(self, operations: Collection[Operation], before: Mapping[str, Link]) -> None:
        """Have the links of these operations be found by day of work, before any is sent: all of
        a chunk at once takes few rows, whatever order they are answered in."""
        self.before = {op.key: before[op.key] for op in operations if op.key in before}
        worked = {op.key: op.source.work_date for op in operations if op.source and _stays(op)}
        new = {key: day for key, day in worked.items() if not self._is_found_by(key, day)}
        if new:
            self.deps.links.index_days(self.run.connection_key, new)
            self.days |= new

    def _is_found_by(self, key: str, day: date) -> bool:
        link = self.before.get(key)
        return day == self.days.get(key) or (link is not None and day == link.work_date)

    async def record_answer(self, request: Request, outcomes: Sequence[Outcome]) -> None:
        """Take the outcomes of a request; they are stored while the next requests are sent. Waits
        while too many are not stored yet, and raises the error of an earlier one."""
        if self._unstored >= MOST_UNSTORED or (self._storing is not None and self._storing.done()):
            await self.stored()
        self._waiting.append((request, outcomes))
        self._unstored += len(request.writes)
        if self._unstored >= COLLECTED:
            self._store_now.set()
        if self._storing is None:
            self._storing = asyncio.create_task(self._store())

    async def stored(self) -> None:
        """Wait until everything that was answered is stored. Raises the error that prevented it;
        nothing is stored after that error."""
        if self._storing is not None:
            self._store_now.set()
            await asyncio.shield(self._storing)

    def restart(self) -> None:
        """Go on after an error that prevented answers from being stored: they are left out."""
        self._storing, self._waiting, self._unstored = None, [], 0
        self._store_now.clear()

    async def _store(self) -> None:
        while self._waiting:
            await self._collect()
            taken, self._waiting = self._waiting, []
            await asyncio.to_thread(self._record_all, taken)
            self._unstored -= sum(len(request.writes) for request, _ in taken)
        self._storing = None
        self._store_now.clear()

    async def _collect(self) -> None:
        """Wait for more answers, unless there are enough or `stored` is waited for."""
        seconds = max(COLLECT_SECONDS / self.clock_scale, SHORTEST_COLLECT)
        pause = asyncio.ensure_future(self.deps.clock.sleep(seconds))
        store_now = asyncio.ensure_future(self._store_now.wait())
        await asyncio.wait({pause, store_now}, return_when=asyncio.FIRST_COMPLETED)
        pause.cancel()
        store_now.cancel()

    def _record_all(self, answers: Sequence[AnsweredRequest]) -> None:
        writes = {write.seq: write for request, _ in answers for write in request.writes}
        self.record(writes, [outcome for _, some in answers for outcome in some])

    def record(self, writes: Mapping[int, Write], outcomes: Sequence[Outcome]) -> None:
        """Store links, then outcomes, then progress if it is due."""
        posted = [o for o in outcomes if o.state is ItemState.POSTED]
        deleted = {o.seq for o in posted if writes[o.seq].action is Action.DELETE}
        links = [self._link(writes[o.seq], o) for o in posted if o.seq not in deleted]
        self.deps.links.put(self.run.connection_key, links, self.before, self.days)
        self._delete_links([writes[seq] for seq in deleted])
        self.store_outcomes(outcomes)

    def _delete_links(self, gone: Sequence[Write]) -> None:
        """Delete the links of these documents, unless a link names another ledger record by now."""
        ids = {write.key: write.ledger_id for write in gone}
        links = self.deps.links.get(self.run.connection_key, ids) if ids else {}
        same = [key for key, link in links.items() if link.ledger_id == ids[key]]
        self.deps.links.delete(self.run.connection_key, same)

    def store_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Store outcomes whose links stay as they are, then progress if it is due."""
        self.deps.runs.put_outcomes(self.run, outcomes)
        last = {outcome.seq: outcome for outcome in outcomes}
        self._states -= _states_of(self.outcomes[seq] for seq in last if seq in self.outcomes)
        self._states += _states_of(last.values())
        self.outcomes.update(last)
        self.recorded += _states_of(outcomes)
        seconds = max(PROGRESS_SECONDS / self.clock_scale, SHORTEST_PROGRESS)
        if self.deps.clock.monotonic() - self._noted_at >= seconds:
            self.store_progress()

    def _link(self, write: Write, outcome: Outcome) -> Link:
        assert outcome.ledger_id is not None
        return Link(
            key=write.key,
            kind=write.kind,
            ledger_id=outcome.ledger_id,
            version=outcome.version,
            fingerprint=write.fingerprint,
            run_id=self.run.id,
            written_at=self.deps.clock.now(),
            rank=self.run.rank or self.run.id,
            imported=self.run.kind == IMPORT,
            content=outcome.content,
            ledger_total=outcome.total,
            line_ids=outcome.line_ids,
            listed=write.kind in self.listed,
            **write.facts(),
        )

    def store_progress(self) -> None:
        """Store the progress of the chunk."""
        self._noted_at = self.deps.clock.monotonic()
        calls = Counter(self.progress.calls) + Counter(self.calls)
        progress = replace(self.progress, outcomes=dict(self._states), calls=dict(calls))
        self.deps.runs.save_progress(self.run, self.chunk.number, progress)

    def count(self) -> None:
        """Add the outcomes and calls of this worker to the metrics."""
        for state, number in self.recorded.items():
            self.deps.metrics.count(f"Items{state.capitalize()}", number)
        for kind, number in self.calls.items():
            self.deps.metrics.count(f"Calls{kind.capitalize()}", number)


def _stays(operation: Operation) -> bool:
    return operation.action is not Action.DELETE


def _states_of(outcomes: Iterable[Outcome]) -> Counter[str]:
    return Counter(outcome.state.value for outcome in outcomes)
