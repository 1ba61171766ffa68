"""Reads: lists and their changes, the company, payments of invoices, searches for our documents."""
