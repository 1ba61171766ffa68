"""A page of runs is read in one query, however many runs are on it."""

from dataclasses import replace
from typing import Any

import pytest
from ledgerlink.domain.model.runs import FINISHED, Progress, Run, RunState
from ledgerlink.storage.runs import LONGEST_PROGRESS, DynamoRuns
from ledgerlink.storage.table import Table

from tests.contract.stores.samples import ACME, planned, run
from tests.contract.stores.stores import Clients, new_table
from tests.fakes.clock import FakeClock
from tests.support.sampling import amount

RUNS = amount(1000, 12)


class Counted(Table):
    """A table that counts its queries."""

    queries = 0

    def query(self, *given: Any, **named: Any) -> Any:
        self.queries += 1
        return super().query(*given, **named)


@pytest.fixture
def table(aws: Clients, request: pytest.FixtureRequest) -> Counted:
    name = new_table(aws, f"runs-{abs(hash(request.node.name))}").name
    return Counted(aws.dynamodb, name)


def finished(
    runs: DynamoRuns, number: str, progress: Progress, state: RunState = RunState.COMPLETED
) -> Run:
    begun = planned(run(number))
    runs.create(begun, number, "content")
    runs.save_progress(begun, 0, progress)
    done = replace(runs.get(ACME, number), state=state)
    runs.save(done)
    return done


def test_finished_runs_have_their_progress_beside_them(table: Counted) -> None:
    """Cases product 17, security 12."""
    runs = DynamoRuns(table, FakeClock())
    progress = Progress(outcomes={"posted": 2}, calls={"write": 1}, done=True)
    done = [finished(runs, f"r{n:04d}", progress) for n in range(RUNS)]
    waiting = run("r9999")
    runs.create(waiting, "waiting", "content")  # not planned yet: it has no progress to read
    table.queries = 0
    page = runs.list(ACME, None, RUNS + 1)
    assert table.queries == 1
    assert list(page.items) == [waiting, *reversed(done)]
    assert page.items[-1].counts() == runs.get(ACME, "r0000").counts()


@pytest.mark.parametrize("state", sorted(FINISHED))
def test_runs_that_ended_otherwise_are_read_in_the_same_query(
    table: Counted, state: RunState
) -> None:
    runs = DynamoRuns(table, FakeClock())
    done = finished(runs, "r1", Progress(outcomes={"posted": 2}, done=True), state)
    draft = replace(planned(run("r2")), state=RunState.READY)
    runs.create(draft, "draft", "content")  # planned, and nothing of it was sent
    table.queries = 0
    assert runs.list(ACME, None, 10).items == [draft, done]
    assert runs.get(ACME, "r1") == done
    assert table.queries == 1


def test_a_run_that_is_being_applied_is_read_with_its_progress_as_it_is(table: Counted) -> None:
    runs = DynamoRuns(table, FakeClock())
    begun = planned(run("r1"))
    runs.create(begun, "k", "content")
    for posted in (1, 2):
        runs.save_progress(begun, 0, Progress(outcomes={"posted": posted}))
        (found,) = runs.list(ACME, None, 10).items
        assert found.progress == {0: Progress(outcomes={"posted": posted})}


def test_a_run_with_more_progress_than_fits_beside_it_is_read_apart(table: Counted) -> None:
    runs = DynamoRuns(table, FakeClock())
    huge = Progress(calls={"x" * LONGEST_PROGRESS: 1})
    done = finished(runs, "r1", huge)
    table.queries = 0
    assert runs.list(ACME, None, 10).items == [done]
    assert table.queries == 2
