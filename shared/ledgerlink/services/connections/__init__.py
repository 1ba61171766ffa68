"""Connecting a ledger company: consent or login, reconnect, disconnect."""
