"""Neutral records composed as QuickBooks documents, and how a stored document is compared. Pure."""
