"""Syncs: read lists from the ledger."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header
from ledgerlink.services.sync import request

from functions.api.app import answers, app, dependencies, who
from functions.api.caller import Right
from functions.api.views.runs import RunView
from functions.api.views.syncs import NewSync


@app.post(
    "/v1/connections/<connection_id>/syncs",
    summary="Bring lists in from the ledger",
    tags=["lists"],
    responses=answers(202, "The run that brings them in", RunView),
)
def new_sync(
    connection_id: str,
    body: NewSync,
    idempotency_key: Annotated[str, Header(alias="idempotency-key", min_length=1, max_length=200)],
) -> Response[RunView]:
    """Answers at once with the run. The same Idempotency-Key never makes a second run."""
    caller = who(Right.POST)
    run = request.request_sync(
        dependencies(),
        caller.connection_key(connection_id),
        caller.user,
        idempotency_key,
        whole=body.kind == "full",
        wanted=None if body.lists is None else tuple(dict.fromkeys(body.lists)),
        first_day=body.first_day,
        last_day=body.last_day,
    )
    view = RunView.of(run)
    return Response(202, "application/json", view, headers={"Location": view.href})
