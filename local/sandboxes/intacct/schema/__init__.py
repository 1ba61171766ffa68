"""Sections 13 and 14: which objects there are and what fields they have."""
