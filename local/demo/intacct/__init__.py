"""The demonstration's other ledger: Sage Intacct."""
