"""The store of a company."""
