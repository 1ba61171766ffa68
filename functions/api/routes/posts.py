"""Posting time."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header
from ledgerlink.domain.errors import Invalid, Problem
from ledgerlink.services import posts

from functions.api.app import answers, app, house, who
from functions.api.caller import Right
from functions.api.views import Post, RunView, UploadView


@app.post(
    "/v1/connections/<connection_id>/uploads",
    summary="An address for records that are too many for one call",
    tags=["posts"],
    responses=answers(201, "Where to PUT the records", UploadView),
)
def new_upload(connection_id: str) -> tuple[UploadView, int]:
    caller = who(Right.POST)
    upload_id, url = posts.upload(house(), caller.firm, connection_id)
    return UploadView(upload_id=upload_id, url=url, expires_in_seconds=3600), 201


@app.post(
    "/v1/connections/<connection_id>/posts",
    summary="Post time entries",
    tags=["posts"],
    responses=answers(202, "The run that posts them", RunView),
)
def new_post(
    connection_id: str,
    body: Post,
    idempotency_key: Annotated[str, Header(alias="idempotency-key", min_length=1, max_length=200)],
) -> Response[RunView]:
    """Answers at once with the run; the same Idempotency-Key never makes a second one."""
    caller = who(Right.POST)
    if (body.time_entries is None) == (body.upload_id is None):
        problem = Problem("", "Give either time_entries or upload_id.")
        raise Invalid("invalid_request", problem.message, "Give one of the two.", [problem])
    records = body.upload_id if body.upload_id is not None else body.time_entries or []
    run = posts.post(house(), caller.firm, caller.user, connection_id, idempotency_key, records)
    view = RunView.of(run)
    return Response(202, "application/json", view, headers={"Location": view.href})
