"""A worker may die at any step: every entry ends up in the ledger exactly once."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from ledgerlink.services.applying.recorder import MOST_UNSTORED

from local.machine import Machine
from tests.chaos.killing_proxy import Kill
from tests.chaos.lane import KillableLane, entries
from tests.support.ledger_memory import MEMORIES
from tests.support.sampling import sampled


def ledger_write(method: str, path: str, _headers: dict[str, str]) -> bool:
    return method == "POST" and "/v3/company/" in path and "/query" not in path


def table_batch(_method: str, _path: str, headers: dict[str, str]) -> bool:
    target = next((v for k, v in headers.items() if k.lower() == "x-amz-target"), "")
    return target.endswith("BatchWriteItem")


def table_put(_method: str, _path: str, headers: dict[str, str]) -> bool:
    target = next((v for k, v in headers.items() if k.lower() == "x-amz-target"), "")
    return target.endswith("PutItem")


WORKED = date(2026, 3, 2)
"""The day of the entries."""


@pytest.fixture(scope="module")
def lane(machine: Machine) -> Iterator[KillableLane]:
    lane = KillableLane(machine)
    lane.work()
    yield lane
    lane.close()


def once_each(lane: KillableLane, prefix: str, count: int) -> None:
    notes = Counter(row.get("Description", "") for row in lane.rows("TimeActivity"))
    ours = {note: n for note, n in notes.items() if note.startswith(f"{prefix}-")}
    assert ours == {f"{prefix}-{number}": 1 for number in range(count)}
    found_in_every_way(lane, prefix, count)


def found_in_every_way(lane: KillableLane, prefix: str, count: int) -> None:
    """The links of these entries are found by key, by day of work and by the ledger's id."""
    links, connection_key = lane.deps.links, lane.connection.key
    posted = links.get(connection_key, [f"time:{prefix}-{number}" for number in range(count)])
    assert len(posted) == count
    by_day = {link.key for link in links.between(connection_key, WORKED, WORKED)}
    assert posted.keys() <= by_day
    ids = {link.ledger_id: link for link in posted.values()}
    assert links.of_records(connection_key, ["TimeActivity"], ids) == ids


def table_together(_method: str, _path: str, headers: dict[str, str]) -> bool:
    target = next((v for k, v in headers.items() if k.lower() == "x-amz-target"), "")
    return target.endswith("TransactWriteItems")


def row(sort_key: str) -> bytes:
    """What a request to the table says about a row whose sort key begins so."""
    return f'"sk": {{"S": "{sort_key}'.encode()


def partition(end: str) -> bytes:
    """What a request to the table says about a row whose partition key ends so."""
    return f'#{end}"}}, "sk"'.encode()


LINK, OUTCOME, PROGRESS, CONNECTOR_STATE = row("key#"), row("item#"), row("progress#"), row("lane")
BY_DAY, BY_ID = partition("worked"), partition("TimeActivity")
APPLYING = b'"state": {"S": "applying"}'

STEPS = [
    ("before-send", "ledger", ledger_write, "before", 1, b""),
    ("before-second-send", "ledger", ledger_write, "before", 2, b""),
    ("after-commit-before-answer", "ledger", ledger_write, "after", 1, b""),
    ("after-later-commit-before-answer", "ledger", ledger_write, "after", 3, b""),
    ("before-days-are-indexed", "aws", table_batch, "before", 1, BY_DAY),
    ("between-days-and-send", "aws", table_batch, "after", 1, BY_DAY),
    ("before-ids-are-indexed", "aws", table_batch, "before", 1, BY_ID),
    ("between-ids-and-links", "aws", table_batch, "after", 1, BY_ID),
    ("after-answer-before-record", "aws", table_batch, "before", 1, LINK),
    ("between-links-and-outcomes", "aws", table_batch, "after", 1, LINK),
    ("before-outcomes", "aws", table_batch, "before", 1, OUTCOME),
    ("after-outcomes", "aws", table_batch, "after", 1, OUTCOME),
    ("before-first-note-of-progress", "aws", table_put, "before", 1, PROGRESS),
    ("after-first-note-of-progress", "aws", table_put, "after", 1, PROGRESS),
    ("before-connector-state", "aws", table_put, "before", 2, CONNECTOR_STATE),
    ("after-plan-was-stored", "aws", table_together, "after", 1, APPLYING),
]


@sampled(("name", "proxy", "matches", "when", "nth", "says"), STEPS, one_in=4)
def test_a_worker_killed_at_a_step_leaves_every_entry_once(
    lane: KillableLane,
    name: str,
    proxy: str,
    matches: Callable[[str, str, dict[str, str]], bool],
    when: str,
    nth: int,
    says: bytes,
) -> None:
    kill = Kill(matches, "before" if when == "before" else "after", nth, says=says)
    run = lane.post(entries(name, 65))
    deaths = lane.work(**{proxy: kill})
    assert kill.done
    assert says in kill.hit
    assert deaths == 1
    once_each(lane, name, 65)
    counts = lane.run(run).counts()
    assert counts["posted"] >= 65
    assert counts["pending"] == counts["failed"] == counts["blocked"] == 0


def test_a_worker_killed_after_some_outcomes_of_a_chunk_leaves_every_entry_once(
    lane: KillableLane,
) -> None:
    """Outcomes are stored at least twice where more than MOST_UNSTORED are answered."""
    count = MOST_UNSTORED + 30
    kill = Kill(table_batch, "after", 2, says=OUTCOME)
    run = lane.post(entries("between-later-records", count))
    assert lane.work(aws=kill) == 1
    assert kill.done
    once_each(lane, "between-later-records", count)
    counts = lane.run(run).counts()
    assert counts["posted"] >= count  # with the list records, if this test is the first to post
    assert counts["pending"] == counts["failed"] == counts["blocked"] == 0


@pytest.mark.parametrize("memory", MEMORIES)
def test_a_worker_killed_between_commit_and_answer_leaves_every_entry_once(
    lane: KillableLane, memory: str
) -> None:
    """Case quickbooks-online 3, whatever the ledger makes of a repeated request id."""
    kill = Kill(ledger_write, "after", 2)
    run = lane.post(entries(memory, 65))
    assert lane.work(ledger=kill) == 1
    assert kill.done
    once_each(lane, memory, 65)
    assert lane.run(run).counts()["failed"] == 0


def test_a_chunk_of_batches_and_single_calls_survives_deaths_in_both(lane: KillableLane) -> None:
    def single(method: str, path: str, headers: dict[str, str]) -> bool:
        return ledger_write(method, path, headers) and "/timeactivity" in path

    run = lane.post(entries("mixed", 1230))
    ledger, aws = Kill(single, "after", 12), Kill(table_batch, "after", 7)
    deaths = lane.work(ledger=ledger, aws=aws)
    assert ledger.done
    assert aws.done
    assert deaths in (1, 2)  # both may hit the same worker: it records while it sends
    once_each(lane, "mixed", 1230)
    assert lane.run(run).counts()["posted"] == 1230


def test_nothing_is_written_when_the_same_entries_come_again(lane: KillableLane) -> None:
    lane.post(entries("again", 40))
    lane.work()
    run = lane.post(entries("again", 40))
    lane.work()
    once_each(lane, "again", 40)
    found = lane.run(run)
    assert found.counts()["unchanged"] == 40
    assert found.calls() == {"read": 2}
