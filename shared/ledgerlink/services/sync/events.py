"""Events of syncs for the product's bus. An event may be published twice, but is never lost."""

from collections.abc import Sequence
from dataclasses import replace

from ledgerlink.domain.errors import Expired
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.list_records import Change
from ledgerlink.domain.model.runs import Run
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.messages import Event

PAGE = 1000
"""Feed entries that are read at once."""


def publish_missed_changes(deps: Dependencies, connection: Connection) -> int:
    """Publish the changes that an earlier worker recorded before it died, unless they have expired;
    returns the number of the feed's last entry."""
    after = deps.lists.state(connection.key).published
    while True:
        try:
            page = deps.lists.changes(connection.key, after, PAGE)
        except Expired as expired:  # nobody waits for events of changes that old
            return expired.after or after
        publish_changes(deps, connection, page.items)
        if not page.items:
            return after
        after = page.items[-1].seq


def publish_changes(deps: Dependencies, connection: Connection, changes: Sequence[Change]) -> None:
    """Publish the changes of linked records, then store the number of the last one."""
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


def publish_finished(deps: Dependencies, connection: Connection, run: Run) -> None:
    """Publish that a sync is finished."""
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
