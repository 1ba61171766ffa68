"""Receives the webhooks of ledgers."""
