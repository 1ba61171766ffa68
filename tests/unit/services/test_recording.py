"""Answers are stored while the ledger is at work on what comes next, within bounds."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from threading import Event, get_ident
from typing import Any

import pytest
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Action, ItemState, Outcome, Request, Write
from ledgerlink.domain.model.runs import Chunk, Progress
from ledgerlink.services.applying.recorder import (
    COLLECT_SECONDS,
    COLLECTED,
    MOST_UNSTORED,
    PROGRESS_SECONDS,
    SHORTEST_COLLECT,
    SHORTEST_PROGRESS,
    Recorder,
)

from tests.fakes.failure_plan import WorkerDied
from tests.fakes.service import InMemoryService, entry, in_memory_service

SECONDS = 5


class Gate:
    """Holds up the storing of links until it is opened."""

    def __init__(self, app: InMemoryService) -> None:
        self.begun, self.opened = Event(), Event()
        self._put = app.links.put
        vars(app.links)["put"] = self.put

    def put(self, connection_key: ConnectionKey, links: Sequence[Link], *found: Any) -> None:
        self.begun.set()
        assert self.opened.wait(SECONDS)
        self._put(connection_key, links, *found)


@pytest.fixture
def app() -> InMemoryService:
    return in_memory_service()


@pytest.fixture
def keeping(app: InMemoryService) -> Recorder:
    run = app.post(app.connected(), "key", [entry("t1")])
    chunk = Chunk(number=0, first=0, count=9 * MOST_UNSTORED, pending=9 * MOST_UNSTORED)
    return Recorder(
        deps=app.deps, run=run, chunk=chunk, progress=Progress(), outcomes={}, listed=()
    )


def answer(first: int, count: int) -> tuple[Request, list[Outcome]]:
    seqs = range(first, first + count)
    writes = [
        Write(seq=n, action=Action.CREATE, key=f"time:{n}", kind="Time", body={}) for n in seqs
    ]
    outcomes = [Outcome(seq=n, state=ItemState.POSTED, ledger_id=str(n), version="0") for n in seqs]
    return Request(f"request-{first}", tuple(writes)), outcomes


async def until(begun: Event) -> None:
    assert await asyncio.to_thread(begun.wait, SECONDS)


async def test_an_answer_is_taken_while_an_earlier_one_is_being_stored(
    app: InMemoryService, keeping: Recorder
) -> None:
    gate = Gate(app)
    await keeping.record_answer(*answer(0, 2))
    await until(gate.begun)
    await keeping.record_answer(*answer(2, 2))
    assert keeping.outcomes == {}
    gate.opened.set()
    await keeping.stored()
    run = keeping.run
    assert set(keeping.outcomes) == set(app.runs.outcomes(run, 0, 9)) == {0, 1, 2, 3}
    links = app.links.get(run.connection_key, [f"time:{n}" for n in range(9)])
    assert len(links) == 4


async def test_with_many_answers_unstored_the_next_waits_for_them(
    app: InMemoryService, keeping: Recorder
) -> None:
    gate = Gate(app)
    await keeping.record_answer(*answer(0, MOST_UNSTORED))
    await until(gate.begun)
    waiting = asyncio.create_task(keeping.record_answer(*answer(MOST_UNSTORED, 1)))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not waiting.done()
    gate.opened.set()
    await waiting
    assert len(keeping.outcomes) == MOST_UNSTORED
    await keeping.stored()
    assert len(keeping.outcomes) == MOST_UNSTORED + 1


async def test_a_failure_to_store_is_raised_at_the_next_answer_and_ends_the_recording(
    app: InMemoryService, keeping: Recorder
) -> None:
    gate = Gate(app)
    await keeping.record_answer(*answer(0, 2))
    await until(gate.begun)
    await keeping.record_answer(*answer(2, 2))
    app.failure_plan.at = len(app.failure_plan.steps)
    gate.opened.set()
    with pytest.raises(WorkerDied):
        await keeping.stored()
    with pytest.raises(WorkerDied):
        await keeping.record_answer(*answer(4, 2))
    assert keeping.outcomes == {}
    assert app.runs.outcomes(keeping.run, 0, 9) == {}


class Late(Sequence[Outcome]):
    """Outcomes that are worked out when they are read, and where that was."""

    def __init__(self, told: Sequence[Outcome]) -> None:
        self.told, self.read_in = told, set[int]()

    def __len__(self) -> int:
        self.read_in.add(get_ident())
        return len(self.told)

    def __getitem__(self, index: Any) -> Any:
        self.read_in.add(get_ident())
        return self.told[index]


async def test_deferred_outcomes_are_computed_by_the_recorder(keeping: Recorder) -> None:
    request, outcomes = answer(0, 3)
    late = Late(outcomes)
    await keeping.record_answer(request, late)
    assert not late.read_in
    await keeping.stored()
    assert set(keeping.outcomes) == {0, 1, 2}
    assert get_ident() not in late.read_in


async def test_who_waits_for_answers_does_not_wait_for_more_to_come(
    app: InMemoryService, keeping: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def for_ever(_seconds: float) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(app.clock, "sleep", for_ever)
    await keeping.record_answer(*answer(0, 2))
    await asyncio.wait_for(keeping.stored(), SECONDS)
    assert set(keeping.outcomes) == {0, 1}


async def test_many_answers_are_stored_without_waiting_for_more(
    app: InMemoryService, keeping: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def for_ever(_seconds: float) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(app.clock, "sleep", for_ever)
    gate = Gate(app)
    await keeping.record_answer(*answer(0, COLLECTED - 1))
    await asyncio.sleep(0)
    assert not gate.begun.is_set()
    await keeping.record_answer(*answer(COLLECTED - 1, 1))
    await until(gate.begun)
    gate.opened.set()
    await keeping.stored()
    assert len(keeping.outcomes) == COLLECTED


@pytest.mark.parametrize(
    ("scale", "seconds"), [(1.0, COLLECT_SECONDS), (500.0, SHORTEST_COLLECT)], ids=str
)
async def test_answers_are_collected_by_the_ledgers_clock(
    app: InMemoryService,
    keeping: Recorder,
    monkeypatch: pytest.MonkeyPatch,
    scale: float,
    seconds: float,
) -> None:
    slept: list[float] = []

    async def sleep(wanted: float) -> None:
        slept.append(wanted)

    monkeypatch.setattr(app.clock, "sleep", sleep)
    keeping.clock_scale = scale
    await keeping.record_answer(*answer(0, 2))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await keeping.stored()
    assert slept == [seconds]


@pytest.mark.parametrize(
    ("scale", "seconds"), [(1.0, PROGRESS_SECONDS), (500.0, SHORTEST_PROGRESS)], ids=str
)
def test_progress_is_stored_by_the_ledgers_clock(
    app: InMemoryService, keeping: Recorder, scale: float, seconds: float
) -> None:
    keeping.clock_scale = scale
    keeping.store_progress()
    shown = []
    for number in range(3):
        app.clock.go_on(seconds=seconds / 2)
        keeping.store_outcomes(answer(number, 1)[1])
        run = app.runs.get(keeping.run.connection_key, keeping.run.id)
        shown.append(run.progress[0].outcomes)
    assert shown == [{}, {"posted": 2}, {"posted": 2}]


def test_progress_counts_the_last_outcome_of_an_operation(
    app: InMemoryService, keeping: Recorder
) -> None:
    keeping.store_outcomes([Outcome(seq=n, state=ItemState.FAILED) for n in range(3)])
    keeping.store_outcomes(answer(1, 2)[1])
    keeping.store_progress()
    run = app.runs.get(keeping.run.connection_key, keeping.run.id)
    assert run.progress[0].outcomes == {"failed": 1, "posted": 2}
    assert keeping.recorded == {"failed": 3, "posted": 2}


def test_a_late_delete_leaves_the_link_of_what_took_its_place(
    app: InMemoryService, keeping: Recorder
) -> None:
    """Otherwise the next plan creates again what is in the ledger."""
    key = keeping.run.connection_key
    writes, outcomes = answer(0, 2)
    keeping.record(dict(enumerate(writes.writes)), outcomes)
    deletes = {
        n: replace(write, action=Action.DELETE, ledger_id=ledger_id)
        for n, (write, ledger_id) in enumerate(zip(writes.writes, ("0", "old"), strict=True))
    }
    gone = [Outcome(seq=n, state=ItemState.POSTED) for n in deletes]
    keeping.record(deletes, gone)
    assert set(app.links.get(key, ["time:0", "time:1"])) == {"time:1"}
