"""Posting: batches of writes become calls, and their results become outcomes."""
