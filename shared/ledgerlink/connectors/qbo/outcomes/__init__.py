"""Outcomes of writes: accepted, rejected and why, in conflict, or lost and found again."""
