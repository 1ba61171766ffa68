"""Sage Intacct: its gateway, documents and errors behind the ledger port."""

from ledgerlink.connectors.intacct.auth.login import Login, LoginVault
from ledgerlink.connectors.intacct.config import PRODUCTION, Endpoints
from ledgerlink.connectors.intacct.connector import SageIntacct

__all__ = ["PRODUCTION", "Endpoints", "Login", "LoginVault", "SageIntacct"]
