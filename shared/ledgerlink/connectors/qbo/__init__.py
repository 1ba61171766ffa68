"""QuickBooks Online: its limits, words, documents and errors behind the ledger port."""

from ledgerlink.connectors.qbo.config import PRODUCTION, SANDBOX, Endpoints
from ledgerlink.connectors.qbo.connector import QuickBooksOnline

__all__ = ["PRODUCTION", "SANDBOX", "Endpoints", "QuickBooksOnline"]
