"""Sage Intacct: its gateway, documents and errors behind the ledger port."""
