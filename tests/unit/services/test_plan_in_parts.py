"""An import is planned some days at a time: the plan is that which is made in one piece."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgerlink.domain.mapping.new_list_records import creatable_keys
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.plan import ItemState, Operation
from ledgerlink.domain.model.references import needs
from ledgerlink.domain.model.rules import CreateProject, LinkTo, Mapping, RuleKind, Skip
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.domain.model.time_settings import Description, TimeSettings
from ledgerlink.domain.planning.inputs import PlanInput, Rejected
from ledgerlink.domain.planning.planner import plan
from ledgerlink.domain.planning.time import entry_attributes, linked_keys
from ledgerlink.services.imports import plan_sheet, sheet_part
from ledgerlink.services.posting.known_targets import entities_of, known_targets, used_by_plan
from ledgerlink.services.posting.rule_book import stored_rules
from ledgerlink.services.posting.snapshots import read_snapshots
from ledgerlink.services.posting.staged_records import Records, staged_lines, time_record
from ledgerlink.services.runs.ledger_session import ledger_session
from ledgerlink.wire.stored import dump

from tests.fakes.service import InMemoryService, entry, in_memory_service
from tests.support.importing import FEBRUARY, drafted, planned, started
from tests.support.sampling import examples

MERGED = {"description": "neither"}
RULES: dict[str, Mapping] = {
    "p1": LinkTo(ledger_id="C1"),
    "p2": LinkTo(ledger_id="C2"),
    "p3": CreateProject(name="Third"),
    "p4": Skip(),
}

days = st.integers(1, 6)
entries = st.builds(
    lambda key, day, project, staff, minutes, approval: entry(
        key,
        work_date=f"2026-02-{day:02d}",
        project_key=project,
        staff_key=staff,
        minutes=minutes,
        approval=approval,
    ),
    st.sampled_from([f"t{n}" for n in range(9)]),
    days,
    st.sampled_from([*RULES, "p1", "p2"]),
    st.sampled_from(["u1", "u1", "u1", "u9"]),
    st.integers(1, 90),
    st.sampled_from(["approved", "approved", "rejected"]),
)
good = st.builds(
    lambda key, day, project: entry(key, work_date=f"2026-02-{day:02d}", project_key=project),
    st.sampled_from([f"t{n}" for n in range(9)]),
    days,
    st.sampled_from(["p1", "p2", "p3"]),
)
damaged = st.sampled_from(
    [
        {"minutes": 30},
        {"key": "t3", "minutes": "many", "staff_key": "u1", "work_date": "2026-02-03"},
        {**entry("t4", work_date="2026-02-04"), "minutes": -1},
        {**entry("t5"), "work_date": "2026-02-30"},
        {"kind": "expense", "key": "t2"},
        "not a record",
    ]
)
before = st.lists(good, max_size=14, unique_by=lambda one: one["key"])
after = st.lists(st.one_of(entries, good, good, good, damaged), max_size=16)
modes = st.sampled_from([None, MERGED])


def on(key: str, *worked: int, project: str = "p1", **more: Any) -> list[Any]:
    """The entry on each of these days of February."""
    return [entry(key, work_date=f"2026-02-{d:02d}", project_key=project, **more) for d in worked]


HELD = [
    *on("t0", 1),
    *on("t1", 1, project="p2"),
    *on("t2", 2),
    *on("t3", 2),
    *on("t4", 3),
    *on("t5", 4),
    *on("t6", 6),
    *on("t9", 6),
    *on("u0", 5),
    *on("u1", 5),
    *on("u2", 3),
    *on("v0", 9),
    *on("v1", 9),
    *on("a0", 13),
    *on("a1", 13),
    *on("b0", 13, project="p2"),
    *on("b1", 13, project="p2"),
    *on("c0", 13, project="p3"),
    *on("c1", 13, project="p3"),
]
CHANGED = [
    *on("t0", 1, 5),
    *on("t1", 2, project="p2"),
    *on("t2", 2, minutes=5),
    {**on("t3", 2)[0], "minutes": -1},
    {"key": "t4", "minutes": "many", "staff_key": "u1", "work_date": "2026-02-03"},
    {**on("t5", 4)[0], "work_date": "2026-02-30"},
    {**on("u2", 5)[0], "minutes": -1},
    *on("t6", 3, 6),
    *on("u0", 5, 7, 8),
    *on("u1", 5),
    *on("v0", 11),
    *on("v1", 12),
    *on("v2", 9),
    *on("a0", 13),
    *on("a1", 14),
    *on("b0", 13),
    *on("b1", 13, project="p2"),
    *on("c0", 13, project="p2"),
    *on("c1", 13, project="p3"),
    *on("t7", 1, 6),
    *on("t8", 3, project="p3"),
]
"""Three more than once, of which one is on the day of its activity; three moved, one with other
minutes, four damaged, three new ones, of which one is where two were before, and one is gone. Of
three activities of a day the first ties the others to the next day."""


def one_piece(app: InMemoryService, connection: Connection, run: Run) -> list[Operation]:
    """The plan of the draft, with all records and links in memory at once."""
    deps, scope = app.deps, FEBRUARY
    assert run.imported is not None
    records = Records()
    for number, line in enumerate(staged_lines(deps, run), start=1):
        record = time_record(line, number, run.created_by)
        if isinstance(record, Rejected) or scope.includes(entry_attributes(record)):
            records.add(record)
    records.times.sort(key=lambda one: one.work_date)
    rules = stored_rules(deps, connection)
    near = {k.key: k for k in deps.links.between(connection.key, scope.first_day, scope.last_day)}
    wanted = linked_keys(records.times) | creatable_keys(rules)
    links = {**deps.links.get(connection.key, wanted), **near}
    settings_ = deps.settings.get(connection.key)
    used = used_by_plan(entities_of(records), rules, links, settings_)
    stored = deps.connections.get(connection.key)
    assert stored.company is not None

    async def snapshots() -> Any:
        async with ledger_session(deps, stored) as session:
            times = [link for link in links.values() if link.source]
            return await read_snapshots(session.ledger, times, lambda: False)

    owners = deps.links.owner_documents(connection.key, [one.key for one in records.times])
    found = plan(
        PlanInput(
            entries=records.times,
            rejected=records.rejected,
            rules=rules,
            links=links,
            composer=deps.connector("fake").composer_for(stored.company.features, settings_.ledger),
            posting=run.imported.posting or settings_.posting,
            features=stored.company.features,
            owners=owners,
            whole=True,
            scope=[k for k in near.values() if k.imported and k.source],
            snapshots=asyncio.run(snapshots()),
            targets=known_targets(deps, connection, settings_, used),
        )
    )
    return list(found)


def comparable(operations: list[Operation]) -> list[bytes]:
    """The operations without their numbers, in an order that does not depend on the plan's."""
    return sorted(dump(replace(op, seq=0, after=tuple(sorted(op.after)))) for op in operations)


