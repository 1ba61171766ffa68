"""Helpers for tests of the QuickBooks connector."""
