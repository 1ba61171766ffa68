"""Which ledger record a source record points at."""
