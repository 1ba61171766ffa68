"""What is stored with an expiry, what without, and how what has expired is told from nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from ledgerlink.domain.errors import Expired, NotFound
from ledgerlink.domain.model.list_records import Change, ChangeKind, ListRecord, ListType, Sync
from ledgerlink.domain.model.plan import ItemState, Outcome
from ledgerlink.domain.model.retention import STANDARD
from ledgerlink.domain.model.runs import Progress, RunState
from ledgerlink.storage import keys
from ledgerlink.storage.lists import DynamoLists
from ledgerlink.storage.runs import DynamoRuns
from ledgerlink.storage.staging import S3Staging
from ledgerlink.storage.table import Row, Table

from tests.contract.stores.samples import ACME, connection, planned, run
from tests.contract.stores.stores import Clients, new_table
from tests.fakes.clock import START, FakeClock

FEED, HISTORY = STANDARD.feed.total_seconds(), STANDARD.history.total_seconds()
_numbers = count()


@pytest.fixture
def table(aws: Clients) -> Table:
    return new_table(aws, f"ledgerlink-expiry-{next(_numbers)}")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def rows(table: Table, pk: str) -> Iterator[Row]:
    return table.between(pk, "0", "~")


def created(record_id: str) -> Change:
    record = ListRecord(type=ListType.TERM, id=record_id, name=f"Term {record_id}")
    return Change(kind=ChangeKind.CREATED, record=record, run_id="r", at=START)


def numbers(lists: DynamoLists, after: int) -> list[int]:
    return [change.seq for change in lists.changes(ACME, after, 10).items]


def test_changes_that_have_expired_are_told_from_none(table: Table, clock: FakeClock) -> None:
    lists = DynamoLists(table, clock)
    lists.record(ACME, "r", [created("1"), created("2"), created("3")])
    clock.go_on(seconds=FEED - 1)
    lists.record(ACME, "s", [created("4")])
    assert numbers(lists, 0) == [1, 2, 3, 4]
    clock.go_on(seconds=1)
    for after in (0, 1, 2):
        with pytest.raises(Expired) as refused:
            lists.changes(ACME, after, 10)
        assert (refused.value.code, refused.value.after) == ("changes_expired", 4)
    assert (numbers(lists, 3), numbers(lists, 4)) == ([4], [])


def test_a_feed_is_not_read_over_a_gap(table: Table, clock: FakeClock) -> None:
    """DynamoDB deletes expired rows in any order, within days."""
    lists = DynamoLists(table, clock)
    lists.record(ACME, "r", [created("1"), created("2"), created("3")])
    table.delete_many(keys.feed(ACME), [keys.row("entry", keys.number(2))])
    assert numbers(lists, 0) == [1]
    with pytest.raises(Expired):
        lists.changes(ACME, 1, 10)


def test_entries_from_before_there_was_an_expiry_stay(table: Table, clock: FakeClock) -> None:
    lists = DynamoLists(table, clock)
    lists.record(ACME, "r", [created("1")])
    (entry,) = rows(table, keys.feed(ACME))
    del entry["expires_at"]
    table.put(entry)
    clock.go_on(seconds=2 * FEED)
    assert numbers(lists, 0) == [1]


def test_records_and_the_head_of_the_feed_never_expire(table: Table, clock: FakeClock) -> None:
    DynamoLists(table, clock).record(ACME, "r", [created("1")])
    kept = [*rows(table, keys.records(ACME, "term")), *rows(table, keys.connection(ACME))]
    assert [row["sk"] for row in kept] == ["record#1", "feed"]
    assert not any("expires_at" in row for row in kept)


def test_outcomes_expire_and_the_counts_of_their_run_stay(table: Table, clock: FakeClock) -> None:
    runs, begun = DynamoRuns(table, clock), planned(run("r1"))
    runs.create(begun, "key", "content")
    runs.save_progress(begun, 0, Progress(outcomes={"posted": 1}, done=True))
    runs.put_outcomes(begun, [Outcome(seq=0, state=ItemState.POSTED)])
    (item, progress) = rows(table, keys.run(ACME, "r1"))
    assert int(item["expires_at"]) == int(clock.now().timestamp() + HISTORY)
    until = clock.now() + timedelta(days=7)
    runs.put_outcomes(replace(begun, items_until=until), [Outcome(seq=99, state=ItemState.POSTED)])
    *_, other, _ = rows(table, keys.run(ACME, "r1"))
    assert int(other["expires_at"]) == int(until.timestamp())  # as the run was promised
    table.delete_many(other["pk"], [other["sk"]])
    assert "expires_at" not in progress  # a run that rests for years is still known to be so far
    runs.save(replace(runs.get(ACME, "r1"), state=RunState.COMPLETED))
    assert [row["sk"] for row in rows(table, keys.run(ACME, "r1"))] == [item["sk"]]
    kept = table.get(keys.connection(ACME), keys.row("run", "r1"))
    assert kept is not None
    assert "expires_at" not in kept
    assert runs.get(ACME, "r1").counts()["posted"] == 1


def test_a_sync_expires_with_its_changes_once_it_has_ended(table: Table, clock: FakeClock) -> None:
    runs = DynamoRuns(table, clock)
    sync = replace(run("r1"), sync=Sync(trigger="schedule"))
    runs.create(sync, "key", "content")
    sk = keys.row("run", "r1")
    waiting = table.get(keys.connection(ACME), sk)
    runs.save(replace(sync, state=RunState.COMPLETED, finished_at=clock.now()))
    ended = table.get(keys.connection(ACME), sk)
    assert waiting is not None
    assert ended is not None
    assert "expires_at" not in waiting
    assert int(ended["expires_at"]) == int(clock.now().timestamp() + FEED)
    with pytest.raises(NotFound) as refused:
        runs.get(ACME, "another")
    assert "90 days" in refused.value.remedy


def test_files_of_a_plan_have_the_tag_by_which_they_expire(aws: Clients) -> None:
    bucket = f"ledgerlink-tags-{next(_numbers)}"
    aws.s3.create_bucket(Bucket=bucket)
    staging = S3Staging(aws.s3, bucket)
    staging.put_chunk(run(), 0, [])
    staging.put_notes(run(), "basis", [1])
    staging.fix_requests(run(), 0, 0, [[1]])
    staging.put_page(run(), ListType.TERM, 0, [])
    staging.fix_mark(connection(), 1, "text")
    tags = {
        found["Key"]: aws.s3.get_object_tagging(Bucket=bucket, Key=found["Key"])["TagSet"]
        for found in aws.s3.list_objects_v2(Bucket=bucket)["Contents"]
    }
    tagged = {name for name, some in tags.items() if some}
    assert len(tagged) == 3
    assert all(name.startswith("plans/") and "/marks/" not in name for name in tagged)
    assert all(tags[name] == [{"Key": "expires", "Value": "history"}] for name in tagged)
    assert len(tags) == 5
