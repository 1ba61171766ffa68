"""Runs and their items."""

from collections.abc import Sequence
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from ledgerlink.domain.model.plan import Action, ItemState
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.domain.model.source_records import GIVEN_KINDS, RecordKind
from ledgerlink.services.imports import service
from ledgerlink.services.runs import history, parking
from ledgerlink.services.runs.history import Item
from ledgerlink.services.runs.shown_bodies import shown_bodies
from ledgerlink.services.sync import list_records

from functions.api.app import app, dependencies, who
from functions.api.caller import Caller, Right
from functions.api.views.records import ChangeView, RunChangeList
from functions.api.views.runs import ItemList, ItemView, RunList, RunView, item_views

Limit = Annotated[int, Query(ge=1, le=1000)]
RUNS_A_PAGE = 30
"""Runs of a page for which no limit is given; they are read for 10 units."""


@app.get("/v1/connections/<connection_id>/runs", summary="Runs, newest first", tags=["runs"])
def list_runs(
    connection_id: str,
    after: Annotated[str | None, Query(max_length=100)] = None,
    limit: Limit = RUNS_A_PAGE,
    kind: Annotated[str | None, Query(max_length=20)] = None,
    state: RunState | None = None,
    user: Annotated[str | None, Query(max_length=200)] = None,
    sort: history.Sort = history.Sort.NEWEST,
) -> RunList:
    """Filtered by kind, state or user where given. Only their maker sees drafts of imports. A page
    may hold fewer than `limit` although more follow. Sorting by state or user covers the newest
    500 runs."""
    caller = who(Right.READ)
    wanted = history.RunFilter(viewer=caller.user, kind=kind, state=state, user=user)
    page = history.list_runs(
        dependencies(), caller.connection_key(connection_id), wanted, after, limit, sort
    )
    return RunList(runs=[RunView.of(run) for run in page.items], next=page.after)


@app.get("/v1/connections/<connection_id>/runs/<run_id>", summary="A run", tags=["runs"])
def get_run(connection_id: str, run_id: str) -> RunView:
    caller = who(Right.READ)
    return RunView.of(
        history.get_run(dependencies(), caller.connection_key(connection_id), run_id, caller.user)
    )


@app.get(
    "/v1/connections/<connection_id>/runs/<run_id>/items",
    summary="Items of a run in the order of its plan, or what a sync changed",
    tags=["runs"],
)
def list_items(
    connection_id: str,
    run_id: str,
    state: ItemState | None = None,
    action: Action | None = None,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Limit = 100,
) -> ItemList | RunChangeList:
    """The items of a sync are its entries in the feed of changes."""
    caller = who(Right.READ)
    run = history.get_run(dependencies(), caller.connection_key(connection_id), run_id, caller.user)
    if run.sync is not None:
        changed = list_records.changes_of_run(dependencies(), run, after, limit)
        found = [ChangeView.of(change) for change in changed.items]
        return RunChangeList(items=found, next=changed.after)
    page = history.list_items(dependencies(), run, after, limit, state, action)
    return ItemList(items=shown_items(run, page.items), next=page.after)


def shown_items(run: Run, items: Sequence[Item]) -> list[ItemView]:
    """The items of this run as they are shown."""
    deps = dependencies()
    connection = deps.connections.get(run.connection_key)
    return item_views(items, run.ledger, shown_bodies(deps, connection, items))


@app.post(
    "/v1/connections/<connection_id>/runs/<run_id>/resume",
    summary="Resume a parked run",
    tags=["runs"],
)
def resume_run(connection_id: str, run_id: str) -> RunView:
    caller = who(Right.POST)
    run = history.get_run(dependencies(), caller.connection_key(connection_id), run_id, caller.user)
    if run.imported is not None:
        caller.require_kinds([RecordKind.TIME])
        service.require_owner(run, asking(caller))
    elif run.sync is None:
        caller.require_kinds(list(GIVEN_KINDS) if run.kinds is None else run.kinds)
    return RunView.of(parking.resume(dependencies(), run))


@app.post(
    "/v1/connections/<connection_id>/runs/<run_id>/cancel",
    summary="Cancel a post or a sync that waits",
    tags=["runs"],
)
def cancel_run(connection_id: str, run_id: str) -> RunView:
    """What was not sent is never sent; its items end as `skipped`. What was posted stays. The run
    is `cancelling` while it is looked up what became of requests without an answer."""
    caller = who(Right.POST)
    run = history.get_run(dependencies(), caller.connection_key(connection_id), run_id, caller.user)
    if run.sync is None:
        caller.require_kinds(list(GIVEN_KINDS) if run.kinds is None else run.kinds)
    return RunView.of(parking.cancel(dependencies(), run))


def asking(caller: Caller) -> service.User:
    """The caller as imports know it."""
    return service.User(caller.firm, caller.user, caller.administrator)
