"""Runs whose items were deleted because of their age: none looks empty, nothing is posted twice."""

from dataclasses import replace
from datetime import timedelta

import pytest
from ledgerlink.domain.errors import Conflict, Expired, LedgerUnavailable
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.list_records import ListRecord, ListTraits, ListType
from ledgerlink.domain.model.retention import CLOSED_BEFORE, Retention
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.services.imports import service
from ledgerlink.services.runs import parking
from ledgerlink.services.runs.history import list_items
from ledgerlink.services.sync.list_records import changes_of_run
from ledgerlink.services.sync.request import request_sync

from tests.fakes.lists import FakeLists
from tests.fakes.service import USER, InMemoryService, entry, in_memory_service
from tests.support.importing import ADA, imported

DOWN = LedgerUnavailable("busy", "Too many requests.")


def go_on(app: InMemoryService, *, before_the_end: timedelta = timedelta()) -> None:
    """Let the time pass for which items are kept."""
    app.clock.go_on(seconds=(app.deps.retention.history - before_the_end).total_seconds())


def completed() -> tuple[InMemoryService, Connection, Run]:
    app = in_memory_service()
    connection = app.connected()
    run = app.post(connection, "key", [entry("e1")])
    app.work()
    return app, connection, run


def parked() -> tuple[InMemoryService, Connection, Run]:
    """A post that an outage met while its requests were under way."""
    app = in_memory_service(chunk_size=2)
    connection = app.connected()
    app.connector.request_size = 1
    app.company().trouble = [None] * 3 + [DOWN]
    run = app.post(connection, "key", [entry(f"e{n}") for n in range(6)])
    app.work()
    found = app.run(run)
    assert (found.state, found.unanswered()) == (RunState.PARKED, True)
    return app, connection, run


def test_items_say_that_they_were_deleted_and_the_counts_stay() -> None:
    app, _, run = completed()
    go_on(app, before_the_end=timedelta(seconds=60))
    assert len(app.items(run)) == 1
    go_on(app)
    with pytest.raises(Expired) as refused:
        list_items(app.deps, app.run(run), 0, 100)
    assert refused.value.code == "items_expired"
    assert "400 days" in refused.value.message
    assert app.run(run).counts()["posted"] == 1


def test_a_run_keeps_its_items_for_as_long_as_it_was_promised_when_it_was_started() -> None:
    """The deployment may choose another time; what was stored before has its own."""
    app, _, run = completed()
    for history in (timedelta(days=90), timedelta(days=3650)):
        app.deps = replace(app.deps, retention=Retention(history=history))
        assert len(app.items(run)) == 1
        later = app.clock.now() + timedelta(days=399)
        assert app.deps.retention.keeps_items(app.run(run), later)
        assert not app.deps.retention.keeps_items(app.run(run), later + timedelta(days=1))


def test_what_was_posted_long_ago_is_still_known() -> None:
    """Links stay: the same post again writes nothing."""
    app, connection, _ = completed()
    go_on(app)
    again = app.post(connection, "again", [entry("e1")])
    app.work()
    assert app.run(again).counts()["unchanged"] == 1
    assert len(app.company().of_kind("Time")) == 1


def test_a_run_is_not_resumed_when_its_items_are_deleted_soon() -> None:
    app, _, run = parked()
    go_on(app, before_the_end=CLOSED_BEFORE)
    with pytest.raises(Conflict) as refused:
        parking.resume(app.deps, app.run(run))
    assert refused.value.code == "resume_expired"
    assert parking.cancel(app.deps, app.run(run)).state is RunState.CANCELLING
    app.work()
    assert app.run(run).state is RunState.CANCELLED


def test_nothing_is_posted_beside_writes_that_nobody_can_look_up_any_more() -> None:
    app, connection, run = parked()
    posted = len(app.company().of_kind("Time"))
    go_on(app)
    app.staging.plans.clear()  # S3 has deleted the plan
    later = app.post(connection, "later", [entry(f"e{n}") for n in range(6)])
    app.work()
    waiting = app.run(later)
    assert waiting.state is RunState.PARKED
    assert waiting.reason is not None
    assert waiting.reason.code == "unanswered_expired"
    assert len(app.company().of_kind("Time")) == posted
    assert parking.cancel(app.deps, app.run(run)).state is RunState.CANCELLED
    parking.resume(app.deps, app.run(later))
    app.work()
    assert app.run(later).state is RunState.COMPLETED


def test_an_import_can_be_undone_while_its_items_are_kept_for_it() -> None:
    app = in_memory_service()
    connection = app.connected()
    run = imported(app, connection, entry("e1"))
    go_on(app, before_the_end=CLOSED_BEFORE + timedelta(seconds=60))
    service.undo(app.deps, ADA, connection.id, run.id, "early")
    go_on(app)
    with pytest.raises(Conflict) as refused:
        service.undo(app.deps, ADA, connection.id, run.id, "late")
    assert refused.value.code == "undo_expired"
    assert "370 days" in refused.value.message


@pytest.mark.parametrize("deleted", [False, True], ids=["by the clock", "by S3"])
def test_an_undo_that_is_planned_after_its_items_expired_says_so(deleted: bool) -> None:
    """A draft waits for its user for as long as that takes, and may be planned again."""
    app = in_memory_service()
    connection = app.connected()
    run = imported(app, connection, entry("e1"))
    undoing = service.undo(app.deps, ADA, connection.id, run.id, "u")
    app.work()
    if deleted:
        app.staging.plans.clear()
    else:
        go_on(app)
    service.order_plan(app.deps, ADA, connection.id, undoing.id)
    app.work()
    stored = app.run(undoing)
    assert stored.state is RunState.DRAFT
    assert stored.reason is not None
    assert stored.reason.code == "undo_expired"
    assert service.discard(app.deps, ADA, connection.id, undoing.id).state is RunState.DISCARDED
    assert len(app.company().of_kind("Time")) == 1


def test_a_sync_goes_on_although_changes_expired_that_were_not_published() -> None:
    term = ListType.TERM
    app = in_memory_service(lists={term: ListTraits(entities=("Term",), by_changes=False)})
    app.company().lists.create(ListRecord(type=term, id="1", name="Net 30"))
    connection = app.connected()
    (first,) = app.deps.runs.list(connection.key, None, 1).items
    lists: FakeLists = app.deps.lists._inner  # type: ignore[attr-defined]
    lists.expired = 1
    with pytest.raises(Expired):
        changes_of_run(app.deps, first, 0, 10)
    lists.states.clear()
    app.company().lists.create(ListRecord(type=term, id="2", name="Net 60"))
    run = request_sync(app.deps, connection.key, USER, "key")
    app.work()
    assert app.run(run).counts()["created"] == 1
