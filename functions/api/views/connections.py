"""Connections, with their health, and logins."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ledgerlink.domain.model.company import Company
from ledgerlink.domain.model.connections import Connection, ConnectionState
from pydantic import Field

from functions.api.views.common import Given, ReasonView, View

LoginGiven = Annotated[
    dict[Annotated[str, Field(max_length=50)], Annotated[str, Field(max_length=200)]],
    Field(
        max_length=10,
        description="For Sage Intacct: company_id, user_id and password of a Web Services user, "
        "and entity for a single entity. It is stored as a secret and never shown.",
    ),
]


class NewConnection(Given):
    """The ledger to connect; with a login for Sage Intacct."""

    ledger: Annotated[str, Field(examples=["qbo"])]
    login: LoginGiven | None = None


class Reconnection(Given):
    """Another login for the same company."""

    login: LoginGiven


class Health(View):
    """The state of the authorisation, and the features of the ledger company. Null is unknown."""

    token: Literal["none", "valid", "lost"]
    edition: str | None = None
    home_currency: str | None = None
    time_tracking: bool | None = None
    payroll: bool | None = None
    classes: bool | None = None
    departments: bool | None = None
    locations: bool | None = None
    projects: bool | None = None
    multi_currency: bool | None = None
    books_closed_through: date | None = None
    authorization_ends_at: datetime | None = Field(
        default=None,
        description="When a user has to reconnect, however often the access is renewed.",
    )
    read_at: datetime | None = None
    limits: list[ReasonView] = Field(
        default=[],
        description="What the company has not subscribed to, or the user that is signed in may not "
        "see, and what follows from it.",
    )


TOKEN_STATES: dict[ConnectionState, Literal["none", "valid", "lost"]] = {
    ConnectionState.AUTHORIZING: "none",
    ConnectionState.CONNECTED: "valid",
    ConnectionState.NEEDS_RECONNECT: "lost",
    ConnectionState.DISCONNECTED: "none",
}


class ConnectionView(View):
    """A connection with its health."""

    id: str
    ledger: str
    state: ConnectionState
    company_id: str | None = None
    company_name: str | None = None
    country: str | None = None
    created_by: str
    created_at: datetime
    connected_at: datetime | None = None
    health: Health
    reason: ReasonView | None = None
    authorize_url: str | None = Field(None, description="Where the user gives consent.")

    @classmethod
    def of(cls, connection: Connection, authorize_url: str | None = None) -> "ConnectionView":
        company = connection.company
        return cls(
            id=connection.id,
            ledger=connection.ledger,
            state=connection.state,
            company_id=connection.company_id,
            company_name=company.name if company else None,
            country=company.country if company else None,
            created_by=connection.created_by,
            created_at=connection.created_at,
            connected_at=connection.connected_at,
            health=_health(connection, company),
            reason=ReasonView.of(connection.reason, connection.ledger),
            authorize_url=authorize_url,
        )


def _health(connection: Connection, company: Company | None) -> Health:
    token = TOKEN_STATES[connection.state]
    if company is None:
        return Health(token=token)
    names = [name for name in Health.model_fields if hasattr(company.features, name)]
    features: dict[str, Any] = {name: getattr(company.features, name) for name in names}
    features["limits"] = [
        ReasonView.of(each, connection.ledger) for each in company.features.limits
    ]
    return Health(token=token, read_at=connection.read_at, **features)


class ConnectionList(View):
    """`next` is the cursor of the next page; null at the end."""

    connections: list[ConnectionView]
    next: str | None = None
