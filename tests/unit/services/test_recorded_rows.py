"""What a recorder stores of answered writes, and when."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from ledgerlink.domain.model.document_facts import EntryAttributes
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Action, ItemState, Operation, Outcome, Request, Write
from ledgerlink.domain.model.runs import Chunk, Progress
from ledgerlink.services.applying import recorder as module
from ledgerlink.services.applying.recorder import MOST_UNSTORED, Recorder

from tests.fakes.clock import START
from tests.fakes.service import InMemoryService, entry, in_memory_service

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
CHUNK = Chunk(number=3, first=0, count=9, pending=9)


@pytest.fixture
def app() -> InMemoryService:
    return in_memory_service()


@pytest.fixture
def keeping(app: InMemoryService) -> Recorder:
    run = app.post(app.connected(), "key", [entry("t1")])
    app.clock.go_on(seconds=100)
    return Recorder(
        deps=app.deps, run=run, chunk=CHUNK, progress=Progress(), outcomes={}, listed=("Person",)
    )


def write(seq: int, action: Action = Action.CREATE, kind: str = "Time") -> Write:
    return Write(seq=seq, action=action, key=f"time:{seq}", kind=kind, body={"minutes": seq})


def posted(seq: int) -> Outcome:
    return Outcome(seq=seq, state=ItemState.POSTED, ledger_id=str(seq), version="0")


def links(app: InMemoryService, keeping: Recorder) -> Mapping[str, Link]:
    return app.links.rows.get(keeping.run.connection_key, {})


# Links


@pytest.mark.parametrize(("rank", "expected"), [("r9", "r9"), ("", None)])
def test_a_link_has_the_rank_of_its_run(
    app: InMemoryService, keeping: Recorder, rank: str, expected: str | None
) -> None:
    keeping.run = replace(keeping.run, rank=rank)
    keeping.record({1: write(1)}, [posted(1)])
    (link,) = links(app, keeping).values()
    assert link.rank == (expected or keeping.run.id)
    assert (link.ledger_id, link.run_id, link.fingerprint) == (
        "1",
        keeping.run.id,
        write(1).fingerprint,
    )


@pytest.mark.parametrize(("kind", "imported"), [("import", True), ("post", False)])
def test_only_what_an_import_writes_may_be_deleted_by_imports(
    app: InMemoryService, keeping: Recorder, kind: str, imported: bool
) -> None:
    keeping.run = replace(keeping.run, kind=kind)
    keeping.record({1: write(1)}, [posted(1)])
    assert [link.imported for link in links(app, keeping).values()] == [imported]


def test_links_of_what_a_sync_reads_are_found_by_the_id_of_the_ledger(
    app: InMemoryService, keeping: Recorder
) -> None:
    keeping.record({1: write(1), 2: write(2, kind="Person")}, [posted(1), posted(2)])
    listed = {key: link.listed for key, link in links(app, keeping).items()}
    assert listed == {"time:1": False, "time:2": True}


def test_what_is_not_posted_gets_no_link_and_what_is_deleted_loses_its(
    app: InMemoryService, keeping: Recorder
) -> None:
    keeping.record({1: write(1), 2: write(2)}, [posted(1), posted(2)])
    failed = replace(posted(3), state=ItemState.FAILED, ledger_id=None)
    gone = replace(write(1, Action.DELETE), ledger_id="1", body=None)
    keeping.record({1: gone, 3: write(3)}, [posted(1), failed])
    assert set(links(app, keeping)) == {"time:2"}
    assert set(keeping.outcomes) == {1, 2, 3}


# The days by which links are found


def operation(key: str, day: date | None = MONDAY, action: Action = Action.CREATE) -> Operation:
    source = EntryAttributes(staff_key="ada", work_date=day) if day else None
    return Operation(seq=0, action=action, key=key, kind="Time", level=0, source=source)


def indexed(
    app: InMemoryService, keeping: Recorder, *some: Operation, before: Mapping[str, Link]
) -> list[dict[str, date]]:
    """What is asked of the store, in one call each."""
    asked: list[dict[str, date]] = []
    vars(app.links)["index_days"] = lambda _, days: asked.append(dict(days))
    keeping.prepare(some, before)
    return asked


def test_new_time_is_made_to_be_found_by_its_day_before_it_is_sent(
    app: InMemoryService, keeping: Recorder
) -> None:
    some = [operation("time:1"), operation("time:2", TUESDAY), operation("user:1", None)]
    days = {"time:1": MONDAY, "time:2": TUESDAY}
    assert indexed(app, keeping, *some, before={}) == [days]
    assert keeping.days == days
    assert indexed(app, keeping, *some, before={}) == []
    assert indexed(app, keeping, operation("time:1", TUESDAY), before={}) == [{"time:1": TUESDAY}]


def test_time_that_is_found_by_its_day_already_or_goes_needs_no_row(
    app: InMemoryService, keeping: Recorder
) -> None:
    source = EntryAttributes(staff_key="ada", work_date=MONDAY)
    link = Link(
        key="time:1",
        kind="Time",
        ledger_id="1",
        version="0",
        fingerprint="f",
        run_id="r",
        written_at=START,
        source=source,
        members=("1",),
    )
    before = {"time:1": link, "time:9": link}
    update = operation("time:1", action=Action.UPDATE)
    assert indexed(app, keeping, update, before=before) == []
    assert keeping.before == {"time:1": link}
    moved = operation("time:1", TUESDAY, Action.UPDATE)
    assert indexed(app, keeping, moved, before=before) == [{"time:1": TUESDAY}]
    gone = operation("time:2", action=Action.DELETE)
    assert indexed(app, keeping, gone, before={}) == []


# When


def noted(keeping: Recorder) -> Progress:
    return keeping.deps.runs.get(keeping.run.connection_key, keeping.run.id).progress[3]


@pytest.mark.parametrize(
    ("scale", "seconds"),
    [(1.0, module.PROGRESS_SECONDS), (1000.0, module.SHORTEST_PROGRESS)],
)
def test_progress_is_stored_no_more_often_than_the_table_should_be_asked(
    app: InMemoryService, keeping: Recorder, scale: float, seconds: float
) -> None:
    keeping.clock_scale = scale
    keeping.store_progress()
    for seq, (passed, stored) in enumerate([(seconds - 0.5, 0), (0.5, 2), (seconds - 0.5, 2)]):
        app.clock.go_on(seconds=passed)
        keeping.store_outcomes([posted(seq)])
        assert sum(noted(keeping).outcomes.values()) == stored


def test_progress_adds_the_calls_of_this_worker_to_those_before(keeping: Recorder) -> None:
    keeping.progress = Progress(calls={"read": 2, "write": 1})
    keeping.calls = {"read": 3, "session": 1}
    keeping.store_outcomes([posted(1), replace(posted(2), state=ItemState.BLOCKED)])
    keeping.store_progress()
    assert noted(keeping).calls == {"read": 5, "write": 1, "session": 1}
    assert noted(keeping).outcomes == {"posted": 1, "blocked": 1}


def test_outcomes_and_calls_of_this_worker_are_counted(
    app: InMemoryService, keeping: Recorder
) -> None:
    app.counts.clear()
    keeping.calls = {"read": 3}
    keeping.store_outcomes([posted(1), posted(2)])
    keeping.count()
    assert app.counts == Counter(ItemsPosted=2, CallsRead=3)


@pytest.mark.parametrize(
    ("scale", "seconds"), [(1.0, module.COLLECT_SECONDS), (10_000.0, module.SHORTEST_COLLECT)]
)
async def test_answers_are_collected_by_the_clock_of_the_ledger(
    app: InMemoryService,
    keeping: Recorder,
    monkeypatch: pytest.MonkeyPatch,
    scale: float,
    seconds: float,
) -> None:
    slept: list[float] = []

    async def sleep(time: float) -> None:
        slept.append(time)

    monkeypatch.setattr(app.clock, "sleep", sleep)
    keeping.clock_scale = scale
    await keeping.record_answer(Request("r", (write(1),)), [posted(1)])
    await keeping.stored()
    assert slept == [seconds]


async def test_after_an_error_as_many_answers_may_wait_as_before(
    app: InMemoryService, keeping: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def for_ever(_seconds: float) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(app.clock, "sleep", for_ever)
    monkeypatch.setattr(module, "COLLECTED", 2 * MOST_UNSTORED)
    keeping.restart()
    some = tuple(write(seq) for seq in range(MOST_UNSTORED - 1))
    await keeping.record_answer(Request("r", some), [])
    await keeping.record_answer(Request("s", (write(MOST_UNSTORED),)), [])
    assert keeping.outcomes == {}
    await keeping.stored()
