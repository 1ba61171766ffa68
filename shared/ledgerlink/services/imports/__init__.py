"""Imports: mapped, planned, started, interrupted, undone, reconciled."""
