"""A worker may die at any step of a month of money: everything is in the ledger once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.runs import Run, RunState

from local.machine import Machine
from tests.chaos.killing_proxy import Kill, Matches, When
from tests.chaos.lane import KillableLane, entries
from tests.chaos.month import DOCUMENTS, MONEY, RECEIPTS, Month, set_up
from tests.chaos.test_dying_workers import LINK, OUTCOME, table_batch, table_put

Step = tuple[Matches, When, int] | tuple[Matches, When, int, bytes]
"""Which request, when, at the how manieth; and what its body says."""
Counts = dict[str, int]


@pytest.fixture(scope="module")
def lane(machine: Machine) -> Iterator[KillableLane]:
    lane = KillableLane(machine)
    set_up(lane)
    # People, customers and items come first, so that what follows is documents alone.
    lane.post([one | {"staff_key": staff} for staff in ("one", "two") for one in entries(staff, 1)])
    lane.work_here()
    yield lane
    lane.close()


def to(*places: str) -> Matches:
    """A write to one of these."""

    def matches(method: str, path: str, _headers: dict[str, str]) -> bool:
        return method == "POST" and path.partition("?")[0].rpartition("/")[2] in places

    return matches


def file_read(method: str, path: str, _headers: dict[str, str]) -> bool:
    return method == "GET" and "/staged/" in path


def requests_fixed(method: str, path: str, _headers: dict[str, str]) -> bool:
    return method == "PUT" and "/requests-" in path


WRITE, UPLOAD = to("batch", "timeactivity", "bill", "purchase", "invoice"), to("upload")
OF_INVOICES = b"[invoice:"

# The next worker searches for what the dead one has sent, and sends the rest. A request that was
# not passed on is always in that rest, so a step after one that kills before a request is met
# however fast the others were. After a request was passed on nothing may be left of its level.
SENDING: Sequence[Step] = (
    (WRITE, "before", 3),
    (WRITE, "before", 1),
    (WRITE, "after", 1),
    (WRITE, "before", 1, OF_INVOICES),
    (WRITE, "after", 1, OF_INVOICES),
)
CHANGING: Sequence[Step] = ((WRITE, "before", 3), (WRITE, "before", 1), (WRITE, "after", 1))
REMOVING: Sequence[Step] = ((WRITE, "before", 2), (WRITE, "before", 1), (WRITE, "after", 1))
FILING: Sequence[Step] = (
    (UPLOAD, "before", 3),
    (file_read, "after", 1),
    (UPLOAD, "during", 1),
    (UPLOAD, "before", 1),
    (UPLOAD, "after", 1),
)
RECORDING: Sequence[Step] = (
    (requests_fixed, "after", 1),
    (table_put, "before", 2),
    (table_batch, "before", 1, LINK),
    (table_batch, "after", 1, LINK),
    (table_batch, "after", 1, OUTCOME),
)


def kills_at(steps: Sequence[Step]) -> Kill:
    """A worker dies at each of these in turn."""
    (matches, when, nth, *says), *rest = steps
    then = kills_at(rest) if rest else None
    return Kill(matches, when, nth, then, says=b"".join(says))


def done(kill: Kill) -> list[bool]:
    return [kill.done, *(done(kill.then) if kill.then else [])]


def killed(lane: KillableLane, records: Sequence[dict[str, Any]], steps: Sequence[Step]) -> Counts:
    """What became of a post through which a worker died at each of the steps."""
    kill = kills_at(steps)
    run = lane.post(records)
    deaths = lane.work(ledger=kill, aws=kill)
    assert done(kill) == [True] * len(steps)
    assert deaths == len(steps)
    return counts(lane, run)


def counts(lane: KillableLane, run: Run) -> Counts:
    found = lane.run(run)
    assert found.state is RunState.COMPLETED, found.counts()
    return {state: count for state, count in found.counts().items() if count}


def test_a_month_is_posted_corrected_and_taken_back_once_by_workers_that_die(
    lane: KillableLane,
) -> None:
    month = Month.made(lane, "send")
    assert killed(lane, month.records(), SENDING) == {"posted": DOCUMENTS}
    month.once_each(lane)

    corrected = replace(month, more=Decimal("0.37"))
    assert killed(lane, corrected.records(), CHANGING) == {
        "posted": MONEY,
        "unchanged": DOCUMENTS - MONEY,
    }
    corrected.once_each(lane)
    again = lane.post(corrected.records())
    lane.work_here()
    assert counts(lane, again) == {"unchanged": DOCUMENTS}
    assert lane.run(again).calls().keys() == {"read", "query"}

    assert killed(lane, month.removed(), REMOVING) == {"posted": MONEY + RECEIPTS}
    month.is_gone(lane)


@pytest.mark.parametrize(("name", "steps"), [("file", FILING), ("record", RECORDING)])
def test_workers_that_die_over_files_and_records_leave_every_document_once(
    lane: KillableLane, name: str, steps: Sequence[Step]
) -> None:
    month = Month.made(lane, name)
    assert killed(lane, month.records(), steps) == {"posted": DOCUMENTS}
    month.once_each(lane)
