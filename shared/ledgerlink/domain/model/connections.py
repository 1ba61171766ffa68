"""Connections: one firm's tie to one company in one ledger."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ledgerlink.domain.errors import Conflict
from ledgerlink.domain.model.company import Company
from ledgerlink.domain.model.reasons import Reason


class ConnectionState(StrEnum):
    """Where a connection stands."""

    AUTHORIZING = "authorizing"
    CONNECTED = "connected"
    NEEDS_RECONNECT = "needs_reconnect"
    DISCONNECTED = "disconnected"


@dataclass(frozen=True, slots=True, order=True)
class ConnectionKey:
    """Names a connection. Everything that is stored of it is stored under its firm, the tenant."""

    firm: str
    id: str
    """Unique within the firm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """`company_id` and `company` are known once somebody has authorised.

    `disconnects` counts how often it was disconnected; each time ends the consents under way.
    """

    firm: str
    id: str
    ledger: str
    state: ConnectionState
    created_by: str
    created_at: datetime
    company_id: str | None = None
    company: Company | None = None
    connected_at: datetime | None = None
    read_at: datetime | None = None
    reason: Reason | None = None
    disconnects: int = 0

    @property
    def key(self) -> ConnectionKey:
        """The name under which everything of this connection is stored."""
        return ConnectionKey(self.firm, self.id)

    def require_authorized(self) -> None:
        """Raises Conflict when nobody has authorised it yet, or it is disconnected."""
        if self.state is ConnectionState.AUTHORIZING:
            raise Conflict(
                "not_connected",
                "Nobody has authorised this connection yet.",
                "Open its authorize_url and give consent.",
            )
        if self.state is ConnectionState.DISCONNECTED:
            raise Conflict(
                "disconnected", "This connection is disconnected.", "Reconnect it, then ask again."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """A consent under way: who asked, when, for which connection, until when. Used once.

    `disconnects` is the connection's when it was asked for.
    """

    state: str
    firm: str
    user: str
    connection_id: str
    redirect_uri: str
    asked_at: datetime
    expires_at: datetime
    disconnects: int = 0

    @property
    def connection_key(self) -> ConnectionKey:
        """The connection that the consent is for."""
        return ConnectionKey(self.firm, self.connection_id)
