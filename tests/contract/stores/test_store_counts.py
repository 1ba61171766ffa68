"""How much is written for each entry that is posted; each row is paid for."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

import pytest
from ledgerlink.domain.model.document_facts import EntryAttributes
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Action, ItemState, Outcome, Write
from ledgerlink.domain.model.runs import Chunk, Progress
from ledgerlink.services.applying.recorder import Recorder

from tests.contract.stores.samples import ACME, run
from tests.contract.stores.stores import Clients, Stores, on_aws
from tests.fakes.service import in_memory_service
from tests.support.sampling import amount

ENTRIES, A_BATCH = amount(3000, 500), 25
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


def recorder(stores: Stores, *listed: str) -> Recorder:
    deps = replace(in_memory_service().deps, links=stores.links, runs=stores.runs)
    chunk = Chunk(number=0, first=0, count=ENTRIES, pending=ENTRIES)
    return Recorder(
        deps=deps, run=run(), chunk=chunk, progress=Progress(), outcomes={}, listed=listed
    )


def written(seqs: Sequence[int]) -> tuple[dict[int, Write], list[Outcome]]:
    writes = {
        n: Write(
            seq=n,
            action=Action.CREATE,
            key=f"time:{n}",
            kind="TimeActivity",
            body={"Minutes": n},
            members=(str(n),),
            source=SOURCE,
        )
        for n in seqs
    }
    outcomes = [Outcome(seq=n, state=ItemState.POSTED, ledger_id=str(n), version="0") for n in seqs]
    return writes, outcomes


@pytest.mark.parametrize(("listed", "most"), [((), 2), (("TimeActivity",), 3)])
def test_an_outcome_takes_two_rows_and_one_index_row(
    stores: Stores, asked: list[tuple[str, int]], listed: Sequence[str], most: int
) -> None:
    recorder(stores, *listed).record(*written(range(ENTRIES)))
    rows = sum(number for name, number in asked if name == "BatchWriteItem")
    calls = sum(name == "BatchWriteItem" for name, _ in asked)
    assert rows <= most * ENTRIES + ENTRIES / A_BATCH
    assert calls <= rows / A_BATCH + 2
    assert len(stores.runs.outcomes(run(), 0, ENTRIES)) == ENTRIES
    found = stores.links.of_records(ACME, ["TimeActivity"], map(str, range(ENTRIES)))
    assert len(found) == (ENTRIES if listed else 0)


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
    assert asked == [("Query", 0)]
    together = replace(link, key="time:several", members=("2", "3"))
    stores.links.put(ACME, [together])
    found = stores.links.owner_documents(ACME, ["1", "2", "3"])
    assert found == {"2": together, "3": together}
