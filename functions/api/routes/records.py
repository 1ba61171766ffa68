"""List records and the feed of their changes."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query
from ledgerlink.services.sync import list_records as records

from functions.api.app import app, dependencies, who
from functions.api.caller import Right
from functions.api.views.records import ChangeList, ChangeView, RecordList, RecordView

Limit = Annotated[int, Query(ge=1, le=1000)]
Text = Annotated[str | None, Query(max_length=500)]
LAST_ENTRY = 10**9 - 1


@app.get(
    "/v1/connections/<connection_id>/records/<kind>",
    summary="Records of a list",
    tags=["lists"],
)
def list_records(
    connection_id: str,
    kind: str,
    active: Literal["true", "false", "all"] = "true",
    role: Text = None,
    linked: bool | None = None,
    parent_id: Text = None,
    q: Text = None,
    changed_since: datetime | None = None,
    gone: bool = False,
    after: Text = None,
    limit: Limit = 100,
) -> RecordList:
    """Active records in a stable order. `q` searches names and paths. With `role`, records that
    have that role and are not blocked. With `gone`, also those deleted or merged in the ledger."""
    caller = who(Right.READ)
    wanted = records.Filter(
        active=None if active == "all" else active == "true",
        role=role,
        linked=linked,
        parent_id=parent_id,
        words=q,
        changed_since=_moment(changed_since),
        gone=gone,
    )
    page = records.list_records(
        dependencies(),
        caller.connection_key(connection_id),
        kind,
        wanted,
        after=after,
        limit=limit,
    )
    return RecordList(records=[RecordView.of(known) for known in page.items], next=page.after)


def _moment(given: datetime | None) -> datetime | None:
    """A moment without an offset is UTC."""
    return given.replace(tzinfo=UTC) if given is not None and given.tzinfo is None else given


@app.get(
    "/v1/connections/<connection_id>/records/<kind>/<record_id>",
    summary="One record of a list",
    tags=["lists"],
)
def get_record(connection_id: str, kind: str, record_id: str) -> RecordView:
    caller = who(Right.READ)
    return RecordView.of(
        records.get_record(dependencies(), caller.connection_key(connection_id), kind, record_id)
    )


@app.get(
    "/v1/connections/<connection_id>/changes",
    summary="The feed of changes, in order",
    tags=["lists"],
)
def changes(
    connection_id: str,
    after: Annotated[int, Query(ge=0, le=LAST_ENTRY)] = 0,
    limit: Limit = 500,
) -> ChangeList:
    """Changes after a cursor. Keep `next` and send it with the next request: no change is left out
    and none comes twice. Reading from 0 gives every record."""
    caller = who(Right.READ)
    dependencies().connections.get(caller.connection_key(connection_id))
    page = dependencies().lists.changes(caller.connection_key(connection_id), after, limit)
    found = [ChangeView.of(change) for change in page.items]
    return ChangeList(changes=found, next=page.after or str(after))
