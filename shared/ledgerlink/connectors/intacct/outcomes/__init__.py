"""Outcomes: accepted, rejected, found again after a lost answer, or in conflict with an edit."""
