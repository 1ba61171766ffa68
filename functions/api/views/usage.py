"""Calls that the makers of the ledgers meter."""

from pydantic import BaseModel


class ConnectionUsage(BaseModel):
    """Metered calls of one connection."""

    connection_id: str
    ledger: str
    metered: int


class ApplicationUsage(BaseModel):
    """Metered calls of the whole application, all firms together, as the ledger's maker bills
    them."""

    ledger: str
    metered: int


class UsageView(BaseModel):
    """Calls of one month that the makers of the ledgers meter."""

    month: str
    connections: list[ConnectionUsage]
    applications: list[ApplicationUsage]
