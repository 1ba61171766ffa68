"""QuickBooks Online behind the connector and ledger ports."""

from ledgerlink.connectors.qbo.config import PRODUCTION, SANDBOX, Endpoints
from ledgerlink.connectors.qbo.connector import QuickBooksOnline

__all__ = ["PRODUCTION", "SANDBOX", "Endpoints", "QuickBooksOnline"]
