"""What the sandboxes share; it knows none of the ledgers."""
