"""Budgets, measured: python -m tests.bench."""
