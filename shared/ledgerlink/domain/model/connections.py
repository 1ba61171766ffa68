"""Connections: one firm's tie to one company in one ledger."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from ledgerlink.domain.errors import Conflict
from ledgerlink.domain.model.company import Company
from ledgerlink.domain.model.reasons import Reason


class ConnectionState(StrEnum):
    """The state of a connection."""

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


@dataclass(frozen=True, kw_only=True)
class Connection:
    """One firm's tie to one company in one ledger. It has no slots, because it keeps its key."""

    firm: str
    """The tenant."""
    id: str
    """Unique within the firm."""
    ledger: str
    """Name of the ledger, such as `qbo`."""
    state: ConnectionState
    """Where it stands."""
    created_by: str
    """The user who made it."""
    created_at: datetime
    """When it was made."""
    company_id: str | None = None
    """The ledger's id of the company; known once a user has authorised it."""
    company: Company | None = None
    """The company as last read back."""
    connected_at: datetime | None = None
    """When a user last authorised it."""
    read_at: datetime | None = None
    """When the company was last read back."""
    reason: Reason | None = None
    """Why it needs to be reconnected."""
    disconnects: int = 0
    """How often it was disconnected; each time ends the consents under way."""
    consent_until: datetime | None = None
    """Until when the newest consent under way can be given; None when none is under way."""
    version: int = field(default=0, compare=False)
    """How often this row was stored."""

    @cached_property
    def key(self) -> ConnectionKey:
        """The name under which everything of this connection is stored."""
        return ConnectionKey(self.firm, self.id)

    def require_authorized(self) -> None:
        """Raises Conflict when no user has authorised it yet, or it is disconnected."""
        if self.state is ConnectionState.AUTHORIZING:
            raise Conflict(
                "not_connected",
                "Nobody has authorised this connection yet.",
                "Open the page for consent that the connection names, and give consent.",
            )
        if self.state is ConnectionState.DISCONNECTED:
            raise Conflict(
                "disconnected", "This connection is disconnected.", "Reconnect it, then ask again."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """A consent under way. It is used once."""

    state: str
    """The secret that comes back with the consent."""
    firm: str
    """The tenant."""
    user: str
    """Who asked for it."""
    connection_id: str
    """The connection that it is for."""
    redirect_uri: str
    """Where the browser comes back to."""
    asked_at: datetime
    """When it was asked for."""
    expires_at: datetime
    """Until when it can be used."""
    disconnects: int = 0
    """The connection's count of disconnects when it was asked for."""

    @property
    def connection_key(self) -> ConnectionKey:
        """The connection that the consent is for."""
        return ConnectionKey(self.firm, self.connection_id)
