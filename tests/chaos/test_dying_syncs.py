"""A worker may die at any step of a sync: every change is told once, and all records are there."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.runs import Run, RunState

from local.machine import Machine
from tests.chaos.killing_proxy import Kill
from tests.chaos.lane import KillableLane
from tests.chaos.test_dying_workers import row
from tests.support.sampling import sampled

NEW = 40


def aws_call(*operations: str) -> Callable[[str, str, dict[str, str]], bool]:
    def matches(_method: str, _path: str, headers: dict[str, str]) -> bool:
        target = next((v for k, v in headers.items() if k.lower() == "x-amz-target"), "")
        return target.rpartition(".")[2] in operations

    return matches


def ledger_read(_method: str, path: str, _headers: dict[str, str]) -> bool:
    return "/v3/company/" in path


def page_file(method: str, path: str, _headers: dict[str, str]) -> bool:
    return method == "PUT" and "/lists/" in path


@pytest.fixture(scope="module")
def lane(machine: Machine) -> Iterator[KillableLane]:
    lane = KillableLane(machine)
    lane.sync()
    lane.work()
    yield lane
    lane.close()


HEAD = row('feed"')
ENTRY = b'#feed"}'

STEPS = [
    ("before-the-first-read", "ledger", ledger_read, "before", 1, b""),
    ("after-a-read", "ledger", ledger_read, "after", 6, b""),
    ("after-a-page-is-kept", "aws", page_file, "after", 5, b""),
    ("in-the-feed", "aws", aws_call("BatchWriteItem"), "before", 1, ENTRY),
    ("between-records", "aws", aws_call("BatchWriteItem"), "after", 3, b""),
    ("before-the-head-moves", "aws", aws_call("PutItem"), "before", 1, HEAD),
    ("after-the-head-moved", "aws", aws_call("PutItem"), "after", 1, HEAD),
    ("before-the-events", "aws", aws_call("PutEvents"), "before", 1, b""),
]


@sampled(("name", "proxy", "matches", "when", "nth", "says"), STEPS, one_in=3)
def test_a_sync_whose_worker_is_killed_reports_every_change_once(
    lane: KillableLane,
    name: str,
    proxy: str,
    matches: Callable[[str, str, dict[str, str]], bool],
    when: str,
    nth: int,
    says: bytes,
) -> None:
    mark = f"{name} {uuid4().hex[:6]}"
    rows = [lane.edit(entity="Customer", create={"DisplayName": f"{mark} {n}"}) for n in range(NEW)]
    lane.edit(entity="Term", create={"Name": mark[:31], "Type": "STANDARD", "DueDays": 5})
    kill = Kill(matches, "before" if when == "before" else "after", nth, says=says)
    run = lane.sync(whole=True)
    deaths = lane.work(**{proxy: kill})
    assert kill.done
    assert says in kill.hit
    assert deaths == 1
    run = lane.run(run)
    assert run.state is RunState.COMPLETED
    assert _told(lane, run) == sorted(str(row["Id"]) for row in rows)
    counts = run.counts()
    assert counts["created"] == NEW + 1
    assert counts["changed"] == counts["deleted"] == 0
    _feed_is_records_is_ledger(lane)


def _feed(lane: KillableLane) -> list[tuple[int, str, ListType, str, dict[str, object]]]:
    changes = lane.deps.lists.changes(lane.connection.key, 0, 100_000).items
    return [(c.seq, c.run_id, c.record.type, c.record.id, c.record.seen()) for c in changes]


def _told(lane: KillableLane, run: Run) -> list[str]:
    """The customers that the run told of."""
    customers = (ListType.CUSTOMER,)
    return sorted(
        i for _, run_id, kind, i, _ in _feed(lane) if run_id == run.id and kind in customers
    )


def _feed_is_records_is_ledger(lane: KillableLane) -> None:
    feed = _feed(lane)
    assert [seq for seq, *_ in feed] == list(range(1, len(feed) + 1))
    told = {i: seen for _, _, kind, i, seen in feed if kind is ListType.CUSTOMER}
    page = lane.deps.lists.page(lane.connection.key, ListType.CUSTOMER, None, 100_000)
    assert told == {record.id: record.seen() for record in page.items}
    assert set(told) == {str(row["Id"]) for row in lane.rows("Customer")}
