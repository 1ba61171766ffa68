"""What all runs have in common: next step, parking, sessions, history, idempotency."""
