"""The use cases. They reach AWS and the ledgers through ports only."""