def keeps_its_order(operations: list[Operation]) -> bool:
    """Whether every operation comes after those that it needs."""
    places = {op.key: op.seq for op in operations if op.state is ItemState.PENDING}
    return all(
        places.get(key, -1) < op.seq or key == op.key
        for op in operations
        if op.state is ItemState.PENDING
        for key in (*needs(op.body), *op.after)
    )


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_sheet, "PART_SIZE", 1)
    monkeypatch.setattr(plan_sheet, "MOST_LINKS", 2)
    monkeypatch.setattr(sheet_part, "MOST_LINKS", 2)


def firm() -> tuple[InMemoryService, Connection]:
    app = in_memory_service()
    connection = app.connected()
    app.rules(connection, RuleKind.PROJECTS, RULES)
    return app, connection


def draft(app: InMemoryService, connection: Connection, key: str, some: Any, mode: Any) -> Run:
    return drafted(app, connection, *some, key=key, posting=mode)


def require_same_plan(
    first: Any,
    first_mode: Any,
    second: Any,
    second_mode: Any,
    last: Any,
    last_mode: Any,
    billed: list[int],
) -> None:
    app, connection = firm()
    for key, some, mode in (("1", first, first_mode), ("2", second, second_mode)):
        started(app, planned(app, draft(app, connection, key, some, mode)))
    for link in list(app.deps.links.between(connection.key, FEBRUARY.first_day, FEBRUARY.last_day)):
        if any(f"t{number}" in link.members for number in billed):
            app.company().billed[link.ledger_id] = "INV-1"
    require_same_draft(app, connection, draft(app, connection, "3", last, last_mode))


def require_same_draft(app: InMemoryService, connection: Connection, run: Run) -> None:
    expected = one_piece(app, connection, run)
    run = planned(app, run)
    assert run.state is RunState.READY, run.reason
    found = [item.operation for item in app.items(run)]
    assert comparable(found) == comparable(expected)
    assert [op.seq for op in found] == list(range(len(found)))
    assert keeps_its_order(found)
    assert keeps_its_order(expected)


@settings(max_examples=examples(100), deadline=None)
@given(before, modes, before, modes, after, modes, st.lists(st.integers(0, 8), max_size=2))
def test_the_plan_in_parts_is_the_plan_in_one_piece(
    first: Any,
    first_mode: Any,
    second: Any,
    second_mode: Any,
    last: Any,
    last_mode: Any,
    billed: list[int],
) -> None:
    require_same_plan(first, first_mode, second, second_mode, last, last_mode, billed)


@pytest.mark.parametrize(
    ("first_mode", "second", "second_mode", "last_mode", "billed"),
    [
        (None, [], None, None, []),
        (None, [], None, MERGED, [2]),
        (MERGED, [], None, MERGED, []),
        (MERGED, HELD[1:], MERGED, None, [4]),
    ],
    ids=["each", "to-merged", "merged", "from-merged"],
)
def test_the_plan_of_what_was_moved_doubled_and_damaged(
    first_mode: Any, second: Any, second_mode: Any, last_mode: Any, billed: list[int]
) -> None:
    require_same_plan(HELD, first_mode, second, second_mode, CHANGED, last_mode, billed)


@pytest.mark.parametrize(
    "given",
    [
        on("new", 2),
        on("t2", 2),
        [*on("t2", 2), *on("t3", 4)],
        on("t2", 2, project="p2"),
        on("t2", 20, project="p2"),
        [*on("t2", 20), *on("t3", 21)],
    ],
)
def test_the_plan_beside_activities_that_were_posted(given: Any) -> None:
    app, connection = firm()
    merged = TimeSettings(description=Description.NEITHER)
    app.choose(connection.key, replace(app.deps.settings.get(connection.key), posting=merged))
    app.post(connection, "post", [*on("t2", 2), *on("t3", 2), *on("t4", 3), *on("t5", 3)])
    app.work()
    more = [*on("t0", 1), *on("t1", 3, project="p2")]
    require_same_draft(app, connection, draft(app, connection, "1", [*given, *more], None))
