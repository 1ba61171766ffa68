"""Routes of a connection's settings."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.settings import Settings
from ledgerlink.services.settings import settings
from pydantic import WithJsonSchema

from functions.api.app import app, dependencies, who
from functions.api.caller import Right
from functions.api.etags import IfMatch, allowed_version, etag
from functions.api.views.settings import SettingsChange, SettingsView

REF, NAME = "#/components/schemas/{model}", SettingsChange.__name__


ChangeBody = Annotated[Any, Body(), WithJsonSchema({"$ref": REF.format(model=NAME)})]
"""Read by the route itself, so that all that is wrong with it is named at once."""


@app.get(
    "/v1/connections/<connection_id>/settings",
    summary="The connection's settings",
    tags=["connections"],
)
def get_settings(connection_id: str) -> Response[SettingsView]:
    """The ETag is the version of the settings."""
    caller = who(Right.READ)
    found = settings.get_settings(dependencies(), caller.connection_key(connection_id))
    return _view(caller.connection_key(connection_id), found)


@app.patch(
    "/v1/connections/<connection_id>/settings",
    summary="Change some of the settings",
    tags=["connections"],
)
def change_settings(
    connection_id: str, body: ChangeBody, if_match: IfMatch = None
) -> Response[SettingsView]:
    """Takes effect at once: the schedule is planned anew, and lists that are new to it are read."""
    caller = who(Right.ADMIN)
    change, wrong = SettingsChange.read(body)
    found = settings.change_settings(
        dependencies(),
        caller.connection_key(connection_id),
        caller.user,
        change.patch(),
        allowed_version(if_match),
        wrong,
    )
    return _view(caller.connection_key(connection_id), found)


def _view(connection_key: ConnectionKey, found: Settings) -> Response[SettingsView]:
    offered = settings.offered_choices(dependencies(), connection_key)
    view = SettingsView.of(found, offered, dependencies().schedules.get(connection_key).at)
    return Response(200, "application/json", view, headers=dict(etag(found.version)))
