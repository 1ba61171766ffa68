"""What every store of runs does."""

from dataclasses import replace

import pytest
from ledgerlink.domain.errors import Conflict, NotFound
from ledgerlink.domain.model.plan import ItemState, Outcome
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.runs import Progress, RunState

from tests.contract.stores.samples import ACME, NEIGHBOURS, STRANGE, planned, run
from tests.contract.stores.stores import Stores
from tests.fakes.clock import START


def test_the_same_key_with_the_same_content_returns_the_first_run(stores: Stores) -> None:
    first = stores.runs.create(run("r1"), "key", "content")
    assert stores.runs.create(run("r2"), "key", "content") == first == run("r1")
    assert [r.id for r in stores.runs.list(ACME, None, 10).items] == ["r1"]


def test_a_repeat_returns_the_run_as_it_stands_now(stores: Stores) -> None:
    stores.runs.create(run("r1"), "key", "content")
    stores.runs.save(planned(run("r1")))
    assert stores.runs.create(run("r2"), "key", "content").state is RunState.APPLYING


def test_the_same_key_with_other_content_is_a_conflict_and_leaves_no_run(stores: Stores) -> None:
    stores.runs.create(run("r1"), "key", "content")
    with pytest.raises(Conflict):
        stores.runs.create(run("r2"), "key", "other")
    assert [r.id for r in stores.runs.list(ACME, None, 10).items] == ["r1"]
    assert [r.id for r in stores.runs.in_state(ACME, RunState.QUEUED)] == ["r1"]


def test_strange_idempotency_keys_name_different_runs(stores: Stores) -> None:
    for number, key in enumerate(STRANGE):
        stores.runs.create(run(f"r{number:02}"), key, "content")
    assert len(stores.runs.list(ACME, None, 100).items) == len(STRANGE)


def test_the_same_key_in_another_connection_is_another_run(stores: Stores) -> None:
    for number, neighbour in enumerate(NEIGHBOURS):
        given = run(f"r{number}", neighbour)
        assert stores.runs.create(given, "key", "content") == given
    for number, neighbour in enumerate(NEIGHBOURS):
        page = stores.runs.list(neighbour, None, 10)
        assert [r.id for r in page.items] == [f"r{number}"]
        with pytest.raises(NotFound):
            stores.runs.get(neighbour, f"r{number + 1}")


def test_runs_are_listed_newest_first_page_by_page(stores: Stores) -> None:
    names = [f"r{number:03}" for number in range(13)]
    for name in names:
        stores.runs.create(run(name), name, "content")
    seen: list[str] = []
    after: str | None = None
    for _ in range(4):
        page = stores.runs.list(ACME, after, 4)
        seen += [r.id for r in page.items]
        after = page.after
    assert seen == names[::-1]
    assert after is None


def test_a_page_that_ends_with_the_last_run_has_no_next(stores: Stores) -> None:
    for name in ("r1", "r2"):
        stores.runs.create(run(name), name, "content")
    assert stores.runs.list(ACME, None, 2).after is None
    assert stores.runs.list(ACME, "r1", 2).items == []


def test_runs_are_found_by_state_until_they_are_finished_oldest_first(stores: Stores) -> None:
    for name in ("r3", "r1", "r2#x", "r4"):
        stores.runs.create(run(name), name, "content")
        stores.runs.save(replace(run(name), state=RunState.PARKED, reason=reason("gone_in_ledger")))
    stores.runs.save(replace(run("r1"), state=RunState.APPLYING))
    stores.runs.save(replace(run("r4"), state=RunState.COMPLETED))
    found = {
        state: [r.id for r in stores.runs.in_state(ACME, state)]
        for state in (RunState.QUEUED, RunState.APPLYING, RunState.PARKED)
    }
    assert found == {
        RunState.QUEUED: [],
        RunState.APPLYING: ["r1"],
        RunState.PARKED: ["r2#x", "r3"],
    }


def test_a_parked_run_keeps_its_progress_and_saving_a_run_does_not_touch_it(
    stores: Stores,
) -> None:
    progress = Progress(
        outcomes={"posted": 3}, calls={"write": 2}, series=1, opened_at=START, done=True
    )
    stores.runs.create(planned(run()), "key", "content")
    stores.runs.save_progress(run(), 0, Progress())
    stores.runs.save_progress(run(), 0, progress)
    stores.runs.save_progress(run(), 12, Progress(series=2))
    stores.runs.save(replace(planned(run()), state=RunState.PARKED))
    (found,) = stores.runs.in_state(ACME, RunState.PARKED)
    assert found.progress == {0: progress, 12: Progress(series=2)}
    assert found == stores.runs.get(ACME, "r1")


@pytest.mark.parametrize("state", [RunState.PARKED, RunState.COMPLETED])
def test_a_run_is_saved_over_its_own_generation_only(stores: Stores, state: RunState) -> None:
    stores.runs.create(run("r1"), "key", "content")
    stores.runs.save(replace(run("r1"), state=RunState.PARKED))
    stores.runs.save(replace(run("r1"), state=state, generation=1), of_generation=0)
    resumed = replace(run("r1"), state=RunState.APPLYING, generation=1)
    with pytest.raises(Conflict):
        stores.runs.save(resumed, of_generation=0)
    assert stores.runs.get(ACME, "r1").state is state


def test_outcomes_come_back_by_slice(stores: Stores) -> None:
    why = reason("refused", detail='a "quoted" 🙂')
    given = {
        n: Outcome(seq=n, state=ItemState.POSTED, ledger_id=str(n), version="0") for n in range(130)
    } | {130: Outcome(seq=130, state=ItemState.FAILED, reason=why, trace_id="t")}
    stores.runs.put_outcomes(run(), list(given.values()))
    assert stores.runs.outcomes(run(), 0, 131) == given
    assert sorted(stores.runs.outcomes(run(), 99, 3)) == [99, 100, 101]
    assert stores.runs.outcomes(run("r2"), 0, 131) == {}


def test_an_outcome_is_replaced_by_a_repeat(stores: Stores) -> None:
    for version in ("0", "1"):
        outcome = Outcome(seq=5, state=ItemState.POSTED, ledger_id="1", version=version)
        stores.runs.put_outcomes(run(), [outcome])
    assert stores.runs.outcomes(run(), 0, 10) == {5: outcome}


def test_outcomes_that_come_in_any_order_and_company_are_all_kept(stores: Stores) -> None:
    kept: dict[int, Outcome] = {}
    for version, seqs in enumerate([range(40, 70), [3, 30, 61], range(9), [69, 70], [2, 3]]):
        stores.clock.go_on(seconds=1)
        some = [
            Outcome(seq=n, state=ItemState.POSTED, ledger_id=str(n), version=str(version))
            for n in reversed(list(seqs))
        ]
        stores.runs.put_outcomes(run(), some)
        kept |= {outcome.seq: outcome for outcome in some}
    assert stores.runs.outcomes(run(), 0, 100) == kept
    for first in range(0, 75, 7):
        near = {seq: one for seq, one in kept.items() if first <= seq < first + 7}
        assert stores.runs.outcomes(run(), first, 7) == near


def test_an_unknown_run_is_not_found(stores: Stores) -> None:
    with pytest.raises(NotFound):
        stores.runs.get(ACME, "r1")
