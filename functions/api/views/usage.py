"""Calls that the makers of the ledgers meter."""

from functions.api.views.common import View


class ConnectionUsage(View):
    """Metered calls of one connection."""

    connection_id: str
    ledger: str
    metered: int


class UsageView(View):
    """Calls of one month that the makers of the ledgers meter."""

    month: str
    connections: list[ConnectionUsage]
