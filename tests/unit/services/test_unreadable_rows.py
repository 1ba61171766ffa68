"""Rows of lists with which our program makes a mistake: they stop neither their list nor others."""

from typing import Any

import pytest
from ledgerlink.connectors.qbo.reads.catalog import ROW_MAPPERS
from ledgerlink.connectors.shared.rows import map_rows
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.list_records import ListRecord, ListTraits, ListType
from ledgerlink.domain.model.plan import ItemState, Operation
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.services.runs.parking import resume
from ledgerlink.services.sync.merge import merge_list
from ledgerlink.services.sync.request import request_sync
from ledgerlink.wire.stored import Unreadable

from tests.fakes.service import USER, InMemoryService, entry, in_memory_service

CUSTOMER, TERM = ListType.CUSTOMER, ListType.TERM
LISTS = {
    TERM: ListTraits(entities=("term",), by_changes=True),
    CUSTOMER: ListTraits(entities=("customer",), by_changes=True),
}


def opened() -> tuple[InMemoryService, Connection]:
    app = in_memory_service(lists=LISTS)
    app.allows_defects = True
    for number in range(5):
        app.company().lists.create(ListRecord(type=CUSTOMER, id=f"{number}", name=f"C{number}"))
    app.company().lists.create(ListRecord(type=TERM, id="t", name="Net 30"))
    return app, app.connected()


def synced(app: InMemoryService, connection: Connection, key: str, **given: Any) -> Run:
    run = request_sync(app.deps, connection.key, USER, key, **given)
    app.work()
    return app.run(run)


def known(app: InMemoryService, connection: Connection, kind: ListType = CUSTOMER) -> set[str]:
    return set(app.deps.lists.ids(connection.key, kind))


@pytest.mark.parametrize("whole", [True, False])
def test_an_unreadable_row_stays_as_it_is_and_the_others_come_in(whole: bool) -> None:
    """Case product 4: no row can crash a worker, and what cannot be read is not deleted."""
    app, connection = opened()
    held = app.company().lists
    held.unreadable[CUSTOMER] = {"2": "2", "new": "new"}
    for record_id in ("new", "other"):
        held.create(ListRecord(type=CUSTOMER, id=record_id, name=record_id))
    run = synced(app, connection, "again", whole=whole)
    assert run.state is RunState.COMPLETED_WITH_PROBLEMS
    assert run.reason
    assert run.reason.code == "records_unreadable"
    assert known(app, connection) >= {"0", "1", "2", "3", "4", "other"}
    assert app.counts["Defects"] >= 1
    held.unreadable.clear()
    assert synced(app, connection, "mended", whole=True).state is RunState.COMPLETED
    assert known(app, connection) >= {"2", "new"}


def test_nothing_is_taken_for_deleted_while_a_row_without_an_id_cannot_be_read() -> None:
    app, connection = opened()
    held = app.company().lists
    held.unreadable[CUSTOMER] = {"2": ""}
    assert synced(app, connection, "again", whole=True).reason
    assert known(app, connection) == {"0", "1", "2", "3", "4"}
    held.unreadable.clear()
    held.delete(CUSTOMER, "2")
    assert synced(app, connection, "mended", whole=True).state is RunState.COMPLETED
    assert known(app, connection) == {"0", "1", "3", "4"}


@pytest.mark.parametrize("step", ["read", "changes", "merge"])
def test_a_list_with_which_we_fail_stops_no_other(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, connection = opened()
    held = app.company().lists
    held.create(ListRecord(type=CUSTOMER, id="new", name="New"))
    if step == "merge":

        def merging(progress: Any, kind: ListType, take: Any) -> None:
            if kind is TERM:
                raise KeyError("ours")
            merge_list(progress, kind, take)

        monkeypatch.setattr("ledgerlink.services.sync.pull.merge_list", merging)
    else:
        inner = getattr(held, step)

        def failing(asked: Any, *given: Any) -> Any:
            if step == "changes" or asked.type is TERM:
                raise KeyError("ours")
            return inner(asked, *given)

        monkeypatch.setattr(held, step, failing)
    run = synced(app, connection, "again", whole=step == "read")
    assert run.state in (RunState.COMPLETED, RunState.COMPLETED_WITH_PROBLEMS)
    assert known(app, connection) == {"0", "1", "2", "3", "4", "new"}
    assert app.counts["Defects"] >= 1


@pytest.mark.parametrize(
    ("row", "unreadable"),
    [
        ({"DisplayName": "C"}, {""}),
        ("no row", {""}),
    ],
)
def test_a_row_is_mapped_by_itself(row: Any, unreadable: set[str]) -> None:
    fine = {"Id": "1", "DisplayName": "Fine"}
    mapped = map_rows([row, fine], ROW_MAPPERS[CUSTOMER], lambda each: str(each["Id"]))
    assert [record.id for record in mapped.records] == ["1"]
    assert set(mapped.unreadable) == unreadable


@pytest.mark.parametrize(
    ("kind", "words"),
    [(Link, "a record of an earlier post"), (Operation, "the plan"), (dict, "about this run")],
)
def test_a_row_that_a_whole_run_needs_parks_it_in_words(
    kind: type[Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case product 4: at once, and it goes on once the row is mended. Nothing is written twice."""
    app = in_memory_service()
    app.allows_defects = True
    connection = app.connected()
    inner = app.links.get

    def failing(*_given: Any) -> Any:
        raise Unreadable(kind, [(("fingerprint",), "Field required")])

    with monkeypatch.context() as damaged:
        damaged.setattr(app.links, "get", failing)
        run = app.post(connection, "one", [entry("t1")])
        app.work()
    parked = app.run(run)
    assert parked.state is RunState.PARKED
    assert parked.reason is not None
    assert parked.reason.code == "stored_unreadable"
    assert words in parked.reason.message
    assert app.company().received == []
    assert (app.counts["RunsSetAside"], app.counts["RunsStuck"]) == (1, 0)
    assert app.links.get == inner
    resume(app.deps, parked)
    app.work()
    assert app.states(run) == {"time:t1": ItemState.POSTED}
