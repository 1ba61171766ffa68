"""What of a chunk is sent, in which requests, and what is searched for, series after series."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import Any

import pytest
from ledgerlink.domain.errors import Interrupted
from ledgerlink.domain.model.plan import Action, ItemState, Operation, Outcome, Request, Write
from ledgerlink.domain.model.runs import Run
from ledgerlink.domain.ports import OnOutcomes, RecordKey, Stop
from ledgerlink.services import lane
from ledgerlink.services.applying.chunk import (
    MAX_SERIES,
    SENT_ONE_BY_ONE,
    ChunkRun,
    LatchedStop,
    load_chunk,
)
from ledgerlink.services.messages import run_message

from tests.fakes.failure_plan import WorkerDied
from tests.fakes.service import InMemoryService, entry, in_memory_service


@dataclass
class ScriptedLedger:
    """A ledger that does with each write what `answers` says, and notes what it is asked."""

    answers: Callable[[Write, int], str] = lambda _write, _series: "posted"
    """`posted`, `lost`, `found` (unanswered, but there), or `defect`; by write and series."""
    unsearchable: Collection[int] = ()
    """Writes over the search of which our program makes a mistake."""
    series: list[list[list[int]]] = field(default_factory=list)
    """The writes of each request, by series; in a series with a mistake each call is one."""
    ids: list[str] = field(default_factory=list)
    searched: list[list[int]] = field(default_factory=list)
    files: dict[int, bytes] = field(default_factory=dict)
    there: set[int] = field(default_factory=set)

    async def prefetch(self, operations: Sequence[Operation], stop: Stop) -> None: ...

    async def write(self, requests: Sequence[Request], on_outcomes: OnOutcomes, stop: Stop) -> None:
        if requests:
            self.series.append([[write.seq for write in each.writes] for each in requests])
        for request in requests:
            if stop():
                return
            self.ids.append(request.id)
            outcomes = [self._answer(write) for write in request.writes]
            await on_outcomes(request, [each for each in outcomes if each is not None])

    def _answer(self, write: Write) -> Outcome | None:
        if write.file is not None:
            self.files[write.seq] = write.file()
        match self.answers(write, len(self.series) - 1):
            case "posted":
                return posted(write)
            case "defect":
                raise KeyError(write.key)
            case "found":
                self.there.add(write.seq)
        return None

    async def find_lost_writes(
        self, writes: Sequence[Write], since: datetime, known: Collection[RecordKey], stop: Stop
    ) -> Mapping[int, Outcome]:
        if stop():
            raise Interrupted
        self.searched.append([write.seq for write in writes])
        if any(write.seq in self.unsearchable for write in writes):
            raise KeyError("search")
        return {write.seq: posted(write) for write in writes if write.seq in self.there}


def posted(write: Write) -> Outcome:
    return Outcome(seq=write.seq, state=ItemState.POSTED, ledger_id=f"L{write.seq}", version="1")


@pytest.fixture
def app() -> InMemoryService:
    return in_memory_service(chunk_size=200)


def loaded(app: InMemoryService, ledger: ScriptedLedger, *records: Any) -> ChunkRun:
    """The only chunk of a post of these records, planned and not sent."""
    run = app.post(app.connected(), "key", list(records))
    asyncio.run(lane.handle(app.deps, run_message(run), lambda: False))
    app.lane.messages.clear()
    return reloaded(app, ledger, run)


def reloaded(app: InMemoryService, ledger: ScriptedLedger, run: Run) -> ChunkRun:
    """As the next worker loads it."""
    stored, connection = app.run(run), app.deps.connections.get(run.connection_key)
    any_ledger: Any = ledger
    return load_chunk(app.deps, connection, stored, stored.chunks[0], any_ledger, {})


def entries(number: int) -> list[dict[str, Any]]:
    return [entry(f"t{n}") for n in range(number)]


def applied(chunk: ChunkRun, stop: Callable[[], bool] = lambda: False) -> bool:
    return asyncio.run(chunk.apply(LatchedStop(stop)))


def states(chunk: ChunkRun) -> dict[int, ItemState]:
    return {seq: outcome.state for seq, outcome in sorted(chunk.recorder.outcomes.items())}


POSTED, FAILED = ItemState.POSTED, ItemState.FAILED


def test_a_stop_stays_true_once_it_was_true() -> None:
    answers = iter([False, True, False, False])
    stop = LatchedStop(lambda: next(answers))
    assert not stop.was_true
    assert [stop(), stop(), stop()] == [False, True, True]
    assert stop.was_true


def test_what_is_answered_is_sent_once_in_requests_and_never_searched(
    app: InMemoryService,
) -> None:
    ledger = ScriptedLedger()
    chunk = loaded(app, ledger, *entries(3))
    assert applied(chunk)
    assert (ledger.series, ledger.searched) == ([[[0, 1], [2]]], [])
    assert chunk.recorder.progress.done
    assert states(chunk) == dict.fromkeys(range(3), POSTED)


def test_what_the_plan_has_decided_is_not_sent(app: InMemoryService) -> None:
    """Chunks of older plans hold it, too."""
    sent = loaded(app, ScriptedLedger(), *entries(1))
    (pending,) = sent.operations.values()
    decided = replace(pending, seq=1, state=ItemState.BLOCKED)
    vars(app.staging)["chunk"] = lambda _run, _number: [pending, decided]
    ledger = ScriptedLedger()
    assert applied(reloaded(app, ledger, sent.run))
    assert ledger.series == [[[0]]]


def test_what_is_not_found_is_sent_again_alone_under_another_id(
    app: InMemoryService,
) -> None:
    ledger = ScriptedLedger(
        lambda write, series: "lost" if write.seq in (1, 2) and series == 0 else "posted"
    )
    chunk = loaded(app, ledger, *entries(4))
    assert applied(chunk)
    assert ledger.series == [[[0, 1], [2, 3]], [[1], [2]]]
    assert ledger.searched == [[1, 2]]
    assert len(set(ledger.ids)) == 4
    progress = chunk.recorder.progress
    assert (progress.series, progress.looks, progress.done) == (1, 1, True)
    assert states(chunk) == dict.fromkeys(range(4), POSTED)


def test_what_is_found_is_not_sent_again(app: InMemoryService) -> None:
    ledger = ScriptedLedger(lambda write, _: "found" if write.seq == 1 else "posted")
    chunk = loaded(app, ledger, *entries(2))
    assert applied(chunk)
    assert (ledger.series, ledger.searched) == ([[[0, 1]]], [[1]])
    assert not chunk.recorder.progress.looking_up
    assert states(chunk) == dict.fromkeys(range(2), POSTED)


def test_a_write_is_given_up_after_the_last_series_and_the_last_search(
    app: InMemoryService,
) -> None:
    ledger = ScriptedLedger(lambda write, _: "lost" if write.seq == 1 else "posted")
    chunk = loaded(app, ledger, *entries(2))
    assert applied(chunk)
    assert ledger.series == [[[0, 1]]] + [[[1]]] * (MAX_SERIES - 1)
    assert ledger.searched == [[1]] * MAX_SERIES
    assert states(chunk) == {0: POSTED, 1: FAILED}


@pytest.mark.parametrize(("number", "alone"), [(SENT_ONE_BY_ONE, True), (61, False)])
def test_so_many_writes_of_a_later_series_go_in_a_request_each(
    app: InMemoryService, number: int, alone: bool
) -> None:
    ledger = ScriptedLedger(lambda _, series: "posted" if series else "lost")
    assert applied(loaded(app, ledger, *entries(number)))
    first, second = ledger.series
    assert {len(request) for request in first[:-1]} == {2}
    assert {len(request) for request in second[:-1]} == ({1} if alone else {2})
    assert sorted(chain.from_iterable(second)) == list(range(number))


def test_a_stopped_worker_asks_the_ledger_nothing_more(app: InMemoryService) -> None:
    ledger = ScriptedLedger(lambda write, _: "lost" if write.seq == 0 else "posted")
    chunk = loaded(app, ledger, *entries(4))
    assert not applied(chunk, lambda: len(ledger.ids) >= 1)
    progress = chunk.recorder.progress
    assert (progress.sent, progress.looking_up, progress.done) == (False, False, False)
    assert (ledger.ids, ledger.searched) == (ledger.ids[:1], [])


def test_the_next_worker_searches_before_it_sends_and_counts_no_attempt(
    app: InMemoryService,
) -> None:
    ledger = ScriptedLedger(lambda write, _: "found" if write.seq == 0 else "posted")
    chunk = loaded(app, ledger, *entries(4))
    applied(chunk, lambda: len(ledger.ids) >= 1)
    run = chunk.run
    after = ScriptedLedger(there=ledger.there)
    chunk = reloaded(app, after, run)
    assert applied(chunk)
    assert after.searched == [[0, 2, 3]]
    assert after.series == [[[2], [3]]]
    assert (chunk.recorder.progress.series, chunk.recorder.progress.looks) == (1, 0)


def test_a_worker_that_died_while_it_sent_has_made_no_attempt(app: InMemoryService) -> None:
    def die(_write: Write, _series: int) -> str:
        raise WorkerDied

    chunk = loaded(app, ScriptedLedger(die), *entries(2))
    with pytest.raises(WorkerDied):
        applied(chunk)
    chunk = reloaded(app, after := ScriptedLedger(), chunk.run)
    assert applied(chunk)
    assert (after.searched, after.series) == ([[0, 1]], [[[0], [1]]])
    assert chunk.recorder.progress.looks == 0


def test_a_write_that_our_program_cannot_make_fails_and_its_neighbours_are_sent(
    app: InMemoryService,
) -> None:
    app.allows_defects = True
    chunk = loaded(app, ledger := ScriptedLedger(), *entries(4))
    unknown = replace(chunk.operations[1], targets=({"$pending": "user:nobody"},))
    chunk.operations = {**chunk.operations, 1: unknown}
    assert applied(chunk)
    assert ledger.series == [[[0], [2, 3]]]
    assert states(chunk) == {0: POSTED, 1: FAILED, 2: POSTED, 3: POSTED}


def test_a_chunk_of_which_nothing_was_sent_is_not_searched_for(
    app: InMemoryService,
) -> None:
    chunk = loaded(app, ledger := ScriptedLedger(), *entries(2))
    asyncio.run(chunk.search_unanswered(lambda: False))
    assert (ledger.searched, chunk.recorder.progress.series) == ([], 0)


def test_a_series_that_was_sent_without_a_request_ends_all_the_same(
    app: InMemoryService,
) -> None:
    chunk = loaded(app, ScriptedLedger(), *entries(2))
    chunk.recorder.progress = replace(chunk.recorder.progress, sent=True)
    asyncio.run(chunk.search_unanswered(lambda: False))
    progress = chunk.recorder.progress
    assert (progress.series, progress.sent, progress.looks) == (1, False, 1)


def test_where_a_dead_worker_has_stored_other_requests_the_next_number_is_taken(
    app: InMemoryService,
) -> None:
    chunk = loaded(app, ledger := ScriptedLedger(), *entries(2))
    app.deps.staging.fix_requests(chunk.run, 0, 0, [[1], [0]])
    assert applied(chunk)
    assert (ledger.series, chunk.recorder.progress.series) == ([[[0, 1]]], 1)


def test_where_every_number_is_taken_nothing_is_sent(app: InMemoryService) -> None:
    chunk = loaded(app, ledger := ScriptedLedger(), *entries(2))
    for series in range(2 * MAX_SERIES):
        app.deps.staging.fix_requests(chunk.run, 0, series, [[1], [0]])
    applied(chunk)
    assert ledger.ids == []
    assert states(chunk) == {0: FAILED, 1: FAILED}


def test_a_mistake_of_ours_is_found_by_sending_its_neighbours_alone(
    app: InMemoryService,
) -> None:
    app.allows_defects = True
    ledger = ScriptedLedger(lambda write, _: "defect" if write.seq == 1 else "posted")
    chunk = loaded(app, ledger, *entries(5))
    assert applied(chunk)
    assert ledger.series[0] == [[0, 1], [2, 3], [4]]
    later = [request for requests in ledger.series[1:] for request in requests]
    assert sorted(later) == [[0], [1], [2], [3], [4]]
    assert states(chunk) == {0: POSTED, 1: FAILED, 2: POSTED, 3: POSTED, 4: POSTED}


def test_after_a_mistake_of_ours_each_of_many_is_sent_once_and_alone(app: InMemoryService) -> None:
    app.allows_defects = True
    ledger = ScriptedLedger(lambda write, _: "defect" if write.seq == 0 else "posted")
    chunk = loaded(app, ledger, *entries(SENT_ONE_BY_ONE + 9))
    assert applied(chunk)
    later = [request for requests in ledger.series[1:] for request in requests]
    assert sorted(later) == [[seq] for seq in range(SENT_ONE_BY_ONE + 9)]


def test_a_write_that_our_program_cannot_search_for_fails_alone(
    app: InMemoryService,
) -> None:
    app.allows_defects = True
    ledger = ScriptedLedger(
        lambda write, series: "found" if series == 0 else "posted", unsearchable=[2]
    )
    chunk = loaded(app, ledger, *entries(5))
    assert applied(chunk)
    assert states(chunk) == {seq: FAILED if seq == 2 else POSTED for seq in range(5)}
    assert len(ledger.searched) <= 2 * 5
    assert set(chain.from_iterable(ledger.searched)) == set(range(5))
    assert len(ledger.series) == 1


def test_only_what_is_sent_with_a_file_gets_the_file(app: InMemoryService) -> None:
    chunk = loaded(app, ScriptedLedger(), *entries(1))
    operation = replace(chunk.operations[0], upload_id="f" * 32)
    write = chunk._as_write(operation, {})
    assert write is not None
    assert write.file is not None
    deleted = replace(operation, action=Action.DELETE)
    for other in (chunk.operations[0], deleted):
        sent = chunk._as_write(other, {})
        assert sent is not None
        assert sent.file is None
