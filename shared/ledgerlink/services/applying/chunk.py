"""Applying one chunk of a plan: send the operations that have no outcome yet, record the outcomes.

The requests of a chunk are stored before the first is sent. Nothing is sent twice as it is: a write
that stays unanswered, or that an earlier worker may have sent, is searched for in the ledger first.
What is not found is sent again in a new series, under new ids.
"""

import asyncio
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from ledgerlink.domain.errors import DEFECTS, Interrupted
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.list_records import brought_in
from ledgerlink.domain.model.plan import Action, ItemState, Operation, Outcome, Request, Write
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.references import needs
from ledgerlink.domain.model.runs import Chunk, Progress, Run
from ledgerlink.domain.ports import CLOCK_TOLERANCE, Connector, Ledger, RecordKey, Stop
from ledgerlink.services.applying.defects import Defects
from ledgerlink.services.applying.preconditions import Preconditions
from ledgerlink.services.applying.recorder import Recorder
from ledgerlink.services.applying.writes import as_write, posted_before
from ledgerlink.services.defects import report_defect
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.runs.history import items_of_chunk
from ledgerlink.services.runs.ledger_session import ledger_session

MAX_SERIES = 4
"""How often a write whose outcome stays unknown is sent, with a search after each time."""
SENT_ONE_BY_ONE = 60
"""Up to so many writes of a later series go in a request each, so that a record which spoils its
request spoils no others."""
REQUEST_ID_LENGTH = 32
"""The ledgers take up to 36 characters."""
MAX_RUNS_SEARCHED = 500
"""Runs on each side of a run whose records may be taken for its own."""


async def apply_chunk(
    deps: Dependencies, connection: Connection, run: Run, chunk: Chunk, stop: Stop
) -> bool:
    """Apply the chunk; True when every operation has an outcome, False when `stop` ended it early.

    Raises what the ledger's `write` raises, after everything that was answered is recorded.
    """
    async with ledger_session(deps, connection, writes=True) as session:
        ledger = session.ledger
        chunk_run = load_chunk(deps, connection, run, chunk, ledger, ledger.calls)
        return await chunk_run.apply(LatchedStop(stop))


@dataclass(slots=True)
class LatchedStop:
    """A stop that stays true once it was true. Otherwise a write that was not sent because of the
    stop would be taken for one that the ledger lost."""

    stop: Stop
    was_true: bool = False

    def __call__(self) -> bool:
        self.was_true = self.was_true or self.stop()
        return self.was_true


def load_chunk(
    deps: Dependencies,
    connection: Connection,
    run: Run,
    chunk: Chunk,
    ledger: Ledger,
    calls: Mapping[str, int],
) -> "ChunkRun":
    """The chunk with its stored outcomes and progress; `calls` are added to its progress."""
    connector = deps.connector(connection.ledger)
    recorder = Recorder(
        deps=deps,
        run=run,
        chunk=chunk,
        progress=run.progress.get(chunk.number, Progress()),
        outcomes=dict(deps.runs.outcomes(run, chunk.first, chunk.count)),
        listed=brought_in(connector.lists),
        calls=calls,
        clock_scale=connector.clock_scale,
    )
    operations = deps.staging.chunk(run, chunk.number)
    pending = {op.seq: op for op in operations if op.state is ItemState.PENDING}
    return ChunkRun(deps, run, chunk, connector, ledger, pending, recorder)


