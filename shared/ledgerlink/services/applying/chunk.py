"""Applying a chunk of a plan: send what has no outcome yet, record what comes back.

The requests of a chunk are fixed before the first is sent, so a worker that died is repeated by
the queue with the same requests under the same ids. What stays without an answer, or waits longer
than a ledger's memory of ids can be trusted, is looked up in the ledger; what is not there goes
out again in a new series, under new ids.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from ledgerlink.domain.errors import Interrupted
from ledgerlink.domain.mapping.resolver import posting_key
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.documents import fingerprint, needs, resolve
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.list_records import brought_in
from ledgerlink.domain.model.plan import Action, ItemState, Operation, Outcome, Request, Write
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.runs import Chunk, Progress, Run
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.domain.ports import Connector, Ledger, Stop
from ledgerlink.services.applying.recorder import Recorder
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.runs.ledger_session import ledger_session

TRUSTED = timedelta(minutes=30)
"""How long a ledger is trusted to remember a request id."""
MAX_SERIES = 4
"""How often a write whose outcome stays unknown is sent, each time after a look-up."""
IN_ONE = (RecordKind.TIME, RecordKind.EXPENSE)
"""Records of which each may be in one document alone."""
FEW = 60
"""So few left over from an earlier series go one by one: a bad record then stands alone."""


async def apply_chunk(
    deps: Dependencies, connection: Connection, run: Run, chunk: Chunk, stop: Stop
) -> bool:
    """Apply the chunk; True when all of it is done, False when `stop` cut it short.

    Raises what the ledger's `write` raises, after everything answered has been recorded.
    """
    async with ledger_session(deps, connection) as there:
        work = open_work(deps, connection, run, chunk, there.ledger, there.ledger.calls)
        return await work.apply(lasting(stop))


def lasting(stop: Stop) -> Stop:
    """A stop that was true once stays true: what it cut short was not lost by the ledger."""
    said = False

    def asked() -> bool:
        nonlocal said
        said = said or stop()
        return said

    return asked


def open_work(
    deps: Dependencies,
    connection: Connection,
    run: Run,
    chunk: Chunk,
    ledger: Ledger,
    calls: Mapping[str, int],
) -> "Work":
    """The chunk as stored: operations, outcomes and progress, to which `calls` are added."""
    connector = deps.connector(connection.ledger)
    operations = deps.staging.chunk(run, chunk.number)
    recorder = Recorder(
        deps=deps,
        run=run,
        chunk=chunk,
        progress=run.progress.get(chunk.number, Progress()),
        outcomes=dict(deps.runs.outcomes(run, chunk.first, chunk.count)),
        listed=brought_in(connector.lists),
        calls=calls,
    )
    pending = {op.seq: op for op in operations if op.state is ItemState.PENDING}
    return Work(deps, run, chunk, connector, ledger, pending, recorder)


@dataclass(slots=True)
class Work:
    """One chunk being applied."""

    deps: Dependencies
    run: Run
    chunk: Chunk
    connector: Connector
    ledger: Ledger
    operations: Mapping[int, Operation]
    recorder: Recorder

    async def apply(self, stop: Stop) -> bool:
        """Send series after series until everything has an outcome."""
        try:
            if self._too_old():
                await self.look_up(stop)
            while self.recorder.progress.looks < MAX_SERIES:
                await self._send(stop)
                if stop() or not self._open():
                    return self._close()
                await self.look_up(stop)
                self._count_look()
            self._give_up()
            return self._close()
        except Interrupted:
            return self._close()
        finally:
            self.recorder.note()
            self.recorder.count()

    def _open(self) -> list[int]:
        return [seq for seq in self.operations if seq not in self.recorder.outcomes]

    def _too_old(self) -> bool:
        opened = self.recorder.progress.opened_at
        return opened is not None and self.deps.clock.now() - opened > TRUSTED

    async def _send(self, stop: Stop) -> None:
        requests = await self._prepared(stop) if self._open() else []
        open_seqs = set(self._open())
        todo = [r for r in requests if open_seqs.intersection(w.seq for w in r.writes)]
        try:
            await self.ledger.write(todo, self.recorder.answered, stop)
        finally:
            await self.recorder.stored()

    async def _prepared(self, stop: Stop) -> list[Request]:
        """The requests of this series. While a new one is opened, the ledger prepares for it."""
        if self.recorder.progress.opened_at is not None:
            return self._requests()
        coming = [self.operations[seq] for seq in self._open()]
        preparing = asyncio.create_task(self.ledger.prepare(coming, stop))
        await asyncio.sleep(0)  # it leaves before this machine is busy
        try:
            requests = await asyncio.to_thread(self._requests)
        except BaseException:
            preparing.cancel()
            raise
        await preparing
        return requests

    def _requests(self) -> list[Request]:
        """The requests of this series, fixed when it is first sent."""
        if self.recorder.progress.opened_at is None and not self._open_series():
            return []
        fixed = self._fixed()
        writes = {write.seq: write for write in self._writes(fixed)}
        series = self.recorder.progress.series
        return [
            Request(self._request_id(series, index), tuple(writes[seq] for seq in seqs))
            for index, seqs in enumerate(fixed)
        ]

    def _open_series(self) -> bool:
        """Fix the requests of a new series; False when nothing is left to send.

        A worker that died before it sent any may have fixed others under this number, before
        another run wrote some of its records; then the next number is taken.
        """
        wanted = self._package(self._fresh())
        first = self.recorder.progress.series
        for series in range(first, first + MAX_SERIES if wanted else first):
            if self._fix(series, wanted) == wanted:
                opened_at = self.deps.clock.now()
                progress = replace(self.recorder.progress, series=series, opened_at=opened_at)
                self.recorder.progress = progress
                self.recorder.note()
                return True
        return False

    def _fix(self, series: int, wanted: Sequence[Sequence[int]]) -> list[Sequence[int]]:
        fixed = self.deps.staging.fix_requests(self.run, self.chunk.number, series, wanted)
        return list(fixed)

    def _fixed(self) -> list[Sequence[int]]:
        """The requests of this series as they were first sent."""
        return self._fix(self.recorder.progress.series, ())

    def _writes(self, fixed: Sequence[Sequence[int]]) -> list[Write]:
        """The writes of these requests, answered or not: a request is repeated whole."""
        links = self._links(own=False)
        return [self._ready(self.operations[seq], links) for seqs in fixed for seq in seqs]

    def _ready(self, operation: Operation, links: Mapping[str, Link]) -> Write:
        write = ready(operation, links)
        if operation.upload_id is None or operation.action is Action.DELETE:
            return write
        upload = (self.run.connection_key, operation.upload_id)
        return replace(write, file=partial(self.deps.staging.uploaded_file, *upload))

    def _fresh(self) -> list[int]:
        """What has no outcome yet and can be sent.

        What cannot gets its outcome here: its parent failed, or another run was faster.
        """
        links = self._links(own=True)
        carriers = self._carriers(links)
        hindered = {
            seq: self._hindered(self.operations[seq], links, carriers) for seq in self._open()
        }
        self.recorder.settle([outcome for outcome in hindered.values() if outcome])
        return sorted(seq for seq, outcome in hindered.items() if not outcome)

    def _package(self, seqs: Sequence[int]) -> list[Sequence[int]]:
        if self.recorder.progress.series and len(seqs) <= FEW:
            return [[seq] for seq in seqs]
        places = self.connector.batch([self.operations[seq] for seq in seqs])
        return [[seqs[place] for place in together] for together in places]

    def _request_id(self, series: int, index: int) -> str:
        """The same for every repeat of this request, and for no other."""
        name = f"{self.run.firm}/{self.run.connection_id}/{self.run.id}"
        text = f"{name}/{self.chunk.number}/{series}/{index}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def _links(self, *, own: bool) -> Mapping[str, Link]:
        keys = {key for op in self.operations.values() for key in needs(op.body)}
        if own:
            keys |= {operation.key for operation in self.operations.values()}
            keys |= {key for operation in self.operations.values() for key in operation.after}
            keys |= {key for record in IN_ONE for key in self._in_one(record)}
        return self.deps.links.get(self.run.connection_key, keys)

    def _in_one(self, record: RecordKind) -> Mapping[str, str]:
        """The members that are in one document each, by the posting key of such a document."""
        own = [op for op in self.operations.values() if _in_one(op, record)]
        return {posting_key(record, member): member for op in own for member in op.members}

    def _carriers(self, links: Mapping[str, Link]) -> Mapping[str, Link]:
        """What stands in the ledger for the records of these operations, by the posting key of
        each: one by itself, which is among these links, or several of them together."""
        found: dict[str, Link] = {}
        for record in IN_ONE:
            members = self._in_one(record)
            found |= {key: links[key] for key in members if key in links}
            several = self.deps.links.carriers(self.run.connection_key, members.values(), record)
            found |= {posting_key(record, member): link for member, link in several.items()}
        return found

    def _hindered(
        self, operation: Operation, links: Mapping[str, Link], carriers: Mapping[str, Link]
    ) -> Outcome | None:
        missing = next((key for key in needs(operation.body) if key not in links), None)
        if missing is not None:
            why = reason("dependency_failed", key=missing)
            return Outcome(seq=operation.seq, state=ItemState.BLOCKED, reason=why)
        own = links.get(operation.key)
        if own is not None and own.run_id == self.run.id:
            return proven(operation, own)
        stays = next((key for key in operation.after if _holds(links.get(key), operation)), None)
        if stays is not None:
            why = reason("stays_in_ledger", key=stays)
            return Outcome(seq=operation.seq, state=ItemState.BLOCKED, reason=why)
        if self._carried_elsewhere(operation, carriers):
            return Outcome(seq=operation.seq, state=ItemState.BLOCKED, reason=reason("overtaken"))
        known = operation.was.ledger_id if operation.was else operation.ledger_id
        base = (known, operation.base_version)
        if own is None or (own.ledger_id, own.version) == base:
            return None
        return self._overtaken(ready(operation, links), own)

    def _carried_elsewhere(self, operation: Operation, carriers: Mapping[str, Link]) -> bool:
        """Whether a record of it is in the ledger under another name, since it was planned."""
        if operation.action is Action.DELETE or not _in_one(operation, operation.record):
            return False
        keys = (posting_key(operation.record, member) for member in operation.members)
        found = (carriers.get(key) for key in keys)
        return any(link is not None and link.key != operation.key for link in found)

    def _overtaken(self, write: Write, own: Link) -> Outcome:
        """Another run wrote the record after this one was planned; the later one's word stands."""
        same = fingerprint(write.body or {}) == own.fingerprint
        superseded = same or own.rank > (self.run.rank or self.run.id)
        return Outcome(
            seq=write.seq,
            state=ItemState.UNCHANGED if superseded else ItemState.BLOCKED,
            ledger_id=own.ledger_id,
            version=own.version,
            reason=reason("superseded" if superseded else "overtaken"),
        )

    def _take_proven(self) -> None:
        """Record what a worker of this run had an answer for, when it died after the link."""
        if self.recorder.progress.opened_at is None or not self._open():
            return
        links = self._links(own=True)
        open_ones = [self.operations[seq] for seq in self._open()]
        own = [(op, links[op.key]) for op in open_ones if op.key in links]
        self.recorder.settle([proven(op, link) for op, link in own if link.run_id == self.run.id])

    async def look_up(self, stop: Stop) -> None:
        """Adopt what the ledger holds of the unanswered; the rest starts a new series.

        Raises Interrupted when `stop` says so; then nothing has changed.
        """
        self._take_proven()
        since = self.recorder.progress.opened_at
        if since is None:
            return
        unanswered = set(self._open())
        writes = [write for write in self._writes(self._fixed()) if write.seq in unanswered]
        found = await self.ledger.find(writes, since, self._known_ids(since), stop)
        by_seq = {write.seq: write for write in writes}
        self.recorder.record(by_seq, list(found.values()))
        self.recorder.progress = replace(
            self.recorder.progress, series=self.recorder.progress.series + 1, opened_at=None
        )
        self.recorder.note()

    def _count_look(self) -> None:
        progress = self.recorder.progress
        self.recorder.progress = replace(progress, looks=progress.looks + 1)

    def _known_ids(self, since: datetime) -> set[str]:
        """Ids of the ledger that runs of this connection recorded at that time or later."""
        run = self.run
        recent = self.deps.runs.list(run.connection_key, None, 20).items
        return {
            outcome.ledger_id
            for other in recent
            if other.finished_at is None or other.finished_at >= since
            for chunk in other.chunks
            if chunk.pending
            for outcome in self.deps.runs.outcomes(other, chunk.first, chunk.count).values()
            if outcome.ledger_id
        }

    def _give_up(self) -> None:
        why = reason("ledger_failed", detail="it gave no answer that could be relied on")
        failed = [Outcome(seq=seq, state=ItemState.FAILED, reason=why) for seq in self._open()]
        self.recorder.settle(failed)

    def _close(self) -> bool:
        done = not self._open()
        self.recorder.progress = replace(self.recorder.progress, done=done)
        return done


