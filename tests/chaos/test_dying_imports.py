"""A worker that dies in an import, and a machine that is lost, leave every entry once."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from ledgerlink.domain.model.runs import RunState
from ledgerlink.services.imports import service

from local.machine import Machine
from tests.chaos.killing_proxy import Kill
from tests.chaos.lane import KillableLane, entries
from tests.chaos.test_dying_workers import (
    LINK,
    OUTCOME,
    PROGRESS,
    ledger_write,
    table_batch,
    table_put,
)
from tests.support.sampling import sampled


@pytest.fixture(scope="module")
def lane(machine: Machine) -> Iterator[KillableLane]:
    lane = KillableLane(machine)
    lane.work()
    yield lane
    lane.close()


def machine_call(_method: str, _path: str, headers: dict[str, str]) -> bool:
    target = next((v for k, v in headers.items() if k.lower() == "x-amz-target"), "")
    return target.endswith("SendTaskSuccess")


STEPS = [
    ("before-send", "ledger", ledger_write, "before", 1, b""),
    ("after-commit-before-answer", "ledger", ledger_write, "after", 2, b""),
    ("between-links-and-outcomes", "aws", table_batch, "after", 1, LINK),
    ("after-later-outcomes", "aws", table_batch, "after", 2, OUTCOME),
    ("before-a-note", "aws", table_put, "before", 2, PROGRESS),
    ("before-the-machine-is-told", "aws", machine_call, "before", 1, b""),
    ("after-the-machine-was-told", "aws", machine_call, "after", 1, b""),
]


@sampled(("name", "proxy", "matches", "when", "nth", "says"), STEPS, one_in=3)
def test_a_worker_killed_while_it_applies_an_import_leaves_every_entry_once(
    lane: KillableLane,
    name: str,
    proxy: str,
    matches: Callable[[str, str, dict[str, str]], bool],
    when: str,
    nth: int,
    says: bytes,
) -> None:
    kill = Kill(matches, "before" if when == "before" else "after", nth, says=says)
    told = [one | {"key": f"{name}-{one['key']}"} for one in entries(name, 65)]
    kills = {proxy: kill}
    run, deaths = lane.imported(told, kills.get("ledger"), kills.get("aws"))
    assert kill.done
    assert says in kill.hit
    assert deaths == 1
    assert run.state is RunState.COMPLETED
    notes = Counter(row.get("Description", "") for row in lane.rows("TimeActivity"))
    # What the import before this one wrote of the same days is no longer in the product.
    assert notes == {f"{name}-{number}": 1 for number in range(65)}


@pytest.mark.parametrize("nth", [1, 2])
def test_a_worker_killed_while_it_undoes_an_import_leaves_nothing_of_it(
    lane: KillableLane, nth: int
) -> None:
    user = service.User("chaos", "chaos")
    run, _ = lane.imported([one | {"key": f"u{nth}-{one['key']}"} for one in entries("undo", 65)])
    again = service.undo(lane.deps, user, run.connection_id, run.id, f"undo-{nth}")
    lane.work()
    service.start(lane.deps, user, run.connection_id, again.id, lane.run(again).plan)
    kill = Kill(ledger_write, "after", nth)
    assert lane.work(ledger=kill) == 1
    assert kill.done
    assert lane.run(again).state is RunState.COMPLETED
    assert not [r for r in lane.rows("TimeActivity") if r["Description"].startswith("undo-")]


def test_an_import_whose_token_is_lost_while_it_is_applied_is_finished(
    lane: KillableLane,
) -> None:
    user = service.User("chaos", "chaos")
    run, _ = lane.imported(entries("lost", 40))
    again = service.undo(lane.deps, user, run.connection_id, run.id, "undo-lost")
    lane.work()
    planned = lane.run(again)
    lane.machine.client("stepfunctions").send_task_success(
        taskToken=lane.deps.executions.state(planned).token, output='{"next": "end"}'
    )
    service.start(lane.deps, user, run.connection_id, again.id, planned.plan)
    while lane.stepping.step(lane.deps):
        pass
    lane.machine.client("stepfunctions").send_task_success(
        taskToken=lane.deps.executions.state(lane.run(again)).token, output='{"next": "end"}'
    )
    lane.work()
    assert lane.run(again).state is RunState.COMPLETED
    assert not [r for r in lane.rows("TimeActivity") if r["Description"].startswith("lost-")]
