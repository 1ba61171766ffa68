"""Writing to the ledger: writes as batches and calls, sent, and their responses as outcomes."""
