"""Writes, as calls."""
