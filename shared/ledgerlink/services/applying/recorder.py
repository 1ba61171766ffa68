"""Recording what became of operations: links first, then outcomes, then progress.

An outcome is the mark that an operation is done, so its link must be stored before it: whoever
dies between the two repeats the request under the same id and records both again. The same holds
of requests that were sent while the outcomes of earlier ones were still being stored.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ledgerlink.domain.model.documents import fingerprint
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Action, ItemState, Outcome, Request, Write
from ledgerlink.domain.model.runs import Chunk, Progress, Run
from ledgerlink.services.dependencies import Dependencies

IMPORT = "import"
"""The kind of run whose time later runs of its kind may delete."""
LINGER = 0.1
"""Seconds that answers are collected before they are stored together."""
UNSTORED = 1000
"""With so many writes answered that are not stored yet, the next answer waits for them."""
PROGRESS_EVERY = 1.0
"""Seconds between two notes of progress."""

Answer = tuple[Request, Sequence[Outcome]]


@dataclass(slots=True)
class Recorder:
    """Records the outcomes of one chunk. `outcomes` holds those already stored, by seq; `listed`
    are the kinds of records that lists of the ledger bring in."""

    deps: Dependencies
    run: Run
    chunk: Chunk
    progress: Progress
    outcomes: dict[int, Outcome]
    listed: Collection[str]
    calls: Mapping[str, int] = field(default_factory=dict)
    recorded: Counter[str] = field(default_factory=Counter)
    _waiting: list[Answer] = field(default_factory=list)
    _storing: "asyncio.Task[None] | None" = None
    _awaited: asyncio.Event = field(default_factory=asyncio.Event)
    _unstored: int = 0
    _noted_at: float = 0.0

    async def answered(self, request: Request, outcomes: Sequence[Outcome]) -> None:
        """Take these outcomes, which are stored while the ledger is at work on what comes next.
        Waits while too many are not stored yet; raises what kept earlier ones from it."""
        if self._unstored >= UNSTORED or (self._storing is not None and self._storing.done()):
            await self.stored()
        self._waiting.append((request, outcomes))
        self._unstored += len(request.writes)
        if self._storing is None:
            self._storing = asyncio.create_task(self._store())

    async def stored(self) -> None:
        """Return once all that was answered is stored. Raises what kept some of it from that;
        nothing is stored after it."""
        if self._storing is not None:
            self._awaited.set()
            await asyncio.shield(self._storing)

    async def _store(self) -> None:
        while self._waiting:
            await self._linger()
            taken, self._waiting = self._waiting, []
            await asyncio.to_thread(self._record_all, taken)
            self._unstored -= sum(len(request.writes) for request, _ in taken)
        self._storing = None
        self._awaited.clear()

    async def _linger(self) -> None:
        """Let more come, until somebody waits for it."""
        pause = asyncio.ensure_future(self.deps.clock.sleep(LINGER))
        awaited = asyncio.ensure_future(self._awaited.wait())
        await asyncio.wait({pause, awaited}, return_when=asyncio.FIRST_COMPLETED)
        pause.cancel()
        awaited.cancel()

    def _record_all(self, answers: Sequence[Answer]) -> None:
        writes = {write.seq: write for request, _ in answers for write in request.writes}
        self.record(writes, [outcome for _, some in answers for outcome in some])

    def record(self, writes: Mapping[int, Write], outcomes: Sequence[Outcome]) -> None:
        """Store links, then outcomes, then progress when it is due."""
        posted = [o for o in outcomes if o.state is ItemState.POSTED]
        deleted = {o.seq for o in posted if writes[o.seq].action is Action.DELETE}
        links = [self._link(writes[o.seq], o) for o in posted if o.seq not in deleted]
        gone = [writes[seq] for seq in deleted]
        gone += [writes[o.seq] for o in outcomes if _is_gone(o) and o.seq in writes]
        run = self.run
        self.deps.links.put(run.connection_key, links)
        self._forget(gone)
        self.settle(outcomes)

    def _forget(self, gone: Sequence[Write]) -> None:
        """Forget the links of these, unless they stand for another record meanwhile."""
        ids = {write.key: write.ledger_id for write in gone}
        links = self.deps.links.get(self.run.connection_key, ids) if ids else {}
        same = [key for key, link in links.items() if link.ledger_id == ids[key]]
        self.deps.links.delete(self.run.connection_key, same)

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Store outcomes whose links need no change, then progress when it is due."""
        self.deps.runs.put_outcomes(self.run, outcomes)
        self.outcomes.update({outcome.seq: outcome for outcome in outcomes})
        self.recorded.update(outcome.state.value for outcome in outcomes)
        if self.deps.clock.monotonic() - self._noted_at >= PROGRESS_EVERY:
            self.note()

    def _link(self, write: Write, outcome: Outcome) -> Link:
        assert outcome.ledger_id is not None
        return Link(
            key=write.key,
            kind=write.kind,
            ledger_id=outcome.ledger_id,
            version=outcome.version,
            fingerprint=fingerprint(write.body or {}),
            run_id=self.run.id,
            written_at=self.deps.clock.now(),
            rank=self.run.rank or self.run.id,
            imported=self.run.kind == IMPORT,
            content=outcome.content,
            ledger_total=outcome.total,
            listed=write.kind in self.listed,
            **write.facts(),
        )

    def note(self) -> None:
        """Store how far the chunk is."""
        self._noted_at = self.deps.clock.monotonic()
        calls = Counter(self.progress.calls) + Counter(self.calls)
        states = Counter(outcome.state.value for outcome in self.outcomes.values())
        progress = replace(self.progress, outcomes=dict(states), calls=dict(calls))
        self.deps.runs.save_progress(self.run, self.chunk.number, progress)

    def count(self) -> None:
        """Add what this worker did to the metrics."""
        for state, number in self.recorded.items():
            self.deps.count(f"Items{state.capitalize()}", number)
        for kind, number in self.calls.items():
            self.deps.count(f"Calls{kind.capitalize()}", number)


def _is_gone(outcome: Outcome) -> bool:
    """What is no longer in the ledger loses its link, so that the next post creates it anew."""
    return outcome.reason is not None and outcome.reason.code == "gone_in_ledger"
