"""Connecting, listing and disconnecting ledger companies."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Form, Query
from ledgerlink.domain.errors import LedgerlinkError
from ledgerlink.domain.model.connections import Connection
from ledgerlink.services.connections import connect

from functions.api.app import answers, app, dependencies, public_url, who
from functions.api.caller import Right
from functions.api.etags import IfMatch, allowed_version, etag
from functions.api.pages import CONNECT, cancelled_page, confirm_page, connected_page, problem_page
from functions.api.views.connections import (
    ConnectionList,
    ConnectionView,
    NewConnection,
    Reconnection,
)


def _redirect_uri(ledger: str) -> str:
    return f"{public_url()}/v1/oauth/{ledger}/callback"


@app.post(
    "/v1/connections",
    summary="Connect a ledger company",
    tags=["connections"],
    responses=answers(201, "The connection, with the address of the consent", ConnectionView),
)
def new_connection(body: NewConnection) -> tuple[ConnectionView, int]:
    """QuickBooks: the connection waits until somebody gives consent at its `authorize_url`. Sage
    Intacct: send a `login`; the connection is ready once Sage Intacct accepted it."""
    caller = who(Right.ADMIN)
    if body.login is not None:
        login = dict(body.login)
        signed_in = connect.sign_in(dependencies(), caller.firm, caller.user, body.ledger, login)
        return ConnectionView.of(signed_in), 201
    consent = connect.connect(
        dependencies(), caller.firm, caller.user, body.ledger, _redirect_uri(body.ledger)
    )
    return ConnectionView.of(consent.connection, consent.authorize_url), 201


@app.get("/v1/connections", summary="The firm's connections", tags=["connections"])
def connections(
    after: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
) -> ConnectionList:
    """Oldest first."""
    caller = who(Right.READ)
    page = connect.list_connections(dependencies(), caller.firm, after, limit)
    return ConnectionList(connections=[_view(one) for one in page.items], next=page.after)


@app.get("/v1/connections/<connection_id>", summary="A connection", tags=["connections"])
def connection(connection_id: str) -> Response[ConnectionView]:
    """The ETag is the version of the connection, which also changes when the company is read."""
    caller = who(Right.READ)
    return _answer(dependencies().connections.get(caller.connection_key(connection_id)))


@app.post(
    "/v1/connections/<connection_id>/reconnect",
    summary="Give consent again, or another login, for the same company",
    tags=["connections"],
)
def reconnect(
    connection_id: str,
    body: Annotated[Reconnection | None, Body()] = None,
    if_match: IfMatch = None,
) -> Response[ConnectionView]:
    """With a `login` the connection is ready once the ledger accepted it. Parked runs then
    resume."""
    caller = who(Right.ADMIN)
    key, allowed = caller.connection_key(connection_id), allowed_version(if_match)
    if body is not None:
        login = dict(body.login)
        return _answer(connect.sign_in_again(dependencies(), key, login, allowed))
    ledger = dependencies().connections.get(key).ledger
    address = _redirect_uri(ledger)
    consent = connect.reconnect(dependencies(), key, caller.user, address, allowed)
    return _answer(consent.connection, consent.authorize_url)


@app.post(
    "/v1/connections/<connection_id>/disconnect",
    summary="Revoke the authorisation; settings, rules and history stay",
    tags=["connections"],
)
def disconnect(connection_id: str, if_match: IfMatch = None) -> Response[ConnectionView]:
    caller = who(Right.ADMIN)
    key, allowed = caller.connection_key(connection_id), allowed_version(if_match)
    return _answer(connect.disconnect(dependencies(), key, allowed))


@app.delete(
    "/v1/connections/<connection_id>",
    summary="Delete a connection that never had a company",
    tags=["connections"],
    responses={204: {"description": "It is deleted"}},
)
def delete_connection(connection_id: str, if_match: IfMatch = None) -> Response[None]:
    """Such as one whose consent was cancelled or never given. Any other can be disconnected."""
    caller = who(Right.ADMIN)
    key, allowed = caller.connection_key(connection_id), allowed_version(if_match)
    connect.delete(dependencies(), key, allowed)
    return Response(204)


def _view(found: Connection, authorize_url: str | None = None) -> ConnectionView:
    shown = connect.with_expired_consent(found, dependencies().clock.now())
    return ConnectionView.of(shown, authorize_url)


def _answer(found: Connection, authorize_url: str | None = None) -> Response[ConnectionView]:
    view, headers = _view(found, authorize_url), dict(etag(found.version))
    return Response(200, "application/json", view, headers=headers)


@app.get(
    "/v1/oauth/<ledger>/callback",
    summary="Where the ledger sends the user back after consent",
    tags=["connections"],
)
def callback(
    ledger: str,
    state: Annotated[str, Query(max_length=200)],
    code: Annotated[str | None, Query(max_length=2000)] = None,
    realm_id: Annotated[str | None, Query(alias="realmId", max_length=100)] = None,
    error: Annotated[str | None, Query(max_length=200)] = None,
) -> Response[str]:
    """A page that shows who asked and lets the user confirm. Nothing is connected before that.

    It takes no token, because `state` identifies the consent.
    """
    try:
        connect.require_ledger(dependencies(), state, ledger)
        if error or not code or not realm_id:
            connect.refuse(dependencies(), state)
            message = "No consent was given in the accounting system, so nothing was connected."
            return problem_page(400, message, "Start connecting again.")
        asked = connect.review(dependencies(), state, realm_id)
    except LedgerlinkError as refused:
        return problem_page(400, refused.message, refused.remedy)
    return confirm_page(asked, code, realm_id)


@app.post(
    "/v1/oauth/<ledger>/callback",
    summary="The user's decision on the callback page",
    tags=["connections"],
)
def confirmed(
    ledger: str,
    state: Annotated[str, Form(max_length=200)],
    code: Annotated[str, Form(max_length=2000)],
    realm_id: Annotated[str, Form(alias="realmId", max_length=100)],
    decision: Annotated[str, Form(max_length=20)],
) -> Response[str]:
    """Connects the company if `decision` is `connect`. `state` can be used once."""
    try:
        connect.require_ledger(dependencies(), state, ledger)
        if decision != CONNECT:
            connect.refuse(dependencies(), state)
            return cancelled_page()
        connect.complete(dependencies(), state, code, realm_id)
    except LedgerlinkError as refused:
        return problem_page(400, refused.message, refused.remedy)
    return connected_page()
