"""The order of dependency among the operations of one plan."""

from typing import Any

from ledgerlink.domain.model.plan import Action, Operation
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.domain.planning.ordering import order_by_dependency


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