def _in_one(operation: Operation, record: RecordKind) -> bool:
    """Whether its members are records of this kind, of which each is in one document alone."""
    if operation.record is not record:
        return False
    return record is RecordKind.EXPENSE or operation.source is not None


def _holds(link: Link | None, operation: Operation) -> bool:
    """Whether a document still carries what the operation is to carry."""
    return link is not None and bool(set(link.members) & set(operation.members))


def ready(operation: Operation, links: Mapping[str, Link]) -> Write:
    """The operation as it will be sent."""
    given = None if operation.action is Action.DELETE else operation.body
    body, *targets = resolve([given, *operation.targets], lambda key: links[key].ledger_id)
    return Write(
        seq=operation.seq,
        action=operation.action,
        key=operation.key,
        kind=operation.kind,
        body=body,
        ledger_id=operation.ledger_id,
        version=operation.version,
        base_fingerprint=operation.base_fingerprint,
        **operation.facts() | {"targets": tuple(targets)},
    )


def proven(operation: Operation, own: Link) -> Outcome:
    """A link that this very run stored is proof that the ledger did what was asked."""
    return Outcome(
        seq=operation.seq,
        state=ItemState.POSTED,
        ledger_id=own.ledger_id,
        version=own.version,
        reason=reason("already_written"),
    )
