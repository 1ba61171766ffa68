"""How much is written for each entry that is posted; each row is paid for."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from math import ceil
from typing import Any

import pytest
from ledgerlink.domain.model.document_facts import EntryAttributes
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Action, ItemState, Operation, Outcome
from ledgerlink.domain.model.runs import Chunk, Progress
from ledgerlink.services.applying.recorder import Recorder
from ledgerlink.services.applying.writes import as_write
from ledgerlink.storage.batches import parts
from ledgerlink.storage.keys import ID_BLOCK
from ledgerlink.storage.link_rows import MOST_PACKED

from tests.contract.stores.samples import ACME, run
from tests.contract.stores.stores import Clients, Stores, on_aws
from tests.fakes.service import in_memory_service
from tests.support.sampling import amount

ENTRIES, A_BATCH, AN_ANSWER = amount(3000, 300), 25, 60
SOURCE = EntryAttributes(staff_key="u1", work_date=date(2026, 3, 2), project_key="p1")
_numbers = count()


@pytest.fixture
def stores(aws: Clients) -> Stores:
    return on_aws(aws, f"ledgerlink-counts-{next(_numbers)}")


@pytest.fixture
def asked(aws: Clients) -> Iterator[list[tuple[str, int]]]:
    """The calls of the table from now on, with how many rows each writes."""
    calls: list[tuple[str, int]] = []

    def note(params: dict[str, Any], model: Any, **_: object) -> None:
        calls.append((model.name, sum(map(len, params.get("RequestItems", {}).values()))))

    aws.dynamodb.meta.events.register("before-parameter-build.dynamodb.*", note, unique_id="counts")
    yield calls
    aws.dynamodb.meta.events.unregister("before-parameter-build.dynamodb.*", unique_id="counts")


def new_recorder(stores: Stores, *listed: str) -> Recorder:
    deps = replace(in_memory_service().deps, links=stores.links, runs=stores.runs)
    chunk = Chunk(number=0, first=0, count=ENTRIES, pending=ENTRIES)
    return Recorder(
        deps=deps, run=run(), chunk=chunk, progress=Progress(), outcomes={}, listed=listed
    )


def operations(days: int) -> list[Operation]:
    """Time of one person after the other, over so many days each."""
    return [
        Operation(
            seq=n,
            action=Action.CREATE,
            key=f"time:{n:06}",
            kind="TimeActivity",
            level=0,
            body={"Minutes": n},
            members=(f"{n:06}",),
            source=replace(SOURCE, work_date=SOURCE.work_date + timedelta(n % days)),
        )
        for n in range(ENTRIES)
    ]


def recorded(recorder: Recorder, planned: Sequence[Operation]) -> None:
    """Record the outcomes of these operations as their answers come in."""
    for some in parts(planned, AN_ANSWER):
        writes = {op.seq: as_write(op, {}) for op in some}
        recorder.record(writes, [posted(seq) for seq in writes])


def posted(seq: int) -> Outcome:
    return Outcome(seq=seq, state=ItemState.POSTED, ledger_id=str(seq), version="0")


@pytest.mark.parametrize("days", [1, 7, 250])
@pytest.mark.parametrize("listed", [(), ("TimeActivity",)])
def test_an_outcome_takes_one_row_and_few_that_are_shared(
    stores: Stores, asked: list[tuple[str, int]], listed: Sequence[str], days: int
) -> None:
    recorder, planned = new_recorder(stores, *listed), operations(days)
    recorder.prepare(planned, {})
    recorded(recorder, planned)
    rows = sum(number for name, number in asked if name == "BatchWriteItem")
    answers = ceil(ENTRIES / AN_ANSWER)
    ids = answers * (AN_ANSWER // ID_BLOCK + 2) if listed else 0
    outcomes = answers * (AN_ANSWER // A_BATCH + 1)
    weeks = min(days // 7 + 2, ENTRIES)
    assert rows <= ENTRIES + outcomes + ids + weeks + ENTRIES // MOST_PACKED
    assert len(stores.runs.outcomes(run(), 0, ENTRIES)) == ENTRIES
    found = stores.links.of_records(ACME, ["TimeActivity"], map(str, range(ENTRIES)))
    assert len(found) == (ENTRIES if listed else 0)
    first, last = SOURCE.work_date, SOURCE.work_date + timedelta(days)
    assert len(list(stores.links.between(ACME, first, last))) == ENTRIES


def test_what_is_found_already_is_not_indexed_again(
    stores: Stores, asked: list[tuple[str, int]]
) -> None:
    planned = operations(days=7)
    first = new_recorder(stores, "TimeActivity")
    first.prepare(planned, {})
    recorded(first, planned)
    before = stores.links.get(ACME, [op.key for op in planned])
    asked.clear()
    again = new_recorder(stores, "TimeActivity")
    again.prepare(planned, before)
    again.deps.links.put(ACME, list(before.values()), again.before, again.days)
    assert sum(number for _, number in asked) == ENTRIES


def test_one_read_shows_that_no_activity_covers_several_entries(
    stores: Stores, asked: list[tuple[str, int]]
) -> None:
    link = Link(
        key="time:1",
        kind="TimeActivity",
        ledger_id="1",
        version="0",
        fingerprint="f",
        run_id="r1",
        written_at=stores.clock.now(),
        members=("1",),
        source=SOURCE,
    )
    stores.links.put(ACME, [link])
    asked.clear()
    assert stores.links.owner_documents(ACME, map(str, range(ENTRIES))) == {}
    assert asked == [("GetItem", 0)]
    together = replace(link, key="time:several", members=("2", "3"))
    stores.links.put(ACME, [together])
    found = stores.links.owner_documents(ACME, ["1", "2", "3"])
    assert found == {"2": together, "3": together}
