"""Sage Intacct: its gateway, documents and errors behind the ledger port."""

from ledgerlink.connectors.intacct.connector import SageIntacct
from ledgerlink.connectors.intacct.endpoints import PRODUCTION, Endpoints
from ledgerlink.connectors.intacct.logins import Login, LoginVault

__all__ = ["PRODUCTION", "Endpoints", "Login", "LoginVault", "SageIntacct"]
