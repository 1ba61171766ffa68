"""QuickBooks Online: its limits, words, documents and errors behind the ledger port."""

from ledgerlink.connectors.qbo.connector import QuickBooksOnline
from ledgerlink.connectors.qbo.endpoints import PRODUCTION, SANDBOX, Endpoints

__all__ = ["PRODUCTION", "SANDBOX", "Endpoints", "QuickBooksOnline"]
