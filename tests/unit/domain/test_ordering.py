"""The order of dependency among the operations of one plan."""

from dataclasses import replace
from graphlib import TopologicalSorter
from typing import Any

import pytest
from ledgerlink.domain.model.plan import Action, ItemState, Operation
from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.domain.planning import ordering
from ledgerlink.domain.planning.ordering import GOING, order_by_dependency


def operation(key: str, action: Action, **given: Any) -> Operation:
    return Operation(seq=0, action=action, key=key, kind="Vendor", level=0, body={}, **given)


def levels(*operations: Operation) -> list[int]:
    """Their levels, once they are in order."""
    some = list(operations)
    order_by_dependency(some, {})
    return [each.level for each in some]


def test_a_vendor_who_becomes_an_employee_leaves_before_the_name_is_taken_again() -> None:
    out = operation("user:s1", Action.DELETE, record=RecordKind.STAFF)
    again = operation("user:s1", Action.CREATE, record=RecordKind.STAFF, after=("user:s1",))
    going, coming = levels(out, again)
    assert going < coming


def test_a_person_who_leaves_is_made_inactive_after_the_time_that_names_them() -> None:
    out = operation("user:s1", Action.DELETE, record=RecordKind.STAFF)
    time = operation("time:t1", Action.UPDATE)
    going, update = levels(out, time)
    assert going > update


def test_time_releases_its_entries_before_other_time_takes_them_over() -> None:
    taker = operation("time:b", Action.CREATE, after=("time:a",))
    giver = operation("time:a", Action.UPDATE)
    deleted = operation("time:c", Action.DELETE)
    take, give, delete = levels(taker, giver, deleted)
    assert delete < give < take


def known_levels(*operations: Operation, lists: dict[str, int], **given: Any) -> list[int]:
    """Their levels, where new list records have these."""
    some = list(operations)
    order_by_dependency(some, lists, **given)
    return [each.level for each in some]


def referring(key: str, to: str, **given: Any) -> Operation:
    one = operation(key, Action.CREATE, **given)
    return replace(one, body={"customer": {"$pending": to}})


def test_an_operation_comes_one_level_after_the_highest_that_it_refers_to() -> None:
    """Wherever it stands in the plan: c takes over from b, which refers to a new project."""
    c = operation("time:c", Action.UPDATE, after=("time:b", "time:a"))
    b = replace(referring("time:b", "project:p"), after=("time:a",))
    a = operation("time:a", Action.UPDATE)
    alone = operation("time:d", Action.CREATE)
    lists = {"project:p": 3, "client:c": 2}
    assert known_levels(c, b, a, alone, lists=lists) == [5, 4, 0, 0]


def test_what_is_not_sent_waits_for_nothing_and_nothing_waits_for_it() -> None:
    blocked = replace(referring("time:a", "project:p"), state=ItemState.BLOCKED, after=("time:z",))
    taker = operation("time:b", Action.UPDATE, after=("time:a",))
    below = operation("time:z", Action.UPDATE)
    assert known_levels(blocked, taker, below, lists={"project:p": 3}) == [0, 0, 0]


def test_a_delete_goes_first_unless_it_waits_for_another() -> None:
    delete = operation("time:a", Action.DELETE)
    later = operation("time:b", Action.DELETE, after=("time:c",))
    taker = operation("time:c", Action.UPDATE)
    assert levels(delete, later, taker) == [GOING, 1, 0]


def test_a_record_that_was_gone_is_made_anew_at_once() -> None:
    """It takes over from itself, so it must not wait for itself."""
    why = Reason("gone_in_ledger", "", "")
    gone = replace(operation("time:a", Action.NONE), state=ItemState.UNCHANGED, reason=why)
    again = operation("time:a", Action.CREATE, after=("time:a",))
    assert levels(gone, again) == [0, 0]


def test_the_references_have_to_be_those_of_all_operations() -> None:
    with pytest.raises(ValueError, match="shorter"):
        order_by_dependency([operation("time:a", Action.CREATE)], {}, [])


def test_what_was_gone_already_need_not_be_waited_for() -> None:
    why = Reason("gone_in_ledger", "", "")
    gone = replace(operation("time:a", Action.NONE), state=ItemState.UNCHANGED, reason=why)
    taker = operation("time:b", Action.CREATE, after=("time:a",))
    assert levels(gone, taker) == [0, 0]


@pytest.mark.parametrize(("highest", "last"), [(GOING, 4), (3, 4), (7, 8)])
def test_list_records_leave_after_all_other_operations_of_all_parts(
    highest: int, last: int
) -> None:
    out = operation("project:p", Action.DELETE, record=RecordKind.PROJECT)
    time = operation("time:t1", Action.UPDATE)
    found = known_levels(out, time, lists={"client:c": 3}, highest=highest)
    assert found == [last, 0]


def test_a_list_record_that_changes_has_its_place_like_any_other() -> None:
    changed = operation("project:p", Action.UPDATE, record=RecordKind.PROJECT)
    assert levels(changed, operation("time:t1", Action.UPDATE)) == [0, 0]


def test_only_what_others_wait_for_is_sorted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most of 100,000 operations are not waited for, and the sorter needs memory for each."""
    sorted_: list[dict[str, list[str]]] = []

    class Noted(TopologicalSorter[str]):
        def __init__(self, graph: dict[str, list[str]]) -> None:
            sorted_.append(graph)
            super().__init__(graph)

    monkeypatch.setattr(ordering, "TopologicalSorter", Noted)
    some = [operation(f"time:{n}", Action.CREATE) for n in range(9)]
    blocked = replace(operation("time:x", Action.NONE), state=ItemState.BLOCKED)
    taker = operation("time:b", Action.UPDATE, after=("time:3", "time:x"))
    levels(*some, blocked, taker)
    assert sorted_ == [{"time:3": []}]
