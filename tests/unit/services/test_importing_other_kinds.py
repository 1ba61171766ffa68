"""Imports take time entries only; records of other kinds are blocked, and the time is posted."""

from datetime import date

from ledgerlink.domain.model.imports import Scope
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.services.imports import service
from ledgerlink.services.imports.service import ImportRequest, User

from tests.fakes.service import FIRM, USER, entry, in_memory_service
from tests.support.importing import drafted, planned

SPENT = {"key": "e1", "staff_key": "u1", "spent_on": "2026-02-27", "amount": "3"}
OTHERS = {
    "expense:e1": SPENT | {"kind": "expense", "expense_code_key": "meals"},
    "expense:t1": SPENT | {"kind": "expense", "key": "t1", "expense_code_key": "meals"},
    "client:c1": {"kind": "client", "key": "c1", "name": "Rossi"},
    "invoice:i1": {"kind": "invoice", "key": "i1", "deleted": True},
}


def test_records_of_other_kinds_in_an_import_are_blocked_by_their_kind() -> None:
    place = in_memory_service()
    connection, asks = place.connected(), User(FIRM, USER)
    scope = Scope(first_day=date(2026, 2, 1), last_day=date(2026, 2, 28))
    gone = {"key": "t2", "deleted": True}
    wanted = ImportRequest(scope=scope, records=[entry("t1"), gone, *OTHERS.values()])
    run = service.create(place.deps, asks, connection.id, "k", wanted)
    place.work()
    service.order_plan(place.deps, asks, connection.id, run.id)
    place.work()
    found = {item.operation.key: item.outcome for item in place.items(run)}
    assert found["time:t1"].state is ItemState.PENDING
    for key, field in {"time:t2": "deleted", **dict.fromkeys(OTHERS, "kind")}.items():
        why = found[key].reason
        assert found[key].state is ItemState.BLOCKED
        assert why is not None
        assert (why.code, why.field) == ("invalid_record", field)
    assert "time entries only" in str(found["expense:e1"].reason)
    assert "Post this record instead of importing it." in str(found["expense:e1"].reason)
    assert "Leave the entry out" in str(found["time:t2"].reason)


def test_a_line_that_cannot_be_read_is_named_by_its_number() -> None:
    """An entry with that name for its key is another record."""
    place = in_memory_service()
    connection = place.connected()
    run = planned(place, drafted(place, connection, entry("record 2"), "no record"))
    assert [i.operation.key for i in place.items(run)] == ["time:record 2"] * 2
    (unreadable,) = (i for i in place.items(run) if i.operation.state is ItemState.BLOCKED)
    assert unreadable.outcome.reason is not None
    assert "Line 2: " in unreadable.outcome.reason.message
