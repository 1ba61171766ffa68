"""Neutral records as documents of the ledger, and how they are compared. Pure."""
