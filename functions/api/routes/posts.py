"""Posting: time, expenses, invoices, clients, projects and staff."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header
from ledgerlink.domain.errors import FieldError, Invalid
from ledgerlink.services.posting import accept
from ledgerlink.services.posting import preview as previewing
from ledgerlink.services.runs.history import planned
from ledgerlink.services.runs.shown_bodies import shown_bodies

from functions.api.app import answers, app, dependencies, who
from functions.api.caller import Right
from functions.api.views.posts import PlanView, Post, UploadView
from functions.api.views.runs import RunView


@app.post(
    "/v1/connections/<connection_id>/uploads",
    summary="Get an upload address for records that do not fit in one call",
    tags=["posts"],
    responses=answers(201, "Where to PUT the records", UploadView),
)
def new_upload(connection_id: str) -> tuple[UploadView, int]:
    caller = who(Right.POST)
    upload_id, url = accept.upload(dependencies(), caller.connection_key(connection_id))
    return UploadView(upload_id=upload_id, url=url, expires_in_seconds=3600), 201


@app.post(
    "/v1/connections/<connection_id>/posts",
    summary="Post records, or preview what posting them would do",
    tags=["posts"],
    responses={
        **answers(200, "The plan, when a preview was asked for", PlanView),
        **answers(202, "The run that posts them", RunView),
    },
)
def new_post(
    connection_id: str,
    body: Post,
    idempotency_key: Annotated[
        str | None, Header(alias="idempotency-key", min_length=1, max_length=200)
    ] = None,
    preview: bool = False,
) -> Response[RunView | PlanView]:
    """Answers at once with the run that will post the records. An Idempotency-Key is required; the
    same key never makes a second run. With `preview`, answers with the plan of up to 2,000
    records instead: the ledger is read, nothing is written to it, and nothing is kept."""
    caller = who(Right.POST)
    caller.require_kinds(body.kinds())
    records = body.records()
    if preview:
        key = caller.connection_key(connection_id)
        operations = previewing.preview(
            dependencies(),
            key,
            caller.user,
            records,
            caller.kinds,
        )
        connection = dependencies().connections.get(key)
        items = [planned(operation) for operation in operations]
        bodies = shown_bodies(dependencies(), connection, items)
        plan = PlanView.of(items, connection.ledger, bodies)
        return Response(200, "application/json", plan)
    if idempotency_key is None:
        problem = FieldError("/header/idempotency-key", "This is required.")
        remedy = "Send a new Idempotency-Key of your choice with each post."
        raise Invalid("invalid_request", "A post needs an Idempotency-Key.", remedy, [problem])
    run = accept.post(
        dependencies(),
        caller.connection_key(connection_id),
        caller.user,
        idempotency_key,
        records,
        caller.kinds,
    )
    view = RunView.of(run)
    return Response(202, "application/json", view, headers={"Location": view.href})
