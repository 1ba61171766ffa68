"""What holds for every plan, whatever is planned."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from ledgerlink.domain.model.plan import Action, ItemState, Operation
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.references import needs
from ledgerlink.domain.model.rules import RuleKind
from ledgerlink.domain.model.runs import Chunk, Run, RunState
from ledgerlink.domain.model.source_records import TimeEntry
from ledgerlink.domain.planning.inputs import Rejected
from ledgerlink.services.posting.chunks import slices

from tests.fakes.clock import START
from tests.support.sampling import examples
from tests.unit.domain.simulated_ledger import DAY, RULES, SimulatedLedger, entry, writes

SETTINGS = settings(max_examples=examples(60), deadline=None)


def names(kind: RuleKind) -> st.SearchStrategy[str]:
    return st.sampled_from([*RULES[kind], "unknown"])


ENTRIES: st.SearchStrategy[list[TimeEntry]] = st.lists(
    st.builds(
        TimeEntry,
        key=st.sampled_from([f"t{n}" for n in range(12)]),
        staff_key=names(RuleKind.USERS),
        work_date=st.integers(-3, 3).map(lambda n: DAY + timedelta(days=n)),
        minutes=st.integers(1, 1440),
        project_key=st.none() | names(RuleKind.PROJECTS),
        labor_code_key=st.none() | names(RuleKind.LABOR_CODES),
        billable=st.booleans(),
        bill_rate=st.none() | st.decimals(0, 500, places=2),
        notes=st.none() | st.text(max_size=8),
        approval=st.sampled_from([None, "approved", "draft"]),
    ),
    max_size=14,
)
REJECTED = st.lists(st.sampled_from(["b1", "b2", "record 3"]), max_size=3, unique=True).map(
    lambda keys: [Rejected(key, reason("invalid_record", detail="no")) for key in keys]
)


def times(found: tuple[Operation, ...]) -> list[Operation]:
    return [op for op in found if op.key.startswith("time:")]


@SETTINGS
@given(ENTRIES, REJECTED)
def test_every_record_is_in_exactly_one_item(
    entries: list[TimeEntry], rejected: list[Rejected]
) -> None:
    found = SimulatedLedger().plan(entries, rejected)
    expected = Counter([e.key for e in entries] + [r.key for r in rejected])
    assert Counter(member for op in times(found) for member in op.members) == expected
    assert all(len(op.members) == 1 for op in found)


@SETTINGS
@given(ENTRIES, REJECTED)
def test_items_are_numbered_in_order_and_end_settled_or_with_something_to_send(
    entries: list[TimeEntry], rejected: list[Rejected]
) -> None:
    found = SimulatedLedger().plan(entries, rejected)
    assert [op.seq for op in found] == list(range(len(found)))
    for op in found:
        pending = op.state is ItemState.PENDING
        assert (op.body is not None) is pending
        assert (op.action is Action.NONE) is not pending
        assert (op.reason is None) is (op.state in (ItemState.PENDING, ItemState.UNCHANGED))


@SETTINGS
@given(ENTRIES)
def test_required_list_records_are_created_once_at_a_lower_level(entries: list[TimeEntry]) -> None:
    found = SimulatedLedger().plan(entries)
    pending = {op.key: op for op in found if op.state is ItemState.PENDING}
    assert len(pending) == sum(op.state is ItemState.PENDING for op in found)
    for op in pending.values():
        for key in needs(op.body):
            assert pending[key].action is Action.CREATE
            assert pending[key].level < op.level
            assert pending[key].seq < op.seq


@SETTINGS
@given(ENTRIES)
def test_applying_a_plan_leaves_nothing_to_write(entries: list[TimeEntry]) -> None:
    ledger = SimulatedLedger()
    found = ledger.plan(entries)
    ledger.apply(found)
    again = ledger.plan(entries)
    assert writes(again) == {}
    assert Counter(op.key for op in times(again)) == Counter(op.key for op in times(found))


@SETTINGS
@given(ENTRIES, st.data())
def test_changing_one_posted_entry_gives_one_update_and_nothing_else(
    entries: list[TimeEntry], data: st.DataObject
) -> None:
    entries = [*entries, entry("mine")]
    ledger = SimulatedLedger()
    ledger.apply(ledger.plan(entries))
    posted = [e for e in entries if f"time:{e.key}" in ledger.links]
    one = data.draw(st.sampled_from(posted))
    changed = [replace(e, minutes=e.minutes % 1440 + 1) if e is one else e for e in entries]
    assert writes(ledger.plan(changed)) == {f"time:{one.key}": Action.UPDATE}


@SETTINGS
@given(ENTRIES)
def test_a_blocked_neighbour_changes_nothing_for_the_others(entries: list[TimeEntry]) -> None:
    alone = {op.key: replace(op, seq=0) for op in SimulatedLedger().plan(entries)}
    bad = entry("bad", staff_key="unknown")
    together = {op.key: replace(op, seq=0) for op in SimulatedLedger().plan([bad, *entries])}
    assert together.pop("time:bad").state is ItemState.BLOCKED
    assert together == alone


@SETTINGS
@given(ENTRIES, st.integers(1, 5))
def test_chunks_cut_the_plan_without_gap_or_overlap_and_counts_add_up(
    entries: list[TimeEntry], size: int
) -> None:
    found = SimulatedLedger().plan(entries)
    parts = list(slices(found, size, lambda op: (op.state is ItemState.PENDING, op.level)))
    assert [op for part in parts for op in part] == list(found)
    assert all(len({op.level for op in part}) == 1 and len(part) <= size for part in parts)
    assert sum(run_of(parts).counts().values()) == len(found)


def run_of(parts: list[Sequence[Operation]]) -> Run:
    chunks = []
    for number, part in enumerate(parts):
        settled = Counter(op.state.value for op in part if op.state is not ItemState.PENDING)
        pending = len(part) - settled.total()
        first, count = part[0].seq, len(part)
        chunks.append(
            Chunk(number=number, first=first, count=count, pending=pending, settled=settled)
        )
    return Run(
        firm="acme",
        connection_id="c1",
        id="r1",
        kind="post",
        state=RunState.APPLYING,
        created_by="ada",
        created_at=START,
        staged="",
        chunks=tuple(chunks),
    )


@SETTINGS
@given(ENTRIES)
def test_rates_stay_exact(entries: list[TimeEntry]) -> None:
    by_key = {f"time:{e.key}": e for e in entries}
    for op in times(SimulatedLedger().plan(entries)):
        rate = by_key[op.key].bill_rate
        if op.body is not None and rate is not None:
            assert Decimal(op.body["rate"]) == rate