@dataclass(slots=True)
class ChunkRun:
    """One chunk while it is applied."""

    deps: Dependencies
    run: Run
    chunk: Chunk
    connector: Connector
    ledger: Ledger
    operations: Mapping[int, Operation]
    """The operations that are sent, by seq; those that the plan decided already are left out."""
    recorder: Recorder
    suspects: Defects = field(default_factory=Defects)
    """The operations with which our program makes mistakes."""

    async def apply(self, stop: LatchedStop) -> bool:
        """Send series after series until every operation has an outcome. A series that an earlier
        worker has opened is searched for before anything is sent."""
        try:
            await self.search_unanswered(stop)
            self._fail_defects()
            while self.recorder.progress.looks < MAX_SERIES:
                await self._send(stop)
                if stop() or not self._open():
                    return self._close()
                await self.search_unanswered(stop)
                self._fail_defects()
            self._fail_unanswered()
            return self._close()
        except Interrupted:
            return self._close()
        finally:
            self.recorder.store_progress()
            self.recorder.count()

    def _open(self) -> list[int]:
        """The operations without an outcome, by seq."""
        return [seq for seq in self.operations if seq not in self.recorder.outcomes]

    async def _send(self, stop: LatchedStop) -> None:
        requests = await self._prepared(stop) if self._open() else []
        open_seqs = set(self._open())
        for some in [[request] for request in requests] if self.suspects.known else [requests]:
            try:
                await self._write(some, stop)
            except DEFECTS as defect:
                self.suspects.add(some, open_seqs - self.recorder.outcomes.keys(), defect)
                self.recorder.restart()
        self.recorder.progress = replace(self.recorder.progress, sent=not stop.was_true)

    async def _write(self, requests: Sequence[Request], stop: Stop) -> None:
        try:
            await self.ledger.write(requests, self.recorder.record_answer, stop)
        finally:
            await self.recorder.stored()

    async def _prepared(self, stop: Stop) -> list[Request]:
        """The requests of a new series. While it is stored, the ledger prepares for it."""
        coming = [self.operations[seq] for seq in self._open()]
        preparing = asyncio.create_task(self._prefetch(coming, stop))
        await asyncio.sleep(0)  # its first call is sent before the stores take this thread's time
        try:
            requests = await asyncio.to_thread(self._requests)
        except BaseException:
            preparing.cancel()
            raise
        await preparing
        return requests

    async def _prefetch(self, coming: Sequence[Operation], stop: Stop) -> None:
        """Look up what the ledger needs. It can do without, so a mistake of ours is no obstacle."""
        try:
            await self.ledger.prefetch(coming, stop)
        except DEFECTS as defect:
            report_defect(self.deps, f"run {self.run.id}", defect)

    def _requests(self) -> list[Request]:
        """The requests of a new series; none when nothing is left to send."""
        if not self._open_series():
            return []
        batches = self._stored_batches()
        writes = {write.seq: write for write in self._writes(batches)}
        series = self.recorder.progress.series
        return [
            Request(
                self._request_id(series=series, index=index),
                tuple(writes[s] for s in seqs if s in writes),
            )
            for index, seqs in enumerate(batches)
        ]

    def _open_series(self) -> bool:
        """Store the batches of a new series; False when nothing is left to send.

        A worker that died before it sent any request may have stored other batches under this
        number, before another run wrote some of the records. Then the next number is taken.
        """
        wanted = self._batched(self._sendable())
        first = self.recorder.progress.series
        for series in range(first, first + MAX_SERIES if wanted else first):
            if self._store_batches(series, wanted) == wanted:
                opened_at = self.deps.clock.now()
                progress = replace(self.recorder.progress, series=series, opened_at=opened_at)
                self.recorder.progress = replace(progress, sent=False)
                self.recorder.store_progress()
                return True
        return False

    def _store_batches(self, series: int, wanted: Sequence[Sequence[int]]) -> list[Sequence[int]]:
        """What is stored under this series: `wanted`, or what was stored there before."""
        return list(self.deps.staging.fix_requests(self.run, self.chunk.number, series, wanted))

    def _stored_batches(self) -> list[Sequence[int]]:
        """The batches of this series as they were first sent."""
        return self._store_batches(self.recorder.progress.series, ())

    def _writes(self, batches: Sequence[Sequence[int]]) -> list[Write]:
        """The writes of these batches, answered or not, because a request is repeated whole."""
        keys = {key for operation in self.operations.values() for key in needs(operation.body)}
        links = self.deps.links.get(self.run.connection_key, keys)
        operations = [self.operations[seq] for seqs in batches for seq in seqs]
        writes = (self._as_write(operation, links) for operation in operations)
        return [write for write in writes if write is not None]

    def _as_write(self, operation: Operation, links: Mapping[str, Link]) -> Write | None:
        """The write of an operation; None where our program cannot make it."""
        try:
            return self._with_file(operation, as_write(operation, links))
        except DEFECTS as defect:
            self.suspects.unfindable[operation.seq] = defect
            return None

    def _with_file(self, operation: Operation, write: Write) -> Write:
        if operation.upload_id is None or operation.action is Action.DELETE:
            return write
        upload = (self.run.connection_key, operation.upload_id)
        return replace(write, file=partial(self.deps.staging.uploaded_file, *upload))

    def _sendable(self) -> list[int]:
        """The operations without an outcome that may be sent; the others get their outcome here."""
        operations = self.operations
        preconditions = Preconditions.load(self.deps.links, self.run, operations.values())
        outcomes = {seq: preconditions.outcome(operations[seq]) for seq in self._open()}
        self.recorder.store_outcomes([outcome for outcome in outcomes.values() if outcome])
        sendable = sorted(seq for seq, outcome in outcomes.items() if not outcome)
        self.recorder.prepare([operations[seq] for seq in sendable], preconditions.links)
        return sendable

    def _batched(self, seqs: Sequence[int]) -> list[Sequence[int]]:
        if self.recorder.progress.series and len(seqs) <= SENT_ONE_BY_ONE:
            return [[seq] for seq in seqs]
        together = [seq for seq in seqs if seq not in self.suspects.in_company]
        batches = self.connector.batch([self.operations[seq] for seq in together])
        alone = [[seq] for seq in seqs if seq in self.suspects.in_company]
        return [*([together[index] for index in batch] for batch in batches), *alone]

    def _request_id(self, *, series: int, index: int) -> str:
        """The same for every repeat of this request, and for no other."""
        name = f"{self.run.firm}/{self.run.connection_id}/{self.run.id}"
        text = f"{name}/{self.chunk.number}/{series}/{index}"
        return hashlib.sha256(text.encode()).hexdigest()[:REQUEST_ID_LENGTH]

    async def search_unanswered(self, stop: Stop) -> None:
        """Record what the ledger holds of the writes without an outcome; the others start a new
        series. Does nothing where no series is open.

        Raises Interrupted when `stop` says so; then nothing has changed.
        """
        self._record_stored_links()
        since = self.recorder.progress.opened_at
        if since is not None:
            self.recorder.progress = replace(self.recorder.progress, looking_up=True)
            self.recorder.store_progress()
            unanswered = set(self._open())
            writes = [w for w in self._writes(self._stored_batches()) if w.seq in unanswered]
            found = await self._find(writes, since, self._known_records(since), stop)
            self._record_found({write.seq: write for write in writes}, found)
        self._end_series()

    def _end_series(self) -> None:
        progress = self.recorder.progress
        if progress.opened_at is None and not progress.sent:
            return
        self.recorder.progress = replace(
            progress,
            series=progress.series + 1,
            opened_at=None,
            sent=False,
            looking_up=False,
            looks=progress.looks + progress.sent,
        )
        self.recorder.store_progress()

    async def _find(
        self, writes: Sequence[Write], since: datetime, known: Collection[RecordKey], stop: Stop
    ) -> Mapping[int, Outcome]:
        """What the ledger holds of these writes. If our program makes a mistake with one of them,
        that one is found by halving them; it stays unknown whether the ledger has it."""
        try:
            return await self.ledger.find_lost_writes(writes, since, known, stop)
        except DEFECTS as defect:
            if len(writes) <= 1:
                self.suspects.unfindable |= {write.seq: defect for write in writes}
                return {}
            half = len(writes) // 2
            first = await self._find(writes[:half], since, known, stop)
            return {**first, **await self._find(writes[half:], since, known, stop)}

    def _record_found(self, writes: Mapping[int, Write], found: Mapping[int, Outcome]) -> None:
        try:
            self.recorder.record(writes, list(found.values()))
        except DEFECTS as defect:
            if len(found) <= 1:
                self.suspects.unfindable |= dict.fromkeys(found, defect)
                return
            for seq, outcome in found.items():
                self._record_found(writes, {seq: outcome})

    def _fail_defects(self) -> None:
        """Fail the operations with which our program made a mistake by themselves."""
        failed = self.suspects.failed(self._open())
        for seq, (defect, why) in failed.items():
            report_defect(self.deps, self.operations[seq].key, defect)
            outcome = Outcome(seq=seq, state=ItemState.FAILED, reason=why(self.operations[seq].key))
            self.recorder.store_outcomes([outcome])

    def _record_stored_links(self) -> None:
        """Record the outcomes of writes whose links this run has stored: an earlier worker died
        after the links and before the outcomes."""
        if self.recorder.progress.opened_at is None:
            return
        operations = [self.operations[seq] for seq in self._open()]
        links = self.deps.links.get(self.run.connection_key, [op.key for op in operations])
        known = [(op, links[op.key]) for op in operations if op.key in links]
        ours = [posted_before(op, link) for op, link in known if link.run_id == self.run.id]
        self.recorder.store_outcomes(ours)

    def _known_records(self, since: datetime) -> set[RecordKey]:
        """The records that runs of this connection recorded while records were created that the
        search looks at. The ledger's clock may have been behind when it created them."""
        earliest = since - 2 * CLOCK_TOLERANCE
        return {
            (item.operation.kind, item.outcome.ledger_id)
            for other in self._runs_around()
            if other.finished_at is None or other.finished_at >= earliest
            if self.deps.retention.keeps_items(other, self.deps.clock.now())
            for chunk in other.chunks
            if chunk.pending
            for item in items_of_chunk(self.deps, other, chunk)
            if item.outcome.ledger_id
        }

    def _runs_around(self) -> Sequence[Run]:
        """The newest runs, and those before this one, because many may wait behind it."""
        key, runs = self.run.connection_key, self.deps.runs
        pages = (runs.list(key, after, MAX_RUNS_SEARCHED) for after in (None, self.run.id))
        return list({run.id: run for page in pages for run in page.items}.values())

    def _fail_unanswered(self) -> None:
        why = reason("ledger_failed", detail="it gave no answer that could be relied on")
        failed = [Outcome(seq=seq, state=ItemState.FAILED, reason=why) for seq in self._open()]
        self.recorder.store_outcomes(failed)

    def _close(self) -> bool:
        done = not self._open()
        self.recorder.progress = replace(self.recorder.progress, done=done)
        return done
