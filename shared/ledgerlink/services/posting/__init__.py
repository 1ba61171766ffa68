"""Posting: records are taken in, planned, previewed and cut into chunks."""
