"""Usage: calls that the makers of the ledgers meter."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.app import app, dependencies, who
from functions.api.caller import Right
from functions.api.views.usage import ConnectionUsage, UsageView


@app.get("/v1/usage", summary="Metered calls of a month", tags=["usage"])
def usage(
    month: Annotated[
        str | None,
        Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="The current month if null"),
    ] = None,
) -> UsageView:
    """Per connection of the firm. What the whole application uses is for its operator, who sees it
    in the metrics."""
    caller = who(Right.READ)
    month = month or dependencies().clock.now().strftime("%Y-%m")
    counted = dependencies().usage
    connections = [
        ConnectionUsage(
            connection_id=one.id,
            ledger=one.ledger,
            metered=counted.of_connection(caller.connection_key(one.id), month),
        )
        for one in dependencies().connections.list(caller.firm)
    ]
    return UsageView(month=month, connections=connections)
