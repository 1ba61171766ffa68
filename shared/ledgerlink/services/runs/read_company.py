"""The company of a connection, read from the ledger and kept with the connection."""

from dataclasses import replace

from ledgerlink.domain.model.company import Company
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.ports import Ledger, Stop
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.newest import change_connection


async def read_company(
    deps: Dependencies, connection: Connection, ledger: Ledger, stop: Stop
) -> Company:
    """Read the company and its features, and store them with the connection as it is stored now,
    because it may have been disconnected meanwhile."""
    company = await ledger.company(stop)
    read_at = deps.clock.now()
    change_connection(
        deps, connection.key, lambda now: replace(now, company=company, read_at=read_at)
    )
    return company
