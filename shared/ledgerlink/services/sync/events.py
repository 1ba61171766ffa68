"""Telling the product, over the bus, what syncs did. An event may come twice, never not at all."""

from collections.abc import Sequence
from dataclasses import replace

from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.list_records import Change
from ledgerlink.domain.model.runs import Run
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.messages import Event

PAGE = 1000


def catch_up(deps: Dependencies, connection: Connection) -> int:
    """Tell what an earlier worker recorded and died before telling; returns the number of the
    feed's last entry."""
    after = deps.lists.state(connection.key).published
    while True:
        page = deps.lists.changes(connection.key, after, PAGE)
        tell(deps, connection, page.items)
        if not page.items:
            return after
        after = page.items[-1].seq


def tell(deps: Dependencies, connection: Connection, changes: Sequence[Change]) -> None:
    """Publish the changes of linked records, then note up to which one the bus was told."""
    if not changes:
        return
    events = [_changed(connection, change) for change in changes if change.linked]
    if events:
        deps.bus.publish(events)
    state = deps.lists.state(connection.key)
    deps.lists.save_state(connection.key, replace(state, published=changes[-1].seq))


def _changed(connection: Connection, change: Change) -> Event:
    return Event(
        firm=connection.firm,
        kind="record.changed",
        detail={
            "connection_id": connection.id,
            "run_id": change.run_id,
            "seq": change.seq,
            "at": change.at.isoformat(),
            "change": change.kind.value,
            "type": change.record.type.value,
            "id": change.record.id,
            "name": change.record.name,
            "before": dict(change.before),
            "after": dict(change.after),
        },
    )


def finished(deps: Dependencies, connection: Connection, run: Run) -> None:
    """Publish that a sync is done, and note when."""
    assert run.sync is not None
    detail = {
        "connection_id": connection.id,
        "run_id": run.id,
        "trigger": run.sync.trigger,
        "state": run.state.value,
        "counts": run.counts(),
        "calls": run.calls(),
        "metered": run.sync.metered,
    }
    deps.bus.publish([Event(firm=connection.firm, kind="sync.finished", detail=detail)])
    state = deps.lists.state(connection.key)
    deps.lists.save_state(connection.key, replace(state, finished_at=run.finished_at))
