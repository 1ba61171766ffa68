"""How much of an import is planned together: an import of more is refused, nothing is left out."""

from dataclasses import replace
from datetime import date

import pytest
from ledgerlink.domain.model.plan import Action
from ledgerlink.domain.model.rules import LinkTo, RuleKind
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.services.imports import plan_sheet, sheet_part
from ledgerlink.services.imports.sheet import DayRange, day_ranges
from ledgerlink.services.posting.given_keys import NOWHERE
from ledgerlink.services.posting.sheet_lines import SheetLine

from tests.fakes.service import InMemoryService, entry, in_memory_service
from tests.support.importing import FEBRUARY, drafted, imported, planned, started

MERGED = {"description": "neither"}


@pytest.fixture
def app() -> InMemoryService:
    return in_memory_service()


def bounded(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(plan_sheet, "PART_SIZE", 1)
    for module in (plan_sheet, sheet_part):
        monkeypatch.setattr(module, "MOST_LINKS", 1)
        monkeypatch.setattr(module, "MOST_TOGETHER", most)


def is_refused(run: Run) -> bool:
    """Whether the plan was refused because too much of it belongs together."""
    assert run.state in (RunState.READY, RunState.DRAFT)
    assert (run.reason is not None) is (run.state is RunState.DRAFT)
    assert run.parts == 0
    return run.reason is not None and "entries of one day" in run.reason.message


@pytest.mark.parametrize("most", [2, 3])
def test_so_many_entries_of_one_day_are_planned(
    app: InMemoryService, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    connection = app.connected()
    of_other_days = [entry(f"o{n}", work_date=f"2026-02-1{n}") for n in range(4)]
    run = drafted(app, connection, *(entry(f"t{n}") for n in range(3)), *of_other_days)
    bounded(monkeypatch, most)
    assert is_refused(planned(app, run)) is (most < 3)


@pytest.mark.parametrize("most", [1, 2, 3])
def test_so_many_activities_of_one_day_are_planned(
    app: InMemoryService, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """If some were left out, the import would not delete them."""
    connection = app.connected()
    imported(app, connection, *(entry(f"t{n}") for n in range(3)))
    run = drafted(app, connection, entry("new", work_date="2026-02-20"), key="b")
    bounded(monkeypatch, most)
    run = planned(app, run)
    gone = [i.operation.key for i in app.items(run) if i.operation.action is Action.DELETE]
    assert is_refused(run) is (most < 3), gone
    assert sorted(gone) == (["time:t0", "time:t1", "time:t2"] if most == 3 else [])


@pytest.mark.parametrize("most", [1, 2])
def test_so_many_entries_that_were_moved_to_another_day_are_planned(
    app: InMemoryService, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    connection = app.connected()
    imported(app, connection, entry("t1"), entry("t2"), posting=MERGED)
    moved = entry("t2", work_date="2026-02-20")
    run = drafted(app, connection, entry("t1"), moved, key="b", posting=MERGED)
    bounded(monkeypatch, most)
    assert is_refused(planned(app, run)) is (most < 2)


def test_entries_that_were_moved_alone_are_planned_with_their_new_day(
    app: InMemoryService, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = app.connected()
    for key, first in (("a", 1), ("b", 2)):
        some = [entry(f"t{n}", work_date=f"2026-02-{first + n:02d}") for n in range(4)]
        run = drafted(app, connection, *some, key=key)
        if key == "a":
            started(app, planned(app, run))
    bounded(monkeypatch, 1)
    assert not is_refused(planned(app, run))


def test_activities_that_the_import_leaves_do_not_count(
    app: InMemoryService, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = app.connected()
    app.rules(connection, RuleKind.PROJECTS, {f"p{n}": LinkTo(ledger_id=f"C{n}") for n in (2, 3)})
    app.post(connection, "post", [entry(f"p{n}") for n in range(4)])
    app.work()
    others = [entry(f"o{n}", project_key=f"p{2 + n % 2}") for n in range(4)]
    imported(app, connection, *others, posting=MERGED)
    of_one = replace(FEBRUARY, projects=("p1",))
    run = drafted(app, connection, entry("t1"), key="b", scope=of_one, posting=MERGED)
    bounded(monkeypatch, 1)
    assert not is_refused(planned(app, run))


def test_a_range_of_days_has_its_first_and_its_last_day() -> None:
    days = [date(2026, 2, day) for day in range(1, 6)]
    some = DayRange(days[1], days[3], ())
    assert [some.contains(day) for day in (*days, None)] == [False, True, True, True, False, False]


@pytest.mark.parametrize(("size", "most"), [(1, 2), (2, 3), (9, 5)])
@pytest.mark.parametrize("days", [(2, 2, 4, 5), (1, 3), (5,), ()])
def test_ranges_have_every_day_and_every_record_once(
    days: tuple[int, ...], size: int, most: int
) -> None:
    def of(day: int) -> date:
        return date(2026, 2, day)

    lines = [SheetLine(f"{of(day)} {n:09d}", NOWHERE, b"") for n, day in enumerate(days)]
    found = list(day_ranges(lines, of(1), of(5), size))
    covered = [day for one in found for day in range(one.first.day, one.last.day + 1)]
    assert covered == [1, 2, 3, 4, 5]
    assert [line for one in found for line in one.lines] == lines
    assert all(one.contains(date.fromisoformat(line.day)) for one in found for line in one.lines)
    assert max(len(one.lines) for one in found) <= most
