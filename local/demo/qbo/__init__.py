"""The demonstration's first ledger: QuickBooks Online."""
